// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include "config/config_files.h"

namespace signalbox::config {
namespace {

TEST(PolicyYamlTest, isBlockStyleInTheOrderOfTheManual) {
  const domain::PolicyDocument document{Json::parse(R"({
    "guardrails": {"max-step": 0.05},
    "workloads": [{"validate": {"enum": ["ACCT", "BILL"], "regex": null}, "name": "tickets",
                   "route": {"boundaries": [0.3, 0.7], "strategy": "heuristic"},
                   "gate": {"local": {"escalate-below": 0.82, "signal": "top-class"}}}]})")};
  EXPECT_EQ(policyYaml(document), R"(workloads:
  - name: tickets
    route:
      strategy: heuristic
      boundaries: [0.3, 0.7]
    gate:
      local:
        signal: top-class
        escalate-below: 0.82
    validate:
      enum: [ACCT, BILL]
      regex: ~
guardrails:
  max-step: 0.05
)");
}

TEST(PolicyYamlTest, readsBackAsTheSameDocument) {
  const domain::PolicyDocument document{Json::parse(R"({
    "workloads": [{"name": "a", "match": {"model": "true", "header": {"x-1": "12", "x-2": "0x1F", "x-3": "~", "x-4": ""}},
      "overrides": [{"pattern": "(?i)chest pain|\\bsuicid\"'#: [x]", "to": "frontier"}, {"pattern": "- *a", "to": "x\ny"}],
      "validate": {"enum": ["1.0", "null", " lead", "trail ", "é✓😀", "a: b", "#c", "&d", "*e", "!f", "%g", "@h", "`i", "{", "[", "-", "?"],
                   "json-schema": {"type": "object", "properties": {"z": {}, "name": {"type": ["string", "null"]}}}, "max-chars": 12000},
      "explore": 0.01, "experiment": {"name": "e", "field": "x", "arms": [0.65, 1, true, "t"]}, "shadow": []}],
    "guardrails": {}, "big": 12345678901234567, "tiny": 1e-9})")};
  const PolicyText text = readPolicy(policyYaml(document), "p.yaml", {}, acceptAll);
  EXPECT_TRUE(text.errors.empty()) << policyYaml(document) << text.errors[0].string();
  EXPECT_EQ(text.document, document) << policyYaml(document);
}

TEST(PolicyTextTest, errorsStandAtTheirPlaceAndWarningsAtTheirKey) {
  const PolicyCheck check = [](const domain::PolicyDocument&, const std::vector<std::string>&) {
    return domain::DocumentFindings{{{"/workloads/0/gate/mid", "late", true}, {"/workloads/0/name", "early", false}},
                                    {{"/workloads/0/explore", "no effect", true}}};
  };
  const PolicyText text = readPolicy("workloads:\n  - name: a\n    explore: 0.1\n    gate: {mid: {}}\n", "p.yaml", {"mid"}, check);
  EXPECT_THAT(lines(text.errors), testing::ElementsAre("2:11: early", "4:12: late"));
  EXPECT_THAT(lines(text.warnings), testing::ElementsAre("3:5: no effect"));
}

TEST(PolicyTextTest, whatIsNotYamlIsNotChecked) {
  const PolicyCheck check = [](const domain::PolicyDocument&, const std::vector<std::string>&) -> domain::DocumentFindings {
    ADD_FAILURE() << "called";
    return {};
  };
  EXPECT_EQ(readPolicy("a: [1", "p.yaml", {}, check).errors.size(), 1U);
}

}  // namespace
}  // namespace signalbox::config
