// SPDX-License-Identifier: Apache-2.0
// What a request sets aside of its key's limits, and what it used of them in the end.
#include <algorithm>

#include "base/strings.h"
#include "engine/route.h"
#include "text/tokens.h"

namespace signalbox::engine {
namespace {

std::string inSeconds(Duration duration) { return fixed(std::chrono::duration<double>(duration).count(), 3) + "s"; }

}  // namespace

Result<void> Route::holdLimits() {
  admit::KeyAccount::Wish wish;
  if (key_->limits.any()) {
    const std::int64_t input = text::inputTokens(request_), output = request_.max_tokens.value_or(0) * request_.n;
    wish.tokens = input + output;
    // Where it will go is not decided yet; the last tier is the dearest.
    const auto price = pricing_.price(config_.tiers.back().deployments.front());
    if (price) wish.usd = static_cast<double>(input) * price->input + static_cast<double>(output) * price->output;
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
