// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_call.h"

#include <algorithm>
#include <set>

#include "domain/error_status.h"

namespace signalbox::upstream {
namespace {

ExchangeLimits limitsOf(const TierCall& call) {
  const SteadyTime now = steadyNow();
  const auto scaled = std::chrono::duration_cast<Duration>(call.tier->timeout * call.timeout_scale);
  ExchangeLimits limits;
  if (call.stream) {
    constexpr auto kStreamTotal = std::chrono::seconds(3600);
    limits.first_token = now + scaled;
    limits.whole = now + kStreamTotal;
  } else {
    limits.whole = now + (call.short_answer ? scaled : call.tier->total_timeout);
  }
  return limits;
}

// Two attempts in a tier, three where they go to different providers.
std::size_t attemptsIn(const domain::Tier& tier) {
  std::set<std::string> providers;
  for (const auto& deployment : tier.deployments) providers.insert(deployment.upstream);
  return std::min<std::size_t>(tier.deployments.size(), providers.size() > 1 ? 3 : 2);
}

Result<Exchange::Plan> planFor(const Client& client, const domain::Deployment& deployment, const TierCall& call, const dialect::Additions& additions) {
  const auto& upstream = *client.config().upstream(deployment.upstream);
  Exchange::Plan plan{.translation = dialect::translate(call.request->dialect, upstream.api, additions, wallNow() / 1'000'000), .sent = {}, .stream = call.stream};
  auto sent = plan.translation->request(*call.request, deployment.model, call.stream);
  if (!sent) return std::unexpected(std::move(sent.error()));
  plan.sent = std::move(*sent);
  return plan;
}

domain::Attempt describe(const Exchange& exchange, const TierCall& call, const Error& error) {
  domain::Attempt attempt;
  attempt.tier = call.tier->name;
  attempt.model = exchange.deployment().model;
  attempt.upstream = exchange.deployment().upstream;
  attempt.role = exchange.role();
  attempt.ttft_ms = exchange.ttftMs();
  attempt.status = error.status != 0 ? error.status : exchange.status();
  attempt.error = domain::errorStatus(error.code).code;
  return attempt;
}

}  // namespace

bool mayFailOver(ErrorCode code) {
  switch (code) {
    case ErrorCode::NotCarried:
    case ErrorCode::UpstreamConnect:
    case ErrorCode::UpstreamDns:
    case ErrorCode::UpstreamTls:
    case ErrorCode::UpstreamTimeout:
    case ErrorCode::UpstreamRateLimited:
    case ErrorCode::UpstreamError:
    case ErrorCode::UpstreamMalformed:
    case ErrorCode::UpstreamTruncated: return true;
    default: return false;
  }
}

Error combine(const std::vector<Error>& all_errors) {
  // Where somebody was asked, what came of that is the answer, and not that others could not be asked.
  std::vector<Error> errors;
  std::copy_if(all_errors.begin(), all_errors.end(), std::back_inserter(errors), [](const Error& e) { return e.code != ErrorCode::NotCarried; });
  if (errors.empty()) return all_errors.front();
  const auto all = [&](ErrorCode code) { return std::all_of(errors.begin(), errors.end(), [&](const Error& e) { return e.code == code; }); };
  Error result = errors.back();
  if (all(ErrorCode::UpstreamRateLimited)) {
    for (const auto& error : errors) {
      if (error.retry_after_s > 0 && (result.retry_after_s == 0 || error.retry_after_s < result.retry_after_s)) result = error;
    }
    return result;
  }
  if (all(ErrorCode::UpstreamTimeout)) return result;
  // A mixture is told by what is most worth knowing: not a limit and not a timeout, where there is anything else.
  for (const auto& error : errors) {
    if (error.code != ErrorCode::UpstreamRateLimited && error.code != ErrorCode::UpstreamTimeout) result = error;
  }
  // Only limits and timeouts, but not only one of them: neither a wait nor the time is the answer.
  if (result.code == ErrorCode::UpstreamRateLimited || result.code == ErrorCode::UpstreamTimeout) result.code = ErrorCode::UpstreamError;
  return result;
}

Task<Result<std::unique_ptr<Exchange>>> callTier(Client& client, TierCall call, Host& host) {
  std::vector<Error> errors;
  const std::size_t attempts = attemptsIn(*call.tier);
  bool first = true;
  for (std::size_t i = 0; i < attempts; ++i) {
    const auto& deployment = call.tier->deployments[i];
    const auto additions = host.additions(deployment);
    auto plan = planFor(client, deployment, call, additions);
    if (!plan) {
      // Its dialect has no way to say what the client wants; another's may.
      errors.push_back(plan.error());
      continue;
    }
    const auto role = first ? domain::AttemptRole::Serve : domain::AttemptRole::Retry;
    first = false;
    auto exchange = std::make_unique<Exchange>(client, deployment, std::move(*plan), limitsOf(call), role);
    auto answered = co_await exchange->open();
    if (answered && call.enough) answered = co_await exchange->readOn(call.enough, call.wait);
    if (answered) co_return exchange;
    const auto attempt = describe(*exchange, call, answered.error());
    host.attemptFailed(*exchange, attempt, answered.error());
    if (!mayFailOver(answered.error().code)) co_return std::unexpected(answered.error());
    errors.push_back(answered.error());
  }
  co_return std::unexpected(combine(errors));
}

}  // namespace signalbox::upstream
