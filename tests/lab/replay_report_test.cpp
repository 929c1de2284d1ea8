// SPDX-License-Identifier: Apache-2.0
#include "lab/replay_report.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lab/baselines.h"

namespace signalbox::lab {
namespace {

// Ten prompts: `small` is right about the first five, `large` about all but the last and ten times as dear.
std::string line(int i) {
  const double small = 0.001 * (1 + i % 2);
  return Json{{"id", std::to_string(i)}, {"prompt", "question " + std::to_string(i)}, {"answer", "yes"},
              {"models", {{"small", {{"correct", i < 5 ? 1 : 0}, {"cost_usd", small}}}, {"large", {{"correct", i < 9 ? 1 : 0}, {"cost_usd", 10 * small}}}}}}
             .dump() + "\n";
}

std::shared_ptr<const Outcomes> tenPrompts() {
  std::string text;
  for (int i = 0; i < 10; ++i) text += line(i);
  return *parseOutcomes(text, "ten", false);
}

// Small answers the first six, the other four go up and cost both; (row + 1) × 10 ms.
ReplayResult resultOf(const Outcomes& outcomes, std::size_t row, bool graded = true) {
  const bool up = row >= 6;
  const Record &small = *outcomes.rows()[row].record("small"), &large = *outcomes.rows()[row].record("large");
  ReplayResult result;
  result.row = row;
  result.status = ReplayStatus::Answered;
  result.model = up ? "large" : "small";
  result.tier = up ? "frontier" : "local";
  result.escalations = up ? 1 : 0;
  result.cost_usd = *small.cost_usd + (up ? *large.cost_usd : 0);
  result.latency_ms = 10 * static_cast<double>(row + 1);
  if (graded) result.score = up ? large.correct : small.correct;
  return result;
}

ReplayRun runOf(const Outcomes& outcomes, int rounds = 1) {
  ReplayRun run;
  run.seconds = 2;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t row = 0; row < 10; ++row) run.tally.add(resultOf(outcomes, row));
  }
  return run;
}

ReportOptions ladder(std::vector<std::string> models = {"small", "large"}) {
  ReportOptions options;
  options.target = "http://target";
  options.model = "auto";
  options.graded = true;
  options.ladder = std::move(models);
  return options;
}

void expectEstimate(const domain::Estimate& e, double value, double lo, double hi, std::int64_t n, const std::string& what) {
  const auto near = [&](double got, double want) { return std::isinf(want) ? got == want : std::abs(got - want) <= 1e-6 * std::abs(want); };
  EXPECT_TRUE(near(e.value, value) && near(e.lo, lo) && near(e.hi, hi) && e.n == n)
      << what << ": " << e.value << " [" << e.lo << ", " << e.hi << "] " << e.n << ", not " << value << " [" << lo << ", " << hi << "] " << n;
}

constexpr double kNone = std::numeric_limits<double>::infinity();

// The figures below were worked out apart from this code: shares by inverting the score test, totals from the sample variance,
// ratios by inverting the test of mean(cost − R · correct) = 0, quantiles from binomial tables.
TEST(ReplayReportTest, givesEveryLineWithItsIntervalAndCount) {
  const auto outcomes = tenPrompts();
  const auto r = report(*outcomes, runOf(*outcomes), ladder());
  ASSERT_EQ(r.tiers.size(), 2u);
  expectEstimate(r.tiers[0].second, 0.4, 0.16818033, 0.68732623, 10, "frontier's share");
  expectEstimate(r.tiers[1].second, 0.6, 0.31267377, 0.83181967, 10, "local's share");
  expectEstimate(r.escalation_rate, 0.4, 0.16818033, 0.68732623, 10, "escalated");
  expectEstimate(r.run.p50_ms, 50, 20, 90, 10, "p50");
  expectEstimate(r.run.p95_ms, 100, 80, kNone, 10, "p95");
  expectEstimate(r.run.p99_ms, 100, 90, kNone, 10, "p99");
  expectEstimate(r.run.total_usd, 0.075, 0.0218234965, 0.1281765035, 10, "cost");
  expectEstimate(r.run.accuracy, 0.8, 0.49016247, 0.94331785, 10, "accuracy");
  expectEstimate(r.run.cost_per_correct.estimate, 0.009375, 0.00246224443, 0.0198713685, 10, "cost per correct");
}

TEST(ReplayReportTest, givesEveryBaselineWithItsIntervalAndCount) {
  const auto outcomes = tenPrompts();
  const auto r = report(*outcomes, runOf(*outcomes), ladder());
  struct Want {
    const char* name;
    std::array<double, 3> accuracy, cost, per_correct;
  };
  const std::vector<Want> wanted{
      {"this run", {0.8, 0.49016247, 0.94331785}, {0.075, 0.0218234965, 0.1281765035}, {0.009375, 0.00246224443, 0.0198713685}},
      {"always cheapest (small)", {0.5, 0.23659309, 0.76340691}, {0.015, 0.0117333934, 0.0182666066}, {0.003, 0.00163878198, 0.00912716552}},
      {"always frontier (large)", {0.9, 0.59584997, 0.98212379}, {0.15, 0.117333934, 0.182666066}, {0.0166666667, 0.011600273, 0.0239457966}},
      {"random at the same cost", {0.677777778, 0.377348697, 0.87952853}, {0.075, 0.0586669668, 0.0913330332}, {0.0110655738, 0.00720291517, 0.0182184375}},
      {"oracle", {0.9, 0.59584997, 0.98212379}, {0.069, 0.0210398063, 0.116960194}, {0.00766666667, 0.00243002217, 0.0131245848}}};
  ASSERT_EQ(r.same_prompts.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& [name, accuracy, cost, per_correct] = wanted[i];
    const auto& got = r.same_prompts[i];
    EXPECT_EQ(got.name, name);
    expectEstimate(got.accuracy, accuracy[0], accuracy[1], accuracy[2], 10, got.name);
    expectEstimate(got.total_usd, cost[0], cost[1], cost[2], 10, got.name);
    expectEstimate(got.cost_per_correct.estimate, per_correct[0], per_correct[1], per_correct[2], 10, got.name);
  }
}

TEST(ReplayReportTest, writesTheSameFiguresAsTableAndAsJson) {
  const auto outcomes = tenPrompts();
  const auto r = report(*outcomes, runOf(*outcomes), ladder());
  const Json json = reportJson(r);
  EXPECT_EQ(json["answered"], 10);
  EXPECT_NEAR(json["tiers"]["local"]["lo"].get<double>(), 0.31267377, 1e-6);
  EXPECT_NEAR(json["accuracy"]["hi"].get<double>(), 0.94331785, 1e-6);
  EXPECT_EQ(json["latency_ms"]["p50"], (Json{{"value", 50.0}, {"lo", 20.0}, {"hi", 90.0}, {"n", 10}}));
  EXPECT_TRUE(json["latency_ms"]["p99"]["hi"].is_null()) << "ten values say nothing about the upper end of a 99th percentile";
  EXPECT_TRUE(json["ttft_ms"]["p50"].is_null());
  EXPECT_EQ(json["same_prompts"]["name"], "this run");
  ASSERT_EQ(json["baselines"].size(), 4u);
  EXPECT_NEAR(json["baselines"][1]["cost_usd"]["lo"].get<double>(), 0.117333934, 1e-6);
  EXPECT_EQ(json["baselines"][1]["accuracy"]["n"], 10);
  const std::string table = reportTable(r);
  for (const char* part : {"[49.0 %, 94.3 %]", "[20.0 ms, 90.0 ms]", "[90.0 ms, –]", "90.0 % [59.6 %, 98.2 %]", "oracle"}) {
    EXPECT_THAT(table, testing::HasSubstr(part));
  }
}

TEST(ReplayReportTest, knowsNoRandomSplitThatCostsMoreThanTheFrontier) {
  const auto outcomes = tenPrompts();
  ReplayRun run;
  for (std::size_t row = 0; row < 10; ++row) {
    auto result = resultOf(*outcomes, row);
    result.cost_usd = 1.5 * *outcomes->rows()[row].record("large")->cost_usd;
    run.tally.add(result);
  }
  const auto r = report(*outcomes, run, ladder());
  ASSERT_EQ(r.same_prompts.size(), 5u);
  EXPECT_EQ(r.same_prompts[3].name, "random at the same cost");
  EXPECT_EQ(r.same_prompts[3].total_usd.n, 0) << "it would be always-frontier under a name that promises this run's cost";
  EXPECT_EQ(r.same_prompts[3].accuracy.n, 0);
}

TEST(ReplayReportTest, callsCheapestWhatCostsLeast) {
  const auto outcomes = tenPrompts();
  const auto r = report(*outcomes, runOf(*outcomes), ladder({"large", "small"}));
  EXPECT_EQ(r.same_prompts[1].name, "always cheapest (small)");
  EXPECT_NEAR(r.same_prompts[1].total_usd.value, 0.015, 1e-12);
}

TEST(ReplayReportTest, knowsNoTotalWhereTheCostOfAPromptIsNotKnown) {
  auto text = line(0) + line(1);
  text += R"({"id":"2","prompt":"question 2","answer":"yes","models":{"small":{"correct":1},"large":{"correct":1,"cost_usd":0.01}}})";
  const auto outcomes = *parseOutcomes(text, "three", false);
  ReplayRun run;
  for (std::size_t row = 0; row < 3; ++row) {
    ReplayResult result;
    result.row = row;
    result.status = ReplayStatus::Answered;
    result.model = "large";
    result.cost_usd = 0.01;
    result.score = 1;
    run.tally.add(result);
  }
  const auto r = report(*outcomes, run, ladder());
  EXPECT_EQ(r.same_prompts[1].name, "always cheapest (small)");
  EXPECT_EQ(r.same_prompts[1].total_usd.n, 0) << "two of three would look cheaper than they are";
  EXPECT_EQ(r.same_prompts[1].cost_per_correct.estimate.n, 0);
  EXPECT_EQ(r.same_prompts[1].accuracy.n, 3);
  EXPECT_EQ(r.same_prompts[2].total_usd.n, 3);
}

TEST(ReplayReportTest, comparesEachPromptOnceHoweverOftenItWasAsked) {
  const auto outcomes = tenPrompts();
  const auto once = report(*outcomes, runOf(*outcomes), ladder()), often = report(*outcomes, runOf(*outcomes, 50), ladder());
  EXPECT_EQ(often.run.accuracy.n, 500);
  ASSERT_EQ(often.same_prompts.size(), once.same_prompts.size());
  for (std::size_t i = 0; i < once.same_prompts.size(); ++i) {
    const auto &a = once.same_prompts[i], &b = often.same_prompts[i];
    expectEstimate(b.accuracy, a.accuracy.value, a.accuracy.lo, a.accuracy.hi, 10, a.name + ": asking again makes nothing surer");
    expectEstimate(b.total_usd, a.total_usd.value, a.total_usd.lo, a.total_usd.hi, 10, a.name);
  }
}

}  // namespace
}  // namespace signalbox::lab
