// SPDX-License-Identifier: Apache-2.0
#include "engine/control_session.h"

#include "base/log.h"
#include "control/wire.h"
#include "engine/control_link.h"

namespace signalbox::engine {

using control::Call;

ControlSession::ControlSession(std::unique_ptr<control::ConsoleApi> api, SessionOwner owner, std::shared_ptr<server::SocketPeer> peer,
                               SessionLimits limits, std::shared_ptr<ControlCounts> counts, std::function<void()> gone, std::weak_ptr<Ticker> ticker)
    : link_(std::make_shared<Link>(std::move(api), std::move(owner), std::move(peer), limits, std::move(counts), std::move(ticker))),
      gone_(std::move(gone)) {}

ControlSession::~ControlSession() {
  link_->end();
  if (gone_) gone_();
}

void ControlSession::onText(std::string_view text) { link_->take(text); }

void ControlSession::Link::end() {
  std::map<std::string, std::shared_ptr<Feed>> feeds;
  std::map<std::string, std::shared_ptr<control::Cancellation>> questions;
  Subscription catching_up;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    catching_up = std::move(catching_up_);
    feeds.swap(feeds_);
    questions.swap(questions_);
  }
  for (const auto& [id, question] : questions) question->cancel();
  for (const auto& [name, feed] : feeds) feed->source.reset();
  std::shared_ptr<control::ConsoleApi> api;
  const std::lock_guard lock(api_mutex_);
  api.swap(api_);
}

void ControlSession::Link::take(std::string_view text) {
  if (text.size() > control::kMostMessageBytes) return peer_->close(1009, "messages are at most 64 KiB");
  const auto json = parseJson(text);
  const bool has_id = json && json->is_object() && json->contains("id");
  if (!admitted(has_id ? (*json)["id"] : Json())) return;
  if (!json) return send(control::errorText(nullptr, control::kParseError, "not JSON: " + json.error().message));
  const auto call = control::callFromJson(*json);
  if (!call) return send(control::errorText(nullptr, control::kInvalidRequest, call.error().message));
  // The router serves others than whoever has found a message that it does not expect.
  try {
    dispatch(*call);
  } catch (const std::exception& error) {
    log::error("control: {} failed: {}", call->method, error.what());
    send(control::errorText(call->id, control::kInternalError, "this call failed inside the router; its log says why"));
  }
}

// Throttled calls are told so; whoever does not listen is closed.
bool ControlSession::Link::admitted(const Json& id) {
  if (rate_.take(steadyNow())) {
    refused_ = 0;
    return true;
  }
  if (++refused_ > limits_.most_refused) {
    cutOff(ControlCounts::Cut::Flood, "too many messages");
    return false;
  }
  counts_->throttled();
  Error error{ErrorCode::Throttled, "too many messages; at most 20 a second", {}, {}, 0, 1};
  send(control::errorText(id.is_string() || id.is_number() ? id : Json(), error));
  return false;
}

void ControlSession::Link::dispatch(const Call& call) {
  if (!call.notification && isRunning(call.id)) {
    // Not by refuse(), which would forget the one that runs: it can still be called off.
    const Error twice{ErrorCode::InvalidRequest, "a question with this id is still running; every call needs an id of its own", "id", {}, 0, 0};
    return send(control::errorText(call.id, twice));
  }
  const auto method = control::parseMethod(call.method);
  if (!method) {
    if (!call.notification) send(control::errorText(call.id, control::kMethodNotFound, "no such method: " + call.method.substr(0, 64)));
    return;
  }
  if (!control::mayCall(owner_.role, *method)) {
    return refuse(call, control::forbidden(*method));
  }
  if (!call.params.is_object() && !call.params.is_null()) {
    return refuse(call, Error{ErrorCode::InvalidRequest, "`params` must be an object", "params", {}, 0, 0});
  }
  if (const auto unknown = control::unknownParameter(*method, call.params)) return refuse(call, *unknown);
  this->call(*method, call);
}

bool ControlSession::Link::isRunning(const Json& id) {
  const std::lock_guard lock(mutex_);
  return questions_.contains(id.dump());
}

void ControlSession::Link::forget(const Json& id) {
  const std::lock_guard lock(mutex_);
  questions_.erase(id.dump());
}

void ControlSession::Link::answer(const Call& call, const Json& result) {
  forget(call.id);
  reply(call, result);
}

void ControlSession::Link::reply(const Call& call, const Json& result) {
  if (!call.notification) send(control::answerText(call.id, result));
}

void ControlSession::Link::refuse(const Call& call, const Error& error) {
  forget(call.id);
  if (!call.notification) send(control::errorText(call.id, error));
}

void ControlSession::Link::send(std::string text) {
  if (!peer_->send(std::move(text))) cutOff(ControlCounts::Cut::Unread, "answers are not read");
}

void ControlSession::Link::cutOff(ControlCounts::Cut why, std::string reason) {
  if (cut_off_.exchange(true)) return;
  counts_->cut(why, owner_.name, steadyNow());
  peer_->close(1008, std::move(reason));
}

std::shared_ptr<ControlSession::Link::Feed> ControlSession::Link::newFeed(const Call& call, std::string method) {
  auto feed = std::make_shared<Feed>();
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return nullptr;
    if (feeds_.size() < limits_.most_subscriptions) {
      feed->name = "s" + std::to_string(next_feed_++);
      feed->method = std::move(method);
      feed->call_id = call.id;
      feed->silent = call.notification;
      feed->must_arrive = feed->method == "policy.delta";
      feeds_[feed->name] = feed;
      return feed;
    }
  }
  refuse(call, Error{ErrorCode::Throttled, "at most " + std::to_string(limits_.most_subscriptions) + " subscriptions a connection",
                     {}, {}, 0, 0});
  return nullptr;
}

void ControlSession::Link::keepFeed(const std::shared_ptr<Feed>& feed, Subscription source) {
  {
    const std::lock_guard lock(mutex_);
    if (feeds_.contains(feed->name)) {
      feed->source = std::move(source);
      return;
    }
  }
  source.reset();  // unsubscribed, failed or gone meanwhile
}

// Events of one feed come one at a time.
void ControlSession::Link::feedEvent(Feed& feed, Json content, std::int64_t weight) {
  content["subscription"] = feed.name;
  if (!feed.answered) {
    feed.answered = true;
    if (!feed.silent) send(control::answerText(feed.call_id, content));
    return;
  }
  if (feed.must_arrive) return send(control::notificationText(feed.method, content));
  {
    const std::lock_guard lock(feed.mutex);
    feed.lost += std::exchange(feed.withheld_weight, 0);
    feed.withheld = nullptr;
    if (sendDelta(feed, content)) return;
    feed.withheld = std::move(content);
    feed.withheld_weight = weight;
  }
  awaitReader();
}

bool ControlSession::Link::sendDelta(Feed& feed, const Json& content) {
  if (peer_->queuedBytes() > limits_.slow_above_bytes) return false;
  if (feed.lost == 0) return peer_->send(control::notificationText(feed.method, content));
  Json counted = content;
  counted["dropped"] = content.value("dropped", std::int64_t{0}) + feed.lost;
  if (!peer_->send(control::notificationText(feed.method, counted))) return false;
  feed.lost = 0;
  return true;
}

void ControlSession::Link::awaitReader() {
  const auto ticker = ticker_.lock();
  {
    const std::lock_guard lock(mutex_);
    if (!ticker || ended_ || std::exchange(awaiting_, true)) return;
  }
  constexpr auto kLookAgain = std::chrono::milliseconds(100);
  Subscription looking = ticker->every(kLookAgain, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->catchUp();
  });
  const std::lock_guard lock(mutex_);
  if (!ended_) catching_up_ = std::move(looking);
}

void ControlSession::Link::catchUp() {
  std::vector<std::shared_ptr<Feed>> feeds;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, feed] : feeds_) feeds.push_back(feed);
  }
  for (const auto& feed : feeds) {
    const std::lock_guard lock(feed->mutex);
    if (feed->withheld.is_null() || !sendDelta(*feed, feed->withheld)) continue;
    feed->withheld = nullptr;
    feed->withheld_weight = 0;
  }
}

void ControlSession::Link::feedFailed(Feed& feed, const Error& error) {
  Subscription source;
  {
    const std::lock_guard lock(mutex_);
    feeds_.erase(feed.name);
    source = std::move(feed.source);
  }
  if (!feed.answered && !feed.silent) send(control::errorText(feed.call_id, error));
  if (feed.answered) {
    send(control::notificationText(feed.method, {{"subscription", feed.name}, {"error", control::errorToJson(error)}}));
  }
}

}  // namespace signalbox::engine
