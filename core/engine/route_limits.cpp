// SPDX-License-Identifier: Apache-2.0
// What a request sets aside of its key's limits, and what it used of them in the end.
#include <algorithm>
#include <ranges>

#include "base/strings.h"
#include "engine/route.h"
#include "text/tokens.h"

namespace signalbox::engine {
namespace {

constexpr std::int64_t kLongAnswer = 16'384;  // tokens, which is where most models end

std::string inSeconds(Duration duration) { return fixed(std::chrono::duration<double>(duration).count(), 3) + "s"; }

}  // namespace

// What it may cost at most by what is known before it is decided where it goes: every tier is asked, and the dearest of each answers; or
// a model that is in no tier, by name.
double Route::mayCost(std::int64_t input, std::int64_t output) const {
  const auto cost = [&](const domain::Deployment& deployment) {
    const auto price = pricing_.price(deployment);
    return price ? static_cast<double>(input) * price->input + static_cast<double>(output) * price->output : 0.0;
  };
  double climbing = 0, by_name = 0;
  for (const auto& tier : config_.tiers) climbing += std::ranges::max(tier.deployments | std::views::transform(cost));
  for (const auto& upstream : config_.upstreams) {
    for (const auto& model : upstream.models) by_name = std::max(by_name, cost({upstream.name, model.id}));
  }
  return std::max(climbing, by_name);
}

Result<void> Route::holdLimits() {
  admit::KeyAccount::Wish wish;
  if (key_->limits.any()) {
    const bool answers = decision_.dialect != domain::Dialect::OpenAiEmbeddings;
    const std::int64_t input = text::inputTokens(request_);
    // A client's own numbers end beyond all limits, so that no sum of them runs over.
    const auto output = [&](std::int64_t otherwise) {
      constexpr std::int64_t kMostTokens = 1'000'000'000'000, kMostAnswers = 1'000'000;
      return answers ? std::clamp<std::int64_t>(request_.max_tokens.value_or(otherwise), 0, kMostTokens) * std::clamp<std::int64_t>(request_.n, 1, kMostAnswers) : 0;
    };
    wish.open_ended = answers && !request_.max_tokens;
    wish.tokens = input + output(0);
    if (key_->limits.usd_per_day && !key_->account->knowsCost(decision_.ts)) wish.usd = mayCost(input, output(kLongAnswer));
  }
  if (key_->limits.usd_per_day) wish.unkept = services_.journal.status().fault;
  return key_->account->hold(key_->limits, wish, steadyNow(), decision_.ts, holding_);
}

// A budget cannot be kept with a price that nobody knows.
Result<void> Route::affordable(const domain::Tier& tier) const {
  if (!key_->limits.usd_per_day) return {};
  const auto& all = tier.deployments;
  const auto blind = std::ranges::find_if(all, [&](const auto& deployment) { return !pricing_.knows(deployment); });
  if (blind == all.end()) return {};
  return signalbox::fail(ErrorCode::InsufficientQuota, "the key \"" + key_->name + "\" has a budget, and the price of " + blind->upstream + "/" + blind->model +
                                                           " is not known; give it one in the router's configuration: upstreams[].models[].price");
}

void Route::settle() {
  settleCost();
  settleLimits();
}

void Route::settleLimits() {
  if (!holding_.open) return;
  std::int64_t tokens = 0;
  for (const auto& attempt : decision_.attempts) tokens += attempt.input_tokens.value_or(0) + attempt.output_tokens.value_or(0);
  key_->account->settle(key_->limits, tokens, decision_.cost_usd, steadyNow(), holding_);
}

void Route::addLimitHeaders(http::Headers& headers) const {
  const auto add = [&](const std::optional<admit::LimitState>& left, std::string_view of) {
    if (!left) return;
    const std::string tail = "-" + std::string(of);
    headers.set("x-ratelimit-limit" + tail, std::to_string(left->limit));
    headers.set("x-ratelimit-remaining" + tail, std::to_string(left->remaining));
    headers.set("x-ratelimit-reset" + tail, inSeconds(left->reset));
  };
  add(holding_.requests_left, "requests");
  add(holding_.tokens_left, "tokens");
}

}  // namespace signalbox::engine
