// SPDX-License-Identifier: Apache-2.0
// Steps of the route before any upstream is asked: admit, match, decide; and the record at the very end.
#include <algorithm>

#include "base/log.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "dialect/client_dialect.h"
#include "domain/error_status.h"
#include "engine/embedding_place.h"
#include "engine/route.h"
#include "engine/shedding.h"
#include "policy/policy.h"

namespace signalbox::engine {
namespace {

std::string shortHash(std::string_view text) { return sha256Hex(text).substr(0, 16); }

std::string promptHash(const std::vector<domain::Message>& messages) {
  std::string text;
  for (const auto& message : messages) text.append(message.text).push_back('\n');
  return shortHash(text);
}

double millis(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

}  // namespace

Route::Route(RouteServices services, const Generation& generation, upstream::Client& client, domain::Dialect dialect, http::Request request, server::Responder& responder,
             bool overloaded)
    : services_(services), config_(*generation.config), pricing_(*generation.pricing), client_(client), http_(std::move(request)), responder_(responder), overloaded_(overloaded), started_(steadyNow()) {
  decision_.id = Uuid::v7();
  decision_.ts = wallNow();
  decision_.dialect = dialect;
  decision_.router = config_.router_name;
  services_.counters.in_flight.fetch_add(1, std::memory_order_relaxed);
  services_.journal.begin(decision_.id);
}

// However the story broke off, its record is kept: by an exception, or with its worker while it still waited.
Route::~Route() {
  if (recorded_) return;
  try {
    const bool thrown = std::uncaught_exceptions() > exceptions_;
    const Error error{thrown ? ErrorCode::Internal : ErrorCode::ShuttingDown, {}, {}, {}, 0, 0};
    if (served_ && !served_->attempt) writeAttempt(*served_, &error);
    settleCost();
    if (asking_) decision_.cost_usd.reset();
    noteFailure(error);
    decision_.status = domain::errorStatus(error.code).http;
    record();
  } catch (const std::exception& problem) {
    log::error("a request's record is lost: {}", problem.what());
  }
}

Result<void> Route::admit() {
  policy_ = services_.policies.live();
  decision_.policy = policy_->revision;
  keys_ = services_.keys.get();
  const auto client = keys_->authenticate(http_.headers);
  if (!client) return std::unexpected(client.error());
  key_ = *client;
  decision_.key = key_->name;
  if (!http_.unread.empty()) return std::unexpected(noRoom(http_.unread));
  if (auto shed = shedding(overloaded_, services_.memory)) return std::unexpected(std::move(*shed));
  if (auto entered = key_->account->enter(key_->limits, steadyNow(), holding_); !entered) return entered;

  auto request = dialect::readRequest(decision_.dialect, std::move(http_.body), http_.headers);
  if (!request) return std::unexpected(request.error());
  request_ = std::move(*request);
  constexpr std::size_t kLongestName = 256;  // as hints: the record has 1 KiB for everything
  decision_.requested_model = cutUtf8(request_.model, kLongestName);
  decision_.stream = request_.stream;
  decision_.session = request_.hints.session;
  decision_.domain = request_.hints.domain;
  decision_.latency_sla_ms = request_.hints.latency_sla_ms;
  if (!request_.hints.user.empty()) decision_.user_hash = shortHash(request_.hints.user);
  decision_.turn = static_cast<int>(std::count_if(request_.messages.begin(), request_.messages.end(),
                                                  [](const auto& message) { return message.role == "user"; }));
  read_ = true;
  return holdLimits();
}

Result<void> Route::match() {
  const auto meaning = readModelName(request_.model, config_, *policy_);
  if (!meaning) return std::unexpected(meaning.error());
  if (!std::holds_alternative<RoutedModel>(*meaning) && !key_->workloads.empty()) {
    return signalbox::fail(ErrorCode::Forbidden, "this key is for workloads; ask for \"auto:" + key_->workloads.front() + "\"", "model");
  }
  if (const auto* tier = std::get_if<PinnedTier>(&*meaning)) {
    start_ = tier->tier;
    pinned_ = config_.tiers[domain::index(tier->tier)];
  } else if (const auto* pinned = std::get_if<PinnedDeployment>(&*meaning)) {
    domain::Tier alone;  // of the first tier that holds it; a model outside every tier has no tier name
    alone.timeout = alone.total_timeout;
    for (const auto& holder : config_.tiers) {
      if (std::find(holder.deployments.begin(), holder.deployments.end(), pinned->deployment) == holder.deployments.end()) continue;
      alone = holder;
      break;
    }
    alone.deployments = {pinned->deployment};
    pinned_ = std::move(alone);
  } else {
    const std::string& by_name = std::get<RoutedModel>(*meaning).workload;
    const std::string& wanted = by_name.empty() ? request_.hints.workload : by_name;
    workload_ = wanted.empty() ? policy_->match(request_) : policy_->byName(wanted);
    if (workload_ == nullptr) {
      if (wanted.empty()) return signalbox::fail(ErrorCode::UnknownWorkload, "no workload of the policy takes this request", "model");
      return std::unexpected(unknownWorkload(wanted, *policy_, "x-signalbox-workload"));
    }
    decision_.workload = workload_->name;
  }
  if (workload_ != nullptr && !key_->mayUse(workload_->name)) {
    return signalbox::fail(ErrorCode::Forbidden, "this key may not use the workload \"" + workload_->name + "\"", "model");
  }
  if (decision_.dialect == domain::Dialect::OpenAiEmbeddings) placeEmbeddings();
  return {};
}

// Vectors of different models cannot be compared, so that no strategy may choose between them from one request to the next.
void Route::placeEmbeddings() {
  const bool by_name = pinned_.has_value();
  if (auto place = embeddingPlace(config_, by_name ? &*pinned_ : nullptr)) pinned_ = std::move(*place);
  if (by_name || !pinned_) return;
  workload_ = nullptr;
  fixed_place_ = true;
}

void Route::decide() {
  if (pinned_) {
    decision_.reason = fixed_place_ ? domain::Reason::Fixed : domain::Reason::Pinned;
    decision_.start_tier = pinned_->name;
    explain(fixed_place_ ? "embeddings are always made by one model" : "asked for by name");
  } else if (services_.paused.load(std::memory_order_relaxed)) {
    // Routing is paused: everything goes where it would have gone without a router.
    start_ = domain::tierIndex(policy_->tiers.size() - 1);
    pinned_ = config_.tiers.back();
    decision_.reason = domain::Reason::Pinned;
    decision_.start_tier = pinned_->name;
    explain("routing is paused");
  } else {
    features_ = classify::extract(request_, workload_->tree, workload_->structured());
    domain::TierStates measured;
    if (workload_->latency_budget) measured = client_.latencies().states(latencyKind(), started_);
    const policy::Choice choice = policy::decide(*policy_, *workload_, request_, features_, measured);
    start_ = choice.start;
    decision_.features = features_.named;
    decision_.complexity = choice.complexity;
    decision_.classifier = choice.complexity ? std::string(domain::name(workload_->strategy)) : std::string();
    decision_.propensity = choice.propensity;
    decision_.override_rule = choice.override_rule;
    decision_.reason = choice.reason;
    decision_.start_tier = policy_->tiers[domain::index(start_)];
    explain(choice.explanation);
  }
  current_ = start_;
}

void Route::explain(const std::string& words) {
  constexpr std::size_t kLongest = 240;  // the record has 1 KiB for everything
  constexpr std::string_view kMore = "…";
  std::string& text = decision_.explanation;
  if (words.empty() || text.ends_with(kMore)) return;
  if (!text.empty()) text += "; ";
  text += words;
  if (text.size() > kLongest) text = std::string(cutUtf8(text, kLongest - kMore.size())).append(kMore);
}

void Route::takeTimes() {
  const Duration wall = responder_.givenAt() - started_;
  decision_.latency_ms = millis(wall);
  decision_.overhead_us = std::chrono::duration_cast<std::chrono::microseconds>(std::max(Duration{}, wall - attempts_open_)).count();
  if (first_relayed_) decision_.ttft_ms = millis(*first_relayed_ - started_);
}

void Route::hashPrompt() {
  if (read_ && decision_.prompt_hash.empty()) decision_.prompt_hash = promptHash(request_.messages);
}

void Route::record() {
  if (recorded_) return;
  recorded_ = true;
  takeTimes();
  settleLimits();
  services_.counters.decided(decision_);
  services_.counters.in_flight.fetch_sub(1, std::memory_order_relaxed);
  responder_.leave();  // it is counted: whoever has the answer finds it in the metrics
  hashPrompt();
  if (services_.traces) services_.traces->decided(decision_, http_.headers.get("traceparent"));
  services_.journal.append(std::move(decision_));
}

}  // namespace signalbox::engine
