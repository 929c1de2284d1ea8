// SPDX-License-Identifier: Apache-2.0
#include "server/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>

#include "base/log.h"
#include "server/request_checks.h"
#include "server/socket_link.h"

namespace signalbox::server {
namespace {

constexpr ssize_t kAgain = TlsSession::kAgain, kBroken = TlsSession::kBroken;
constexpr int kReadsAtOnce = 8;  // of a client that always has more, before others have their turn
constexpr std::size_t kReadAhead = 64 << 10;
constexpr std::size_t kLingerBytes = 1 << 20;
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kKeptBuffer = 64 << 10;  // larger buffers are given back between requests
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

http::FramingLimits framingLimits(const Limits& limits) { return {limits.max_head, limits.max_fields, limits.max_line, limits.max_body}; }

// A cancelled handler may end by an exception. Asio awaits once more after it, and what that throws would end the worker.
Task<void> contained(Task<void> handler) {
  std::exception_ptr problem;
  try {
    co_await std::move(handler);
  } catch (...) {
    problem = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  if (problem) std::rethrow_exception(problem);
}

std::string describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an unknown exception";
  }
}

}  // namespace

Connection::Connection(WorkerLoop& worker, Socket socket, std::string peer, bool loopback)
    : worker_(worker), shared_(worker.shared()), socket_(std::move(socket)), parser_(framingLimits(shared_.options.limits)),
      peer_(std::move(peer)), loopback_(loopback) {}

Connection::~Connection() {
  releaseBody();
  if (!loopback_) shared_.addresses.release(peer_);
  shared_.connections.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::start() {
  boost::system::error_code ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  socket_.native_non_blocking(true, ignored);
  if (const auto identity = shared_.identity.get()) {
    tls_ = std::make_unique<TlsSession>(*identity, socket_.native_handle());
    setReadDeadline(worker_.now() + shared_.options.limits.head_time);  // of the handshake
  } else {
    awaitMore();
  }
  waitReadable();
}

// Waits without holding a buffer: ten thousand idle connections cost next to nothing.
void Connection::waitReadable() {
  if (reading_ || closed_) return;
  reading_ = true;
  auto on_event = [self = shared_from_this()](const boost::system::error_code& error) {
    self->reading_ = false;
    if (self->closed_) return;
    if (error) return self->lost();
    self->onReadable();
  };
  if (tls_ && tls_->mayHoldBytes()) return asio::post(worker_.context(), [on_event = std::move(on_event)] { on_event({}); });
  socket_.async_wait(tls_ && tls_->waitsToWrite() ? Socket::wait_write : Socket::wait_read, std::move(on_event));
}

// Bytes; 0 at the client's end; else one of TlsSession's reasons.
ssize_t Connection::receive(std::span<char> into) {
  if (tls_) {
    const bool greeting = !tls_->established();
    const ssize_t count = tls_->read(into);
    if (greeting && tls_->established()) awaitMore();
    return count;
  }
  const ssize_t count = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
  if (count >= 0) return count;
  return errno == EAGAIN || errno == EINTR ? kAgain : kBroken;
}

void Connection::onReadable() {
  auto& scratch = worker_.scratch();
  for (int reads = 0; reads < kReadsAtOnce; ++reads) {
    const ssize_t count = receive(scratch);
    if (count == kAgain) break;
    if (count == TlsSession::kPlainText) {
      tls_.reset();
      return refuse(400, "This port speaks TLS; use https.");
    }
    if (count <= 0) return lingering_ ? close() : lost();
    if (!onBytes({scratch.data(), static_cast<std::size_t>(count)})) return;
    if (!tls_) break;  // what a socket still holds is told of again
  }
  waitReadable();
}

bool Connection::onBytes(std::string_view bytes) {
  if (ending_) {
    discarded_ += bytes.size();
    if (discarded_ > kLingerBytes && lingering_) close();
  } else if (busy_ || go_on_) {
    ahead_.erase(0, std::exchange(ahead_at_, 0));
    ahead_.append(bytes);
    if (ahead_.size() >= kReadAhead) {
      lookForLoss();
      return false;
    }
  } else {
    consume(bytes);
  }
  return !closed_;
}

// The client has sent more than is read ahead. Its end must be noticed all the same, so the state of the socket is looked at
// with every tick until the handler is done.
void Connection::lookForLoss() {
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool known = ::getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
  if (known && (info.tcpi_state == TCP_CLOSE_WAIT || info.tcpi_state == TCP_CLOSE)) return lost();
  setReadDeadline(worker_.now());
}

void Connection::consume(std::string_view bytes) {
  consuming_ = true;
  while (!closed_ && !ending_ && consumeStep(bytes)) {
  }
  consuming_ = false;
  const bool from_ahead = ahead_at_ < ahead_.size();
  if (from_ahead) ahead_at_ = ahead_.size() - bytes.size();
  else ahead_.assign(bytes);
  if (ahead_at_ == ahead_.size() || !(busy_ || go_on_)) {
    ahead_.clear();
    ahead_at_ = 0;
  }
}

bool Connection::consumeStep(std::string_view& bytes) {
  const auto step = parser_.feed(bytes);
  bytes.remove_prefix(step.used);
  switch (step.status) {
    case http::RequestParser::Status::More:
      if (!chargeBody()) return false;
      awaitMore();
      return false;
    case http::RequestParser::Status::Head: return onHead(bytes);
    case http::RequestParser::Status::Refused: refuse(parser_.refusal().status, parser_.refusal().why); return false;
    case http::RequestParser::Status::Done: break;
  }
  if (!chargeBody()) return false;
  if (parser_.upgradesToWebSocket() && shared_.sockets != nullptr) {
    upgrade(bytes);
    return false;
  }
  serve();
  return !busy_ && !go_on_;
}

bool Connection::onHead(std::string_view following) {
  const http::Refusal refusal = checkHead(parser_.head(), shared_.options.check_host ? &shared_.hosts : nullptr, shared_.handler);
  if (refusal.status != 0) {
    refuse(refusal.status, refusal.why);
    return false;
  }
  beginBody();
  if (parser_.head().method == "POST" && shared_.refuses()) {
    refuseForRoom("The server is short of memory; try again shortly.");
    return false;
  }
  if (parser_.expectsContinue() && parser_.hasBody() && following.empty()) {
    if (!identify()) return false;
    out_.append(kContinue);
    flush();
  }
  return !closed_;
}

// Sets the deadline of what is waited for: a first byte, the rest of a head, or the rest of a body.
void Connection::awaitMore() {
  const Limits& limits = shared_.options.limits;
  if (parser_.readingBody()) {
    awaitBody();
  } else if (!parser_.begun()) {
    setReadDeadline(worker_.now() + limits.keep_alive);
    if (ahead_.capacity() > kKeptBuffer) ahead_ = {};
    if (out_.capacity() > kKeptBuffer && pending() == 0) out_ = {};
  } else if (!head_begun_) {
    head_begun_ = true;
    setReadDeadline(worker_.now() + limits.head_time);
  }
}

void Connection::serve(std::string_view unread) {
  keep_alive_ = parser_.keepAlive() && !ending_;
  http10_ = parser_.http10();
  http::Request request = parser_.take();
  request.peer = peer_;
  request.loopback = loopback_;
  request.unread = unread;
  if (ending_) {
    request.body = {};
    releaseBody();
  }
  anthropic_ = speaksAnthropic(request.path());
  head_only_ = request.method == "HEAD";
  head_begun_ = false;
  busy_ = true;
  worker_.handlerBegan();
  answer_ = Answer::None;
  setReadDeadline(kNever);
  auto task = shared_.handler.handle(worker_, std::move(request), *this);
  auto done = [self = shared_from_this()](const std::exception_ptr& exception) { self->onHandled(exception); };
  asio::co_spawn(worker_.context(), contained(std::move(task)), asio::bind_cancellation_slot(cancel_.slot(), std::move(done)));
}

void Connection::onHandled(const std::exception_ptr& exception) {
  busy_ = false;
  worker_.handlerEnded();
  releaseBody();
  const bool complete = answer_ == Answer::Complete;
  if (exception && !gone_ && !complete) log::error("A request's handler failed: {}", describe(exception));
  if (gone_ || closed_) return close();
  if (answer_ == Answer::Streaming) abort();
  if (answer_ == Answer::None) {
    keep_alive_ = false;
    const bool stopping = shared_.draining.load(std::memory_order_relaxed);
    answerPlainly(stopping ? refusalResponse(503, "The server is stopping; try again shortly.", anthropic_)
                           : refusalResponse(500, "The request could not be handled.", anthropic_));
  }
  go_on_ = true;
  if (pending() == 0) onFlushed();
}

// The answer is complete and sent.
void Connection::next() {
  if (closed_) return;
  if (!keep_alive_ || answer_ == Answer::Aborted || ending_) return linger();  // as its head said: a promise to go on is kept
  if (consuming_) return;
  if (ahead_.empty()) return awaitMore();
  consume(std::string_view(ahead_).substr(ahead_at_));
  waitReadable();
}

void Connection::refuse(int status, std::string_view why) {
  shared_.handler.refused(status, why);
  head_only_ = parser_.head().method == "HEAD";
  keep_alive_ = false;
  answerPlainly(refusalResponse(status, why, speaksAnthropic(parser_.head().path())));
}

// An answer that no handler gives. The connection ends after it.
void Connection::answerPlainly(const http::Response& response) {
  ending_ = true;
  setReadDeadline(kNever);
  const HeadFacts facts{response.status, Framing::Length, response.body.size(), true, false, worker_.date()};
  appendHead(out_, facts, response.headers);
  if (!head_only_) out_.append(response.body);
  go_on_ = true;
  flush();
}

void Connection::upgrade(std::string_view following) {
  if (!following.empty()) return refuse(400, "Frames must not be sent before the upgrade is answered.");
  http::Request request = parser_.take();
  request.peer = peer_;
  request.loopback = loopback_;
  anthropic_ = speaksAnthropic(request.path());
  auto link = std::make_shared<SocketLink>(worker_);
  auto session = shared_.sockets->accept(request, link->peer());
  if (!session) {
    keep_alive_ = false;
    return answerPlainly(refusalResponse(session.error().status, session.error().message, false));
  }
  boost::system::error_code error;
  TlsHandle tls = tls_ ? tls_->release() : TlsHandle();
  tls_.reset();
  const int descriptor = socket_.release(error);
  worker_.add(link);
  link->open({descriptor, peer_.find(':') != std::string::npos, std::move(tls)}, request, std::move(*session));
  close();
}

void Connection::onDeadline() {
  if (closed_) return;
  if (write_deadline_ <= worker_.now()) return lost();
  if (beat_at_ <= worker_.now()) beat();
  if (read_deadline_ > worker_.now()) return setReadDeadline(read_deadline_);
  read_deadline_ = kNever;
  if (lingering_) return close();
  if (busy_ || go_on_) return lookForLoss();
  if (ending_ || !parser_.begun()) return close();
  refuse(408, "The request did not arrive in time.");
}

// One that is idle stays for a last request, such as a probe that asks whether we are ready, until the server has nothing else
// to do.
void Connection::onDrain() {}

bool Connection::idle() const { return !busy_ && !go_on_ && !parser_.begun() && !lingering_ && pending() == 0; }

void Connection::onCancel() {
  if (!busy_) return close();
  hurried_ = true;
  wakeWriter();
  cancel_.emit(asio::cancellation_type::terminal);
}

// Shuts our side and drops what still comes: closing with unread bytes would reset the connection and could destroy the
// answer on its way.
void Connection::linger() {
  if (closed_ || lingering_) return;
  ending_ = lingering_ = true;
  ahead_.clear();
  ahead_at_ = 0;
  if (tls_) tls_->sayGoodbye();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  setReadDeadline(worker_.now() + kLingerTime);
  waitReadable();
}

void Connection::lost() {
  if (closed_) return;
  if (answer_ == Answer::Complete && pending() == 0 && busy_) {  // it has its answer; the handler is only finishing
    closeSocket();
    return;
  }
  gone_ = true;
  closeSocket();
  wakeWriter();
  if (busy_) cancel_.emit(asio::cancellation_type::terminal);
  else close();
}

void Connection::closeSocket() {
  if (closed_) return;
  closed_ = true;
  if (tls_ && !gone_ && answer_ != Answer::Aborted) tls_->sayGoodbye();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Connection::close() {
  closeSocket();
  if (busy_ || removed_) return;
  removed_ = true;
  worker_.remove(*this);
}

void Connection::setReadDeadline(SteadyTime deadline) {
  read_deadline_ = deadline;
  if (!removed_) worker_.setDeadline(*this, std::min({read_deadline_, write_deadline_, beat_at_}));
}

void Connection::setWriteDeadline(SteadyTime deadline) {
  write_deadline_ = deadline;
  if (!removed_) worker_.setDeadline(*this, std::min({read_deadline_, write_deadline_, beat_at_}));
}

}  // namespace signalbox::server
