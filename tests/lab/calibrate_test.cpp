// SPDX-License-Identifier: Apache-2.0
#include "lab/calibrate.h"

#include <gmock/gmock.h>

#include <random>

namespace signalbox::lab {
namespace {

using testing::HasSubstr;

// Model "m" is over-confident: an answer of confidence c is right with probability c². Task "b" has a rare answer.
std::shared_ptr<const Outcomes> outcomes(std::size_t n) {
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<OutcomeRow> rows;
  for (std::size_t i = 0; i < n; ++i) {
    OutcomeRow row;
    row.id = "row-" + std::to_string(i);
    row.task = i % 2 ? "a" : "b";
    row.messages = {{"user", std::string(i % 50, 'x') + std::to_string(i)}};
    row.answer = i % 40 == 0 ? "rare" : "common";
    const double c = uniform(random);
    Record record;
    record.correct = uniform(random) < c * c ? 1 : 0;
    record.token_prob = c;
    row.models["m"] = record;
    row.models["silent"] = Record{};
    rows.push_back(std::move(row));
  }
  return std::make_shared<const Outcomes>(std::move(rows));
}

CalibrateOptions options(double max_error) {
  CalibrateOptions options;
  options.model = "m";
  options.promise = {max_error, 0.95};
  return options;
}

TEST(CalibrateTest, findsTheThresholdOverAllRowsWithoutAMap) {
  const auto report = calibrate(*outcomes(4'000), options(0.2));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->judged, 4'000U);
  EXPECT_EQ(report->fitted, 0U);
  EXPECT_FALSE(report->map);
  ASSERT_TRUE(report->accepted);
  // ∫ from t to 1 of (1 − c²) dc ÷ (1 − t) is 0.2 at t = 0.79; the promise has to stay above it.
  EXPECT_GT(report->accepted->threshold, 0.79);
  EXPECT_LT(report->accepted->threshold, 0.90);
  EXPECT_FALSE(report->raw_threshold);
  const Json json = calibrationJson(*report);
  EXPECT_EQ(json["threshold"], report->accepted->threshold);
  EXPECT_EQ(json["raw_threshold"], json["threshold"]);
  EXPECT_LE(json["error_upper_bound"].get<double>(), 0.2);
  EXPECT_EQ(json["curve"].size(), 20U);
  EXPECT_TRUE(json["map"].is_null());
}

TEST(CalibrateTest, fitsOnOneHalfAndJudgesOnTheOther) {
  auto asked = options(0.2);
  asked.fit = FitOptions{FitMethod::Isotonic, "", "tickets", "vllm/m", domain::Signal::TopClass};
  const auto all = outcomes(4'000);
  const auto report = calibrate(*all, asked);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->fitted + report->judged, 4'000U);
  EXPECT_NEAR(static_cast<double>(report->fitted), 2'000, 200);
  ASSERT_TRUE(report->map);
  EXPECT_EQ(report->map->name, "tickets/vllm/m isotonic n=" + std::to_string(report->fitted));
  EXPECT_NEAR((*report->map)(0.7), 0.49, 0.06);
  EXPECT_LT(report->calibrated->ece.hi, report->raw.ece.lo);
  ASSERT_TRUE(report->raw_threshold);
  EXPECT_GE((*report->map)(*report->raw_threshold), report->accepted->threshold);
  const auto read = domain::calibrationFromJson(calibrationFile(*report));
  EXPECT_TRUE(read.errors.empty());
  EXPECT_EQ(read.map.points, report->map->points);
  EXPECT_EQ(calibrationFile(*calibrate(*all, asked)), calibrationFile(*report)) << "the same rows give the same map";
}

TEST(CalibrateTest, reportsTheTailApart) {
  const auto report = calibrate(*outcomes(4'000), options(0.2));
  ASSERT_TRUE(report);
  std::map<std::string, std::int64_t> rows;
  for (const auto& segment : report->segments) rows[segment.name] = segment.accuracy.n;
  EXPECT_EQ(rows, (std::map<std::string, std::int64_t>{
                      {"task a", 2'000}, {"task b", 2'000}, {"rare answers (under 10 %)", 100}, {"longest tenth of prompts", 400}}));
}

TEST(CalibrateTest, saysWhenNoThresholdQualifies) {
  const auto few = calibrate(*outcomes(100), options(0.001));
  ASSERT_TRUE(few);
  EXPECT_FALSE(few->accepted);
  EXPECT_THAT(calibrationTable(*few), HasSubstr("NO THRESHOLD QUALIFIES; there are too few rows to show it"));
  EXPECT_TRUE(calibrationJson(*few)["threshold"].is_null());
  const auto bad = calibrate(*outcomes(4'000), options(0.01));
  ASSERT_TRUE(bad);
  EXPECT_THAT(calibrationTable(*bad), HasSubstr("err too often"));
}

TEST(CalibrateTest, namesTheModelsThatHaveTheSignal) {
  auto asked = options(0.2);
  asked.model = "silent";
  EXPECT_EQ(calibrate(*outcomes(100), asked).error().message, "no row has a token_prob of the model \"silent\"; the file has it of m");
  asked = options(0.2);
  asked.signal = RecordedSignal::StatedConfidence;
  EXPECT_THAT(calibrate(*outcomes(100), asked).error().message, HasSubstr("no model of the file has one"));
  asked = options(0.2);
  asked.tasks = {"c"};
  EXPECT_THAT(calibrate(*outcomes(100), asked).error().message, HasSubstr("in c"));
}

TEST(CalibrateTest, refusesToFitOnTooLittle) {
  auto asked = options(0.2);
  asked.fit = FitOptions{};
  EXPECT_THAT(calibrate(*outcomes(60), asked).error().message, HasSubstr("too little to fit a map on"));
}

}  // namespace
}  // namespace signalbox::lab
