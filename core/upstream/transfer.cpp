// SPDX-License-Identifier: Apache-2.0
#include "upstream/transfer.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/strings.h"

namespace signalbox::upstream {

namespace asio = boost::asio;

namespace {
constexpr std::size_t kPauseAt = 256u << 10;  // bytes nobody has taken yet
enum Wake { kReady = 0, kDeadline = 1, kCancelled = 2 };
}  // namespace

struct Transfer::Waiter {
  virtual ~Waiter() = default;
  virtual void complete(int why) = 0;
};

template <class Handler>
struct Transfer::WaiterOf final : Transfer::Waiter {
  explicit WaiterOf(Handler h) : handler(std::move(h)) {}
  void complete(int result) override {
    if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
    auto resume = std::move(handler);
    std::move(resume)(boost::system::error_code{}, result);
  }
  Handler handler;
};

Transfer::Transfer(ConnectionPool& pool, std::string_view path, std::span<const ConnectionPool::Field> fields, std::string_view body)
    : pool_(pool), head_(pool.head(path, fields, body.size())), body_(body) {
  pool_.wiring().began();
  if (auto kept = pool_.take()) {
    kept_wire_ = true;
    begin(std::move(kept));
  } else {
    dial();
  }
}

Transfer::~Transfer() {
  pool_.wiring().settled(*this);
  pool_.wiring().forget(*this);
  pool_.wiring().ended();
  if (!wire_) return;
  const bool sent = sent_ == head_.size() + body_.size();
  if (let_end_ && sent && !paused_ && parser_.keepAlive()) {
    pool_.giveAfter(std::move(wire_), std::move(parser_));
  } else {
    wire_->close();
  }
}

void Transfer::dial() {
  kept_wire_ = false;
  dial_ = pool_.dial([this](Result<std::shared_ptr<Wire>> made) {
    if (!made) return finish(made.error(), false);
    begin(std::move(*made));
  });
}

void Transfer::begin(std::shared_ptr<Wire> wire) {
  wire_ = std::move(wire);
  if (kept_wire_) wire_->mark();
  wire_->setUser(this);
  if (pool_.wiring().oneOpen()) return sendSome();
  pool_.wiring().writeLater(*this);
}

void Transfer::sendSome() {
  if (!wire_) return;  // closed since it was to be written to
  if (kept_wire_ && sent_ == 0 && !wire_->silent()) return askAnew();  // what waits there already would be taken for the answer
  const std::size_t total = head_.size() + body_.size();
  while (sent_ < total) {
    const std::string_view head = std::string_view(head_).substr(std::min(sent_, head_.size()));
    const std::string_view body = body_.substr(sent_ - std::min(sent_, head_.size()));
    const ssize_t moved = wire_->write(head, body);
    if (moved == Wire::kAgain) wire_->awaitWritable();
    if (moved < 0) break;  // broken: an answer may have come all the same, so it is for readSome() to find out
    sent_ += static_cast<std::size_t>(moved);
  }
  wire_->awaitReadable();
}

// What wakes the awaiting task must come last: that task may end this transfer.
void Transfer::readSome() {
  if (kept_wire_ && sent_ == 0) return askAnew();  // nothing has been asked: this answers nothing, or is the end
  const auto scratch = pool_.wiring().scratch();
  while (true) {
    const ssize_t got = wire_->read(scratch);
    if (got == Wire::kAgain) break;
    if (got <= 0) return ended(got == Wire::kBroken);
    if (!take({scratch.data(), static_cast<std::size_t>(got)})) return;
    paused_ = until_ == Until::Data && bytes_.size() >= kPauseAt;
    if (paused_ || (!wire_->buffers() && static_cast<std::size_t>(got) < scratch.size())) break;
  }
  if (!paused_) wire_->awaitReadable();
  if (satisfied(until_)) wake(kReady);
}

// False when the exchange is over, and with it perhaps this object.
bool Transfer::take(std::string_view bytes) {
  const std::size_t before = bytes_.size();
  const auto step = parser_.feed(bytes, bytes_);
  // The farewell of a server to an idle connection, which crossed with the request.
  constexpr int kRequestTimeout = 408;
  if (kept_wire_ && status() == kRequestTimeout && mayBeStale()) {
    askAnew();
    return false;
  }
  switch (step.status) {
    case http::ResponseParser::Status::More: return unpack(before);
    case http::ResponseParser::Status::Done: {
      if (!unpack(before)) return false;
      if (inflater_ && !inflater_->complete()) {
        finish(Error{ErrorCode::UpstreamTruncated, "the upstream's compressed answer broke off", {}, {}, status(), 0}, false);
        return false;
      }
      const bool clean = step.used == bytes.size() && sent_ == head_.size() + body_.size();
      finish({}, clean && parser_.keepAlive());
      return false;
    }
    case http::ResponseParser::Status::TooLarge: malformed("is larger than 64 MiB"); return false;
    case http::ResponseParser::Status::Malformed: break;
  }
  malformed("is not HTTP as it should be: " + std::string(parser_.why()));
  return false;
}

// Nothing compressed is asked for; what comes compressed all the same is inflated, within limits. False as with take().
bool Transfer::unpack(std::size_t from) {
  if (!head_seen_ && parser_.headDone()) {
    head_seen_ = true;
    const std::string_view encoding = headers().get("content-encoding");
    if (http::Inflater::reads(encoding)) {
      inflater_ = std::make_unique<http::Inflater>();
    } else if (!encoding.empty() && !equalsIgnoreCase(encoding, "identity")) {
      malformed("came in a Content-Encoding that was not asked for");
      return false;
    }
  }
  if (!inflater_ || bytes_.size() == from) return true;
  const std::string packed = bytes_.substr(from);
  bytes_.resize(from);
  if (inflater_->feed(packed, bytes_)) return true;
  malformed(std::string(inflater_->why()));
  return false;
}

void Transfer::malformed(const std::string& what) {
  finish(Error{ErrorCode::UpstreamMalformed, "the upstream's answer " + what, {}, {}, status(), 0}, false);
}

void Transfer::ended(bool broken) {
  // It was closed while it lay idle, as servers may at any time, and the request goes out once more. One that has come there may have
  // been worked on, and must not be asked again as if nothing had been: of a connection that was reset nobody knows.
  if (!parser_.begun() && mayBeStale() && wire_->parted()) return askAnew();
  wire_->close();
  wire_.reset();
  if (!parser_.begun()) {
    return finish(Error{ErrorCode::UpstreamConnect, "the upstream closed the connection without an answer", {}, {}, 0, 0}, false);
  }
  if (!broken && parser_.end() == http::ResponseParser::Status::Done) return finish({}, false);
  finish(Error{ErrorCode::UpstreamTruncated, "the upstream's answer broke off", {}, {}, status(), 0}, false);
}

bool Transfer::mayBeStale() const { return kept_wire_ && wire_->unheard(); }

void Transfer::askAnew() {
  std::exchange(wire_, nullptr)->close();
  parser_.reset();
  bytes_.clear();
  sent_ = 0;
  dial();
}

void Transfer::finish(std::optional<Error> failure, bool keep) {
  done_ = true;
  failure_ = std::move(failure);
  if (wire_ && keep) pool_.give(std::exchange(wire_, nullptr));
  if (wire_) std::exchange(wire_, nullptr)->close();
  wake(kReady);
}

void Transfer::wake(int why) {
  const auto waiter = std::exchange(waiter_, nullptr);
  if (!waiter) return;
  pool_.wiring().settled(*this);
  waiter->complete(why);
}

// What waits holds the task, and the task this transfer, which may end in this call.
void Transfer::giveUp() {
  pool_.wiring().settled(*this);
  const auto waiter = std::exchange(waiter_, nullptr);
}

Task<Result<void>> Transfer::wait(Until until, SteadyTime deadline) {
  // A cancellation between two waits finds no one to wake.
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) co_return fail(ErrorCode::ClientGone, "the client went away");
  until_ = until;
  // Whoever waits for the whole takes nothing before it is there; a fast upstream may have filled the buffer before it was known.
  if (paused_ && (until != Until::Data || bytes_.size() < kPauseAt) && wire_) {
    paused_ = false;
    readSome();  // nobody waits yet, so this comes back; more may lie in TLS's own buffer
  }
  if (!satisfied(until)) {
    const Deadline timer(pool_.wiring().deadlines(), deadline, [this] { wake(kDeadline); });
    const int why = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(boost::system::error_code, int)>(
        [this](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          waiter_ = std::make_shared<WaiterOf<decltype(handler)>>(std::move(handler));
          pool_.wiring().awaited(*this);
          // Not at once: whoever cancels is in the middle of something.
          if (slot.is_connected()) {
            slot.assign([this, weak = std::weak_ptr(waiter_)](asio::cancellation_type) {
              asio::post(pool_.wiring().executor(), [this, weak] {
                if (weak.lock()) wake(kCancelled);
              });
            });
          }
        },
        kAwaitable);
    if (why == kCancelled) co_return fail(ErrorCode::ClientGone, "the client went away");
    if (why == kDeadline && !satisfied(until)) co_return fail(ErrorCode::UpstreamTimeout, "the upstream did not answer in time");
  }
  if (done_ && failure_ && (until != Until::Data || bytes_.empty())) co_return std::unexpected(*failure_);
  co_return Result<void>{};
}

std::string Transfer::takeBytes() { return std::exchange(bytes_, {}); }

}  // namespace signalbox::upstream
