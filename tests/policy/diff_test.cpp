// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include "policy/documents.h"

namespace signalbox::policy {
namespace {

std::string described(const char* before, const char* after) { return describe(diff(document(before), document(after))); }

TEST(DiffTest, nothingChangedIsNothingSaid) {
  EXPECT_TRUE(diff(document(R"({"workloads": [{"name": "a"}]})"), document(R"({"workloads": [{"name": "a"}]})")).empty());
}

TEST(DiffTest, namesTheFieldTheOldValueAndTheNew) {
  const auto changes = diff(document(R"({"workloads": [{"name": "a", "gate": {"mid": {"escalate-below": 0.75}}}]})"),
                            document(R"({"workloads": [{"name": "a", "gate": {"mid": {"escalate-below": 0.7}}}]})"));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].pointer, "/workloads/0/gate/mid/escalate-below");
  EXPECT_EQ(changes[0].before, Json(0.75));
  EXPECT_EQ(changes[0].after, Json(0.7));
  EXPECT_EQ(describe(changes), "gate.mid.escalate-below 0.75 → 0.70");
}

TEST(DiffTest, namesTheWorkloadWhereThereAreSeveral) {
  EXPECT_EQ(described(R"({"workloads": [{"name": "a"}, {"name": "b", "route": {"boundaries": [0.3, 0.7]}}], "guardrails": {"max-step": 0.05}})",
                      R"({"workloads": [{"name": "a"}, {"name": "b", "route": {"boundaries": [0.3, 0.725]}}], "guardrails": {"max-step": 0.1}})"),
            "guardrails.max-step 0.05 → 0.10; b route.boundaries[1] 0.70 → 0.725");
}

TEST(DiffTest, saysWhatWasAddedAndRemoved) {
  EXPECT_EQ(described(R"({"workloads": [{"name": "a", "explore": 0.5}]})", R"({"workloads": [{"name": "a", "validate": {"max-chars": 10}}]})"),
            "explore removed; validate set to {\"max-chars\":10}");
}

TEST(DiffTest, aWorkloadPutInFrontDoesNotChangeTheOthers) {
  const auto changes = diff(document(R"({"workloads": [{"name": "a"}, {"name": "b"}]})"), document(R"({"workloads": [{"name": "new"}, {"name": "a"}, {"name": "b"}]})"));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].pointer, "/workloads/0");
  EXPECT_EQ(describe(changes), "workload new added");
  EXPECT_EQ(described(R"({"workloads": [{"name": "a"}, {"name": "b"}]})", R"({"workloads": [{"name": "b"}]})"), "workload a removed");
  EXPECT_EQ(described(R"({"workloads": [{"name": "a"}, {"name": "b"}]})", R"({"workloads": [{"name": "b"}, {"name": "a"}]})"),
            R"(order of workloads ["a","b"] → ["b","a"])");
}

TEST(DiffTest, longValuesAreCutAtACharacter) {
  const std::string umlauts(200, 'x');
  const auto changes = std::vector<Change>{{"/p", "p", "short", "é" + umlauts}};
  const std::string text = describe(changes);
  EXPECT_LT(text.size(), 100U);
  EXPECT_TRUE(text.ends_with("…"));
}

}  // namespace
}  // namespace signalbox::policy
