// SPDX-License-Identifier: Apache-2.0
#include "upstream/wire.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

#include "upstream/acknowledged.h"

namespace signalbox::upstream {
namespace {

ssize_t outcome(ssize_t moved) {
  if (moved >= 0) return moved;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? Wire::kAgain : Wire::kBroken;
}

ssize_t outcome(CURLcode code, std::size_t moved) {
  if (code == CURLE_OK) return static_cast<ssize_t>(moved);
  return code == CURLE_AGAIN ? Wire::kAgain : Wire::kBroken;
}

template <class Call>
ssize_t uninterrupted(Call&& call) {
  ssize_t moved;
  do moved = call();
  while (moved < 0 && errno == EINTR);
  return outcome(moved);
}

}  // namespace

void CurlHandles::clean() {
  if (multi && easy) curl_multi_remove_handle(multi, easy);
  if (easy) curl_easy_cleanup(easy);
  if (multi) curl_multi_cleanup(multi);
  multi = nullptr;
  easy = nullptr;
}

Wire::Wire(const Executor& executor, int socket, CurlHandles tls) : socket_(socket), tls_(tls), descriptor_(executor, socket) {}

Wire::~Wire() { close(); }

ssize_t Wire::read(std::span<char> into) {
  if (!open()) return kBroken;
  if (!tls_.easy) return noted(uninterrupted([&] { return ::recv(socket_, into.data(), into.size(), MSG_DONTWAIT); }));
  std::size_t moved = 0;
  const CURLcode code = curl_easy_recv(tls_.easy, into.data(), into.size(), &moved);
  return outcome(code, moved);
}

ssize_t Wire::write(std::string_view head, std::string_view body) {
  if (!open()) return kBroken;
  if (tls_.easy) {
    const std::string_view bytes = head.empty() ? body : head;
    std::size_t moved = 0;
    const CURLcode code = curl_easy_send(tls_.easy, bytes.data(), bytes.size(), &moved);
    return outcome(code, moved);
  }
  std::array<iovec, 2> parts{iovec{const_cast<char*>(head.data()), head.size()}, iovec{const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t moved = noted(uninterrupted([&] { return ::sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT); }));
  if (moved > 0) written_ += static_cast<std::uint64_t>(moved);
  return moved;
}

// In the clear all that was written is known without asking the system, which every request would pay for.
void Wire::mark() { marked_ = tls_.easy && open() ? acknowledgedBytes(socket_) : std::optional(written_ + 1); }

bool Wire::unheard() const {
  const auto now = open() ? acknowledgedBytes(socket_) : std::nullopt;
  return marked_ && now && *now <= *marked_;
}

// EPIPE: the reset came behind the end.
bool Wire::parted() const { return error_ != 0 ? error_ == EPIPE : open() && saidItsEnd(socket_); }

ssize_t Wire::noted(ssize_t moved) {
  if (moved == kBroken && error_ == 0) error_ = errno;
  return moved;
}

bool Wire::silent() const {
  char first = 0;
  return open() && ::recv(socket_, &first, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void Wire::awaitReadable() {
  if (awaiting_read_ || !open()) return;
  awaiting_read_ = true;
  descriptor_.async_wait(descriptor_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->awaiting_read_ = false;
    if (error) return;
    if (self->user_) return self->user_->onReadable();
    self->close();
  });
}

void Wire::awaitWritable() {
  if (awaiting_write_ || !open()) return;
  awaiting_write_ = true;
  descriptor_.async_wait(descriptor_.wait_write, [self = shared_from_this()](boost::system::error_code error) {
    self->awaiting_write_ = false;
    if (!error && self->user_) self->user_->onWritable();
  });
}

void Wire::close() {
  if (!open()) return;
  socket_ = -1;
  user_ = nullptr;
  boost::system::error_code ignored;
  if (!tls_.easy) {
    descriptor_.close(ignored);
    return;
  }
  descriptor_.release();  // libcurl says goodbye and closes the socket
  tls_.clean();
}

}  // namespace signalbox::upstream
