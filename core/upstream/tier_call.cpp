// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_call.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "domain/error_status.h"
#include "upstream/tier_walk.h"

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

// False when the task was called off meanwhile.
Task<bool> pause(Client& client, Duration wait) {
  if (wait <= Duration{}) co_return true;
  boost::asio::steady_timer timer(client.executor(), wait);
  const auto [error] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  co_return !error && cancellation.cancelled() == boost::asio::cancellation_type::none;
}

std::string wordsOf(const domain::Deployment& deployment, const Closed& closed) {
  const std::string name = deployment.upstream + "/" + deployment.model;
  switch (closed.why) {
    case Closed::Why::Open: return name + " is open";
    case Closed::Why::Limited: return name + " is cooling down";
    case Closed::Why::Disabled: return name + " refused the credential";
  }
  return name;
}

// Nobody was asked: the tier as a whole was passed over.
bool isPassedOver(const Error& error) {
  return error.code == ErrorCode::Unavailable || (error.code == ErrorCode::UpstreamAuth && error.status == 0);
}

Error soonest(const std::vector<Error>& errors) {
  Error result = errors.back();
  for (const auto& error : errors) {
    if (error.retry_after_s > 0 && (result.retry_after_s == 0 || error.retry_after_s < result.retry_after_s)) result = error;
  }
  return result;
}

}  // namespace

bool mayFailOver(const Error& error) {
  switch (error.code) {
    case ErrorCode::NotCarried:
    case ErrorCode::UpstreamConnect:
    case ErrorCode::UpstreamDns:
    case ErrorCode::UpstreamTls:
    case ErrorCode::UpstreamTimeout:
    case ErrorCode::UpstreamRateLimited:
    case ErrorCode::UpstreamError:
    case ErrorCode::UpstreamMalformed:
    case ErrorCode::UpstreamTruncated: return true;
    default: return isPassedOver(error);
  }
}

Error combine(const std::vector<Error>& all_errors) {
  // Where somebody was asked, what came of that is the answer, and not that others were not or could not be asked.
  std::vector<Error> errors, passed_over;
  for (const auto& error : all_errors) {
    if (error.code != ErrorCode::NotCarried) (isPassedOver(error) ? passed_over : errors).push_back(error);
  }
  if (errors.empty() && passed_over.empty()) return all_errors.front();
  const auto all = [&](ErrorCode code) { return std::all_of(errors.begin(), errors.end(), [&](const Error& e) { return e.code == code; }); };
  const bool limited = all(ErrorCode::UpstreamRateLimited);
  if (limited && !passed_over.empty()) {
    const bool refused = errors.empty() && std::all_of(passed_over.begin(), passed_over.end(), [](const Error& e) { return e.code == ErrorCode::UpstreamAuth; });
    passed_over.insert(passed_over.begin(), errors.begin(), errors.end());
    Error result = soonest(passed_over);
    if (!refused) result.code = ErrorCode::Unavailable;
    return result;
  }
  if (limited) return soonest(errors);
  Error result = errors.back();
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
  const ExchangeLimits whole_tier = limitsOf(call);
  TierWalk walk(*call.tier, client.protection(), std::min(whole_tier.first_token, whole_tier.whole));
  std::size_t told = 0;
  while (true) {
    auto step = walk.next(steadyNow(), client.random());
    for (; told < walk.skipped().size(); ++told) {
      const auto& skipped = walk.skipped()[told];
      host.note(wordsOf(call.tier->deployments[skipped.deployment], skipped.closed));
      if (walk.attempts() > 0 && skipped.closed.why == Closed::Why::Limited) {
        errors.push_back({ErrorCode::UpstreamRateLimited, "limited by its provider", {}, {}, 0, std::chrono::duration<double>(skipped.closed.wait).count()});
      }
    }
    if (!step) break;
    const bool still_wanted = co_await pause(client, step->wait);
    if (!still_wanted) co_return fail(ErrorCode::ClientGone, "the client went away");
    const auto& deployment = call.tier->deployments[step->deployment];
    const auto additions = host.additions(deployment);
    auto plan = planFor(client, deployment, call, additions);
    if (!plan) {
      // Its dialect has no way to say what the client wants; another's may.
      errors.push_back(plan.error());
      walk.passedOver();
      continue;
    }
    auto role = step->first ? domain::AttemptRole::Serve : domain::AttemptRole::Retry;
    if (call.probe) role = domain::AttemptRole::Probe;
    auto exchange = std::make_unique<Exchange>(client, deployment, std::move(*plan), limitsOf(call), role);
    if (call.stream || call.short_answer) step->permit.measureFirst();
    exchange->guard(std::move(step->permit));
    auto answered = co_await exchange->open();
    if (answered && call.enough) answered = co_await exchange->readOn(call.enough, call.wait);
    if (answered) co_return exchange;
    const auto attempt = describe(*exchange, call, answered.error());
    host.attemptFailed(*exchange, attempt, answered.error());
    if (!mayFailOver(answered.error())) co_return std::unexpected(answered.error());
    errors.push_back(answered.error());
    if (call.probe) break;
    walk.failed(answered.error());
  }
  if (walk.attempts() == 0 && !walk.skipped().empty()) errors.push_back(walk.refusal(client.random()));
  if (walk.budgetSpent()) host.note("the retry budget is spent");
  co_return std::unexpected(combine(errors));
}

}  // namespace signalbox::upstream
