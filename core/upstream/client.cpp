// SPDX-License-Identifier: Apache-2.0
#include "upstream/client.h"

#include <algorithm>
#include <array>

#include "domain/error_status.h"
#include "upstream/place.h"

namespace signalbox::upstream {
namespace {

void addCredential(const domain::Upstream& upstream, std::vector<ConnectionPool::Field>& headers) {
  if (upstream.key.empty()) return;
  if (upstream.api == domain::UpstreamApi::Anthropic)
    headers.emplace_back("x-api-key", upstream.key.reveal());
  else
    headers.emplace_back("Authorization", "Bearer " + upstream.key.reveal());
}

admit::Places::Limits limitsOf(const domain::Upstream& upstream) {
  return {upstream.limits.in_flight, upstream.limits.pending, upstream.limits.queue};
}

// From the best to the worst.
template <std::size_t N>
std::size_t rankOf(const std::array<std::string_view, N>& words, std::string_view word) {
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin());
}
constexpr std::array<std::string_view, 4> kBreakers{"closed", "recovering", "half-open", "open"};

// What the deployments are together. One that was not asked yet says nothing of the others.
void sumUp(domain::UpstreamStatus& upstream) {
  upstream.health = "unknown";
  for (const auto& one : upstream.deployments) {
    if (!upstream.breaker || rankOf(kBreakers, one.breaker) > rankOf(kBreakers, *upstream.breaker)) upstream.breaker = one.breaker;
    if (one.health != "unknown") upstream.health = upstream.health == "unknown" || upstream.health == one.health ? one.health : "degraded";
  }
  if (upstream.deployments.size() == 1) upstream.ttft_p50_ms = upstream.deployments.front().ttft_p50_ms;
}

}  // namespace

void Health::failed(const Error& error, bool probe) {
  if (!probe) failures.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  last_error_ = std::string(domain::errorStatus(error.code).code) + ": " + error.message;
}

std::string Health::lastError() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

void Health::probed(bool failed, std::optional<double> cost_usd) {
  const std::lock_guard lock(mutex_);
  ++probes_;
  probe_failures_ += failed;
  probe_cost_usd_ = probe_cost_usd_ && cost_usd ? std::optional(*probe_cost_usd_ + *cost_usd) : std::nullopt;
}

void Health::describe(domain::UpstreamStatus& status) const {
  status.in_flight = in_flight.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  status.requests = requests.load(std::memory_order_relaxed);
  status.failures = failures.load(std::memory_order_relaxed);
  status.last_error = last_error_;
  status.probes = probes_;
  status.probe_failures = probe_failures_;
  if (probes_ > 0) status.probe_cost_usd = probe_cost_usd_;
}

HealthTable::HealthTable(const config::Config& config, const HealthTable* before)
    : protection_(config, before ? &before->protection_ : nullptr), latencies_(config.tiers.size()) {
  for (const auto& upstream : config.upstreams) {
    Listed& listed = order_.emplace_back(Listed{upstream.name, upstream.base_url, {}});
    for (const auto& model : upstream.models) listed.models.push_back(model.id);
    table_.emplace(upstream.name, std::make_shared<Health>(std::make_shared<admit::Places>(limitsOf(upstream))));
  }
  for (const auto& tier : config.tiers) tiers_.push_back(tier.deployments);
}

HealthTable::HealthTable(const config::Config& config) : HealthTable(config, nullptr) {}

HealthTable::HealthTable(const config::Config& config, const HealthTable& before) : HealthTable(config, &before) {
  for (const auto& known : before.order_) {
    const auto same = [&](const Listed& now) { return now.name == known.name && now.base_url == known.base_url; };
    if (std::any_of(order_.begin(), order_.end(), same)) table_[known.name] = before.table_.at(known.name);
  }
  for (std::size_t i = 0; i < std::min(tiers_.size(), before.tiers_.size()); ++i) {
    if (tiers_[i] == before.tiers_[i]) latencies_.carry(domain::tierIndex(i), before.latencies_);
  }
}

void HealthTable::limit(const config::Config& config) {
  for (const auto& upstream : config.upstreams) table_.at(upstream.name)->places->change(limitsOf(upstream));
}

void HealthTable::abandon(const Executor& executor) {
  for (const auto& [name, health] : table_) health->places->abandon(homeOf(executor));
}

std::vector<domain::UpstreamStatus> HealthTable::list() const {
  const SteadyTime now = steadyNow();
  std::vector<domain::UpstreamStatus> all;
  for (const auto& [name, base_url, models] : order_) {
    domain::UpstreamStatus status;
    status.name = name;
    status.base_url = base_url;
    table_.at(name)->describe(status);
    status.pending = static_cast<std::int64_t>(table_.at(name)->places->pending());
    for (const auto& model : models) {
      auto deployment = protection_.of({name, model}).status(now);
      deployment.model = model;
      status.deployments.push_back(std::move(deployment));
    }
    sumUp(status);
    all.push_back(std::move(status));
  }
  return all;
}

Client::Client(Executor executor, std::shared_ptr<const config::Config> config, std::shared_ptr<HealthTable> health)
    : config_(std::move(config)), health_(std::move(health)), wiring_(std::move(executor)) {
  for (const auto& upstream : config_->upstreams) {
    std::vector<ConnectionPool::Field> headers{{"Content-Type", "application/json"}, {"Accept", "*/*"}, {"User-Agent", "signalbox"}};
    addCredential(upstream, headers);
    pools_.emplace(upstream.name, std::make_unique<ConnectionPool>(wiring_, Dial::Target{upstream.base_url, upstream.ca_file}, headers));
  }
}

ConnectionPool& Client::pool(const std::string& upstream) { return *pools_.at(upstream); }

}  // namespace signalbox::upstream
