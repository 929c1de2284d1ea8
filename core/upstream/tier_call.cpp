// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_call.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "domain/error_status.h"
#include "upstream/race.h"
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
  Exchange::Plan plan{.translation = dialect::translate(call.request->dialect, upstream.api, additions, wallNow() / 1'000'000), .sent = {}, .stream = call.stream, .additions = additions};
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
  boost::asio::steady_timer timer(client.executor(), wait);
  const auto [error] = co_await timer.async_wait(boost::asio::as_tuple(kAwaitable));
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

namespace {

// One call of a tier: its walk, and what came of it so far. Lives in the calling task.
class Caller {
 public:
  Caller(Client& client, const TierCall& call, Host& host) : client_(client), call_(call), host_(host), walk_(*call.tier, client.protection(), lastMoment(), [this](std::size_t at) { return enter(at); }) {}

  Task<Result<std::unique_ptr<Exchange>>> run();

 private:
  [[nodiscard]] SteadyTime lastMoment() const {
    const ExchangeLimits limits = limitsOf(call_);
    return std::min(limits.first_token, limits.whole);
  }
  void tellSkipped();
  // Null where the deployment's dialect cannot say what the client wants.
  [[nodiscard]] std::unique_ptr<Exchange> exchangeFor(TierWalk::Step& step, domain::AttemptRole role);
  [[nodiscard]] bool enter(std::size_t deployment);
  // One of those that were full, which has a place now. Nullopt where none of them may be asked any more.
  [[nodiscard]] std::optional<TierWalk::Step> placedAt(const std::string& upstream);
  [[nodiscard]] std::vector<Line> linesOf(const std::vector<std::size_t>& full) const;
  // Who is to be asked next, with a place_ there unless it is to be waited for first. Nullopt where that is nobody at once.
  [[nodiscard]] std::optional<TierWalk::Step> nextStep();
  // The same where all are full. Nullopt where that is nobody.
  Task<Result<std::optional<TierWalk::Step>>> awaitStep();
  [[nodiscard]] Task<Result<void>> begin(Exchange& exchange);
  Task<Result<void>> beginHeld(Exchange& exchange);
  // The exchange that answered, or null when what failed is noted.
  Task<std::unique_ptr<Exchange>> attemptHedged(std::unique_ptr<Exchange> exchange, std::size_t deployment, Duration after);
  [[nodiscard]] std::optional<Duration> hedgeAfter(std::size_t deployment) const;
  void failed(const Exchange& exchange, std::size_t deployment, const Error& error);

  Client& client_;
  const TierCall& call_;
  Host& host_;
  TierWalk walk_;
  std::size_t told_ = 0;
  Place place_;  // of the step that is being taken
  std::vector<Error> errors_;
  std::optional<Error> final_;  // after which nobody else is asked
};

void Caller::tellSkipped() {
  for (; told_ < walk_.skipped().size(); ++told_) {
    const auto& skipped = walk_.skipped()[told_];
    host_.note(wordsOf(call_.tier->deployments[skipped.deployment], skipped.closed));
    if (walk_.attempts() == 0 || skipped.closed.why != Closed::Why::Limited) continue;
    const double wait = std::chrono::duration<double>(skipped.closed.wait).count();
    errors_.push_back({ErrorCode::UpstreamRateLimited, "limited by its provider", {}, {}, 0, wait});
  }
}

std::unique_ptr<Exchange> Caller::exchangeFor(TierWalk::Step& step, domain::AttemptRole role) {
  const auto& deployment = call_.tier->deployments[step.deployment];
  const auto additions = host_.additions(deployment);
  auto plan = planFor(client_, deployment, call_, additions);
  if (!plan) {
    place_.leave();
    errors_.push_back(plan.error());
    return nullptr;
  }
  auto exchange = std::make_unique<Exchange>(client_, deployment, std::move(*plan), limitsOf(call_), role);
  exchange->keep(std::move(place_));
  if (call_.stream || call_.short_answer) step.permit.measureFirst();
  exchange->guard(std::move(step.permit));
  return exchange;
}

bool Caller::enter(std::size_t deployment) {
  auto place = placeNow(client_.health(call_.tier->deployments[deployment].upstream).places);
  if (place) place_ = std::move(*place);
  return place.has_value();
}

std::optional<TierWalk::Step> Caller::placedAt(const std::string& upstream) {
  for (const std::size_t at : walk_.full()) {
    if (call_.tier->deployments[at].upstream != upstream) continue;
    auto step = walk_.placed(at, steadyNow());
    tellSkipped();
    if (step) return step;
  }
  return std::nullopt;
}

std::vector<Line> Caller::linesOf(const std::vector<std::size_t>& full) const {
  std::vector<Line> lines;
  for (const std::size_t at : full) {
    const std::string& upstream = call_.tier->deployments[at].upstream;
    if (std::ranges::find(lines, upstream, &Line::upstream) == lines.end()) lines.push_back({upstream, client_.health(upstream).places});
  }
  return lines;
}

std::optional<TierWalk::Step> Caller::nextStep() {
  auto step = walk_.next(steadyNow(), client_.random());
  tellSkipped();
  return step;
}

// Nobody waits for a further attempt, and none for one of the router's own.
Task<Result<std::optional<TierWalk::Step>>> Caller::awaitStep() {
  const SteadyTime since = steadyNow();
  while (true) {
    const auto full = walk_.full();
    if (full.empty()) co_return std::nullopt;
    auto lines = linesOf(full);
    if (call_.probe) co_return std::unexpected(noPlace(lines));
    auto found = co_await awaitPlace(lines, std::string(call_.key), since);
    if (!found) co_return std::unexpected(found.error());
    place_ = std::move(found->place);
    auto step = placedAt(lines[found->line].upstream);
    if (step) co_return step;
    place_.leave();  // whoever has it may not be asked any more; others may
    step = nextStep();
    if (step) co_return step;
  }
}

Task<Result<void>> Caller::begin(Exchange& exchange) { return call_.enough ? beginHeld(exchange) : exchange.open(); }

Task<Result<void>> Caller::beginHeld(Exchange& exchange) {
  auto answered = co_await exchange.open();
  if (answered) answered = co_await exchange.readOn(call_.enough, call_.wait);
  co_return answered;
}

void Caller::failed(const Exchange& exchange, std::size_t deployment, const Error& error) {
  const auto attempt = describe(exchange, call_, error);
  host_.attemptFailed(exchange, attempt, error);
  if (error.code == ErrorCode::Cancelled) return;  // it lost against another
  if (!mayFailOver(error) || call_.probe) final_ = error;
  errors_.push_back(error);
  walk_.failed(deployment, error);
}

std::optional<Duration> Caller::hedgeAfter(std::size_t deployment) const {
  if (!call_.tier->hedge || call_.tier->deployments.size() < 2) return std::nullopt;
  if (call_.tier->hedge->after) return call_.tier->hedge->after;
  const auto p95 = client_.protection().of(call_.tier->deployments[deployment]).firstWords(steadyNow(), 0.95);
  if (!p95.ms) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(*p95.ms));
}

Task<std::unique_ptr<Exchange>> Caller::attemptHedged(std::unique_ptr<Exchange> exchange, std::size_t deployment, Duration after) {
  std::optional<std::size_t> beside;
  const auto second = [&]() -> std::unique_ptr<Exchange> {
    ShareBudget* const budget = client_.protection().hedges(call_.tier->name);
    if (budget == nullptr || !budget->spend()) return nullptr;
    auto step = walk_.beside(steadyNow());
    auto hedge = step ? exchangeFor(*step, domain::AttemptRole::Hedge) : nullptr;
    if (hedge) {
      beside = step->deployment;
      return hedge;
    }
    if (step) walk_.besidePassedOver();
    budget->giveBack();  // nobody is asked beside it
    return nullptr;
  };
  const BeginExchange begin_one = [this](Exchange& one) { return begin(one); };
  auto result = co_await race(client_, begin_one, std::move(exchange), after, second);
  for (const auto& loser : result.losers) {
    failed(*loser.exchange, loser.exchange->role() == domain::AttemptRole::Hedge ? *beside : deployment, loser.error);
  }
  if (result.winner) final_.reset();
  co_return std::move(result.winner);
}

Task<Result<std::unique_ptr<Exchange>>> Caller::run() {
  while (!final_) {
    auto step = nextStep();
    if (!step && !walk_.full().empty()) {
      auto waited = co_await awaitStep();
      if (!waited) co_return std::unexpected(waited.error());
      step = std::move(*waited);
    }
    if (!step) break;
    if (step->wait > Duration{}) {
      const bool still_wanted = co_await pause(client_, step->wait);
      if (!still_wanted) co_return fail(ErrorCode::ClientGone, "the client went away");
      if (!walk_.mayStill(*step, steadyNow()) || !enter(step->deployment)) {
        walk_.passedOver();
        continue;
      }
    }
    auto role = step->first ? domain::AttemptRole::Serve : domain::AttemptRole::Retry;
    if (call_.probe) role = domain::AttemptRole::Probe;
    auto exchange = exchangeFor(*step, role);
    if (!exchange) {
      walk_.passedOver();  // its dialect has no way to say what the client wants; another's may
      continue;
    }
    ShareBudget* const hedges = client_.protection().hedges(call_.tier->name);
    if (hedges != nullptr && step->first) hedges->chosen();
    const auto after = hedges != nullptr && step->first ? hedgeAfter(step->deployment) : std::nullopt;
    if (after) {
      auto answered = co_await attemptHedged(std::move(exchange), step->deployment, *after);
      if (answered) co_return answered;
    } else {
      const auto answered = co_await begin(*exchange);
      if (answered) co_return exchange;
      failed(*exchange, step->deployment, answered.error());
    }
  }
  if (final_) co_return std::unexpected(*final_);
  if (walk_.attempts() == 0 && !walk_.skipped().empty()) errors_.push_back(walk_.refusal(client_.random()));
  if (walk_.budgetSpent()) host_.note("the retry budget is spent");
  co_return std::unexpected(combine(errors_));
}

}  // namespace

Task<Result<std::unique_ptr<Exchange>>> callTier(Client& client, TierCall call, Host& host) {
  Caller caller(client, call, host);
  auto result = co_await caller.run();
  co_return result;
}

}  // namespace signalbox::upstream
