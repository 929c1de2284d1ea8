// SPDX-License-Identifier: Apache-2.0
// The rollups behind the panels. Cases:
//   rollup/add            one decision into the three resolutions
//   rollup/query_30d/day  a month by day, from memory
//   rollup/query_1h/10s   the last hour in steps of ten seconds
//   rollup/fieller        the interval of one cost per correct
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "analytics/rollup.h"

namespace {

using namespace signalbox;
constexpr WallMicros kHour = 3'600'000'000;

domain::Decision decision(WallMicros ts, std::mt19937_64& random) {
  static const char* const kTiers[] = {"local", "mid", "frontier"};
  domain::Decision d;
  d.ts = ts;
  d.start_tier = "local";
  d.final_tier = kTiers[random() % 3];
  d.reason = domain::Reason::Cascade;
  d.latency_ms = std::exp(static_cast<double>(random() % 8000) / 1000);
  d.ttft_ms = *d.latency_ms / 3;
  d.cost_usd = 1e-6 * static_cast<double>(random() % 1000);
  if (random() % 4 == 0) d.score = random() % 2;
  return d;
}

void add(benchmark::State& state) {
  std::mt19937_64 random(1);
  std::vector<domain::Decision> decisions;
  for (int i = 0; i < 20'000; ++i) decisions.push_back(decision(1'700'000'000'000'000 + i * 100, random));
  analytics::RollupStore store;
  std::size_t at = 0;
  for (auto _ : state) {
    domain::Decision& d = decisions[at++ % decisions.size()];
    d.ts += 2'000'000;
    store.add(d);
  }
}
BENCHMARK(add)->Name("rollup/add");

const analytics::RollupStore& month() {
  static const analytics::RollupStore store = [] {
    std::mt19937_64 random(2);
    analytics::RollupStore out;
    for (WallMicros at = 0; at < 720 * kHour; at += kHour / 1200) out.add(decision(1'700'006'400'000'000 + at, random));
    return out;
  }();
  return store;
}

void query(benchmark::State& state, WallMicros back, WallMicros bucket) {
  const WallMicros until = 1'700'006'400'000'000 + 720 * kHour;
  month();
  for (auto _ : state) benchmark::DoNotOptimize(month().query(until - back, until, bucket, 2 * kHour));
}
BENCHMARK_CAPTURE(query, month_by_day, 720 * kHour, 24 * kHour)->Name("rollup/query_30d/day")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(query, hour_by_10s, kHour, kHour / 360)->Name("rollup/query_1h/10s")->Unit(benchmark::kMicrosecond);

void fieller(benchmark::State& state) {
  analytics::Moments moments{};
  std::mt19937_64 random(3);
  for (int i = 0; i < 1000; ++i)
    analytics::addPair(moments, 1e-6 * static_cast<double>(random() % 1000), static_cast<double>(random() % 2));
  for (auto _ : state) benchmark::DoNotOptimize(analytics::ratioFieller(moments));
}
BENCHMARK(fieller)->Name("rollup/fieller");

}  // namespace
