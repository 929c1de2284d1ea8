// SPDX-License-Identifier: Apache-2.0
#include "engine/guardrails.h"

#include <gtest/gtest.h>

namespace signalbox::engine {
namespace {

std::shared_ptr<const policy::CompiledPolicy> compiled(const std::string& json) {
  auto policy = policy::compile({Json::parse(json)}, {"local", "mid", "frontier"}, 1);
  if (!policy) {
    for (const auto& error : policy.error()) ADD_FAILURE() << error.pointer << ": " << error.message;
    return std::make_shared<policy::CompiledPolicy>();
  }
  return *policy;
}

std::string boundaries(double first, double second, const std::string& rest = {}) {
  return R"({"guardrails": {"max-step": 0.05}, "workloads": [{"name": "a", "route": {"strategy": "heuristic", "boundaries": [)" +
         std::to_string(first) + "," + std::to_string(second) + "]}" + rest + "}]}";
}

std::string which(const std::string& live, const std::string& next) {
  const auto broken = brokenGuardrail(*compiled(live), *compiled(next));
  return broken ? broken->message : "";
}

TEST(GuardrailsTest, letsThresholdsMoveByAtMostOneStep) {
  EXPECT_EQ(which(boundaries(0.30, 0.70), boundaries(0.35, 0.65)), "") << "0.05 exactly, whatever the bits say";
  EXPECT_NE(which(boundaries(0.30, 0.70), boundaries(0.30, 0.76)).find("boundary 2"), std::string::npos);
}

TEST(GuardrailsTest, takesAGateThatComesOrGoesAsAStepFromZero) {
  const std::string gate = R"(, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.4}})";
  EXPECT_NE(which(boundaries(0.3, 0.7), boundaries(0.3, 0.7, gate)).find("gate.local.escalate-below"), std::string::npos);
  EXPECT_NE(which(boundaries(0.3, 0.7, gate), boundaries(0.3, 0.7)).find("gate.local.escalate-below"), std::string::npos);
}

TEST(GuardrailsTest, thresholdsAreNotLeftBehind) {
  const auto policy = [](const std::string& workloads) { return R"({"guardrails": {"max-step": 0.05}, "workloads": [)" + workloads + "]}"; };
  const std::string a = R"({"name": "a", "gate": {"local": {"signal": "mean-token", "escalate-below": 0.7}}})";
  const std::string renamed = R"({"name": "b", "gate": {"local": {"signal": "mean-token", "escalate-below": 0}}})";
  const std::string specific = R"({"name": "c", "match": {"domain": "x"}})", plain = R"({"name": "d"})";
  EXPECT_NE(which(policy(a), policy(renamed)).find("a has thresholds and would be gone"), std::string::npos);
  EXPECT_NE(which(policy(a), policy(specific + "," + a)).find("c is new and stands before a"), std::string::npos);
  EXPECT_EQ(which(policy(specific + "," + a), policy(specific + "," + a)), "");
  EXPECT_EQ(which(policy(specific + "," + a), policy(a)), "") << "it had none";
  EXPECT_EQ(which(policy(a), policy(a + "," + plain)), "") << "behind it";
}

TEST(GuardrailsTest, looksAtTheReviewBandToo) {
  const auto band = [](double trust) {
    return boundaries(0.3, 0.7, R"(, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.4, "trust-above": )" +
                                    std::to_string(trust) + "}}");
  };
  EXPECT_EQ(which(band(0.60), band(0.64)), "");
  EXPECT_NE(which(band(0.60), band(0.70)).find("trust-above"), std::string::npos);
}

TEST(GuardrailsTest, doesNotLetTheLimitsBeLoosenedOnTheWay) {
  const std::string loose = R"({"guardrails": {"max-step": 0.5}, "workloads": [{"name": "a"}]})";
  const std::string tight = R"({"guardrails": {"max-step": 0.05}, "workloads": [{"name": "a"}]})";
  const std::string none = R"({"workloads": [{"name": "a"}]})";
  EXPECT_NE(which(tight, loose), "");
  EXPECT_NE(which(tight, none), "");
  EXPECT_EQ(which(loose, tight), "");
  EXPECT_EQ(which(none, tight), "");
}

TEST(GuardrailsTest, saysNothingWhereThereAreNone) {
  const std::string before = R"({"workloads": [{"name": "a", "gate": {"local": {"signal": "mean-token", "escalate-below": 0.1}}}]})";
  const std::string after = R"({"workloads": [{"name": "a", "gate": {"local": {"signal": "mean-token", "escalate-below": 0.9}}}]})";
  EXPECT_EQ(which(before, after), "");
}

}  // namespace
}  // namespace signalbox::engine
