// SPDX-License-Identifier: Apache-2.0
#include "analytics/baselines.h"

#include <gmock/gmock.h>

#include <random>

namespace signalbox::analytics {
namespace {

const std::vector<std::string> kTiers{"local", "frontier"};

domain::Attempt attemptAt(const std::string& tier, double cost_usd, std::optional<std::int64_t> input_tokens = std::nullopt,
                          std::optional<std::int64_t> output_tokens = std::nullopt) {
  domain::Attempt attempt;
  attempt.tier = tier;
  attempt.cost_usd = cost_usd;
  attempt.input_tokens = input_tokens;
  attempt.output_tokens = output_tokens;
  return attempt;
}

// A cascade from local to frontier, where models answer at their own length: tokens of the decision are those of what was served.
domain::Decision cascaded(bool escalated, std::int64_t input, std::int64_t local_output, std::int64_t frontier_output) {
  const auto cost = [&](std::int64_t output, double in_price, double out_price) {
    return static_cast<double>(input) * in_price + static_cast<double>(output) * out_price;
  };
  domain::Decision d;
  d.id = Uuid::v7();
  d.start_tier = "local";
  d.final_tier = escalated ? "frontier" : "local";
  d.attempts = {attemptAt("local", cost(local_output, 1e-7, 2e-7), input, local_output)};
  if (escalated) d.attempts.push_back(attemptAt("frontier", cost(frontier_output, 2e-6, 8e-6), input, frontier_output));
  d.input_tokens = input;
  d.output_tokens = d.attempts.back().output_tokens;
  d.cost_usd = 0;
  for (const auto& attempt : d.attempts) *d.cost_usd += *attempt.cost_usd;
  return d;
}

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
    d.attempts.push_back(attemptAt(at, cost));
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

TEST(BaselinesTest, imputesWhatATierWouldHaveCostFromItsOwnAnswers) {
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

// Of a stream that the gate refused by its first tokens only these were paid.
TEST(BaselinesTest, aStreamThatWasLeftIsNotWhatItsAnswerCosts) {
  std::vector<domain::Decision> decisions;
  for (int i = 0; i < 75; ++i) decisions.push_back(served("local"));
  for (int i = 0; i < 25; ++i) {
    decisions.push_back(served("frontier"));
    decisions.back().stream = true;
    decisions.back().attempts.front().cost_usd = 0.04;
    decisions.back().cost_usd = 10.04;
  }
  const auto cheapest = named(baselines(decisions, kTiers), "all-cheapest");
  EXPECT_NEAR(cheapest.cost_usd.value(), 100, 1e-9);
  EXPECT_EQ(cheapest.basis, "imputed");
}

TEST(BaselinesTest, takesATiersCostFromItsOwnAnswersHoweverLongOthersTalk) {
  for (const auto& [local_output, frontier_output] : {std::pair<std::int64_t, std::int64_t>(20, 800), {800, 20}}) {
    std::vector<domain::Decision> decisions;
    double ours = 0, frontier = 0;
    for (int i = 0; i < 100; ++i) {
      const std::int64_t input = 60 + 7 * (i % 13);
      decisions.push_back(cascaded(i % 2 == 1, input, local_output, frontier_output));
      ours += *decisions.back().cost_usd;
      frontier += *cascaded(true, input, local_output, frontier_output).attempts.back().cost_usd;
    }
    const auto all = baselines(decisions, kTiers);
    const auto& shown = named(all, "always-frontier");
    EXPECT_NEAR(shown.cost_usd.value(), frontier, 1e-9) << "answers of one length cost what the question's length says";
    EXPECT_NEAR(shown.saving.value, (frontier - ours) / frontier, 1e-9);
    EXPECT_LT(shown.saving.lo, shown.saving.value);
    EXPECT_GT(shown.saving.hi, shown.saving.value);
  }
}

// The doubt of what is imputed belongs to the interval: with the fitted cost held fixed it would be too narrow.
TEST(BaselinesTest, holdsTheTrueSavingAboutNinetyFiveTimesInAHundred) {
  constexpr double kEscalated = 0.1;
  constexpr int kRuns = 300;
  std::mt19937_64 random(3);
  std::bernoulli_distribution escalates(kEscalated);
  std::uniform_int_distribution<std::int64_t> input(100, 300);
  std::geometric_distribution<std::int64_t> local(1.0 / 51), frontier(1.0 / 401);  // 50 and 400 tokens in the mean, many far longer
  const double at_local = 200 * 1e-7 + 50 * 2e-7, at_frontier = 200 * 2e-6 + 400 * 8e-6;
  const double truth = (at_frontier - at_local - kEscalated * at_frontier) / at_frontier;
  int held = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<domain::Decision> decisions;
    for (int i = 0; i < 500; ++i) {
      const std::int64_t asked = input(random), short_answer = local(random), long_answer = frontier(random);
      decisions.push_back(cascaded(escalates(random), asked, short_answer, long_answer));
    }
    const auto saving = named(baselines(decisions, kTiers, {.seed = static_cast<std::uint64_t>(run), .replicates = 200}), "always-frontier").saving;
    held += saving.lo <= truth && truth <= saving.hi;
  }
  EXPECT_THAT(held, testing::AllOf(testing::Ge(kRuns * 90 / 100), testing::Le(kRuns * 99 / 100)));
}

TEST(BaselinesTest, findsTheRandomSplitOverTheRequestsThatItIsComparedOn) {
  std::vector<domain::Decision> decisions;
  for (int i = 0; i < 60; ++i) decisions.push_back(cascaded(i % 2 == 1, 100, 20, 800));
  for (int i = 0; i < 40; ++i) {
    // Spending that no tier can be held against: how long the question was is not known, and the frontier did not run.
    auto dear = cascaded(false, 100, 20, 800);
    dear.input_tokens.reset();
    dear.attempts.front().input_tokens.reset();
    *(dear.attempts.front().cost_usd) *= 50;
    dear.cost_usd = dear.attempts.front().cost_usd;
    decisions.push_back(dear);
  }
  const auto all = baselines(decisions, kTiers);
  const auto& random = named(all, "random-same-cost");
  EXPECT_EQ(random.n, 60);
  EXPECT_NEAR(random.saving.value, 0, 1e-9);
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
