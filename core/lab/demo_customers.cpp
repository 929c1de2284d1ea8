// SPDX-License-Identifier: Apache-2.0
#include "lab/demo_customers.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <thread>

#include "lab/replay_client.h"

namespace signalbox::lab {
namespace {
constexpr double kGraded = 0.3;
constexpr std::size_t kMostAtATime = 512;
}  // namespace

struct DemoCustomers::Loop {
  Loop(const SampleTraffic& from, server::HttpTarget target, Secret with_key, double mean_rate, std::uint64_t seed)
      : traffic(from), http(context.get_executor(), std::move(target)), key(std::move(with_key)), rate(mean_rate), random(seed), pause(context) {}

  Task<void> sleep(double seconds) {
    asio::steady_timer timer(context);
    timer.expires_after(Duration(static_cast<std::int64_t>(seconds * 1e9)));
    co_await timer.async_wait(asio::as_tuple(kAwaitable));
  }

  // Arrivals with exponential gaps, at the rate of the time of day.
  Task<void> arrive() {
    while (!stopping) {
      pause.expires_after(Duration(static_cast<std::int64_t>(random.exponential(1e9 / (rate * dailyShape(wallNow()))))));
      co_await pause.async_wait(asio::as_tuple(kAwaitable));
      if (stopping || open >= kMostAtATime) continue;
      asio::co_spawn(context, ask(), asio::detached);
    }
  }

  Task<void> ask() {
    ++open;
    const SampleWorkload& workload = traffic.pickWorkload(random);
    const OutcomeRow& row = traffic.outcomes->rows()[workload.rows[random.below(workload.rows.size())]];
    CallOptions options;
    options.model = workload.model;
    options.key = key;
    options.stream = random.chance(workload.streamed);
    options.headers.emplace_back("x-signalbox-session", "s-" + std::to_string(random.below(4000)));
    ReplayClient client(http, std::move(options));
    const ReplayResult result = co_await client.ask(row.messages);
    const bool grades = random.chance(kGraded);
    const auto score = grades && !result.decision_id.empty() ? grade(Grading::Record, row, result) : std::nullopt;
    if (!stopping) note(result, score);
    if (score && !stopping) {
      co_await sleep(0.5 + random.exponential(4));
      if (!stopping) co_await client.postFeedback(result.decision_id, *score);
    }
    --open;
  }

  void note(const ReplayResult& result, std::optional<double> score) {
    const std::lock_guard lock(mutex);
    ++counts.requests;
    if (result.status != ReplayStatus::Answered) ++counts.failed;
    if (result.escalations.value_or(0) > 0) ++counts.escalated;
    if (!result.tier.empty()) ++counts.tiers[result.tier];
    counts.cost_usd += result.cost_usd.value_or(0);
    if (score) {
      ++counts.graded;
      counts.correct += *score;
    }
  }

  const SampleTraffic& traffic;
  asio::io_context context{1};
  server::HttpClient http;
  Secret key;
  double rate;
  Random random;
  asio::steady_timer pause;
  std::size_t open = 0;
  std::atomic<bool> stopping{false};
  mutable std::mutex mutex;
  DemoCounts counts;
  std::thread thread;
};

DemoCustomers::DemoCustomers(const SampleTraffic& traffic, server::HttpTarget target, Secret key, double rate, std::uint64_t seed)
    : loop_(std::make_unique<Loop>(traffic, std::move(target), std::move(key), rate, seed)) {
  asio::co_spawn(loop_->context, loop_->arrive(), asio::detached);
  loop_->thread = std::thread([loop = loop_.get()] { loop->context.run(); });
}

DemoCustomers::~DemoCustomers() { stop(); }

DemoCounts DemoCustomers::counts() const {
  const std::lock_guard lock(loop_->mutex);
  return loop_->counts;
}

void DemoCustomers::stop() {
  if (!loop_->thread.joinable()) return;
  loop_->stopping.store(true);
  asio::post(loop_->context, [loop = loop_.get()] {
    loop->pause.cancel();
    loop->http.cancel();
    loop->context.stop();
  });
  loop_->thread.join();
}

}  // namespace signalbox::lab
