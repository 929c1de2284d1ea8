// SPDX-License-Identifier: Apache-2.0
// What a connection grants a body: how long it may take to come, and how much of the server's memory it may hold.
#include "server/connection.h"

namespace signalbox::server {
namespace {

constexpr std::size_t kSmallBody = 64 << 10;  // whose sender does not matter

}  // namespace

void Connection::beginBody() {
  sender_.reset();
  body_timed_ = 0;
  body_deadline_ = worker_.now() + shared_.options.limits.body_grace;
}

// What came fast buys no silence later: the grace is the longest that nothing may come.
void Connection::awaitBody() {
  const Limits& limits = shared_.options.limits;
  const auto came = static_cast<double>(parser_.bodyBytes() - body_timed_);
  const auto earned = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(came / static_cast<double>(std::max<std::size_t>(limits.body_rate, 1))));
  body_timed_ = parser_.bodyBytes();
  body_deadline_ = std::min(body_deadline_ + earned, worker_.now() + limits.body_grace);
  setReadDeadline(body_deadline_);
}

// Whose body it is, once. False where nobody knows; the request was answered.
bool Connection::identify() {
  if (sender_) return true;
  auto sender = shared_.handler.sender(parser_.head());
  if (sender && !sender->known) {
    serveUnread({});
    return false;
  }
  releaseBody();  // what is held goes onto its sender's name
  sender_ = std::move(sender).value_or(Handler::Sender{});
  return true;
}

// Counts what bodies hold of the server's memory. False when there is no more; the request was answered.
bool Connection::chargeBody() {
  const auto held = static_cast<std::size_t>(parser_.bodyBytes());
  if (held == body_charged_) return true;
  if (held > kSmallBody && !identify()) return false;
  const std::size_t more = held - std::exchange(body_charged_, held);
  if (shared_.bodies.hold(sender_ ? sender_->name : std::string(), more, shared_.options.limits.max_bodies_in_flight)) return true;
  refuseForRoom("Too many large requests are being received; try again shortly.");
  return false;
}

void Connection::releaseBody() {
  if (body_charged_ > 0) shared_.bodies.release(sender_ ? sender_->name : std::string(), std::exchange(body_charged_, 0));
}

// The body is not read, and what of it still comes is dropped.
void Connection::serveUnread(std::string_view why) {
  ending_ = true;
  serve(why);
}

void Connection::refuseForRoom(std::string_view why) {
  if (shared_.handler.sender(parser_.head())) serveUnread(why);
  else refuse(429, why);
}

}  // namespace signalbox::server
