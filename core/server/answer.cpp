// SPDX-License-Identifier: Apache-2.0
// The answering half of a connection.
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <cerrno>
#include <charconv>

#include "server/connection.h"

namespace signalbox::server {
namespace {

constexpr std::size_t kDirectWrite = 16 << 10;  // pieces of this size are not copied behind what waits

std::unexpected<Error> clientWent() { return fail(ErrorCode::ClientGone, "The client closed the connection."); }

// Bytes sent; 0 when the socket is full; -1 when the connection is broken.
ssize_t sendParts(int descriptor, std::string_view first, std::string_view second) {
  std::array<iovec, 2> parts{iovec{const_cast<char*>(first.data()), first.size()}, iovec{const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = second.empty() ? 1 : 2;
  while (true) {
    const ssize_t sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == ENOBUFS ? 0 : -1;
  }
}

}  // namespace

// Of both parts together, as sendParts() says it.
ssize_t Connection::transmit(std::string_view first, std::string_view second) {
  if (!tls_) return sendParts(socket_.native_handle(), first, second);
  ssize_t sent = 0;
  for (std::string_view part : {first, second}) {
    while (!part.empty()) {
      const ssize_t count = tls_->write(part);
      if (count == TlsSession::kAgain) return sent;
      if (count < 0) return -1;
      part.remove_prefix(static_cast<std::size_t>(count));
      sent += count;
    }
  }
  return sent;
}

bool Connection::closesAfter() {
  return !keep_alive_ || shared_.draining.load(std::memory_order_relaxed) || answer_ == Answer::Aborted;
}

Task<Result<void>> Connection::send(http::Response response) {
  if (gone_ || closed_) co_return clientWent();
  framing_ = bodyless(response.status) ? Framing::None : Framing::Length;
  keep_alive_ = !closesAfter();
  appendHead(out_, {response.status, framing_, response.body.size(), !keep_alive_, http10_, worker_.date()}, response.headers);
  if (!head_only_ && framing_ != Framing::None) out_.append(response.body);
  const bool off = sendOff();
  if (gone_) co_return clientWent();
  if (!off) co_return co_await drained(0);
  co_return Result<void>{};
}

Task<Result<void>> Connection::start(int status, const http::Headers& headers) {
  if (gone_ || closed_) co_return clientWent();
  framing_ = bodyless(status) ? Framing::None : http10_ ? Framing::Close : Framing::Chunked;
  keep_alive_ = !closesAfter() && framing_ != Framing::Close;
  answer_ = Answer::Streaming;
  appendHead(out_, {status, framing_, 0, !keep_alive_, http10_, worker_.date()}, headers);
  const Duration heartbeat = shared_.options.limits.heartbeat;
  if (heartbeat > Duration{} && framing_ != Framing::None && !head_only_ && headers.get("content-type").starts_with("text/event-stream")) {
    beat_at_ = worker_.now() + heartbeat;
    setReadDeadline(read_deadline_);
  }
  flushSoon();
  co_return Result<void>{};
}

// Tells a client, and whatever stands between, that a silent stream still lives. Handlers write whole events, so that a comment
// never falls into one.
void Connection::beat() {
  constexpr std::string_view kComment = ": \n\n";
  beat_at_ = worker_.now() + shared_.options.limits.heartbeat;
  if (answer_ != Answer::Streaming || pending() > 0) return;
  if (framing_ == Framing::Chunked) appendChunk(kComment);
  else out_.append(kComment);
  flush();
}

Task<Result<void>> Connection::startRaw(std::string_view head) {
  if (gone_ || closed_) co_return clientWent();
  framing_ = Framing::Close;
  keep_alive_ = false;
  answer_ = Answer::Streaming;
  out_.append(head);
  flushSoon();
  co_return Result<void>{};
}

void Connection::appendChunk(std::string_view bytes) {
  std::array<char, 20> size{};
  char* end = std::to_chars(size.data(), size.data() + size.size() - 2, bytes.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out_.append(size.data(), end);
  if (bytes.size() < kDirectWrite || writing_) {
    out_.append(bytes).append("\r\n");
    return;
  }
  const std::string_view waiting = std::string_view(out_).substr(out_sent_);
  const ssize_t result = transmit(waiting, bytes);
  if (result < 0) return lost();
  const auto sent = static_cast<std::size_t>(result);
  const std::size_t of_bytes = sent > waiting.size() ? sent - waiting.size() : 0;
  out_sent_ += sent - of_bytes;
  if (pending() == 0) {
    out_.clear();
    out_sent_ = 0;
  }
  out_.append(bytes.substr(of_bytes)).append("\r\n");
}

Task<Result<void>> Connection::write(std::string_view bytes) {
  if (gone_ || closed_ || answer_ != Answer::Streaming) co_return clientWent();
  if (bytes.empty() || head_only_ || framing_ == Framing::None) co_return Result<void>{};
  if (beat_at_ != kNever) beat_at_ = worker_.now() + shared_.options.limits.heartbeat;
  if (framing_ == Framing::Chunked) appendChunk(bytes);
  else out_.append(bytes);
  if (gone_) co_return clientWent();
  const std::size_t most = shared_.options.limits.write_buffer;
  if (pending() > most) flush();
  else flushSoon();
  if (gone_) co_return clientWent();
  if (pending() > most) co_return co_await drained(most);
  co_return Result<void>{};
}

Task<Result<void>> Connection::finish() {
  if (gone_ || closed_ || answer_ != Answer::Streaming) co_return clientWent();
  beat_at_ = kNever;
  if (framing_ == Framing::Chunked && !head_only_) out_.append("0\r\n\r\n");
  const bool off = sendOff();
  if (gone_) co_return clientWent();
  if (!off) co_return co_await drained(0);
  co_return Result<void>{};
}

// A small rest leaves with those of the other connections that this turn of the worker has served: one wake-up of the receiving
// process for many answers. A large one, or one behind what the client has not taken yet, is seen out of the house: false until it is.
bool Connection::sendOff() {
  answer_ = Answer::Complete;
  given_at_ = steadyNow();
  if (pending() <= kDirectWrite && !writing_) {
    flushSoon();
    return true;
  }
  flush();
  return pending() == 0;
}

void Connection::leave() {
  if (flush_queued_ && worker_.oneHandler()) flush();
}

// What was written is still sent, so that an error event arrives; then the connection ends without a last chunk. To HTTP/1.0
// only a reset tells an aborted stream from a complete one.
void Connection::abort() {
  beat_at_ = kNever;
  if (closed_ || answer_ == Answer::Aborted || answer_ == Answer::Complete) return;
  if (framing_ == Framing::Close || answer_ == Answer::None) {
    flush();
    answer_ = Answer::Aborted;
    boost::system::error_code ignored;
    if (!closed_) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    return close();
  }
  answer_ = Answer::Aborted;
  ending_ = true;
  flush();
  if (!closed_ && pending() == 0) linger();
}

void Connection::flush() {
  if (closed_ || writing_) return;
  while (pending() > 0) {
    const ssize_t sent = transmit(std::string_view(out_).substr(out_sent_), {});
    if (sent < 0) return lost();
    if (sent == 0) break;
    out_sent_ += static_cast<std::size_t>(sent);
  }
  if (pending() > 0) {
    // A stream that is always a little ahead of its client would keep all that was ever sent.
    if (out_sent_ >= std::max(kDirectWrite, pending())) out_.erase(0, std::exchange(out_sent_, 0));
    return waitWritable();
  }
  out_.clear();
  out_sent_ = 0;
  onFlushed();
}

void Connection::flushSoon() {
  if (flush_queued_ || writing_ || closed_) return;
  flush_queued_ = true;
  worker_.flushLater(shared_from_this());
}

void Connection::flushQueued() {
  flush_queued_ = false;
  flush();
}

void Connection::waitWritable() {
  if (writing_ || closed_) return;
  writing_ = true;
  setWriteDeadline(worker_.now() + shared_.options.limits.write_stall);
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
    self->writing_ = false;
    if (self->closed_) return;
    if (error) return self->lost();
    self->setWriteDeadline(kNever);
    self->flush();
    if (self->pending() <= self->shared_.options.limits.write_buffer) self->wakeWriter();
  });
}

void Connection::onFlushed() {
  wakeWriter();
  if (answer_ == Answer::Aborted) return linger();
  if (std::exchange(go_on_, false)) next();
}

Task<Result<void>> Connection::drained(std::size_t most) {
  if (!room_) room_.emplace(worker_.context(), SteadyTime::max());
  while (!closed_ && pending() > most) {
    if (hurried_) closeSocket();
    else co_await room_->async_wait(asio::as_tuple(kAwaitable));
  }
  given_at_ = steadyNow();
  if (gone_ || closed_) co_return clientWent();
  co_return Result<void>{};
}

void Connection::wakeWriter() {
  if (room_) room_->cancel();
}

}  // namespace signalbox::server
