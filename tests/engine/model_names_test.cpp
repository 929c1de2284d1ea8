// SPDX-License-Identifier: Apache-2.0
#include "engine/model_names.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace signalbox::engine {
namespace {

class ModelNamesTest : public testing::Test {
 protected:
  ModelNamesTest() {
    domain::Upstream vllm;
    vllm.name = "vllm";
    vllm.models = {{"llama-3-8b", true, std::nullopt, {}}, {"org/nested", true, std::nullopt, {}}};
    domain::Upstream openai;
    openai.name = "openai";
    openai.models = {{"gpt-4o", std::nullopt, std::nullopt, {}}};
    config_.upstreams = {vllm, openai};
    config_.aliases = {{"gpt-4-turbo", "gpt-4o"}, {"claude-*", "auto:chat"}, {"loop", "loop"}, {"old-*-name", "tier:local"}};
    policy_.tiers = {"local", "frontier"};
    policy::Workload tickets;
    tickets.name = "tickets";
    tickets.match.models = {"ticket-model"};
    policy::Workload chat;
    chat.name = "chat";
    policy_.workloads = {tickets, chat};
  }

  std::string meaning(std::string_view model) const {
    const auto read = readModelName(model, config_, policy_);
    if (!read) return read.error().code == ErrorCode::ModelNotFound ? "no model" : "no workload";
    if (const auto* routed = std::get_if<RoutedModel>(&*read)) return "routed " + routed->workload;
    if (const auto* tier = std::get_if<PinnedTier>(&*read)) return "tier " + policy_.tiers[domain::index(tier->tier)];
    const auto& deployment = std::get<PinnedDeployment>(*read).deployment;
    return deployment.upstream + " " + deployment.model;
  }

  config::Config config_;
  policy::CompiledPolicy policy_;
};

TEST_F(ModelNamesTest, areLookedUpInTheOrderOfTheContract) {
  EXPECT_EQ(meaning("auto"), "routed ");
  EXPECT_EQ(meaning("auto:chat"), "routed chat");
  EXPECT_EQ(meaning("auto:nothing"), "no workload");
  EXPECT_EQ(meaning("tier:frontier"), "tier frontier");
  EXPECT_EQ(meaning("tier:nothing"), "no model");
  EXPECT_EQ(meaning("vllm/llama-3-8b"), "vllm llama-3-8b");
  EXPECT_EQ(meaning("vllm/org/nested"), "vllm org/nested");
  EXPECT_EQ(meaning("vllm/unknown"), "no model");
  EXPECT_EQ(meaning("ticket-model"), "routed ");
  EXPECT_EQ(meaning("gpt-4-turbo"), "openai gpt-4o");
  EXPECT_EQ(meaning("claude-sonnet"), "routed chat");
  EXPECT_EQ(meaning("old-and-long-name"), "tier local");
  EXPECT_EQ(meaning("gpt-4o"), "openai gpt-4o");
}

TEST_F(ModelNamesTest, anAliasOfItselfEndsInAnErrorThatNamesWhatIsOffered) {
  const auto read = readModelName("loop", config_, policy_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().param, "model");
  for (const char* name : {"auto", "auto:tickets", "tier:local", "vllm/llama-3-8b", "openai/gpt-4o"}) {
    EXPECT_NE(read.error().message.find(name), std::string::npos) << name;
  }
}

TEST_F(ModelNamesTest, starsStandForAnyRun) {
  config_.aliases = {{"a*b*c", "auto"}, {"x*x", "auto"}};
  for (const char* name : {"abc", "aXbYc", "abbcc", "a*b*c", "xx", "xyx"}) EXPECT_EQ(meaning(name), "routed ") << name;
  for (const char* name : {"ab", "acb", "abcd", "x", "bac"}) EXPECT_EQ(meaning(name), "no model") << name;
}

TEST_F(ModelNamesTest, aNameOfAnyLengthIsRefusedAtOnce) {
  config_.aliases = {{"a*a*a*a*a*a*a*a*b", "auto"}, {"*", "auto"}};
  policy_.workloads[1].match.models = {std::string(300, 'n')};
  const SteadyTime began = steadyNow();
  EXPECT_EQ(meaning(std::string(256, 'a')), "routed ");
  EXPECT_EQ(meaning(std::string(300, 'n')), "no model");
  for (const auto* head : {"", "auto:", "tier:", "vllm/"}) {
    const auto read = readModelName(head + std::string(32u << 20, 'a'), config_, policy_);
    ASSERT_FALSE(read);
    EXPECT_LT(read.error().message.size(), 300u);
    EXPECT_EQ(read.error().param, "model");
  }
  EXPECT_LT(steadyNow() - began, std::chrono::seconds(5));
}

TEST_F(ModelNamesTest, aStarCatchesWhatNothingElseTakes) {
  config_.aliases.emplace_back("*", "auto");
  EXPECT_EQ(meaning("whatever-1"), "routed ");
  EXPECT_EQ(meaning("tier:frontier"), "tier frontier");
}

}  // namespace
}  // namespace signalbox::engine
