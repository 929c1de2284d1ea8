// SPDX-License-Identifier: Apache-2.0
// The inside of a control session, shared with answers that are on their way. Used by control_session.cpp, control_methods.cpp.
#pragma once
#include <atomic>

#include "engine/control_session.h"

namespace signalbox::engine {

class ControlSession::Link : public std::enable_shared_from_this<ControlSession::Link> {
 public:
  Link(std::unique_ptr<control::ConsoleApi> api, SessionOwner owner, std::shared_ptr<server::SocketPeer> peer, SessionLimits limits,
       std::shared_ptr<ControlCounts> counts, std::weak_ptr<Ticker> ticker)
      : api_(std::move(api)), owner_(std::move(owner)), peer_(std::move(peer)), limits_(limits), counts_(std::move(counts)), ticker_(std::move(ticker)),
        rate_(limits.calls_per_second, limits.burst, steadyNow()) {}

  void take(std::string_view text);
  // Ends feeds and questions; nothing is sent afterwards.
  void end();

 private:
  // A feed as the peer knows it. The first event is the answer to the call, the rest are notifications.
  struct Feed {
    std::string name;                 // "s1"
    std::string method;               // of its notifications
    Json call_id;
    bool silent = false;              // the call was a notification
    bool answered = false;
    bool must_arrive = false;         // nothing later would say it again
    Subscription source;
    std::mutex mutex;                 // guards what was withheld; held while it is sent, so that deltas keep their order
    std::int64_t lost = 0;            // decisions, or deltas, since the last one that went out
    Json withheld;                    // the newest delta, which waits for the peer to have read; null: none
    std::int64_t withheld_weight = 0;
  };

  [[nodiscard]] bool admitted(const Json& id);
  void dispatch(const control::Call& call);
  void call(control::Method method, const control::Call& call);
  void callDecisions(control::Method method, const control::Call& call, control::ConsoleApi& api);
  void callPolicy(control::Method method, const control::Call& call, control::ConsoleApi& api);
  void getPolicy(const control::Call& call, control::ConsoleApi& api);
  void listFleet(const control::Call& call, control::ConsoleApi& api);
  [[nodiscard]] std::shared_ptr<control::Cancellation> question(const control::Call& call);  // can be called off by its id
  void cancel(const control::Call& call);
  void unsubscribe(const control::Call& call);

  void answer(const control::Call& call, const Json& result);
  void reply(const control::Call& call, const Json& result);  // without forgetting the question
  [[nodiscard]] bool isRunning(const Json& id);  // a question with this id is
  void forget(const Json& id);
  void refuse(const control::Call& call, const Error& error);
  void send(std::string text);        // an answer: a peer that cannot take it is closed
  void cutOff(ControlCounts::Cut why, std::string reason);

  // A reply that turns T into the answer of `call`.
  template <class T, class ToJson>
  [[nodiscard]] control::Reply<T> replyTo(const control::Call& call, ToJson to_json) {
    return [weak = weak_from_this(), call = control::Call{call.id, call.notification, call.method, nullptr}, to_json](Result<T> result) {
      const auto self = weak.lock();
      if (!self) return;
      if (result) self->answer(call, to_json(*result));
      else self->refuse(call, result.error());
    };
  }
  // Runs use(parameters) when `read` accepts them, else refuses the call.
  template <class T, class Use>
  void with(const control::Call& call, Result<T> params, Use use) {
    if (params) use(std::move(*params));
    else refuse(call, params.error());
  }
  // Opens a feed: subscribe(sink) gives its Subscription; weight(T) says how much is lost when one is held back.
  template <class T, class Subscribe, class Weight>
  void openFeed(const control::Call& call, std::string method, Subscribe subscribe, Weight weight) {
    const std::shared_ptr<Feed> feed = newFeed(call, std::move(method));
    if (!feed) return;
    control::Sink<T> sink = [weak = weak_from_this(), feed, weight](Result<T> event) {
      const auto self = weak.lock();
      if (!self) return;
      if (!event) self->feedFailed(*feed, event.error());
      else self->feedEvent(*feed, control::toJson(*event), weight(*event));
    };
    keepFeed(feed, subscribe(std::move(sink)));
  }
  [[nodiscard]] std::shared_ptr<Feed> newFeed(const control::Call& call, std::string method);
  void keepFeed(const std::shared_ptr<Feed>& feed, Subscription source);
  void feedEvent(Feed& feed, Json content, std::int64_t weight);
  void feedFailed(Feed& feed, const Error& error);
  // REQUIRES: the feed's mutex held. False when the peer is behind.
  [[nodiscard]] bool sendDelta(Feed& feed, const Json& content);
  void awaitReader();                 // sees to it that catchUp() is called from time to time
  void catchUp();                     // gives a peer that has read what waited for it the newest of what it missed

  std::mutex api_mutex_;              // the api goes when the session ends
  std::shared_ptr<control::ConsoleApi> api_;
  const SessionOwner owner_;
  const std::shared_ptr<server::SocketPeer> peer_;
  const SessionLimits limits_;
  const std::shared_ptr<ControlCounts> counts_;
  const std::weak_ptr<Ticker> ticker_;

  RateLimit rate_;                    // worker's thread only, as is the next
  int refused_ = 0;
  std::atomic<bool> cut_off_{false};

  std::mutex mutex_;
  bool ended_ = false;
  std::uint64_t next_feed_ = 1;
  std::map<std::string, std::shared_ptr<Feed>> feeds_;
  std::map<std::string, std::shared_ptr<control::Cancellation>> questions_;  // by the call's id as JSON text
  bool awaiting_ = false;
  Subscription catching_up_;          // once the peer was behind
};

}  // namespace signalbox::engine
