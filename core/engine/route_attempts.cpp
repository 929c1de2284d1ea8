// SPDX-License-Identifier: Apache-2.0
// Steps of the route that ask upstreams: climb the tiers until an answer stands.
#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "dialect/openai_completions.h"
#include "domain/error_status.h"
#include "engine/route.h"
#include "gate/prefix.h"
#include "text/tokens.h"

namespace signalbox::engine {
namespace {

// Tokens as the provider counted them, else as we estimate them: what was sent and what had come.
domain::Usage usageOf(const upstream::Exchange& exchange, const domain::Request& request) {
  const auto& answer = exchange.answer();
  if (answer.usage) return *answer.usage;
  domain::Usage usage = answer.begun.value_or(domain::Usage{.input = text::inputTokens(request)});
  usage.output = std::max(usage.output, text::estimateTokens(static_cast<std::int64_t>(answer.text.size()) + answer.other_bytes));
  usage.source = domain::UsageSource::Estimated;
  return usage;
}

// An attempt that the upstream never worked on is free; one that broke off later, or was left, is charged by estimate.
bool workedOn(const upstream::Exchange& exchange, const Error* error) {
  if (error == nullptr || exchange.status() == 200) return true;
  if (!exchange.reachedUpstream()) return false;
  return error->code == ErrorCode::UpstreamTimeout || error->code == ErrorCode::Cancelled || error->code == ErrorCode::ClientGone || error->code == ErrorCode::ShuttingDown;
}

bool refusesTheRequest(const Error& error) {
  return error.code == ErrorCode::UpstreamRejected && (error.status == 400 || error.status == 422);
}

bool gatesOnTokens(domain::Signal signal) {
  return signal == domain::Signal::TopClass || signal == domain::Signal::MeanToken || signal == domain::Signal::MinToken;
}

}  // namespace

const domain::Tier& Route::tierAt(domain::TierIndex tier) const {
  return pinned_ ? *pinned_ : config_.tiers[domain::index(tier)];
}

const policy::Gate* Route::gateOf(domain::TierIndex tier) const {
  if (workload_ == nullptr || pinned_ || domain::index(tier) >= workload_->gates.size()) return nullptr;
  const auto& gate = workload_->gates[domain::index(tier)];
  return gate ? &*gate : nullptr;
}

bool Route::hasHigher(domain::TierIndex tier) const { return !pinned_ && domain::index(tier) + 1 < config_.tiers.size(); }

// Where only validators judge, as a gate would that says nothing else; but what they say of the last tier's words sends nobody up, and
// the client need not wait for it.
domain::StreamGate Route::streamGate(domain::TierIndex tier) const {
  if (pinned_) return domain::StreamGate::Off;
  if (const auto* gate = gateOf(tier)) return gate->stream;
  return workload_->validate.any() && hasHigher(tier) ? domain::StreamGate::Prefix : domain::StreamGate::Off;
}

Route::Hold Route::holds(domain::TierIndex tier) const {
  const auto wanted = streamGate(tier);
  if (wanted == domain::StreamGate::Off) return Hold::None;
  return wanted == domain::StreamGate::Prefix && gate::judgesPrefix(workload_->validate) ? Hold::Prefix : Hold::Whole;
}

dialect::Additions Route::additions(const domain::Deployment& deployment) {
  auto evidence = dialect::Evidence::None;
  const auto* gate = gateOf(current_);
  const bool judged = gate != nullptr && gatesOnTokens(gate->signal) && (!request_.stream || gate->stream != domain::StreamGate::Off);
  const auto* offer = offerOf(deployment);
  const bool offered = offer == nullptr || offer->logprobs.value_or(true);
  if (judged && offered) evidence = gate->signal == domain::Signal::TopClass ? dialect::Evidence::Alternatives : dialect::Evidence::Tokens;
  const auto completions = completionsOf(deployment);
  dialect::Additions made;
  if (additions_tried_) {
    made = *additions_tried_;
  } else if (config_.upstream(deployment.upstream)->api != domain::UpstreamApi::Anthropic) {
    // Anthropic's streams have usage anyway, and it has no probabilities to give.
    auto wanted = dialect::additionsFor(request_, evidence);
    if (request_.stream && completions == dialect::Completions::Chat) wanted.usage = true;  // the client's own word for it is not a chat's
    made = services_.additions_memory.within({deployment, request_.has_tools}, wanted);
  }
  made.judged = judged;
  made.completions = completions;
  return made;
}

const domain::ModelOffer* Route::offerOf(const domain::Deployment& deployment) const {
  const auto& models = config_.upstream(deployment.upstream)->models;
  const auto offer = std::ranges::find(models, deployment.model, &domain::ModelOffer::id);
  return offer == models.end() ? nullptr : &*offer;
}

dialect::Completions Route::completionsOf(const domain::Deployment& deployment) const {
  using enum dialect::Completions;
  if (decision_.dialect != domain::Dialect::OpenAiCompletions || config_.upstream(deployment.upstream)->api == domain::UpstreamApi::Anthropic) return Native;
  if (const auto* offer = offerOf(deployment); offer != nullptr && offer->chat_only) return *offer->chat_only ? Chat : Native;
  return as_chat_ || services_.additions_memory.lacksCompletions(deployment) ? Chat : Seek;
}

Task<Result<void>> Route::climb() {
  std::vector<Error> errors;
  std::optional<Answer> refused;  // a complete answer that gate or validators did not let pass
  while (true) {
    auto answer = co_await ask(current_);
    if (answer) {
      if (!request_.stream || holds(current_) != Hold::None) judge(*answer);  // the client has nothing of it yet
      if (!answer->judgement.escalate || !hasHigher(current_)) {
        serve(std::move(*answer));
        co_return Result<void>{};
      }
      writeAttempt(*answer, nullptr);
      // A stream that was refused by its beginning ends here; the last complete answer is kept for when there is no better one.
      if (answer->exchange->complete()) refused = std::move(*answer);
      ++decision_.escalations;
      current_ = domain::tierIndex(domain::index(current_) + 1);
      continue;
    }
    errors.push_back(answer.error());
    const ErrorCode code = errors.back().code;
    if (code == ErrorCode::ClientGone) co_return std::unexpected(errors.back());
    const bool fails_over = upstream::mayFailOver(errors.back()) && hasHigher(current_);
    if (!fails_over && refused) {
      // The higher tier could not answer; the lower answer is complete and better than none.
      explain("higher tier failed, the refused answer is served");
      decision_.reason = domain::Reason::EscalationFailed;
      refused->judgement.verdict = domain::Verdict::Review;
      serve(std::move(*refused));
      co_return Result<void>{};
    }
    if (!fails_over) co_return std::unexpected(tiersFailed(std::move(errors)));
    explain(tierAt(current_).name + " failed: " + std::string(domain::errorStatus(code).code));
    if (!refused) decision_.reason = domain::Reason::Failover;
    current_ = domain::tierIndex(domain::index(current_) + 1);
  }
}

Error Route::tiersFailed(std::vector<Error> errors) {
  if (!upstream::mayFailOver(errors.back())) return std::move(errors.back());
  return upstream::combine(errors);
}

bool Route::shortAnswer() const {
  constexpr std::int64_t kShortAnswerTokens = 64;
  return (workload_ != nullptr && !workload_->validate.labels.empty()) || (request_.max_tokens && *request_.max_tokens <= kShortAnswerTokens);
}

upstream::TierLatencies::Kind Route::latencyKind() const {
  using Kind = upstream::TierLatencies::Kind;
  if (request_.stream) return Kind::Stream;
  return shortAnswer() ? Kind::Short : Kind::Whole;
}

Task<Result<Route::Answer>> Route::ask(domain::TierIndex tier) {
  upstream::TierCall call;
  call.tier = &tierAt(tier);
  call.request = &request_;
  call.key = key_->name;
  call.stream = request_.stream;
  if (request_.stream && holds(tier) == Hold::Whole) call.enough = &upstream::Exchange::nothingIsEnough;
  if (request_.stream && holds(tier) == Hold::Prefix) {
    static const policy::Gate kNoGate;
    const auto& gate = gateOf(tier) != nullptr ? *gateOf(tier) : kNoGate;
    call.wait = gate.prefix_wait;
    call.enough = [&gate, &validate = workload_->validate](const dialect::AnswerState& said) {
      return said.has_tool_calls || gate::prefixSuffices(gate, validate, said.text, said.evidence, said.steps);
    };
  }
  call.short_answer = shortAnswer();
  call.timeout_scale = decision_.complexity ? 0.5 + *decision_.complexity : 1.0;
  if (auto may = affordable(*call.tier); !may) co_return std::unexpected(may.error());
  refused_.reset();
  lacking_.reset();
  asking_ = true;
  const SteadyTime began = steadyNow();
  auto exchange = co_await upstream::callTier(client_, call, *this);
  const bool told = exchange || exchange.error().code == ErrorCode::UpstreamTimeout;
  if (told && !pinned_) client_.latencies().add(tier, latencyKind(), began, steadyNow() - began);
  Answer answer;
  std::optional<Refusal> lacking;
  if (!exchange && chatsMayDo(exchange.error())) lacking = std::exchange(lacking_, std::nullopt);
  if (lacking) {
    as_chat_ = answer.again = true;
    exchange = co_await askAlone(call, lacking->deployment);
  }
  if (!exchange && refused_ && refusesTheRequest(exchange.error())) {
    answer.again = true;
    exchange = co_await askForLess(call, *std::exchange(refused_, std::nullopt));
  }
  as_chat_ = asking_ = false;
  if (exchange && lacking) services_.additions_memory.learnLackOfCompletions(lacking->deployment, lacking->error.message);
  if (!exchange) co_return std::unexpected(exchange.error());
  answer.exchange = std::move(*exchange);
  answer.tier = tier;
  co_return answer;
}

// Many servers, and most of the newer models, know chats only. What somebody else said of the request itself stands.
bool Route::chatsMayDo(const Error& error) const { return lacking_ && (dialect::lacksCompletions(error) || upstream::mayFailOver(error)); }

Task<Result<std::unique_ptr<upstream::Exchange>>> Route::askAlone(upstream::TierCall call, domain::Deployment deployment) {
  refused_.reset();
  domain::Tier alone = *call.tier;
  alone.deployments = {std::move(deployment)};
  call.tier = &alone;
  auto exchange = co_await upstream::callTier(client_, call, *this);
  co_return exchange;
}

// A client must not suffer for what it never asked for: providers that know no token probabilities refuse a request over them.
Task<Result<std::unique_ptr<upstream::Exchange>>> Route::askForLess(upstream::TierCall call, Refusal refusal) {
  const AdditionsMemory::Asked asked{refusal.deployment, request_.has_tools};
  dialect::Additions refused = refusal.additions;
  Result<std::unique_ptr<upstream::Exchange>> exchange = std::unexpected(refusal.error);
  for (const auto& less : services_.additions_memory.next(asked, refused)) {
    additions_tried_ = less;
    exchange = co_await askAlone(call, asked.deployment);
    additions_tried_.reset();
    if (exchange && services_.additions_memory.learn(asked, refused, less, refusal.error.message)) {
      log::warn("{}/{} refuses some of what the router asks for beside what clients ask for, and is not asked for it for some minutes; "
                "upstreams.list and /metrics say what: {}", asked.deployment.upstream, asked.deployment.model, refusal.error.message);
    }
    if (exchange || !refusesTheRequest(exchange.error())) break;
    refused = less;
  }
  co_return exchange;
}

// Lets gate and validators judge an answer, or what a stream begins with.
void Route::judge(Answer& answer) {
  const auto& said = answer.exchange->answer();
  if (workload_ != nullptr && !pinned_) {
    static const policy::Validators kNone;
    static const domain::TokenEvidence kNothing;
    // A call of a tool is not text that a validator could read; nor is a beginning that is all thought, or half a label.
    const bool begun = !answer.exchange->complete() && !said.has_tool_calls;
    const bool thinks = begun && trim(said.text).empty();
    const bool half = begun && !thinks && gate::isUnfinishedLabel(workload_->validate, said.text);
    const auto& validators = said.has_tool_calls || thinks || half ? kNone : workload_->validate;
    const auto* gate = gateOf(answer.tier);
    const auto* map = gate ? domain::findCalibration(config_.calibrations, workload_->name, answer.exchange->deployment(), gate->signal)
                           : nullptr;
    std::optional<LabelMemory::Held> held_priors;
    if (gate != nullptr && gate->prior_correction == domain::PriorCorrection::Running) {
      held_priors = services_.label_memory.of(workload_->name, answer.exchange->deployment(), workload_->validate.labels);
    }
    answer.judgement = gate::judge(gate, validators, said.text, half ? kNothing : said.evidence, map, said.refused, held_priors ? held_priors->priors : nullptr);
    held_priors.reset();
    answer.of_prefix = !answer.exchange->complete();
    std::vector<std::string> words;
    if (request_.stream && streamGate(answer.tier) == domain::StreamGate::Prefix && holds(answer.tier) == Hold::Whole) words.emplace_back("stream held whole");
    if (!answer.judgement.explanation.empty()) {
      words.push_back(answer.judgement.explanation);
      if (thinks) words.emplace_back("still thinking");
      else if (half) words.emplace_back("by half a label");
      else if (answer.of_prefix) words.push_back(said.evidence.empty() ? "by its beginning" : "by its first " + std::to_string(said.evidence.size()) + " tokens");
    }
    if (!words.empty()) explain(tierAt(answer.tier).name + ": " + join(words, ", "));
    answer.exchange->forgetEvidence();
  }
  if (answer.exchange->complete()) writeAttempt(answer, nullptr);
}

// What was let through by its beginning, or unseen, may turn out not to be what validators want: then it is one to be looked at.
void Route::lookBack(Answer& answer) {
  const bool unseen = !pinned_ && gateOf(answer.tier) == nullptr && holds(answer.tier) == Hold::None;
  if (!answer.of_prefix && !unseen) return;
  const auto& said = answer.exchange->answer();
  if (said.has_tool_calls) return;
  answer.judgement.validation = gate::validate(workload_->validate, said.text, said.refused);
  if (answer.judgement.validation.passed) return;
  decision_.verdict = domain::Verdict::Review;
  explain(tierAt(answer.tier).name + ": later failed " + answer.judgement.validation.failed);
}

void Route::serve(Answer answer) {
  decision_.final_tier = tierAt(answer.tier).name;
  decision_.verdict = answer.judgement.verdict;
  // The last tier's answer is served even when it was refused; it is then one to be looked at.
  if (decision_.verdict == domain::Verdict::Escalate) decision_.verdict = domain::Verdict::Review;
  decision_.confidence_raw = answer.judgement.raw;
  decision_.confidence = answer.judgement.confidence;
  decision_.calibration = answer.judgement.calibration;
  if (!answer.exchange->dropped().empty()) explain("left out for " + answer.exchange->deployment().upstream + ": " + join(answer.exchange->dropped(), ", "));
  served_ = std::move(answer);
}

domain::Attempt Route::describe(const upstream::Exchange& exchange) const {
  domain::Attempt attempt;
  attempt.n = static_cast<int>(decision_.attempts.size());
  attempt.role = exchange.role();
  attempt.tier = tierAt(current_).name;
  attempt.model = exchange.deployment().model;
  attempt.upstream = exchange.deployment().upstream;
  const Duration ago = steadyNow() - exchange.startedAt();
  attempt.ts = wallNow() - std::chrono::duration_cast<std::chrono::microseconds>(ago).count();
  attempt.ttft_ms = exchange.ttftMs();
  attempt.latency_ms = std::chrono::duration<double, std::milli>(ago).count();
  attempt.status = exchange.status();
  return attempt;
}

// Of attempts that were open at once the time counts once.
void Route::countOpen(SteadyTime from, SteadyTime to) {
  attempts_open_ += std::max(Duration{}, to - std::max(from, counted_to_));
  counted_to_ = std::max(counted_to_, to);
}

void Route::writeAttempt(Answer& answer, const Error* error) {
  if (answer.attempt) return;
  domain::Attempt attempt = describe(*answer.exchange);
  attempt.tier = tierAt(answer.tier).name;
  if (answer.again) attempt.role = domain::AttemptRole::Retry;
  countOpen(answer.exchange->startedAt(), steadyNow());
  if (workedOn(*answer.exchange, error)) charge(attempt, *answer.exchange);
  attempt.confidence_raw = answer.judgement.raw;
  attempt.confidence = answer.judgement.confidence;
  attempt.validators = answer.judgement.validation.failed;
  if (const auto* gate = gateOf(answer.tier)) attempt.gate = gate->escalate_below;
  if (error != nullptr) attempt.error = domain::errorStatus(told(*error).code).code;
  answer.attempt = decision_.attempts.size();
  decision_.attempts.push_back(std::move(attempt));
}

void Route::attemptFailed(const upstream::Exchange& exchange, const domain::Attempt& summary, const Error& error) {
  const dialect::Additions& asked_with = exchange.additions();
  if (asked_with.any() && refusesTheRequest(error)) refused_ = {exchange.deployment(), asked_with, error};
  if (asked_with.completions == dialect::Completions::Seek && dialect::lacksCompletions(error)) lacking_ = {exchange.deployment(), asked_with, error};
  domain::Attempt attempt = describe(exchange);
  attempt.status = summary.status;
  attempt.error = domain::errorStatus(told(error).code).code;
  countOpen(exchange.startedAt(), steadyNow());
  if (workedOn(exchange, &error)) charge(attempt, exchange);
  else attempt.cost_usd = 0;
  decision_.attempts.push_back(std::move(attempt));
}

void Route::charge(domain::Attempt& attempt, const upstream::Exchange& exchange) {
  domain::Usage usage = usageOf(exchange, request_);
  if (request_.searches) usage.web_searches = std::max<std::int64_t>(usage.web_searches, 1);  // few providers count them
  attempt.input_tokens = usage.input;
  attempt.output_tokens = usage.output;
  attempt.cost_usd = pricing_.charge(exchange.deployment(), usage);
  // One estimate among the attempts makes the sum an estimate; so does a provider's tier whose price nobody has told.
  const auto price = usage.tier == domain::ServiceTier::Standard ? std::nullopt : pricing_.price(exchange.deployment());
  const bool untold = price && !domain::pricesTier(*price, usage.tier);
  if (decision_.usage_source != domain::UsageSource::Estimated) decision_.usage_source = untold ? domain::UsageSource::Estimated : usage.source;
}

// Tokens are those of the answer that is served; where none is, of the last attempt that was charged.
void Route::settleCost() {
  const bool served = served_ && served_->attempt;
  for (std::size_t i = 0; i < decision_.attempts.size(); ++i) {
    const auto& attempt = decision_.attempts[i];
    if (!attempt.input_tokens || (served && i != *served_->attempt)) continue;
    decision_.input_tokens = attempt.input_tokens;
    decision_.output_tokens = attempt.output_tokens;
  }
  double sum = 0;
  for (const auto& attempt : decision_.attempts) {
    if (!attempt.cost_usd) {
      decision_.cost_usd.reset();
      return;
    }
    sum += *attempt.cost_usd;
  }
  decision_.cost_usd = sum;
}

}  // namespace signalbox::engine
