// SPDX-License-Identifier: Apache-2.0
// A client that sends bytes as they are and reads what comes, over a blocking socket with a time limit.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "patience.h"

namespace signalbox::server {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0) : port_(port), descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int one = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string host() const { return "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n"; }
  [[nodiscard]] std::string get(std::string_view target, std::string_view more = {}) const {
    return "GET " + std::string(target) + " HTTP/1.1\r\n" + host() + std::string(more) + "\r\n";
  }
  [[nodiscard]] std::string post(std::string_view target, std::string_view body, std::string_view more = {}) const {
    return "POST " + std::string(target) + " HTTP/1.1\r\n" + host() + "Content-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" + std::string(body);
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // Reads once, waiting at most `patience`. Empty at the end or when nothing came.
  std::string receive(std::chrono::milliseconds patience = patient(std::chrono::seconds(5))) {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return {};
    std::string bytes(256 << 10, '\0');
    const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    ended_ = count == 0;
    reset_ = count < 0;
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }
  // One whole answer with Content-Length or chunked coding; what follows is kept for the next call.
  std::string answer(bool head_only = false) {
    while (true) {
      const std::size_t size = answerSize(head_only);
      if (size > 0) return take(size);
      const std::string more = receive();
      if (more.empty()) return take(kept_.size());
      kept_ += more;
    }
  }
  // Everything until the server ends the connection.
  std::string untilEnd() {
    while (true) {
      const std::string more = receive();
      if (more.empty()) return take(kept_.size());
      kept_ += more;
    }
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool wasReset() const { return reset_; }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  void shutdownSend() { ::shutdown(descriptor_, SHUT_WR); }

 private:
  std::string take(std::size_t size) {
    std::string out = kept_.substr(0, size);
    kept_.erase(0, size);
    return out;
  }
  [[nodiscard]] std::size_t answerSize(bool head_only) const {
    const std::size_t head = kept_.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    if (head_only || kept_.starts_with("HTTP/1.1 100")) return head + 4;
    const std::size_t length = kept_.find("Content-Length: ");
    if (length < head) {
      const std::size_t size = head + 4 + std::stoul(kept_.substr(length + 16));
      return kept_.size() >= size ? size : 0;
    }
    const std::size_t last = kept_.find("\r\n0\r\n\r\n", head);
    return last == std::string::npos ? 0 : last + 7;
  }

  std::uint16_t port_;
  int descriptor_;
  bool connected_ = false;
  bool ended_ = false;
  bool reset_ = false;
  std::string kept_;
};

[[nodiscard]] inline int statusOf(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}
[[nodiscard]] inline std::string bodyOf(std::string_view answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  return head == std::string_view::npos ? std::string() : std::string(answer.substr(head + 4));
}
// The data of a chunked answer; `complete` says whether the last chunk was there.
[[nodiscard]] inline std::string unchunk(std::string_view body, bool* complete = nullptr) {
  std::string out;
  if (complete) *complete = false;
  while (!body.empty()) {
    const std::size_t line = body.find("\r\n");
    if (line == std::string_view::npos) break;
    const std::size_t size = std::stoul(std::string(body.substr(0, line)), nullptr, 16);
    if (size == 0) {
      if (complete) *complete = body.substr(line) == "\r\n\r\n";
      break;
    }
    out += body.substr(line + 2, size);
    body.remove_prefix(std::min(body.size(), line + 2 + size + 2));
  }
  return out;
}

}  // namespace signalbox::server
