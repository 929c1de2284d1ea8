// SPDX-License-Identifier: Apache-2.0
#include "domain/calibration_map.h"

#include <gtest/gtest.h>

namespace signalbox::domain {
namespace {

CalibrationMap mapOf(std::vector<std::pair<double, double>> points) {
  CalibrationMap map;
  map.name = "llama isotonic";
  map.model = "llama";
  map.method = "isotonic";
  map.rows = 100;
  map.points = std::move(points);
  return map;
}

TEST(CalibrationMapTest, isMonotonicAndFlatOutsideItsPoints) {
  const auto map = mapOf({{0.2, 0.1}, {0.4, 0.1}, {0.9, 0.8}});
  EXPECT_DOUBLE_EQ(map(0.0), 0.1);
  EXPECT_DOUBLE_EQ(map(0.65), 0.45);
  EXPECT_DOUBLE_EQ(map(1.0), 0.8);
  for (double x = 0, last = 0; x <= 1; x += 0.01) {
    EXPECT_GE(map(x), last);
    last = map(x);
  }
}

TEST(CalibrationMapTest, readsWhatItWrites) {
  auto map = mapOf({{0.1, 0.3}, {0.75, 0.9}});
  map.workload = "tickets";
  map.signal = Signal::TopClass;
  const auto read = calibrationFromJson(calibrationToJson(map));
  ASSERT_TRUE(read.errors.empty()) << read.errors.front().message;
  EXPECT_EQ(read.map.name, map.name);
  EXPECT_EQ(read.map.workload, "tickets");
  EXPECT_EQ(read.map.model, "llama");
  EXPECT_EQ(read.map.signal, Signal::TopClass);
  EXPECT_EQ(read.map.rows, 100);
  EXPECT_EQ(read.map.points, map.points);
}

TEST(CalibrationMapTest, saysWhatIsWrongWithAFile) {
  const Json good = calibrationToJson(mapOf({{0.1, 0.3}, {0.75, 0.9}}));
  const auto complaint = [&](const std::string& key, Json value) {
    Json json = good;
    json[key] = std::move(value);
    const auto read = calibrationFromJson(json);
    return read.errors.empty() ? std::string() : read.errors.front().pointer + ": " + read.errors.front().message;
  };
  EXPECT_EQ(complaint("name", good["name"]), "");
  EXPECT_EQ(complaint("version", 2), "/version: must be 1");
  EXPECT_EQ(complaint("rows", 0), "/rows: must be how many graded answers it rests on, 1 or more");
  EXPECT_EQ(complaint("model", nullptr), ": \"model\" is missing");
  EXPECT_NE(complaint("signal", "luck").find("/signal: unknown signal \"luck\"; allowed is top-class, mean-token"), std::string::npos);
  EXPECT_EQ(complaint("method", "guess"), "/method: must be isotonic or platt");
  EXPECT_EQ(complaint("points", Json::array()), "/points: must be a list of 1 to 10000 pairs [raw, probability]");
  EXPECT_EQ(complaint("points", {{0.5, 0.2}, {0.5, 0.3}}), "/points/1/0: must be above the raw confidence before it");
  EXPECT_EQ(complaint("points", {{0.5, 0.3}, {0.6, 0.2}}), "/points/1/1: must not be below the probability before it");
  EXPECT_EQ(complaint("points", {{0.5, 1.3}}), "/points/0: must be a pair [raw, probability] of numbers from 0 to 1");
  EXPECT_EQ(calibrationFromJson(Json::array()).errors.front().message, "must be an object");
}

TEST(CalibrationMapTest, theClosestMapIsTaken) {
  std::vector<CalibrationMap> maps;
  for (const auto& [name, workload, model] : {std::tuple("any", "", "llama"), {"any here", "", "vllm/llama"}, {"tickets", "tickets", "llama"}}) {
    maps.push_back(mapOf({{0.5, 0.5}}));
    maps.back().name = name;
    maps.back().workload = workload;
    maps.back().model = model;
  }
  const auto found = [&](std::string_view workload, const Deployment& deployment, Signal signal = Signal::MeanToken) {
    const auto* map = findCalibration(maps, workload, deployment, signal);
    return map ? map->name : std::string();
  };
  EXPECT_EQ(found("tickets", {"vllm", "llama"}), "tickets");
  EXPECT_EQ(found("chat", {"vllm", "llama"}), "any here");
  EXPECT_EQ(found("chat", {"other", "llama"}), "any");
  EXPECT_EQ(found("chat", {"vllm", "qwen"}), "");
  EXPECT_EQ(found("tickets", {"vllm", "llama"}, Signal::MinToken), "");
}

}  // namespace
}  // namespace signalbox::domain
