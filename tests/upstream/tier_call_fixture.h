// SPDX-License-Identifier: Apache-2.0
// A tier of scripted upstreams and one request to it, for the tests of calling a tier.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "dialect/openai_chat.h"
#include "patience.h"
#include "upstream/scripted_upstream.h"
#include "upstream/tier_call.h"

namespace signalbox::upstream {

using Script = ScriptedUpstream::Script;

inline std::string whole(int status, const std::string& body, const std::string& extra = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" + extra +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}
inline const std::string kAnswer =
    R"({"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}})";
inline const std::string kStreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
inline const std::string kFirst = R"(data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"ye"}}]})" "\n\n";
inline const std::string kSecond = R"(data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"s"},"finish_reason":"stop"}]})" "\n\n";
inline const std::string kDone = "data: [DONE]\n\n";

class NotedHost final : public Host {
 public:
  dialect::Additions additions(const domain::Deployment&) override { return {}; }
  void attemptFailed(const Exchange&, const domain::Attempt& attempt, const Error&) override { failed.push_back(attempt); }
  void note(const std::string& words) override { notes.push_back(words); }
  std::vector<domain::Attempt> failed;
  std::vector<std::string> notes;
};

class TierCallTest : public testing::Test {
 protected:
  void addDeployment(const std::string& url) {
    domain::Upstream upstream;
    upstream.name = "u" + std::to_string(config_->upstreams.size());
    upstream.base_url = url;
    upstream.models = {{"m", std::nullopt, std::nullopt}};
    tier_.deployments.push_back({upstream.name, "m"});
    config_->upstreams.push_back(std::move(upstream));
  }

  // Every request may be hedged.
  void hedgeAfter(Duration after) {
    tier_.name = "local";
    tier_.hedge = domain::Hedge{after, 1.0};
    config_->tiers = {tier_};
  }

  // Calls the tier and, where it answers, reads everything it says.
  Result<std::string> run(bool stream, Duration timeout = std::chrono::seconds(5), bool hold = false) {
    tier_.name = "local";
    tier_.timeout = tier_.total_timeout = timeout;
    auto request = dialect::readChatRequest(R"({"model":"auto","messages":[{"role":"user","content":"Is it?"}]})", {});
    Result<std::string> text = fail(ErrorCode::Internal, "did not end");
    Client client(io_.get_executor(), config_, health_ ? health_ : std::make_shared<HealthTable>(*config_));
    // Ends the loop with the task: curl's own timers would keep it going for a while.
    const auto task = [&]() -> Task<void> {
      const std::shared_ptr<void> stop(nullptr, [&](void*) { io_.stop(); });
      co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
      co_await boost::asio::this_coro::throw_if_cancelled(false);
      TierCall call{&tier_, &*request, stream, {}, Duration::max(), false, 1.0};
      if (hold) call.enough = &Exchange::nothingIsEnough;
      auto exchange = co_await callTier(client, call, host_);
      if (!exchange) {
        text = std::unexpected(exchange.error());
        co_return;
      }
      role_ = (*exchange)->role();
      auto read = co_await (*exchange)->readOn(&Exchange::nothingIsEnough, Duration::max());
      relayed_ = (*exchange)->takeRelayBytes() + (*exchange)->terminalEvent();
      if (read) {
        text = (*exchange)->answer().text;
      } else {
        text = std::unexpected(read.error());
      }
    };
    boost::asio::co_spawn(io_, task(), boost::asio::bind_cancellation_slot(cancel_.slot(), boost::asio::detached));
    io_.run_for(std::chrono::seconds(20));
    return text;
  }

  // All places of all upstreams are taken, one each.
  void fillUp(Duration queue = patient(std::chrono::seconds(5))) {
    for (auto& upstream : config_->upstreams) upstream.limits = {.in_flight = 1, .pending = 10, .queue = queue};
    config_->tiers = {tier_};
    health_ = std::make_shared<HealthTable>(*config_);
    for (const auto& upstream : config_->upstreams) ASSERT_TRUE(placesOf(upstream.name).tryEnter());
  }
  admit::Places& placesOf(const std::string& upstream) { return *health_->of(upstream).places; }
  // As soon as the request waits there.
  void whenItWaitsAt(const std::string& upstream, std::function<void()> then) {
    look_.expires_after(std::chrono::milliseconds(1));
    look_.async_wait([this, upstream, then = std::move(then)](auto) {
      if (placesOf(upstream).pending() > 0) then();
      else whenItWaitsAt(upstream, then);
    });
  }

  boost::asio::io_context io_;
  boost::asio::cancellation_signal cancel_;
  std::shared_ptr<config::Config> config_ = std::make_shared<config::Config>();
  domain::Tier tier_;
  NotedHost host_;
  boost::asio::steady_timer look_{io_};
  std::shared_ptr<HealthTable> health_;  // null: everyone is well, and there is room
  std::string relayed_;
  domain::AttemptRole role_{};
};

}  // namespace signalbox::upstream
