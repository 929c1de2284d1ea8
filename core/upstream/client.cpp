// SPDX-License-Identifier: Apache-2.0
#include "upstream/client.h"

#include "domain/error_status.h"

namespace signalbox::upstream {
namespace {

void addCredential(const domain::Upstream& upstream, std::vector<ConnectionPool::Field>& headers) {
  if (upstream.key.empty()) return;
  if (upstream.api == domain::UpstreamApi::Anthropic)
    headers.emplace_back("x-api-key", upstream.key.reveal());
  else
    headers.emplace_back("Authorization", "Bearer " + upstream.key.reveal());
}

}  // namespace

void Health::succeeded() { consecutive_failures.store(0, std::memory_order_relaxed); }

void Health::failed(const Error& error) {
  failures.fetch_add(1, std::memory_order_relaxed);
  consecutive_failures.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  last_error_ = std::string(domain::errorStatus(error.code).code) + ": " + error.message;
}

std::string Health::lastError() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

HealthTable::HealthTable(const config::Config& config) : protection_(config) {
  for (const auto& upstream : config.upstreams) {
    order_.emplace_back(upstream.name, upstream.base_url);
    table_.emplace(upstream.name, std::make_unique<Health>());
  }
}

std::vector<domain::UpstreamStatus> HealthTable::list() const {
  std::vector<domain::UpstreamStatus> all;
  for (const auto& [name, base_url] : order_) {
    const Health& health = *table_.at(name);
    domain::UpstreamStatus status;
    status.name = name;
    status.base_url = base_url;
    status.in_flight = health.in_flight.load(std::memory_order_relaxed);
    status.requests = health.requests.load(std::memory_order_relaxed);
    status.failures = health.failures.load(std::memory_order_relaxed);
    const auto in_a_row = health.consecutive_failures.load(std::memory_order_relaxed);
    status.health = status.requests == 0 ? "unknown" : in_a_row == 0 ? "ok" : "degraded";
    status.last_error = health.lastError();
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
