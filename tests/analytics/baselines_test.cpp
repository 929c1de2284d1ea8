// SPDX-License-Identifier: Apache-2.0
#include "analytics/baselines.h"

#include <gtest/gtest.h>

namespace signalbox::analytics {
namespace {

const std::vector<std::string> kTiers{"local", "frontier"};

// Served by `tier`, after trying local first where it is the frontier; a local answer costs 1, a frontier one 10.
domain::Decision served(const std::string& tier, std::optional<double> score = std::nullopt) {
  domain::Decision d;
  d.id = Uuid::v7();
  d.start_tier = "local";
  d.final_tier = tier;
  d.input_tokens = 90;
  d.output_tokens = 10;
  d.score = score;
  d.cost_usd = 0;
  const auto attempt = [&](const char* at, double cost) {
    domain::Attempt a;
    a.tier = at;
    a.cost_usd = cost;
    d.attempts.push_back(a);
    *d.cost_usd += cost;
  };
  attempt("local", 1);
  if (tier == "frontier") attempt("frontier", 10);
  return d;
}

const domain::Baseline& named(const std::vector<domain::Baseline>& all, const std::string& name) {
  for (const auto& baseline : all) {
    if (baseline.name == name) return baseline;
  }
  ADD_FAILURE() << name;
  return all.front();
}

TEST(BaselinesTest, imputesWhatATierWouldHaveCostFromItsTokens) {
  std::vector<domain::Decision> decisions;
  for (int i = 0; i < 75; ++i) decisions.push_back(served("local"));
  for (int i = 0; i < 25; ++i) decisions.push_back(served("frontier"));
  const auto all = baselines(decisions, kTiers);
  ASSERT_EQ(all.size(), 4u);
  const auto& frontier = named(all, "always-frontier");
  EXPECT_NEAR(frontier.cost_usd.value(), 1000, 1e-9);
  EXPECT_EQ(frontier.basis, "imputed");
  EXPECT_EQ(frontier.n, 100);
  EXPECT_NEAR(frontier.saving.value, (1000.0 - 350.0) / 1000.0, 1e-9);
  EXPECT_LT(frontier.saving.lo, frontier.saving.value);
  EXPECT_GT(frontier.saving.hi, frontier.saving.value);
  const auto& cheapest = named(all, "all-cheapest");
  EXPECT_EQ(cheapest.basis, "observed") << "the local tier ran for every request";
  EXPECT_NEAR(cheapest.saving.value, (100.0 - 350.0) / 100.0, 1e-9);
  EXPECT_NEAR(named(all, "random-same-cost").saving.value, 0, 1e-6);
}

TEST(BaselinesTest, doesNotMakeUpWhatNeverRan) {
  std::vector<domain::Decision> decisions;
  for (int i = 0; i < 100; ++i) decisions.push_back(served("local", 1));
  const auto all = baselines(decisions, kTiers);
  const auto& frontier = named(all, "always-frontier");
  EXPECT_EQ(frontier.cost_usd, std::nullopt);
  EXPECT_EQ(frontier.saving.n, 0);
  EXPECT_EQ(frontier.correct_diff.n, 0);
  EXPECT_EQ(named(all, "random-same-cost").saving.n, 0);
}

TEST(BaselinesTest, comparesCorrectnessOnlyWhereItWasGradedNearlyEverywhere) {
  std::vector<domain::Decision> half;
  for (int i = 0; i < 50; ++i) half.push_back(served("local", 1));
  for (int i = 0; i < 50; ++i) half.push_back(served("frontier", 0));
  EXPECT_EQ(named(baselines(half, kTiers), "all-cheapest").correct_diff.n, 0) << "who went up went up for a reason";
  EXPECT_EQ(named(baselines(half, kTiers), "best-single").saving.n, 0);
  std::vector<domain::Decision> all_local;
  for (int i = 0; i < 50; ++i) all_local.push_back(served("local", i % 2));
  EXPECT_EQ(named(baselines(all_local, kTiers), "all-cheapest").correct_diff.n, 50);
}

TEST(BaselinesTest, leavesOutWhatWasNotRouted) {
  std::vector<domain::Decision> decisions(30, served("local"));
  for (auto& d : decisions) d.reason = domain::Reason::Pinned;
  for (const auto& baseline : baselines(decisions, kTiers)) EXPECT_EQ(baseline.n, 0);
  EXPECT_EQ(baselines({}, kTiers).size(), 4u);
}

}  // namespace
}  // namespace signalbox::analytics
