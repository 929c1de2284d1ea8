// SPDX-License-Identifier: Apache-2.0
// An upstream of bytes: every accepted connection gets the next script, whatever it asks. One thread, one connection at a time.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace signalbox::upstream {

class ScriptedUpstream {
 public:
  struct Script {
    std::string bytes;       // sent as they are after the request's head and body have come
    bool keep_open = false;  // do not close: the client has to give up
    std::vector<std::string> then = {};  // what further requests on the same connection get; "" = it is closed without an answer
    std::string late = {};               // sent after the first answer, when sendLate() is called
    std::chrono::milliseconds silence{}; // before what further requests get
    bool resets = false;                 // it is closed by a reset, and not in order
  };

  explicit ScriptedUpstream(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t length = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    ::listen(listener_, 16);
    thread_ = std::thread([this] { run(); });
  }
  ~ScriptedUpstream() {
    ::shutdown(listener_, SHUT_RDWR);
    late_ = Late::Sent;
    late_.notify_all();
    if (const int open = open_.exchange(-1); open >= 0) ::shutdown(open, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  [[nodiscard]] int served() const { return served_; }            // requests
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::size_t bodyBytes() const { return body_bytes_; }  // of the last request
  [[nodiscard]] bool clientLeft() const { return client_left_; }
  // Lets the connection's `late` bytes go, and returns when they are the client's to read.
  void sendLate() {
    late_ = Late::Wanted;
    late_.notify_all();
    late_.wait(Late::Wanted);
  }

 private:
  enum class Late { Held, Wanted, Sent };

  void run() {
    for (const auto& script : scripts_) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      ++connections_;
      if (readRequest(socket)) reply(socket, script.bytes);
      if (!script.late.empty()) {
        late_.wait(Late::Held);
        send(socket, script.late);
        late_ = Late::Sent;
        late_.notify_all();
      }
      for (const auto& bytes : script.then) {
        if (!readRequest(socket)) break;
        std::this_thread::sleep_for(script.silence);
        reply(socket, bytes);
      }
      if (script.keep_open) {
        open_ = socket;
        char byte = 0;
        client_left_ = ::recv(socket, &byte, 1, 0) <= 0;
        open_ = -1;
      }
      const linger at_once{1, 0};
      if (script.resets) ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      ::close(socket);
    }
  }

  void reply(int socket, const std::string& bytes) {
    ++served_;
    send(socket, bytes);
  }

  static void send(int socket, const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto moved = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (moved <= 0) return;
      sent += static_cast<std::size_t>(moved);
    }
  }

  // False when the client has left instead.
  bool readRequest(int socket) {
    std::string text;
    char buffer[4096];
    while (true) {
      const auto got = ::recv(socket, buffer, sizeof buffer, 0);
      if (got <= 0) return false;
      text.append(buffer, static_cast<std::size_t>(got));
      const auto head = text.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const auto field = text.find("Content-Length: ");
      if (field != std::string::npos && text.size() < head + 4 + std::stoul(text.substr(field + 16, 20))) continue;
      body_bytes_ = text.size() - head - 4;
      return true;
    }
  }

  std::vector<Script> scripts_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> open_{-1};
  std::atomic<int> served_{0}, connections_{0};
  std::atomic<std::size_t> body_bytes_{0};
  std::atomic<bool> client_left_{false};
  std::atomic<Late> late_{Late::Held};
  std::thread thread_;
};

}  // namespace signalbox::upstream
