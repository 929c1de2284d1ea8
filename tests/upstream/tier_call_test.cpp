// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_call.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "dialect/openai_chat.h"
#include "patience.h"
#include "upstream/address_rules.h"
#include "upstream/scripted_upstream.h"

namespace signalbox::upstream {
namespace {

using Script = ScriptedUpstream::Script;

std::string whole(int status, const std::string& body, const std::string& extra = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" + extra +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}
const std::string kAnswer =
    R"({"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}})";
const std::string kStreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
const std::string kFirst = R"(data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"ye"}}]})" "\n\n";
const std::string kSecond = R"(data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"s"},"finish_reason":"stop"}]})" "\n\n";
const std::string kDone = "data: [DONE]\n\n";

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

  boost::asio::io_context io_;
  boost::asio::cancellation_signal cancel_;
  std::shared_ptr<config::Config> config_ = std::make_shared<config::Config>();
  domain::Tier tier_;
  NotedHost host_;
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

  boost::asio::steady_timer look_{io_};
  std::shared_ptr<HealthTable> health_;  // null: everyone is well, and there is room
  std::string relayed_;
  domain::AttemptRole role_{};
};

TEST_F(TierCallTest, ofAnUpstreamThatWasNeverAskedNothingIsKnown) {
  addDeployment("http://127.0.0.1:1/v1");
  const auto all = HealthTable(*config_).list();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].health, "unknown");
  EXPECT_EQ(all[0].breaker, "closed");
  EXPECT_FALSE(all[0].ttft_p50_ms);
  EXPECT_FALSE(all[0].probe_cost_usd);
}

TEST_F(TierCallTest, readsAWholeAnswer) {
  ScriptedUpstream upstream({{whole(200, kAnswer)}});
  addDeployment(upstream.url());
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(relayed_, kAnswer);
  EXPECT_TRUE(host_.failed.empty());
}

TEST_F(TierCallTest, relaysAStreamByteForByte) {
  ScriptedUpstream upstream({{kStreamHead + ": hello\n\n" + kFirst + kSecond + kDone}});
  addDeployment(upstream.url());
  EXPECT_EQ(run(true), "yes");
  EXPECT_EQ(relayed_, ": hello\n\n" + kFirst + kSecond + kDone);
}

TEST_F(TierCallTest, readsAWholeAnswerThatIsLargerThanWhatAStreamMayHaveWaiting) {
  const std::string big = kAnswer + std::string(3u << 20, '\n');
  ScriptedUpstream good({{whole(200, big)}, {whole(200, big)}, {whole(200, big)}});
  addDeployment(good.url());
  const auto text = run(false);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, "yes");
}

TEST_F(TierCallTest, anErrorAfterAFullBufferIsReadToItsEnd) {
  ScriptedUpstream broken({{whole(500, "{\"error\":{\"message\":\"" + std::string(1u << 20, 'x') + "\"}}")}});
  addDeployment(broken.url());
  const auto text = run(true);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::UpstreamError);
}

TEST_F(TierCallTest, goesToTheNextDeploymentWhenOneFails) {
  for (const auto& [bytes, code] : std::vector<std::pair<std::string, std::string>>{
           {whole(500, "{}"), "upstream_error"}, {whole(429, "{}"), "upstream_rate_limited"}, {whole(200, "junk"), "upstream_malformed"}, {"", "upstream_connect"}}) {
    ScriptedUpstream bad({{bytes}});
    ScriptedUpstream good({{whole(200, kAnswer)}});
    *config_ = {};
    tier_ = {};
    host_.failed.clear();
    io_.restart();
    addDeployment(bad.url());
    addDeployment(good.url());
    EXPECT_EQ(run(false), "yes") << code;
    ASSERT_EQ(host_.failed.size(), 1u) << code;
    EXPECT_EQ(host_.failed[0].error, code);
    EXPECT_EQ(host_.failed[0].upstream, "u0");
  }
}

TEST_F(TierCallTest, goesToTheNextDeploymentWhenAStreamThatIsHeldBreaksOff) {
  for (const bool hold : {true, false}) {
    ScriptedUpstream bad({{kStreamHead + kFirst}});
    ScriptedUpstream good({{kStreamHead + kFirst + kSecond + kDone}});
    *config_ = {};
    tier_ = {};
    host_.failed.clear();
    io_.restart();
    addDeployment(bad.url());
    addDeployment(good.url());
    const auto text = run(true, std::chrono::seconds(5), hold);
    if (hold) {
      EXPECT_EQ(text, "yes");
      EXPECT_EQ(relayed_, kFirst + kSecond + kDone);
      ASSERT_EQ(host_.failed.size(), 1u);
      EXPECT_EQ(host_.failed[0].error, "upstream_truncated");
      EXPECT_EQ(host_.failed[0].status, 200);
    } else {
      EXPECT_EQ(text ? ErrorCode::Internal : text.error().code, ErrorCode::UpstreamTruncated) << "the client has its beginning";
    }
  }
}

TEST_F(TierCallTest, aRefusedConnectionFailsFast) {
  addDeployment("http://127.0.0.1:1/v1");
  const auto result = run(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::UpstreamConnect);
}

TEST_F(TierCallTest, passesThroughWhatTheUpstreamRejectsAndAsksNobodyElse) {
  ScriptedUpstream rejects({{whole(400, R"({"error":{"message":"too long"}})")}});
  ScriptedUpstream other({{whole(200, kAnswer)}});
  addDeployment(rejects.url());
  addDeployment(other.url());
  const auto result = run(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::UpstreamRejected);
  EXPECT_EQ(result.error().detail, R"({"error":{"message":"too long"}})");
  EXPECT_EQ(other.served(), 0);
}

TEST_F(TierCallTest, everyDeploymentLimitedGivesTheSmallestWait) {
  ScriptedUpstream a({{whole(429, "{}", "Retry-After: 20\r\n")}});
  ScriptedUpstream b({{whole(429, "{}", "Retry-After: 7\r\n")}});
  addDeployment(a.url());
  addDeployment(b.url());
  const auto result = run(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::UpstreamRateLimited);
  EXPECT_EQ(result.error().retry_after_s, 7);
}

TEST_F(TierCallTest, whoeverWaitsForAPlaceTakesTheFirstThatIsFreeInTheTier) {
  ScriptedUpstream first({{whole(200, kAnswer)}});
  ScriptedUpstream second({{whole(200, kAnswer)}});
  addDeployment(first.url());
  addDeployment(second.url());
  fillUp();
  whenItWaitsAt("u1", [&] { placesOf("u1").leave(std::nullopt); });
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(second.served(), 1);
  EXPECT_EQ(placesOf("u0").pending(), 0u);
  EXPECT_EQ(placesOf("u0").inFlight(), 1u);
  EXPECT_EQ(placesOf("u1").inFlight(), 0u);
}

TEST_F(TierCallTest, whereOneBecomesLimitedWhileARequestWaitsTheOthersAreStillWaitedFor) {
  ScriptedUpstream first({{whole(200, kAnswer)}});
  ScriptedUpstream second({{whole(200, kAnswer)}});
  addDeployment(first.url());
  addDeployment(second.url());
  fillUp();
  whenItWaitsAt("u0", [&] {
    auto permit = health_->protection().of({"u0", "m"}).admit(steadyNow(), false);
    permit->ended(std::unexpected(Error{ErrorCode::UpstreamRateLimited, "slow down", {}, {}, 429, 30}), steadyNow());
    placesOf("u0").leave(std::nullopt);
    whenItWaitsAt("u1", [&] { placesOf("u1").leave(std::nullopt); });
  });
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(first.served(), 0);
  EXPECT_EQ(placesOf("u0").inFlight(), 0u);
}

TEST_F(TierCallTest, whoeverWaitedInVainHearsOfFullUpstreamsAndNotOfALimit) {
  addDeployment("http://127.0.0.1:1/v1");
  addDeployment("http://127.0.0.1:2/v1");
  fillUp(std::chrono::milliseconds(200));
  whenItWaitsAt("u0", [&] {
    auto permit = health_->protection().of({"u0", "m"}).admit(steadyNow(), false);
    permit->ended(std::unexpected(Error{ErrorCode::UpstreamRateLimited, "slow down", {}, {}, 429, 30}), steadyNow());
    placesOf("u0").leave(std::nullopt);
  });
  const auto result = run(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Overloaded);
  EXPECT_EQ(result.error().retry_after_s, 1);
  EXPECT_EQ(placesOf("u1").pending(), 0u);
}

TEST_F(TierCallTest, aPlaceThatWasNeverUsedTellsNothingOfHowLongRequestsTake) {
  addDeployment("http://127.0.0.1:1/v1");
  for (auto& upstream : config_->upstreams) upstream.limits = {.in_flight = 1, .pending = 10, .queue = std::chrono::milliseconds(10)};
  health_ = std::make_shared<HealthTable>(*config_);
  auto& places = placesOf("u0");
  ASSERT_TRUE(places.tryEnter());
  places.leave(std::chrono::seconds(1));
  for (int i = 0; i < 1'000; ++i) (void)placeNow(health_->of("u0").places);
  ASSERT_TRUE(places.tryEnter());
  class Guest final : public admit::Places::Waiter {
   public:
    using Waiter::Waiter;
    void told() override {}
  };
  EXPECT_EQ(places.enter(std::make_shared<Guest>("key", nullptr)), admit::Places::Waiter::State::Shed) << "a request takes a second, which is too long to wait";
}

TEST_F(TierCallTest, noPlaceIsHeldWhileARequestWaitsToBeAskedAgain) {
  ScriptedUpstream upstream({{whole(503, "{}", "Retry-After: 1\r\n")}, {whole(200, kAnswer)}});
  addDeployment(upstream.url());
  fillUp();
  placesOf("u0").leave(std::nullopt);
  std::size_t held = 1;
  boost::asio::steady_timer look(io_);
  const std::function<void()> wait_for_failure = [&] {
    look.expires_after(std::chrono::milliseconds(1));
    look.async_wait([&](auto) {
      if (host_.failed.empty()) return wait_for_failure();
      held = placesOf("u0").inFlight();
    });
  };
  wait_for_failure();
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(held, 0u);
}

TEST_F(TierCallTest, asksAnotherBesideOneThatIsLateAndCallsTheLoserOff) {
  ScriptedUpstream silent({{"", true}});
  ScriptedUpstream quick({{whole(200, kAnswer)}});
  addDeployment(silent.url());
  addDeployment(quick.url());
  hedgeAfter(std::chrono::milliseconds(50));
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(role_, domain::AttemptRole::Hedge);
  ASSERT_EQ(host_.failed.size(), 1u);
  EXPECT_EQ(host_.failed[0].error, "cancelled");
  EXPECT_EQ(host_.failed[0].role, domain::AttemptRole::Serve);
}

TEST_F(TierCallTest, asksNobodyBesideOneThatIsInTime) {
  ScriptedUpstream quick({{whole(200, kAnswer)}});
  ScriptedUpstream other({{whole(200, kAnswer)}});
  addDeployment(quick.url());
  addDeployment(other.url());
  hedgeAfter(patient(std::chrono::seconds(5)));
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(role_, domain::AttemptRole::Serve);
  EXPECT_TRUE(host_.failed.empty());
  EXPECT_EQ(other.served(), 0);
}

TEST_F(TierCallTest, anAttemptThatIsLateMayStillWin) {
  ScriptedUpstream late({{.bytes = "", .late = kStreamHead + kFirst + kSecond + kDone}});
  ScriptedUpstream silent({{"", true}});
  addDeployment(late.url());
  addDeployment(silent.url());
  hedgeAfter(std::chrono::milliseconds(50));
  boost::asio::steady_timer timer(io_, patient(std::chrono::milliseconds(300)));
  timer.async_wait([&](auto) { late.sendLate(); });
  EXPECT_EQ(run(true, patient(std::chrono::seconds(5))), "yes");
  EXPECT_EQ(role_, domain::AttemptRole::Serve);
  ASSERT_EQ(host_.failed.size(), 1u);
  EXPECT_EQ(host_.failed[0].error, "cancelled");
  EXPECT_EQ(host_.failed[0].role, domain::AttemptRole::Hedge);
}

TEST_F(TierCallTest, whenBothFailBothAreToldAndTheTierGoesOn) {
  ScriptedUpstream slow_error({{.bytes = "", .late = whole(500, "{}")}});
  ScriptedUpstream error({{whole(501, "{}")}});
  ScriptedUpstream good({{whole(200, kAnswer)}});
  addDeployment(slow_error.url());
  addDeployment(error.url());
  addDeployment(good.url());
  hedgeAfter(std::chrono::milliseconds(50));
  boost::asio::steady_timer timer(io_, patient(std::chrono::milliseconds(300)));
  timer.async_wait([&](auto) { slow_error.sendLate(); });
  EXPECT_EQ(run(false), "yes");
  ASSERT_EQ(host_.failed.size(), 2u);
  EXPECT_EQ(host_.failed[0].status, 500);
  EXPECT_EQ(host_.failed[1].status, 501);
}

TEST_F(TierCallTest, aClientThatLeavesCallsBothOff) {
  ScriptedUpstream a({{"", true}});
  ScriptedUpstream b({{"", true}});
  addDeployment(a.url());
  addDeployment(b.url());
  hedgeAfter(std::chrono::milliseconds(20));
  boost::asio::steady_timer timer(io_, patient(std::chrono::milliseconds(200)));
  timer.async_wait([&](auto) { cancel_.emit(boost::asio::cancellation_type::terminal); });
  const auto result = run(true, patient(std::chrono::seconds(15)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::ClientGone);
  EXPECT_EQ(host_.failed.size(), 2u);
}

TEST_F(TierCallTest, anUpstreamThatSaysNothingTimesOut) {
  ScriptedUpstream silent({{"", true}});
  addDeployment(silent.url());
  const auto result = run(false, std::chrono::milliseconds(150));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::UpstreamTimeout);
}

TEST_F(TierCallTest, aStreamThatBreaksOffIsNeverComplete) {
  const std::string stream = kFirst + kSecond + kDone;
  for (std::size_t cut = 0; cut < stream.size() - 2; cut += 7) {
    ScriptedUpstream upstream({{kStreamHead + stream.substr(0, cut)}});
    *config_ = {};
    tier_ = {};
    io_.restart();
    addDeployment(upstream.url());
    const auto result = run(true);
    ASSERT_FALSE(result) << cut;
    EXPECT_TRUE(result.error().code == ErrorCode::UpstreamTruncated || result.error().code == ErrorCode::UpstreamMalformed ||
                result.error().code == ErrorCode::UpstreamConnect)
        << cut << " " << result.error().message;
  }
}

TEST_F(TierCallTest, aStreamThatThinksFirstIsNotSilent) {
  const std::string thought = R"(data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]})" "\n\n";
  ScriptedUpstream upstream({{.bytes = kStreamHead + thought, .late = kFirst + kSecond + kDone}});
  addDeployment(upstream.url());
  boost::asio::steady_timer timer(io_, patient(std::chrono::milliseconds(450)));
  timer.async_wait([&](auto) { upstream.sendLate(); });
  EXPECT_EQ(run(true, patient(std::chrono::milliseconds(150))), "yes");
  EXPECT_EQ(relayed_, thought + kFirst + kSecond + kDone);
}

TEST_F(TierCallTest, aStreamThatSaysItsEndInAnotherWayEndsAndTheClientGetsTheCommonOne) {
  for (const std::string end : {"data:  [DONE]\n\n", "data: [DONE] \n\n", "data: [DONE]\ndata:\n\n", "data:\ndata:[DONE]\r\n\r\n"}) {
    ScriptedUpstream upstream({{kStreamHead + kFirst + kSecond + end}});
    *config_ = {};
    tier_ = {};
    io_.restart();
    addDeployment(upstream.url());
    EXPECT_EQ(run(true), "yes") << end;
    EXPECT_EQ(relayed_, kFirst + kSecond + kDone) << end;
  }
}

TEST_F(TierCallTest, aStreamThatIsClosedRightBehindItsTerminalEventIsComplete) {
  for (const std::string end : {"data: [DONE]", "data: [DONE]\n", "data:[DONE]\r", ": bye\ndata: [DONE]\r\n"}) {
    ScriptedUpstream upstream({{kStreamHead + kFirst + kSecond + end}});
    *config_ = {};
    tier_ = {};
    io_.restart();
    addDeployment(upstream.url());
    EXPECT_EQ(run(true), "yes") << end;
    EXPECT_EQ(relayed_.find(kFirst + kSecond + end), 0u) << relayed_;
    EXPECT_EQ(relayed_.find_last_not_of("\r\n"), (kFirst + kSecond + end).find_last_not_of("\r\n"));
  }
}

TEST_F(TierCallTest, cancellingTheTaskLeavesTheUpstreamAtOnce) {
  ScriptedUpstream slow({{kStreamHead, true}});
  addDeployment(slow.url());
  boost::asio::steady_timer timer(io_, std::chrono::milliseconds(50));
  timer.async_wait([&](auto) { cancel_.emit(boost::asio::cancellation_type::terminal); });
  const auto started = steadyNow();
  const auto result = run(true, std::chrono::seconds(15));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::ClientGone);
  EXPECT_LT(steadyNow() - started, patient(std::chrono::seconds(5)));
}

TEST(AddressRulesTest, refusesLinkLocalAndMetadataAddresses) {
  const auto v4 = [](const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, text, &address.sin_addr);
    return mayConnect(reinterpret_cast<const sockaddr&>(address));
  };
  const auto v6 = [](const char* text) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    inet_pton(AF_INET6, text, &address.sin6_addr);
    return mayConnect(reinterpret_cast<const sockaddr&>(address));
  };
  for (const char* good : {"127.0.0.1", "10.1.2.3", "8.8.8.8"}) EXPECT_TRUE(v4(good)) << good;
  for (const char* bad : {"169.254.169.254", "169.254.0.1", "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1"}) EXPECT_FALSE(v4(bad)) << bad;
  for (const char* good : {"::1", "2001:db8::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(v6(good)) << good;
  for (const char* bad : {"fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "::", "ff02::1"}) EXPECT_FALSE(v6(bad)) << bad;
}

}  // namespace
}  // namespace signalbox::upstream
