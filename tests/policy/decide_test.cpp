// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include "policy/documents.h"

namespace signalbox::policy {
namespace {

using domain::Reason;

TEST(DecideTest, fixedAndCascadeHaveNoScore) {
  const auto fixed = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "fixed", "tier": "mid"}}]})");
  const Choice pinned = chosen(*fixed, asking("hello"));
  EXPECT_EQ(domain::index(pinned.start), 1U);
  EXPECT_EQ(pinned.reason, Reason::Fixed);
  EXPECT_EQ(pinned.explanation, "fixed to mid");
  EXPECT_FALSE(pinned.complexity);
  EXPECT_EQ(pinned.propensity, 1.0);

  const Choice cascade = chosen(*compiled(R"({"workloads": [{"name": "a"}]})"), asking("hello"));
  EXPECT_EQ(domain::index(cascade.start), 0U);
  EXPECT_EQ(cascade.reason, Reason::Cascade);
  EXPECT_FALSE(cascade.complexity);
}

TEST(DecideTest, sendsStructuredShortRequestsToTierOne) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "tree"}}]})");
  domain::Request request = asking("Label this ticket.");
  request.structured = true;
  const Choice choice = chosen(*policy, request);
  EXPECT_EQ(domain::index(choice.start), 0U);
  EXPECT_EQ(choice.reason, Reason::Tree);
  EXPECT_NEAR(*choice.complexity, 0.5 / 3, 1e-12);
  EXPECT_EQ(choice.explanation, "5 input tokens, depth 1, structured output: local");
}

TEST(DecideTest, theTreeFollowsDepthAndLatency) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "tree"}}]})");
  EXPECT_EQ(domain::index(chosen(*policy, asking("Analyze and compare these.")).start), 1U);  // depth 3
  domain::Request hurried = asking("Hello there");
  hurried.hints.latency_sla_ms = 150;
  EXPECT_EQ(domain::index(chosen(*policy, hurried).start), 2U);
  const Choice deep = chosen(*policy, asking("Analyze and compare " + std::string(8000, 'x')));  // 1 + 2 + 1
  EXPECT_EQ(domain::index(deep.start), 2U);
  EXPECT_NEAR(*deep.complexity, 2.5 / 3, 1e-12);
}

TEST(DecideTest, labelsAndSchemasMakeAWorkloadStructured) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "tree"}, "validate": {"enum": ["A", "B"]}}]})");
  EXPECT_EQ(domain::index(chosen(*policy, asking("Which one?")).start), 0U);
}

TEST(DecideTest, levelsAreClampedToTheTiersThereAre) {
  const char* json = R"({"workloads": [{"name": "a", "route": {"strategy": "tree"}}]})";
  domain::Request hurried = asking("Hello there");
  hurried.hints.latency_sla_ms = 1;
  EXPECT_EQ(domain::index(chosen(*compiled(json, {"one"}), hurried).start), 0U);
  EXPECT_EQ(domain::index(chosen(*compiled(json, {"one", "two"}), hurried).start), 1U);
}

TEST(DecideTest, theHeuristicStartsAtTheLevelOfWhatIsAsked) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "heuristic"}}]})");
  const Choice low = chosen(*policy, asking("Extract all dates from this note."));
  EXPECT_EQ(domain::index(low.start), 0U);
  EXPECT_EQ(low.reason, Reason::Heuristic);
  EXPECT_EQ(*low.complexity, 0.15);
  EXPECT_EQ(low.explanation, "structured extraction: local");
  EXPECT_EQ(*chosen(*policy, asking("Translate this to French: hello")).complexity, 0.5);
  EXPECT_EQ(*chosen(*policy, asking("My chest pain is getting worse, what dosage is safe?")).complexity, 0.85);
}

TEST(DecideTest, boundariesTurnAScoreIntoATier) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "heuristic", "boundaries": [0.10, 0.60]}}]})");
  const Choice choice = chosen(*policy, asking("Extract all dates from this note."));
  EXPECT_EQ(domain::index(choice.start), 1U);
  EXPECT_EQ(choice.reason, Reason::Boundary);
  EXPECT_EQ(choice.explanation, "score 0.15 is below 0.60: mid (structured extraction)");
  const auto edge = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "heuristic", "boundaries": [0.15, 0.15]}}]})");
  EXPECT_EQ(domain::index(chosen(*edge, asking("Extract all dates.")).start), 2U) << "a score at the boundary is not below it";
}

TEST(DecideTest, overridesComeFirstAndSayWhichRule) {
  const auto policy = compiled(R"j({"workloads": [{"name": "a", "route": {"strategy": "fixed", "tier": "local"},
    "overrides": [{"domain": ["finance", "legal"], "to": "frontier"}, {"pattern": "(?i)chest pain|suicid", "to": "frontier"},
                  {"domain": "retail", "pattern": "refund", "to": "mid"}]}]})j");
  domain::Request request = asking("anything");
  request.hints.domain = "Legal";
  Choice choice = chosen(*policy, request);
  EXPECT_EQ(choice.reason, Reason::Override);
  EXPECT_EQ(domain::index(choice.start), 2U);
  EXPECT_EQ(choice.override_rule, "domain finance, legal");

  request = asking("I have Chest Pain");
  request.messages.push_back({"assistant", "Since when?"});
  request.messages.push_back({"user", "This morning."});
  choice = chosen(*policy, request);
  EXPECT_EQ(choice.override_rule, "pattern (?i)chest pain|suicid");
  EXPECT_EQ(choice.explanation, "pattern (?i)chest pain|suicid: straight to frontier");

  request = asking("a refund please");
  EXPECT_EQ(chosen(*policy, request).reason, Reason::Fixed) << "domain and pattern must both hold";
  request.hints.domain = "retail";
  EXPECT_EQ(domain::index(chosen(*policy, request).start), 1U);
}

TEST(DecideTest, systemPromptsDoNotTriggerPatterns) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "overrides": [{"pattern": "suicide", "to": "frontier"}]}]})");
  domain::Request request = asking("hello");
  request.messages.insert(request.messages.begin(), {"system", "If the user mentions suicide, be careful."});
  EXPECT_EQ(chosen(*policy, request).reason, Reason::Cascade);
}

TEST(DecideTest, theSameArgumentsGiveTheSameAnswer) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "heuristic"}}]})");
  const domain::Request request = asking("Compare two plans and summarize the trade-offs");
  const Choice first = chosen(*policy, request);
  for (int i = 0; i < 100; ++i) {
    const Choice again = chosen(*policy, request);
    EXPECT_EQ(again.start, first.start);
    EXPECT_EQ(again.explanation, first.explanation);
  }
}

TEST(MatchTest, keysAreAllNeededAndListsMeanAny) {
  const auto policy = compiled(R"({"workloads": [
    {"name": "both", "match": {"model": ["m1", "m2"], "header": {"X-Team": ["red", "blue"]}}},
    {"name": "model", "match": {"model": "m1"}},
    {"name": "domain", "match": {"domain": ["health"]}},
    {"name": "hint", "match": {"header": {"x-signalbox-session": "s1"}}},
    {"name": "rest"}]})");
  const auto nameFor = [&](const domain::Request& request) { return policy->match(request)->name; };
  domain::Request request = asking("", "m1");
  EXPECT_EQ(nameFor(request), "model");
  request.headers.emplace_back("x-team", "blue");
  EXPECT_EQ(nameFor(request), "both");
  request.model = "other";
  EXPECT_EQ(nameFor(request), "rest");
  request.hints.domain = "HEALTH";
  EXPECT_EQ(nameFor(request), "domain");
  request = asking("");
  request.hints.session = "s1";
  EXPECT_EQ(nameFor(request), "hint");
  EXPECT_EQ(policy->byName("model")->name, "model");
  EXPECT_EQ(policy->byName("none"), nullptr);
}

TEST(MatchTest, nothingMatchesWhenEveryWorkloadAsksForSomething) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "match": {"model": "x"}}]})");
  EXPECT_EQ(policy->match(asking("", "y")), nullptr);
}

constexpr const char* kBudgeted = R"({"workloads": [{"name": "a", "latency": {"p95-budget": "500ms", "over-budget": "direct"},
    "gate": {"local": {"signal": "mean-token", "escalate-below": 0.8}, "mid": {"signal": "mean-token", "escalate-below": 0.8}}}]})";

TEST(LatencyBudgetTest, aCascadeThatFitsIsBegun) {
  const Choice choice = chosen(*compiled(kBudgeted), asking("hello"), {{100, 50}, {150, 40}, {240, 30}});
  EXPECT_EQ(domain::index(choice.start), 0U);
  EXPECT_EQ(choice.reason, Reason::Cascade);
}

TEST(LatencyBudgetTest, aCascadeThatCannotFitGoesStraightToTheFirstTierThatDoes) {
  const auto policy = compiled(kBudgeted);
  Choice choice = chosen(*policy, asking("hello"), {{210, 50}, {150, 40}, {240, 30}});
  EXPECT_EQ(domain::index(choice.start), 1U);
  EXPECT_EQ(choice.reason, Reason::Latency);
  EXPECT_EQ(choice.explanation, "p95 of local 210 (n 50) + mid 150 (n 40) + frontier 240 (n 30) ms is over 500 ms: straight to mid");
  choice = chosen(*policy, asking("hello"), {{210, 50}, {300, 40}, {240, 30}});
  EXPECT_EQ(domain::index(choice.start), 2U);
  choice = chosen(*policy, asking("hello"), {{210, 50}, {300, 40}, {2400, 30}});
  EXPECT_EQ(domain::index(choice.start), 2U) << "nothing fits: the shortest way there is";
}

TEST(LatencyBudgetTest, whatIsNotKnownIsNoReason) {
  const auto policy = compiled(kBudgeted);
  for (const domain::TierStates& measured : {domain::TierStates{}, {{100, 50}, {{}, 19}, {300, 50}}, {{{}, 3}, {{}, 0}, {300, 50}}}) {
    const Choice choice = chosen(*policy, asking("hello"), measured);
    EXPECT_EQ(domain::index(choice.start), 0U);
    EXPECT_EQ(choice.reason, Reason::Cascade);
  }
}

TEST(LatencyBudgetTest, aTierThatIsKnownToBeTooSlowIsReasonEnough) {
  const Choice choice = chosen(*compiled(kBudgeted), asking("hello"), {{900, 50}, {{}, 19}, {300, 50}});
  EXPECT_EQ(domain::index(choice.start), 2U) << "the first that is known to fit";
  EXPECT_EQ(choice.explanation, "p95 of local 900 (n 50) + mid unknown (n 19) + frontier 300 (n 50) ms is over 500 ms: straight to frontier");
}

TEST(LatencyBudgetTest, aTierThatRefusesNothingIsTheEndOfItsCascade) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "latency": {"p95-budget": "500ms"},
      "gate": {"local": {"signal": "mean-token", "escalate-below": 0.8}}}]})");
  EXPECT_EQ(domain::index(chosen(*policy, asking("hello"), {{100, 50}, {150, 40}, {9000, 30}}).start), 0U);
  const auto ungated = compiled(R"({"workloads": [{"name": "a", "latency": {"p95-budget": "500ms"}}]})");
  EXPECT_EQ(chosen(*ungated, asking("hello"), {{9000, 50}, {1, 40}, {1, 30}}).reason, Reason::Cascade) << "one tier is no cascade";
}

TEST(LatencyBudgetTest, theClientsOwnLimitCountsWhereItIsLess) {
  const auto policy = compiled(kBudgeted);
  domain::Request hurried = asking("hello");
  hurried.hints.latency_sla_ms = 400;
  const domain::TierStates measured{{100, 50}, {150, 40}, {240, 30}};
  EXPECT_EQ(chosen(*policy, hurried, measured).reason, Reason::Latency);
  hurried.hints.latency_sla_ms = 4000;
  EXPECT_EQ(chosen(*policy, hurried, measured).reason, Reason::Cascade);
}

TEST(LatencyBudgetTest, rulesOfThePolicyComeFirst) {
  const domain::TierStates slow{{9000, 50}, {9000, 40}, {1, 30}};
  const auto fixed = compiled(R"({"workloads": [{"name": "a", "latency": {"p95-budget": "500ms"}, "route": {"strategy": "fixed", "tier": "local"},
      "validate": {"max-chars": 5}}]})");
  EXPECT_EQ(chosen(*fixed, asking("hello"), slow).reason, Reason::Fixed);
  const auto cascading = compiled(R"({"workloads": [{"name": "a", "latency": {"p95-budget": "500ms", "over-budget": "cascade"},
      "validate": {"max-chars": 5}}]})");
  EXPECT_EQ(chosen(*cascading, asking("hello"), slow).reason, Reason::Cascade);
}

}  // namespace
}  // namespace signalbox::policy
