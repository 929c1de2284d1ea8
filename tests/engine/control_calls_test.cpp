// SPDX-License-Identifier: Apache-2.0
// What the calls answer: policies, decisions, grades, metrics and status.
#include <gtest/gtest.h>

#include "engine/control_socket_fixture.h"

namespace signalbox::engine {
namespace {

using ControlCallsTest = ControlSocketTest;

TEST_F(ControlCallsTest, changesThePolicyByCompareAndSet) {
  connect("tuner-token");
  const Json watching = call("policy.subscribe")["result"];
  EXPECT_EQ(watching["live"], 1);
  const Json policy = policyWith(0.54, 0.05).json;
  const Json applied = call("policy.apply", {{"policy", policy}, {"base", 1}, {"reason", "less"}})["result"];
  EXPECT_EQ(applied["revision"], 2);
  EXPECT_TRUE(parseIso(applied["confirm_by"].get<std::string>()));
  const Json told = notified("policy.delta");
  EXPECT_EQ(told["live"], 2);
  EXPECT_EQ(told["subscription"], watching["subscription"]);
  EXPECT_FALSE(told["confirmed"].get<bool>());

  const Json conflict = call("policy.apply", {{"policy", policyWith(0.52, 0.05).json}, {"base", 1}})["error"];
  EXPECT_EQ(conflict["code"], 4090);
  EXPECT_EQ(conflict["data"]["live"], 2);
  EXPECT_EQ(conflict["data"]["who"], "ada");
  const Json guardrail = call("policy.apply", {{"policy", policyWith(0.9, 0.05).json}, {"base", 2}})["error"];
  EXPECT_EQ(guardrail["code"], 4220);
  EXPECT_EQ(guardrail["data"]["which"], "max-step");
  EXPECT_EQ(call("policy.apply", {{"policy", policyWith(0.55, 0.05).json}, {"base", 2}, {"confirm_within_s", 0}})["error"]["code"], 4030);
  EXPECT_EQ(call("policy.apply", {{"policy", {{"workloads", 3}}}, {"base", 2}})["error"]["code"], -32602);

  EXPECT_EQ(call("policy.confirm", {{"revision", 2}})["result"]["revision"], 2);
  EXPECT_TRUE(notified("policy.delta")["confirmed"].get<bool>());
  EXPECT_EQ(call("policy.rollback", {{"to", 1}, {"reason", "no"}})["result"]["revision"], 3);
  EXPECT_EQ(call("policy.rollback", {{"to", 77}})["error"]["code"], 4040);
  const Json history = call("policy.history", {{"limit", 10}})["result"];
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0]["revision"], 3);
  EXPECT_EQ(history[0]["restores"], 1);
  EXPECT_EQ(history[1]["state"], "rolled_back");
  const Json audit = call("audit.list", {{"limit", 10}})["result"];
  EXPECT_TRUE(audit["chain"]["verified"].get<bool>());
  EXPECT_EQ(audit["entries"][0]["action"], "policy.rollback");
}

TEST_F(ControlCallsTest, saysWhatOfAPolicyHasNoEffectYet) {
  connect("tuner-token");
  Json policy = policyWith(0.54, 0.05).json;
  policy["workloads"][0]["explore"] = 0.01;
  const Json checked = call("policy.check", {{"text", policy.dump()}})["result"];
  EXPECT_TRUE(checked["errors"].empty()) << checked.dump();
  ASSERT_EQ(checked["warnings"].size(), 1u) << checked.dump();
  EXPECT_EQ(checked["warnings"][0]["line"], 1);
  const Json applied = call("policy.apply", {{"policy", policy}, {"base", 1}})["result"];
  ASSERT_EQ(applied["warnings"].size(), 1u) << applied.dump();
  EXPECT_EQ(applied["warnings"][0]["pointer"], "/workloads/0/explore");
  EXPECT_NE(applied["warnings"][0]["message"].get<std::string>().find("no effect"), std::string::npos);
}

TEST_F(ControlCallsTest, aRevisionThatNeverWasIsUnknown) {
  connect("tuner-token");
  EXPECT_EQ(call("policy.apply", {{"policy", policyWith(0.54, 0.05).json}, {"base", 1}})["result"]["revision"], 2);
  EXPECT_EQ(call("policy.confirm", {{"revision", 77}})["error"]["code"], 4040);
  EXPECT_EQ(call("policy.confirm", {{"revision", 0}})["error"]["code"], 4040);
  EXPECT_EQ(call("policy.confirm", {{"revision", 1}})["error"]["code"], 4090) << "another one is live";
}

TEST_F(ControlCallsTest, whatCannotBeAnIdIsTheIdOfNoDecision) {
  connect("tuner-token");
  for (const char* id : {"nope", "", "00000000-0000-0000-0000-000000000000"}) {
    EXPECT_EQ(call("decisions.get", {{"id", id}})["error"]["code"], 4040) << id;
    EXPECT_EQ(call("labels.add", {{"decision_id", id}, {"score", 1}})["error"]["code"], 4040) << id;
  }
  EXPECT_EQ(call("decisions.get", {{"id", 7}})["error"]["code"], -32602);
  EXPECT_EQ(call("labels.add", {{"decision_id", 7}, {"score", 1}})["error"]["code"], -32602);
}

TEST_F(ControlCallsTest, metricsHaveItemsAsDecisionsHave) {
  connect("viewer-token");
  const Json first = call("metrics.subscribe", {{"every_ms", 100}})["result"];
  ASSERT_EQ(first["items"].size(), 1u) << first.dump();
  EXPECT_EQ(first["items"][0], first["bucket"]);
  EXPECT_EQ(first["dropped"], 0);
  record("local");
  const Json delta = notified("metrics.delta");
  EXPECT_EQ(delta["items"][0], delta["bucket"]);
  EXPECT_TRUE(delta.contains("dropped"));
}

TEST_F(ControlCallsTest, givesPoliciesAsDocumentAndAsText) {
  connect("viewer-token");
  const Json live = call("policy.get")["result"];
  EXPECT_EQ(live["revision"], 1);
  EXPECT_EQ(live["state"], "live");
  EXPECT_EQ(live["policy"], policyWith(0.5, 0.05).json);
  const Json yaml = call("policy.get", {{"format", "yaml"}})["result"];
  const Json checked = call("policy.check", {{"text", yaml["policy"]}})["result"];
  EXPECT_EQ(checked["policy"], live["policy"]);
  EXPECT_TRUE(checked["errors"].empty());
  const Json wrong = call("policy.check", {{"text", "workloads:\n  - name: a\n    gate: { local: { signal: mean-token, escalate-below: 7 } }\n"}});
  EXPECT_EQ(wrong["result"]["errors"][0]["line"], 3) << wrong.dump();
  EXPECT_EQ(wrong["result"]["errors"][0]["message"], "7 is out of range");
  EXPECT_EQ(wrong["result"]["errors"][0]["allowed"], "a number from 0 to 1");
  EXPECT_EQ(call("policy.get", {{"revision", 9}})["error"]["code"], 4040);
}

TEST_F(ControlCallsTest, tailsDecisionsAndResumesWhereItWasLeft) {
  connect("viewer-token");
  record("local");
  record("frontier");
  const Json first = call("decisions.subscribe", {{"backlog", 10}})["result"];
  EXPECT_EQ(first["items"].size(), 2u);
  EXPECT_EQ(first["seq"], 2);
  EXPECT_FALSE(first.contains("gap"));
  const auto third = record("local");
  const Json delta = notified("decisions.delta");
  EXPECT_EQ(delta["items"][0]["id"], third.id.string());
  EXPECT_EQ(delta["items"][0]["seq"], 3);
  EXPECT_EQ(delta["seq"], 3);
  connect("viewer-token");  // the connection broke after the first delta
  record("frontier");
  const Json resumed = call("decisions.subscribe", {{"last", 2}})["result"];
  EXPECT_EQ(resumed["items"].size(), 2u);
  EXPECT_FALSE(resumed.contains("gap"));
  const Json filtered = call("decisions.subscribe", {{"last", 0}, {"where", {{"final_tier", "frontier"}}}})["result"];
  EXPECT_EQ(filtered["items"].size(), 2u);
  EXPECT_EQ(filtered["seq"], 4) << "the last one looked at, matching or not";
  const Json by_model = call("decisions.subscribe", {{"last", 0}, {"where", {{"text", {{"contains", "vllm"}}}}}})["result"];
  EXPECT_EQ(by_model["items"].size(), 0u) << "text looks at the attempts' models, not at their upstreams";
  const Json by_text = call("decisions.subscribe", {{"last", 0}, {"where", {{"text", {{"contains", "m"}}}}}})["result"];
  EXPECT_EQ(by_text["items"].size(), 4u) << "resumed rows have their attempts, as live ones do";
  const Json ahead = call("decisions.subscribe", {{"last", 1000}})["result"];
  EXPECT_TRUE(ahead["gap"].get<bool>()) << "a gap is said, never hidden";
  const Json gone = call("rpc.unsubscribe", {{"subscription", resumed["subscription"]}});
  EXPECT_TRUE(gone.contains("result"));
  EXPECT_EQ(call("rpc.unsubscribe", {{"subscription", resumed["subscription"]}})["error"]["code"], 4040);
}

TEST_F(ControlCallsTest, pagesThroughHistoryAndCountsIt) {
  connect("viewer-token");
  std::vector<std::string> newest_first;
  for (int i = 0; i < 5; ++i) newest_first.insert(newest_first.begin(), record(i % 2 ? "frontier" : "local").id.string());
  std::vector<std::string> seen;
  Json params{{"limit", 2}};
  for (int pages = 0; pages < 10; ++pages) {
    const Json page = call("decisions.query", params)["result"];
    EXPECT_EQ(page["count"], 5);
    for (const Json& item : page["items"]) seen.push_back(item["id"]);
    if (page["next"].is_null()) break;
    params["before"] = page["next"];
  }
  EXPECT_EQ(seen, newest_first);
  EXPECT_EQ(call("decisions.query", {{"where", {{"final_tier", "frontier"}}}})["result"]["count"], 2);
  EXPECT_EQ(call("decisions.query", {{"before", "xyz"}})["error"]["code"], -32602);
  EXPECT_FALSE(call("rpc.cancel", {{"id", 1}})["result"]["cancelled"].get<bool>()) << "it has been answered long ago";
}

TEST_F(ControlCallsTest, pagesHaveTheAttemptsOfEachDecisionWhereTheyAreAskedFor) {
  connect("viewer-token");
  record("frontier");
  const Json plain = call("decisions.query", {{"limit", 1}})["result"]["items"][0];
  EXPECT_FALSE(plain.contains("attempts"));
  const Json whole = call("decisions.query", {{"limit", 1}, {"attempts", true}})["result"]["items"][0];
  const Json detail = call("decisions.get", {{"id", whole["id"]}})["result"];
  ASSERT_EQ(whole["attempts"].size(), 1u);
  EXPECT_EQ(whole["attempts"][0]["confidence"], detail["attempts"][0]["confidence"]);
  EXPECT_EQ(whole["attempts"][0]["tier"], detail["attempts"][0]["tier"]);
}

TEST_F(ControlCallsTest, pagesTowardsTheNewestMeetingEveryDecisionOnce) {
  connect("viewer-token");
  std::vector<std::string> oldest_first;
  for (int i = 0; i < 6; ++i) oldest_first.push_back(record("local").id.string());
  const Json all = call("decisions.query", {{"limit", 5}})["result"];
  std::vector<std::string> seen;
  Json params{{"limit", 2}, {"after", all["next"]}};  // from the last but one
  for (int pages = 0; pages < 10; ++pages) {
    const Json page = call("decisions.query", params)["result"];
    for (auto item = page["items"].rbegin(); item != page["items"].rend(); ++item) seen.push_back((*item)["id"]);
    if (page["next"].is_null()) break;
    params["after"] = page["next"];
  }
  EXPECT_EQ(seen, std::vector<std::string>(oldest_first.begin() + 2, oldest_first.end()));
}

TEST_F(ControlCallsTest, explainsADecisionAgainstItsOwnRevision) {
  const auto decision = record("frontier");
  connect("tuner-token");
  call("policy.apply", {{"policy", policyWith(0.54, 0.05).json}, {"base", 1}});
  const Json detail = call("decisions.get", {{"id", decision.id.string()}})["result"];
  for (const Json& step : detail["steps"]) EXPECT_TRUE(step.contains("us")) << step.dump();
  EXPECT_EQ(detail["final_tier"], "frontier");
  EXPECT_EQ(detail["attempts"].size(), 1u);
  EXPECT_EQ(detail["gates"], Json::array({0.5, nullptr})) << "of revision 1, not of the live one";
  EXPECT_TRUE(detail["recomputed"].get<bool>());
  std::vector<std::string> codes;
  for (const Json& step : detail["steps"]) codes.push_back(step["code"]);
  EXPECT_EQ(codes, (std::vector<std::string>{"matched", "start", "attempt_ok", "gate_escalated", "relayed"}));
}

TEST_F(ControlCallsTest, takesGradesAndCountsThem) {
  connect("tuner-token");
  const auto good = record("local");
  const auto bad = record("local");
  record("frontier");
  EXPECT_TRUE(call("labels.add", {{"decision_id", good.id.string()}, {"score", 1}}).contains("result"));
  EXPECT_TRUE(call("labels.add", {{"decision_id", bad.id.string()}, {"score", 0}, {"note", "wrong city"}}).contains("result"));
  EXPECT_EQ(call("labels.add", {{"decision_id", Uuid::v7().string()}, {"score", 1}})["error"]["code"], 4040);
  EXPECT_EQ(auditLog().at(0).action, "label.add");
  feed_.settle();
  const Json range{{"since", "2020-01-01"}, {"until", "2100-01-01"}};
  const Json total = call("metrics.query", range)["result"]["total"];
  EXPECT_EQ(total["requests"], 3);
  EXPECT_EQ(total["graded"], 2);
  EXPECT_EQ(total["correct"], 1.0);
  EXPECT_EQ(total["tiers"]["local"]["requests"], 2);
  Json filtered = range;
  filtered["where"] = {{"final_tier", "local"}};
  EXPECT_EQ(call("metrics.query", filtered)["result"]["total"]["graded"], 2);
  EXPECT_TRUE(call("labels.add", {{"decision_id", bad.id.string()}, {"score", nullptr}}).contains("result"));
  EXPECT_EQ(call("decisions.get", {{"id", good.id.string()}})["result"]["score"], 1.0);
}

TEST_F(ControlCallsTest, feedsMetricsAndStatus) {
  connect("viewer-token");
  record("local");
  const Json first = call("metrics.subscribe", {{"every_ms", 100}})["result"];
  EXPECT_EQ(first["bucket"]["requests"], 1) << "the first covers the last minute";
  record("frontier");
  Json delta;
  do delta = notified("metrics.delta");
  while (delta["bucket"]["requests"] == 0);
  EXPECT_EQ(delta["bucket"]["requests"], 1);
  EXPECT_EQ(delta["bucket"]["tiers"]["frontier"]["requests"], 1);
  const Json missed = call("metrics.subscribe", {{"last", 1}})["result"];
  EXPECT_EQ(missed["bucket"]["requests"], 1) << "what came after it, and nothing before";
  EXPECT_EQ(missed["bucket"]["tiers"]["frontier"]["requests"], 1);
  EXPECT_EQ(missed["seq"], 2);
  EXPECT_FALSE(missed.contains("gap"));
  EXPECT_EQ(call("metrics.subscribe", {{"last", 2}})["result"]["bucket"]["requests"], 0);
  const Json ahead = call("metrics.subscribe", {{"last", 1000}})["result"];
  EXPECT_TRUE(ahead["gap"].get<bool>()) << "of another store";
  EXPECT_EQ(ahead["bucket"]["requests"], 2) << "the last minute";
  EXPECT_EQ(call("status.subscribe", {{"every_ms", 100}})["result"]["state"], "ready");
  EXPECT_EQ(notified("status.delta")["state"], "ready");
}

}  // namespace
}  // namespace signalbox::engine
