// SPDX-License-Identifier: Apache-2.0
// What a call may wait for, and what it may not: slow readers and slow questions hold up nobody else.
#include <gtest/gtest.h>

#include <latch>
#include <semaphore>
#include <thread>

#include "engine/control_session.h"
#include "engine/control_socket_fixture.h"
#include "engine/lifeline.h"

namespace signalbox::engine {
namespace {

using WaitingCallsTest = ControlSocketTest;

TEST_F(WaitingCallsTest, slowQuestionsOfAViewerHoldUpNoChange) {
  std::latch release(1);
  std::counting_semaphore<2> asked(0);
  auto slow = service_->session({"watcher", domain::Role::Viewer});
  for (int i = 0; i < 2; ++i) {  // as many as there are threads for long questions
    slow->queryDecisions({}, [&](const auto&) {
      asked.release();
      release.wait();
    });
  }
  asked.acquire();
  asked.acquire();
  connect("tuner-token");
  const Json applied = call("policy.apply", {{"policy", policyWith(0.54, 0.05).json}, {"base", 1}});
  EXPECT_EQ(applied["result"]["revision"], 2) << applied.dump();
  EXPECT_EQ(call("policy.rollback", {{"to", 1}})["result"]["revision"], 3);
  EXPECT_EQ(call("hello")["result"]["policy"]["live"], 3);
  release.count_down();
  slow.reset();
}

TEST_F(WaitingCallsTest, aSlowReaderStillLearnsOfEveryPolicy) {
  connect("tuner-token");
  call("policy.subscribe");
  peer_->setBehind(64 << 20);
  EXPECT_EQ(call("policy.apply", {{"policy", policyWith(0.54, 0.05).json}, {"base", 1}})["result"]["revision"], 2);
  EXPECT_EQ(notified("policy.delta")["live"], 2);
}

TEST(LifelineTest, callbacksOfOneLineDoNotWaitForEachOtherButTheEndWaitsForAll) {
  Lifeline line;
  std::latch inside(1), release(1);
  std::atomic<bool> ended{false};
  std::thread slow([&, call = line.guard([&] {
                     inside.count_down();
                     release.wait();
                     ended = true;
                   })] { call(); });
  inside.wait();
  bool told = false;
  line.guard([&] { told = true; })();
  EXPECT_TRUE(told) << "though another one is under way";
  std::thread cutter([&] {
    line.cut();
    EXPECT_TRUE(ended);
  });
  release.count_down();
  cutter.join();
  slow.join();
  line.guard([&] { told = false; })();
  EXPECT_TRUE(told) << "after the end nothing is let through";
}

TEST(LifelineTest, mayBeCutFromInsideACallback) {
  Lifeline line;
  line.guard([&] { line.cut(); })();
  bool told = false;
  line.guard([&] { told = true; })();
  EXPECT_FALSE(told);
}

// Answers nothing but decisions.query, and that when the test says so.
class SlowConsole final : public control::ConsoleApi {
 public:
  explicit SlowConsole(control::DecisionQuery& query, control::Reply<control::DecisionPage>& reply) : query_(query), reply_(reply) {}
  void queryDecisions(control::DecisionQuery query, control::Reply<control::DecisionPage> reply) override {
    query_ = std::move(query);
    reply_ = std::move(reply);
  }
  void hello(control::Reply<control::Hello>) override {}
  Subscription subscribeStatus(int, control::Sink<domain::RouterStatus>) override { return {}; }
  Subscription subscribeDecisions(control::DecisionFeed, control::Sink<control::DecisionBatch>) override { return {}; }
  void getDecision(domain::DecisionId, control::Reply<control::DecisionDetail>) override {}
  void addLabel(control::LabelAdd, control::Reply<control::Done>) override {}
  Subscription subscribeMetrics(control::MetricsFeed, control::Sink<control::MetricsDelta>) override { return {}; }
  void queryMetrics(control::MetricsQuery, control::Reply<domain::MetricsReport>) override {}
  void queryBaselines(control::MetricsQuery, control::Reply<std::vector<domain::Baseline>>) override {}
  Subscription subscribePolicy(control::Sink<domain::PolicyState>) override { return {}; }
  void getPolicy(std::optional<domain::Revision>, control::Reply<domain::PolicyRevision>) override {}
  void policyYaml(std::optional<domain::Revision>, control::Reply<std::string>) override {}
  void checkPolicy(std::string, control::Reply<control::PolicyCheck>) override {}
  void applyPolicy(control::PolicyApply, control::Reply<control::PolicyApplied>) override {}
  void confirmPolicy(domain::Revision, control::Reply<control::Done>) override {}
  void rollbackPolicy(domain::Revision, std::string, control::Reply<control::PolicyApplied>) override {}
  void policyHistory(control::PolicyHistoryQuery, control::Reply<std::vector<domain::PolicyRevision>>) override {}
  void listUpstreams(control::Reply<std::vector<domain::UpstreamStatus>>) override {}
  void listAudit(std::size_t, std::optional<std::int64_t>, control::Reply<control::AuditPage>) override {}

 private:
  control::DecisionQuery& query_;
  control::Reply<control::DecisionPage>& reply_;
};

TEST(LateCountTest, canBeCalledOffAndAlwaysEnds) {
  control::DecisionQuery asked;
  control::Reply<control::DecisionPage> reply;
  const auto peer = std::make_shared<FakePeer>();
  ControlSession session(std::make_unique<SlowConsole>(asked, reply), SessionOwner{"watcher", domain::Role::Viewer}, peer, {}, std::make_shared<ControlCounts>(), nullptr);
  session.onText(control::callText(1, "decisions.query", Json::object()));
  control::DecisionPage page;
  page.counting = true;
  reply(page);
  EXPECT_TRUE(peer->await([](const Json& m) { return m.value("id", 0) == 1; })["result"]["counting"].get<bool>());
  session.onText(control::callText(2, "rpc.cancel", {{"id", 1}}));
  EXPECT_TRUE(peer->await([](const Json& m) { return m.value("id", 0) == 2; })["result"]["cancelled"].get<bool>());
  EXPECT_TRUE(asked.cancel->cancelled());
  asked.progress(std::nullopt, false);
  const Json end = peer->await([](const Json& m) { return m.value("method", "") == "query.progress"; })["params"];
  EXPECT_TRUE(end["count"].is_null());
  EXPECT_FALSE(end["counting"].get<bool>());
  session.onText(control::callText(3, "rpc.cancel", {{"id", 1}}));
  EXPECT_FALSE(peer->await([](const Json& m) { return m.value("id", 0) == 3; })["result"]["cancelled"].get<bool>()) << "it is over";
}

TEST(RunningQuestionTest, keepsItsIdToItself) {
  control::DecisionQuery asked;
  control::Reply<control::DecisionPage> reply;
  const auto peer = std::make_shared<FakePeer>();
  ControlSession session(std::make_unique<SlowConsole>(asked, reply), SessionOwner{"watcher", domain::Role::Viewer}, peer, {}, std::make_shared<ControlCounts>(), nullptr);
  session.onText(control::callText(1, "decisions.query", Json::object()));
  const auto first = asked.cancel;
  for (const char* method : {"decisions.query", "metrics.query", "policy.apply", "no.such.method"}) {
    session.onText(control::callText(1, method, Json::object()));
    const Json refused = peer->await([](const Json& m) { return m.value("id", 0) == 1; });
    EXPECT_EQ(refused["error"]["code"], -32602) << method << refused.dump();
  }
  EXPECT_EQ(asked.cancel, first) << "the second one was not asked";
  session.onText(control::callText(2, "rpc.cancel", {{"id", 1}}));
  EXPECT_TRUE(peer->await([](const Json& m) { return m.value("id", 0) == 2; })["result"]["cancelled"].get<bool>());
  EXPECT_TRUE(first->cancelled()) << "the first one can still be called off";
  reply(control::DecisionPage{});
  EXPECT_TRUE(peer->await([](const Json& m) { return m.value("id", 0) == 1; }).contains("result"));
  session.onText(control::callText(1, "decisions.query", Json::object()));
  EXPECT_NE(asked.cancel, first) << "an id that is free again";
}

}  // namespace
}  // namespace signalbox::engine
