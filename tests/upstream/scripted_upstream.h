// SPDX-License-Identifier: Apache-2.0
// An upstream of bytes: every accepted connection gets the next script, whatever it asks. One thread, one connection at a time.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace signalbox::upstream {

class ScriptedUpstream {
 public:
  struct Script {
    std::string bytes;       // sent as they are after the request's head and body have come
    bool keep_open = false;  // do not close: the client has to give up
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
    if (const int open = open_.exchange(-1); open >= 0) ::shutdown(open, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  [[nodiscard]] int served() const { return served_; }
  [[nodiscard]] bool clientLeft() const { return client_left_; }

 private:
  void run() {
    for (const auto& script : scripts_) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      readRequest(socket);
      ++served_;
      (void)!::send(socket, script.bytes.data(), script.bytes.size(), MSG_NOSIGNAL);
      if (script.keep_open) {
        open_ = socket;
        char byte = 0;
        client_left_ = ::recv(socket, &byte, 1, 0) <= 0;
        open_ = -1;
      }
      ::close(socket);
    }
  }

  static void readRequest(int socket) {
    std::string text;
    char buffer[4096];
    while (true) {
      const auto got = ::recv(socket, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      text.append(buffer, static_cast<std::size_t>(got));
      const auto head = text.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const auto field = text.find("Content-Length: ");
      if (field == std::string::npos || text.size() >= head + 4 + std::stoul(text.substr(field + 16))) return;
    }
  }

  std::vector<Script> scripts_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> open_{-1};
  std::atomic<int> served_{0};
  std::atomic<bool> client_left_{false};
  std::thread thread_;
};

}  // namespace signalbox::upstream
