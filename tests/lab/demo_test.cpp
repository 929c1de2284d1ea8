// SPDX-License-Identifier: Apache-2.0
#include "lab/demo_history.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "lab/demo.h"
#include "patience.h"

namespace signalbox::lab {
namespace {

class SampleTrafficTest : public testing::Test {
 protected:
  SampleTraffic traffic = *makeSampleTraffic(sampleTemplates(), 4000, 1);
  std::shared_ptr<const config::Config> config = *demoConfig(traffic, {1, 2, 3, 4}, "/nowhere");
  std::shared_ptr<const policy::CompiledPolicy> policy = *policy::compile(*config->policy, config->tierNames(), 1);
};

TEST_F(SampleTrafficTest, isTheSameForTheSameSeed) {
  const auto again = *makeSampleTraffic(sampleTemplates(), 4000, 1);
  const auto other = *makeSampleTraffic(sampleTemplates(), 4000, 2);
  EXPECT_EQ(again.outcomes->rows()[7].messages.back().text, traffic.outcomes->rows()[7].messages.back().text);
  EXPECT_NE(other.outcomes->rows()[7].messages.back().text, traffic.outcomes->rows()[7].messages.back().text);
}

TEST_F(SampleTrafficTest, fillsEverySlot) {
  for (const auto& row : traffic.outcomes->rows()) {
    EXPECT_EQ(row.messages.back().text.find('{'), std::string::npos) << row.messages.back().text;
    ASSERT_EQ(row.models.size(), traffic.models.size());
  }
}

TEST_F(SampleTrafficTest, isHarderForWeakerModels) {
  std::map<std::string, double> right;
  for (const auto& row : traffic.outcomes->rows()) {
    for (const auto& [model, record] : row.models) right[model] += record.correct / static_cast<double>(traffic.outcomes->rows().size());
  }
  EXPECT_LT(right["small"], right["medium"]);
  EXPECT_LT(right["medium"], right["large"]);
  EXPECT_GT(right["small"], 0.75);
  EXPECT_GT(right["large"], 0.97);
}

TEST_F(SampleTrafficTest, givesTheGateSomethingToFind) {
  double requests = 0, escalated = 0, right = 0, cheapest = 0;
  std::map<std::string, double> tiers;
  for (const auto& workload : traffic.workloads) {
    for (const std::size_t row : workload.rows) {
      const auto decision = pastDecision(traffic, *policy, *config, workload, row, false);
      ++requests;
      escalated += decision.escalations > 0;
      right += *decision.score;
      cheapest += traffic.outcomes->rows()[row].record("small")->correct;
      ++tiers[decision.final_tier];
      EXPECT_EQ(decision.workload, workload.name);
      ASSERT_TRUE(decision.cost_usd);
    }
  }
  RecordProperty("escalated", std::to_string(escalated / requests));
  EXPECT_GT(escalated / requests, 0.05);
  EXPECT_LT(escalated / requests, 0.15);
  EXPECT_GT(right / requests, cheapest / requests + 0.02) << "routing must be worth it";
  EXPECT_GT(tiers["local"] / requests, 0.5);
  EXPECT_GT(tiers["mid"] / requests, 0.05);
  EXPECT_GT(tiers["frontier"] / requests, 0.02);
}

TEST_F(SampleTrafficTest, isJudgedByMapsThatWereFittedOnOtherTraffic) {
  // Every gate has its map, and what a map says is nearer to how often answers are right than what the model says of itself.
  double raw_gap = 0, gap = 0, n = 0;
  for (const auto& workload : traffic.workloads) {
    for (const std::size_t row : workload.rows) {
      const auto decision = pastDecision(traffic, *policy, *config, workload, row, false);
      const auto& first = decision.attempts.front();
      if (!first.confidence) continue;
      const double right = traffic.outcomes->rows()[row].record(first.model)->correct;
      raw_gap += *first.confidence_raw - right;
      gap += *first.confidence - right;
      ++n;
      EXPECT_EQ(decision.confidence.has_value(), !decision.calibration.empty());
    }
  }
  ASSERT_GT(n, 1000);
  EXPECT_GT(raw_gap / n, 0.02) << "the made-up models think too well of themselves";
  EXPECT_LT(std::abs(gap / n), 0.015);
}

TEST_F(SampleTrafficTest, hasBusyAndQuietHours) {
  double sum = 0, least = 1e9, most = 0;
  for (int minute = 0; minute < 1440; ++minute) {
    const double shape = dailyShape(minute * 60'000'000ll);
    sum += shape / 1440;
    least = std::min(least, shape);
    most = std::max(most, shape);
  }
  EXPECT_NEAR(sum, 1, 0.1);
  EXPECT_GT(least, 0.4);
  EXPECT_GT(most / least, 2);
}

TEST(DemoTest, hasAPastAndLiveTrafficAndLeavesNothingBehind) {
  DemoOptions options;
  options.rate = 60;
  options.history = std::chrono::seconds(30);
  options.prompts = 400;
  auto demo = Demo::start(options);
  ASSERT_TRUE(demo) << demo.error().message;
  EXPECT_GT((*demo)->historyRows(), 100);
  const auto deadline = steadyNow() + patient(std::chrono::seconds(10));
  while ((*demo)->counts().requests < 20 && steadyNow() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto counts = (*demo)->counts();
  EXPECT_GE(counts.requests, 20);
  EXPECT_EQ(counts.failed, 0);
  EXPECT_GT(counts.cost_usd, 0);
  const auto folder = std::filesystem::path((*demo)->clientTokenFile()).parent_path();
  EXPECT_TRUE(std::filesystem::exists(folder));
  demo->reset();
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(DemoTest, canBeEndedWhileItsPastIsMadeUp) {
  DemoOptions options;
  options.rate = 500;
  options.history = std::chrono::hours(24);
  options.prompts = 400;
  std::int64_t seen = 0, expected = 0;
  options.go_on = [&](std::int64_t done, std::int64_t of) {
    seen = done;
    expected = of;
    return false;
  };
  const auto demo = Demo::start(options);
  ASSERT_FALSE(demo);
  EXPECT_EQ(demo.error().code, ErrorCode::Cancelled);
  EXPECT_EQ(seen, 1000);
  EXPECT_EQ(expected, 500 * 86'400);
}

}  // namespace
}  // namespace signalbox::lab
