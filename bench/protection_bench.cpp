// SPDX-License-Identifier: Apache-2.0
// What protection costs a request that goes to a deployment which is well: choosing it in a tier of two, its first words, its end; the
// same from several threads at once, and what a tier costs of which every deployment is open.
//   well (1, 2 and 4 threads) open
#include <benchmark/benchmark.h>

#include "upstream/tier_walk.h"

namespace {

using namespace signalbox;

struct Stage {
  Stage() {
    for (const char* name : {"first", "second"}) {
      domain::Upstream upstream;
      upstream.name = name;
      upstream.base_url = std::string("http://") + name;
      upstream.models = {{"model", {}, {}}};
      config.upstreams.push_back(upstream);
      tier.deployments.push_back({name, "model"});
    }
    tier.name = "local";
    config.tiers = {tier};
    protection = std::make_unique<upstream::Protection>(config);
  }
  config::Config config;
  domain::Tier tier;
  std::unique_ptr<upstream::Protection> protection;
};

void well(benchmark::State& state) {
  static Stage stage;
  for (auto _ : state) {
    const SteadyTime now = steadyNow();
    upstream::TierWalk walk(stage.tier, *stage.protection, now + std::chrono::seconds(5));
    auto step = walk.next(now, 0.5);
    step->permit.measureFirst();
    step->permit.answered(now + std::chrono::milliseconds(10));
    step->permit.ended({}, now + std::chrono::milliseconds(10));
  }
}

void open(benchmark::State& state) {
  Stage stage;
  const SteadyTime now = steadyNow();
  const Error failure{ErrorCode::UpstreamTimeout, {}, {}, {}, 0, 0};
  for (int i = 0; i < 10; ++i) {
    upstream::TierWalk walk(stage.tier, *stage.protection, now + std::chrono::seconds(5));
    while (auto step = walk.next(now, 0.5)) {
      step->permit.ended(std::unexpected(failure), now);
      walk.failed(failure);
    }
  }
  for (auto _ : state) {
    upstream::TierWalk walk(stage.tier, *stage.protection, now + std::chrono::seconds(5));
    benchmark::DoNotOptimize(walk.next(now, 0.5));
    benchmark::DoNotOptimize(walk.refusal(0.5));
  }
}

}  // namespace

BENCHMARK(well)->Threads(1)->Threads(2)->Threads(4);
BENCHMARK(open);
