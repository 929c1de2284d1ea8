// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_call.h"

#include "upstream/tier_call_fixture.h"

namespace signalbox::upstream {
namespace {

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

TEST_F(TierCallTest, aHedgeThatNobodyCouldTakeIsNotPaid) {
  ScriptedUpstream late({{.bytes = "", .late = whole(200, kAnswer)}});
  ScriptedUpstream full({{whole(200, kAnswer)}});
  addDeployment(late.url());
  addDeployment(full.url());
  config_->upstreams[1].limits = {.in_flight = 1, .pending = 1, .queue = patient(std::chrono::seconds(5))};
  hedgeAfter(std::chrono::milliseconds(20));
  health_ = std::make_shared<HealthTable>(*config_);
  ASSERT_TRUE(placesOf("u1").tryEnter());
  boost::asio::steady_timer timer(io_, patient(std::chrono::milliseconds(200)));
  timer.async_wait([&](auto) { late.sendLate(); });
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(role_, domain::AttemptRole::Serve);
  EXPECT_EQ(full.served(), 0);
  EXPECT_TRUE(health_->protection().hedges("local")->spend());
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

}  // namespace
}  // namespace signalbox::upstream
