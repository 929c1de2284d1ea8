// SPDX-License-Identifier: Apache-2.0
#include "engine/pricing.h"

namespace signalbox::engine {
namespace {

std::int64_t minuteOf(SteadyTime time) { return std::chrono::duration_cast<std::chrono::minutes>(time.time_since_epoch()).count(); }

}  // namespace

void RollingTokens::add(SteadyTime now, std::int64_t tokens) {
  const std::int64_t minute = minuteOf(now);
  auto& slot = minutes_[static_cast<std::size_t>(minute % 60)];
  if (slot.at != minute) slot = {minute, 0};
  slot.tokens += tokens;
}

std::int64_t RollingTokens::withinHour(SteadyTime now) const {
  const std::int64_t minute = minuteOf(now);
  std::int64_t sum = 0;
  for (const auto& slot : minutes_) {
    if (slot.at >= 0 && slot.at > minute - 60) sum += slot.tokens;
  }
  return sum;
}

Pricing::Pricing(const config::Config& config, SteadyTime started) { read(config, nullptr, started); }
Pricing::Pricing(const config::Config& config, const Pricing& before, SteadyTime now) { read(config, &before, now); }

void Pricing::read(const config::Config& config, const Pricing* before, SteadyTime now) {
  for (const auto& upstream : config.upstreams) {
    if (upstream.gpu_cost) {
      Gpu& gpu = gpus_[upstream.name];
      gpu.usd_per_hour = upstream.gpu_cost->usd_per_hour * upstream.gpu_cost->replicas;
      if (before != nullptr && before->gpus_.contains(upstream.name)) gpu.served = before->gpus_.at(upstream.name).served;
      else gpu.served = std::make_shared<Served>(now);
    }
    for (const auto& model : upstream.models) {
      prices_[{upstream.name, model.id}] = model.price ? model.price : config::builtInPrice(model.provider, model.id);
    }
  }
}

std::optional<double> Pricing::charge(const domain::Deployment& deployment, const domain::Usage& usage, SteadyTime now) {
  if (const auto found = gpus_.find(deployment.upstream); found != gpus_.end()) {
    if (usage.source == domain::UsageSource::None) return std::nullopt;
    const Gpu& gpu = found->second;
    const std::int64_t own = usage.input + usage.output;
    const std::lock_guard lock(gpu.served->mutex);
    gpu.served->tokens.add(now, own);
    const std::int64_t all = gpu.served->tokens.withinHour(now);
    if (all == 0) return std::nullopt;
    const double hours = std::min(1.0, std::chrono::duration<double, std::ratio<3600>>(now - gpu.served->started).count());
    return gpu.usd_per_hour * hours * static_cast<double>(own) / static_cast<double>(all);
  }
  const auto found = prices_.find({deployment.upstream, deployment.model});
  if (found == prices_.end() || !found->second) return std::nullopt;
  return domain::costUsd(usage, *found->second);
}

std::optional<domain::Price> Pricing::price(const domain::Deployment& deployment) const {
  const auto found = prices_.find({deployment.upstream, deployment.model});
  return found == prices_.end() || gpus_.contains(deployment.upstream) ? std::nullopt : found->second;
}

}  // namespace signalbox::engine
