// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <cmath>
#include <limits>

#include "policy/documents.h"

namespace signalbox::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> errorsOf(const Json& json, const std::vector<std::string>& tiers = kTiers) {
  std::vector<std::string> all;
  for (const auto& error : check({json}, tiers).errors) all.push_back(error.pointer + ": " + error.message);
  return all;
}

std::vector<std::string> warningsOf(const char* json) {
  std::vector<std::string> all;
  for (const auto& warning : check(document(json), kTiers).warnings) all.push_back(warning.pointer);
  return all;
}

// A document of one workload with this inside.
std::string one(const std::string& inside) { return R"({"workloads": [{"name": "a", )" + inside + "}]}"; }

// The manual's example but for the strategy, which is still to come.
constexpr const char* kManual = R"j({"workloads": [{"name": "tickets",
    "match": {"model": "auto:tickets", "header": {"x-signalbox-workload": "tickets"}},
    "route": {"strategy": "heuristic", "boundaries": [0.30, 0.70]},
    "gate": {"local": {"signal": "top-class", "escalate-below": 0.82},
             "mid": {"signal": "mean-token", "escalate-below": 0.70, "trust-above": 0.85}},
    "validate": {"enum": ["ACCT", "BILL", "TECH"], "json-schema": null, "regex": null, "max-chars": null, "refusals": "escalate"},
    "overrides": [{"domain": ["finance", "legal"], "to": "frontier"}, {"pattern": "(?i)chest pain|suicid", "to": "frontier"}],
    "depth": {"up-route-at-turn": 4, "unless-confidence-above": 0.90},
    "latency": {"p95-budget": "500ms", "over-budget": "direct"},
    "cache": {"exact": true, "semantic": {"similarity": 0.93, "ttl": "24h"}},
    "learned": {"accept-above": 0.97},
    "shadow": [{"tier": "frontier", "share": 0.02}],
    "explore": 0.01,
    "experiment": {"name": "gate-065-vs-075", "field": "gate.mid.escalate-below", "arms": [0.65, 0.75], "unit": "session"}}],
  "guardrails": {"max-step": 0.05, "min-coverage": 0.80, "max-quality-drop": 0.01, "usd-per-day": 200}})j";

TEST(CompileTest, acceptsTheManualsExampleAndSaysWhatHasNoEffectYet) {
  const auto policy = compiled(kManual);
  EXPECT_EQ(policy->revision, 7);
  ASSERT_EQ(policy->workloads.size(), 1U);
  const Workload& workload = policy->workloads[0];
  EXPECT_THAT(workload.boundaries, ElementsAre(0.30, 0.70));
  ASSERT_TRUE(workload.gates[0] && workload.gates[1]);
  EXPECT_EQ(workload.gates[0]->signal, domain::Signal::TopClass);
  EXPECT_EQ(workload.gates[0]->escalate_below, 0.82);
  EXPECT_EQ(workload.gates[0]->stream, domain::StreamGate::Prefix);
  EXPECT_EQ(workload.gates[1]->trust_above, 0.85);
  EXPECT_FALSE(workload.gates[2]);
  EXPECT_THAT(workload.validate.labels, ElementsAre("ACCT", "BILL", "TECH"));
  EXPECT_TRUE(workload.validate.refusals_escalate);
  EXPECT_FALSE(workload.validate.regex);
  EXPECT_TRUE(workload.structured());
  EXPECT_EQ(workload.overrides.size(), 2U);
  EXPECT_EQ(policy->guardrails.max_step, 0.05);
  EXPECT_EQ(policy->guardrails.min_coverage, 0.80);
  EXPECT_EQ(policy->guardrails.max_quality_drop, 0.01);
  EXPECT_EQ(policy->guardrails.usd_per_day, 200.0);
  std::vector<std::string> pointers;
  for (const auto& warning : policy->warnings) pointers.push_back(warning.pointer);
  EXPECT_THAT(pointers, testing::UnorderedElementsAre("/workloads/0/depth", "/workloads/0/cache", "/workloads/0/learned",
                                                      "/workloads/0/shadow", "/workloads/0/explore", "/workloads/0/experiment", "/workloads/0/match",
                                                      "/guardrails/min-coverage", "/guardrails/max-quality-drop", "/guardrails/usd-per-day"));
}

TEST(CompileTest, onlyANameIsRequired) {
  const auto policy = compiled(R"({"workloads": [{"name": "a"}]})");
  EXPECT_EQ(policy->workloads[0].strategy, domain::Strategy::Cascade);
  EXPECT_TRUE(policy->workloads[0].match.any());
  EXPECT_FALSE(policy->workloads[0].structured());
  EXPECT_TRUE(policy->warnings.empty());
  EXPECT_FALSE(policy->guardrails.max_step);
}

TEST(CompileTest, everyMistakeHasItsPlaceAndWhatIsAllowed) {
  struct Case { std::string json; std::string error; };
  for (const Case& c : {
           Case{R"({})", ": the key \"workloads\" is missing"},
           Case{R"({"workloads": []})", "/workloads: the list is empty; allowed is at least 1 entries"},
           Case{R"({"workloads": [{}]})", "/workloads/0: the key \"name\" is missing"},
           Case{R"({"workloads": [{"name": "a b"}]})", "/workloads/0/name: \"a b\" is not understood; allowed is 1 to 64 letters, digits, dots, dashes and underscores"},
           Case{R"({"workloads": [{"name": "a", "match": {"model": "x"}}, {"name": "a"}]})", "/workloads/1/name: there is already a workload called \"a\"; names are unique"},
           Case{one(R"("rout": {})"), "/workloads/0/rout: unknown key \"rout\": did you mean \"route\"?; allowed is cache, depth, experiment, explore, gate, keep-text, latency, learned, match, name, overrides, route, shadow, validate"},
           Case{one(R"("route": {"strategy": "clasifier"})"), "/workloads/0/route/strategy: \"clasifier\" is not one of the values known here (did you mean \"classifier\"?); allowed is fixed, heuristic, tree, cascade, classifier, llm"},
           Case{one(R"("route": {"strategy": "classifier"})"), "/workloads/0/route/strategy: the strategy \"classifier\" is not available yet; available in this version are fixed, heuristic, tree and cascade"},
           Case{one(R"("route": {"strategy": "llm"})"), "/workloads/0/route/strategy: the strategy \"llm\" is not available yet; available in this version are fixed, heuristic, tree and cascade"},
           Case{one(R"("route": {"strategy": "fixed"})"), "/workloads/0/route: the strategy \"fixed\" needs a tier; allowed is local, mid, frontier"},
           Case{one(R"("route": {"strategy": "fixed", "tier": "fronteer"})"), "/workloads/0/route/tier: unknown tier \"fronteer\": did you mean \"frontier\"?; allowed is local, mid, frontier"},
           Case{one(R"("route": {"strategy": "cascade", "tier": "mid"})"), "/workloads/0/route/tier: only the strategy \"fixed\" names its tier; this one is \"cascade\""},
           Case{one(R"("route": {"strategy": "tree", "boundaries": [0.5]})"), "/workloads/0/route/boundaries: there are 1 boundaries; allowed is one less than tiers: 2"},
           Case{one(R"("route": {"strategy": "tree", "boundaries": [0.7, 0.3]})"), "/workloads/0/route/boundaries/1: 0.3 is below the boundary before it (0.7); boundaries ascend"},
           Case{one(R"("route": {"strategy": "tree", "boundaries": [0.3, 1.7]})"), "/workloads/0/route/boundaries/1: 1.7 is out of range; allowed is a number from 0 to 1"},
           Case{one(R"("route": {"strategy": "tree", "tree": {"depth-first": 4}})"), "/workloads/0/route/tree: depth-first (4) is above depth-second (3); the first tier must take no deeper work than the second"},
           Case{one(R"("route": {"strategy": "heuristic", "heuristic": {"short-tokens": 5000}})"), "/workloads/0/route/heuristic: short-tokens (5000) is above long-tokens (2000)"},
           Case{one(R"j("route": {"strategy": "heuristic", "heuristic": {"middle": [{"name": "n", "pattern": "(x"}]}})j"), "/workloads/0/route/heuristic/middle/0: the pattern \"(x\" is not a regular expression: missing ): (x; allowed is RE2 syntax (no look-around, no back-references)"},
           Case{one(R"("gate": {"loca": {"escalate-below": 0.5}})"), "/workloads/0/gate/loca: unknown tier \"loca\": did you mean \"local\"?; allowed is local, mid, frontier"},
           Case{one(R"("gate": {"local": {}})"), "/workloads/0/gate/local: the key \"escalate-below\" is missing"},
           Case{one(R"("gate": {"local": {"escalate-below": 1.5}})"), "/workloads/0/gate/local/escalate-below: 1.5 is out of range; allowed is a number from 0 to 1"},
           Case{one(R"("gate": {"local": {"escalate-below": -0.1}})"), "/workloads/0/gate/local/escalate-below: -0.1 is out of range; allowed is a number from 0 to 1"},
           Case{one(R"("gate": {"local": {"escalate-below": "high"}})"), "/workloads/0/gate/local/escalate-below: text has the wrong type; allowed is a number from 0 to 1"},
           Case{one(R"("gate": {"local": {"escalate-below": 0.8, "trust-above": 0.7}})"), "/workloads/0/gate/local/trust-above: 0.7 is below escalate-below (0.8); between the two lies the review band"},
           Case{one(R"("gate": {"local": {"signal": "p-true", "escalate-below": 0.8}})"), "/workloads/0/gate/local/signal: the signal \"p-true\" is not available yet; available in this version are top-class, mean-token and min-token"},
           Case{one(R"("gate": {"local": {"signal": "top-class", "escalate-below": 0.8}})"), "/workloads/0/gate/local/signal: the signal \"top-class\" compares the allowed labels, and there are none; list them in validate.enum"},
           Case{one(R"("gate": {"local": {"escalate-below": 0.8, "prefix-wait": "half a second"}})"), "/workloads/0/gate/local/prefix-wait: \"half a second\" is not understood; allowed is a duration with its unit, such as 500ms, 1.5s, 10m, 2h or 30d"},
           Case{one(R"("validate": {"enum": ["A", "A"]})"), "/workloads/0/validate/enum/1: \"A\" is there twice; each may stand once"},
           Case{one(R"("validate": {"enum": ["A", "B "]})"), "/workloads/0/validate/enum/1: a label has no white space around it: answers are read without theirs, so that none would be this one"},
           Case{one(R"("validate": {"enum": []})"), "/workloads/0/validate/enum: the list is empty; allowed is at least 1 entries"},
           Case{one(R"j("validate": {"regex": "a(?=b)"})j"), "/workloads/0/validate/regex: the pattern \"a(?=b)\" is not a regular expression: invalid perl operator: (?=; allowed is RE2 syntax (no look-around, no back-references)"},
           Case{one(R"("validate": {"json-schema": {"properties": {"a": {"$ref": "#/none"}}}})"), "/workloads/0/validate/json-schema/properties/a: /properties/a: \"$ref\" points to nothing: #/none"},
           Case{one(R"("validate": {"refusals": "retry"})"), "/workloads/0/validate/refusals: \"retry\" is not one of the values known here; allowed is escalate, ignore, null"},
           Case{one(R"("overrides": [{"to": "mid"}])"), "/workloads/0/overrides/0: an override needs a domain, a pattern, or both"},
           Case{one(R"("overrides": [{"domain": "x", "to": "top"}])"), "/workloads/0/overrides/0/to: unknown tier \"top\"; allowed is local, mid, frontier"},
           Case{one(R"("shadow": [{"tier": "mit", "share": 0.1}])"), "/workloads/0/shadow/0/tier: unknown tier \"mit\": did you mean \"mid\"?; allowed is local, mid, frontier"},
           Case{one(R"("explore": 2)"), "/workloads/0/explore: 2 is out of range; allowed is a number from 0 to 1"},
           Case{R"({"workloads": [{"name": "a"}], "guardrails": {"max-step": 0}})", "/guardrails/max-step: 0 is out of range; allowed is a number above 0 and at most 1"},
       }) {
    EXPECT_THAT(errorsOf(Json::parse(c.json)), ElementsAre(c.error)) << c.json;
    EXPECT_FALSE(compile({Json::parse(c.json)}, kTiers, 1)) << c.json;
  }
}

TEST(CompileTest, thresholdsThatAreNoNumbersAreRefused) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    Json json = Json::parse(kManual);
    json["workloads"][0]["gate"]["mid"]["escalate-below"] = bad;
    EXPECT_THAT(errorsOf(json), ElementsAre(HasSubstr("/workloads/0/gate/mid/escalate-below: "))) << bad;
    json = Json::parse(kManual);
    json["workloads"][0]["route"]["boundaries"][0] = bad;
    EXPECT_FALSE(errorsOf(json).empty()) << bad;
  }
}

TEST(CompileTest, mistakesOfMeaningAreAllListed) {
  EXPECT_EQ(errorsOf(Json::parse(R"({"workloads": [{"name": "a", "route": {"strategy": "fixed", "tier": "x1"}, "overrides": [{"pattern": "(", "to": "x2"}]},
                                                   {"name": "a"}]})")).size(), 4U);
}

TEST(CompileTest, aPolicyNeedsTiers) { EXPECT_THAT(errorsOf(Json::parse(R"({"workloads": [{"name": "a"}]})"), {}), ElementsAre(HasSubstr("no tiers"))); }

TEST(CompileTest, warnsOfWhatIsAcceptedWithoutEffect) {
  EXPECT_THAT(warningsOf(R"({"workloads": [{"name": "a"}, {"name": "b"}]})"), ElementsAre("/workloads/0/name"));
  EXPECT_THAT(warningsOf(R"({"workloads": [{"name": "a", "match": {"model": "auto:a"}}]})"), ElementsAre("/workloads/0/match"));
  EXPECT_THAT(warningsOf(one(R"("route": {"strategy": "cascade", "boundaries": [0.1, 0.2]})").c_str()), ElementsAre("/workloads/0/route/boundaries"));
  EXPECT_THAT(warningsOf(one(R"("keep-text": "30d")").c_str()), ElementsAre("/workloads/0/keep-text"));
  EXPECT_THAT(warningsOf(one(R"("gate": {"local": {"escalate-below": 0.5, "prior-correction": "running"}})").c_str()),
              ElementsAre("/workloads/0/gate/local/prior-correction"));
  EXPECT_THAT(warningsOf(one(R"("explore": 0, "cache": {"exact": false, "semantic": null}, "shadow": [], "experiment": null, "keep-text": false)").c_str()),
              testing::IsEmpty()) << "what is switched off needs no warning";
}

TEST(CompileTest, theTreesAndTheHeuristicsNumbersAndWordsArePolicyFields) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "tree", "tree": {"short-tokens": 50, "depth-first": 1, "depth-second": 2,
    "latency-sensitive": "1s", "depth-plus-one-tokens": 10, "depth-plus-two-tokens": 20, "max-keyword-hits": 1, "keywords": [" Prove It "]},
    "heuristic": {"defaults": false, "short-tokens": 3, "long-tokens": 30, "first": ["^a"], "last": [{"name": "hard", "pattern": "z", "max-words": 2}]}}}]})");
  const auto& tree = policy->workloads[0].tree;
  EXPECT_EQ(tree.short_tokens, 50);
  EXPECT_EQ(tree.latency_sensitive_ms, 1000);
  EXPECT_EQ(tree.max_keyword_hits, 1);
  EXPECT_THAT(tree.keywords, ElementsAre("prove it"));
  const auto& heuristic = policy->workloads[0].heuristic;
  EXPECT_EQ(heuristic.short_tokens, 3);
  ASSERT_EQ(heuristic.rules().size(), 2U);
  EXPECT_EQ(heuristic.rules()[0].name, "pattern ^a");
  EXPECT_EQ(heuristic.rules()[1].level, 2);
  EXPECT_EQ(heuristic.rules()[1].max_words, 2);
}

TEST(CompileTest, ownPatternsComeBeforeTheBuiltInOnes) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "route": {"strategy": "heuristic", "heuristic": {"first": ["x"]}}}]})");
  EXPECT_EQ(policy->workloads[0].heuristic.rules().size(), classify::HeuristicRules::defaults().size() + 1);
  EXPECT_EQ(policy->workloads[0].heuristic.rules()[0].pattern, "x");
}

TEST(CompileTest, aGateWithoutASignalTakesTheOneThatFits) {
  const auto policy = compiled(R"({"workloads": [{"name": "a", "match": {"model": "x"}, "validate": {"enum": ["A"]}, "gate": {"mid": {"escalate-below": 0.5}}},
                                                 {"name": "b", "gate": {"mid": {"escalate-below": 0.5}}}]})");
  EXPECT_EQ(policy->workloads[0].gates[1]->signal, domain::Signal::TopClass);
  EXPECT_EQ(policy->workloads[1].gates[1]->signal, domain::Signal::MeanToken);
}

}  // namespace
}  // namespace signalbox::policy
