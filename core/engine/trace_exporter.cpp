// SPDX-License-Identifier: Apache-2.0
#include "engine/trace_exporter.h"

#include <algorithm>

#include "base/log.h"

namespace signalbox::engine {
namespace {

TraceResource resourceOf(const config::Config& config, const std::string& version) {
  TraceResource resource{config.otlp->service_name, version, config.router_name, {}};
  for (const auto& upstream : config.upstreams) {
    if (!upstream.models.empty()) resource.providers[upstream.name] = upstream.models.front().provider;
  }
  return resource;
}

upstream::PostTarget targetOf(const config::Otlp& otlp) { return {otlp.endpoint, otlp.headers, otlp.ca_file}; }

// The collector has a bad moment, and may take the same later.
bool isPassing(int status) { return status == 408 || status == 429 || status == 502 || status == 503 || status == 504; }

}  // namespace

TraceExporter::TraceExporter(const config::Config& config, const std::string& version, TraceLimits limits)
    : share_(config.otlp->sample), limits_(limits), resource_(resourceOf(config, version)), post_(targetOf(*config.otlp)), thread_([this] { run(); }) {}

TraceExporter::~TraceExporter() { stop(Duration{}); }

void TraceExporter::decided(const domain::Decision& decision, std::string_view traceparent) {
  auto parent = readTraceParent(traceparent);
  // Whoever began the trace has chosen for all of it.
  if (parent ? !parent->sampled : !isSampled(decision.id, share_)) return;
  Trace trace{decision, std::move(parent)};
  std::size_t waiting = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= limits_.queue) {
      counts_.queue_full.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    queue_.push_back(std::move(trace));
    waiting = queue_.size();
  }
  if (waiting == limits_.batch) wake_.notify_one();
}

void TraceExporter::stop(Duration patience) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) end_ = steadyNow() + patience;
    stopping_ = true;
  }
  wake_.notify_all();
  {
    std::unique_lock lock(mutex_);
    if (!finished_.wait_until(lock, end_, [this] { return done_; })) post_.cancel();  // one that hangs
  }
  if (thread_.joinable()) thread_.join();
}

void TraceExporter::run() {
  while (true) {
    const auto batch = take();
    if (batch.empty()) break;
    send(batch);
  }
  const std::lock_guard lock(mutex_);
  done_ = true;
  finished_.notify_all();
}

// What has gathered; empty once there is nothing more to come.
std::vector<Trace> TraceExporter::take() {
  std::unique_lock lock(mutex_);
  while (!stopping_ && queue_.size() < limits_.batch) {
    const auto why = wake_.wait_for(lock, limits_.every);
    if (why == std::cv_status::timeout && !queue_.empty()) break;
  }
  const auto count = std::min(queue_.size(), limits_.batch);
  const auto last = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Trace> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(last));
  queue_.erase(queue_.begin(), last);
  return batch;
}

void TraceExporter::send(const std::vector<Trace>& batch) {
  auto& outcome = deliver(tracesBody(batch, resource_)) ? counts_.exported : counts_.not_taken;
  outcome.fetch_add(batch.size(), std::memory_order_relaxed);
}

bool TraceExporter::deliver(const std::string& body) {
  Duration wait = limits_.first_wait;
  std::string problem;
  for (int tried = 1; tried <= limits_.tries; ++tried, wait *= 2) {
    const Duration timeout = std::min(limits_.timeout, timeLeft());
    if (timeout <= Duration{}) break;
    const auto answer = post_.post(body, "application/json", timeout);
    if (answer && answer->status / 100 == 2) {
      if (complained_) log::info("the collector of traces takes them again");
      complained_ = false;
      return true;
    }
    problem = answer ? "status " + std::to_string(answer->status) : answer.error().message;
    if (answer && !isPassing(answer->status)) break;
    constexpr Duration kMostWait = std::chrono::seconds(30);
    const Duration asked = answer ? std::chrono::duration_cast<Duration>(std::chrono::duration<double>(answer->retry_after_s)) : Duration{};
    if (tried == limits_.tries || !pause(std::min(kMostWait, std::max(wait, asked)))) break;
  }
  // Once for a row of failures: a collector that is away is no reason to fill the log.
  if (!complained_) log::warn("the collector of traces does not take them ({}); they are dropped and counted in signalbox_traces_dropped_total", problem);
  complained_ = true;
  return false;
}

// False where stopping leaves no time for another try.
bool TraceExporter::pause(Duration wait) {
  std::unique_lock lock(mutex_);
  const SteadyTime until = steadyNow() + wait;
  while (steadyNow() < until) {
    if (stopping_ && until >= end_) return false;
    wake_.wait_until(lock, until);
  }
  return true;
}

Duration TraceExporter::timeLeft() {
  const std::lock_guard lock(mutex_);
  return stopping_ ? end_ - steadyNow() : Duration::max();
}

}  // namespace signalbox::engine
