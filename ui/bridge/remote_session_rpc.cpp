// SPDX-License-Identifier: GPL-3.0-only
// The JSON-RPC half of RemoteSession: calls and their answers, feeds and their deltas.
#include <utility>

#include "base/json_bounded.h"
#include "bridge/remote_session.h"
#include "control/rpc.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kMostCounting = 64;  // older questions are nobody's any more

std::string subscriptionOf(const Json& content) {
  if (!content.is_object()) return {};
  const auto found = content.find("subscription");
  if (found == content.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}
}  // namespace

std::int64_t RemoteSession::call(const std::string& method, const Json& params, std::function<void(Result<Json>)> reply, Progress progress) {
  if (!up_) {
    reply(fail(ErrorCode::Unavailable, tr("Not connected to the router.").toStdString()));
    return 0;
  }
  const std::int64_t id = next_id_++;
  waiting_[id] = std::move(reply);
  if (progress) counting_[id] = std::move(progress);
  if (counting_.size() > kMostCounting) counting_.erase(counting_.begin());
  socket_.sendTextMessage(QString::fromStdString(control::callText(id, method, params)));
  return id;
}

void RemoteSession::callOff(std::int64_t id) {
  if (up_ && waiting_.contains(id)) call("rpc.cancel", {{"id", id}}, [](const auto&) {});
}

void RemoteSession::subscribe(std::int64_t key, Feed feed) {
  feeds_[key] = {std::move(feed), std::nullopt, {}};
  if (up_) sendSubscribe(key);
}

void RemoteSession::sendSubscribe(std::int64_t key) {
  OpenFeed& feed = feeds_[key];
  feed.subscription.clear();
  Json params = feed.feed.params;
  if (feed.feed.resumes && feed.last) {
    params["last"] = *feed.last;
    params.erase("backlog");
  }
  call(feed.feed.method, params, [this, key](const Result<Json>& answered) {
    const auto found = feeds_.find(key);
    if (found == feeds_.end()) {
      if (answered) call("rpc.unsubscribe", {{"subscription", (*answered).value("subscription", Json())}}, [](const auto&) {});
      return;
    }
    if (!answered) {
      // A drop takes the feed up again by itself; anything else is the router's refusal.
      if (answered.error().code != ErrorCode::Unavailable) found->second.feed.sink(answered);
      return;
    }
    found->second.subscription = subscriptionOf(*answered);
    deliver(found->second, *answered);
  });
}

void RemoteSession::unsubscribe(std::int64_t key) {
  const auto found = feeds_.find(key);
  if (found == feeds_.end()) return;
  const std::string subscription = found->second.subscription;
  feeds_.erase(found);
  if (up_ && !subscription.empty()) call("rpc.unsubscribe", {{"subscription", subscription}}, [](const auto&) {});
}

void RemoteSession::received(const QString& text) {
  // A page of decisions with their attempts has more keys than any request may have; its bytes are bounded by the socket.
  constexpr JsonLimits kMostOfAMessage{64, 8'000'000};
  const Result<Json> message = parseJson(text.toStdString(), kMostOfAMessage);
  if (!message || !message->is_object()) {
    problem_ = tr("the router sent something that is not JSON-RPC");
    socket_.close(QWebSocketProtocol::CloseCodeProtocolError);
    return;
  }
  // What comes is anybody's: a member of another kind than agreed must end the connection, not the program.
  try {
    take(*message);
  } catch (const Json::exception& error) {
    problem_ = tr("the router sent something that is not of its protocol: %1").arg(QString::fromLatin1(error.what()));
    socket_.close(QWebSocketProtocol::CloseCodeProtocolError);
  }
}

void RemoteSession::take(const Json& message) {
  if (message.contains("id") && !message.contains("method")) return answer(message);
  const auto params = message.find("params");
  if (params == message.end()) return;
  if (message.value("method", "") == "query.progress") return takeProgress(*params);
  const std::string subscription = subscriptionOf(*params);
  for (auto& [key, feed] : feeds_) {
    if (feed.subscription == subscription && !subscription.empty()) return deliver(feed, *params);
  }
}

void RemoteSession::takeProgress(const Json& params) {
  const auto id = params.find("id"), count = params.find("count");
  if (id == params.end() || count == params.end() || !id->is_number_integer()) return;
  if (!count->is_number_integer() && !count->is_null()) return;
  const auto found = counting_.find(id->get<std::int64_t>());
  if (found == counting_.end()) return;
  const bool counting = params.value("counting", false);
  const Progress tell = found->second;
  if (!counting) counting_.erase(found);
  tell(count->is_null() ? std::nullopt : std::optional(count->get<std::int64_t>()), counting);  // null: it took too long
}

void RemoteSession::deliver(OpenFeed& feed, const Json& content) {
  if (const auto seq = content.find("seq"); seq != content.end() && seq->is_number_integer()) {
    feed.last = seq->get<std::int64_t>();
  }
  if (const auto error = content.find("error"); error != content.end() && error->is_object()) {
    return feed.feed.sink(std::unexpected(control::errorFromJson(*error)));
  }
  feed.feed.sink(content);
}

void RemoteSession::answer(const Json& message) {
  const Json& id = message["id"];
  if (!id.is_number_integer()) return;
  const auto found = waiting_.find(id.get<std::int64_t>());
  if (found == waiting_.end()) return;
  const auto reply = std::move(found->second);
  waiting_.erase(found);
  if (const auto error = message.find("error"); error != message.end()) {
    counting_.erase(id.get<std::int64_t>());
    return reply(std::unexpected(control::errorFromJson(*error)));
  }
  reply(message.value("result", Json()));
}

}  // namespace signalbox::ui
