// SPDX-License-Identifier: Apache-2.0
// The sample that users start from, and a policy's way from text to decisions.
#include <gmock/gmock.h>
#include <source_dir.h>

#include "config/config.h"
#include "policy/policy.h"

namespace signalbox {
namespace {

TEST(SampleConfigTest, passesTheCheckWithoutErrorOrWarning) {
  const auto secrets = config::systemSecrets();
  const auto loaded = config::load(SIGNALBOX_SOURCE_DIR "/resources/sample/signalbox.yaml", *secrets, policy::check);
  if (!loaded) {
    for (const auto& error : loaded.error()) ADD_FAILURE() << error.string();
    return;
  }
  const config::Config& sample = **loaded;
  for (const auto& warning : sample.warnings) ADD_FAILURE() << warning.string();
  ASSERT_TRUE(sample.policy);
  ASSERT_TRUE(policy::compile(*sample.policy, sample.tierNames(), 1));
  for (const auto& upstream : sample.upstreams) EXPECT_THAT(upstream.base_url, testing::StartsWith("http://127.0.0.1:"));
}

TEST(SampleConfigTest, aPolicyErrorStandsAtItsLineAndColumn) {
  const auto text = config::readPolicy(
      "workloads:\n"
      "  - name: a\n"
      "    rout: { strategy: tree }\n"
      "    gate:\n"
      "      local: { signal: mean-token, escalate-below: 7 }\n",
      "policy.yaml", {"local", "mid"}, policy::check);
  ASSERT_EQ(text.errors.size(), 2U);
  EXPECT_THAT(text.errors[0].string(), testing::StartsWith("policy.yaml:3:5: unknown key \"rout\": did you mean \"route\"?"));
  EXPECT_EQ(text.errors[1].string(), "policy.yaml:5:52: 7 is out of range; allowed is a number from 0 to 1");
}

TEST(SampleConfigTest, aCompiledPolicyWrittenAsTextAndReadAgainIsTheSame) {
  const auto secrets = config::systemSecrets();
  const auto loaded = config::load(SIGNALBOX_SOURCE_DIR "/resources/sample/signalbox.yaml", *secrets, policy::check);
  ASSERT_TRUE(loaded);
  const auto again = config::readPolicy(config::policyYaml(*(*loaded)->policy), "again.yaml", (*loaded)->tierNames(), policy::check);
  EXPECT_TRUE(again.errors.empty());
  EXPECT_EQ(again.document, *(*loaded)->policy);
}

}  // namespace
}  // namespace signalbox
