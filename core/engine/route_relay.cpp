// SPDX-License-Identifier: Apache-2.0
// Steps of the route that the client sees: the answer, the stream, or the error, each with the decision's headers.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "dialect/client_dialect.h"
#include "domain/decision_json.h"
#include "domain/error_status.h"
#include "engine/route.h"
#include "http/sse.h"

namespace signalbox::engine {
namespace {

// The provider's headers that its clients read: what the answer is, which request it was, how much of a limit is left. All others
// belong to its connection or govern browsers (who may read, what is kept), which is for the router to say and not for an upstream.
bool passes(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kNames{
      "content-type",     "content-language", "retry-after",  "retry-after-ms",  "request-id",           "x-request-id",    "x-client-request-id",
      "x-should-retry",   "cf-ray",           "apim-request-id", "x-amzn-requestid", "mistral-correlation-id", "x-generation-id", "x-ds-trace-id"};
  static constexpr std::array<std::string_view, 9> kFamilies{
      "openai-", "anthropic-", "x-ratelimit-", "ratelimit-", "x-ms-", "azureml-", "x-groq-", "fireworks-", "x-litellm-"};
  const auto begins = [&](std::string_view family) { return name.size() > family.size() && equalsIgnoreCase(name.substr(0, family.size()), family); };
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view known) { return equalsIgnoreCase(known, name); }) ||
         std::any_of(kFamilies.begin(), kFamilies.end(), begins);
}

bool isLimit(std::string_view name) {
  constexpr std::string_view kFamily = "x-ratelimit-";
  return equalsIgnoreCase(name.substr(0, kFamily.size()), kFamily);
}

// Plain decimal notation without trailing zeros; 12 decimals are a millionth of a millionth of a dollar.
std::string decimal(double value) {
  std::string text = fixed(value, 12);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// Names that a client chose, in a header that its libraries have to take.
std::string droppedText(const std::vector<std::string>& names) {
  constexpr std::size_t kLongestName = 100, kLongest = 1000;
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text.size() > kLongest) return text + ", and " + std::to_string(names.size() - i) + " more";
    text += (text.empty() ? "" : ", ") + std::string(cutUtf8(names[i], kLongestName));
  }
  return text;
}

std::string costComment(const domain::Decision& decision) {
  std::string words = "signalbox ";
  if (decision.cost_usd) words += "cost-usd=" + decimal(*decision.cost_usd) + " ";
  return http::sseComment(words + "escalations=" + std::to_string(decision.escalations));
}

}  // namespace

void Route::addDecisionHeaders(http::Headers& headers, bool stream) const {
  const auto set = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) headers.add(name, value);  // none of them is there yet: an upstream's are left behind
  };
  const domain::Decision& d = decision_;
  set("x-signalbox-decision-id", d.id.string());
  set("x-signalbox-tier", d.final_tier);
  if (served_) {
    set("x-signalbox-model", served_->exchange->deployment().model);
    set("x-signalbox-upstream", served_->exchange->deployment().upstream);
    auto dropped = served_->exchange->dropped();
    dropped.insert(dropped.end(), served_->exchange->answer().dropped.begin(), served_->exchange->answer().dropped.end());
    set("x-signalbox-dropped", droppedText(dropped));
  }
  if (d.reason) set("x-signalbox-reason", domain::name(*d.reason));
  if (d.complexity) set("x-signalbox-complexity", decimal(*d.complexity));
  if (d.confidence) set("x-signalbox-confidence", decimal(*d.confidence));
  set("x-signalbox-escalations", std::to_string(d.escalations));
  set("x-signalbox-cache", domain::name(d.cache));
  if (!stream && d.cost_usd) set("x-signalbox-cost-usd", decimal(*d.cost_usd));
  set("x-signalbox-policy", std::to_string(d.policy));
  const SteadyTime now = steadyNow();
  Duration open = attempts_open_;
  if (served_ && !served_->attempt) open += now - std::max(served_->exchange->startedAt(), counted_to_);  // it still is
  const Duration own = std::max(Duration{}, now - started_ - open);
  set("x-signalbox-overhead-us", std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(own).count()));
}

http::Headers Route::responseHeaders(bool stream) {
  constexpr std::size_t kOwnFields = 20, kOwnBytes = 640;  // what is added below, as a rule
  const http::Headers& theirs = served_->exchange->headers();
  http::Headers headers;
  headers.reserve(theirs.size() + kOwnFields, theirs.bytes() + kOwnBytes);
  const bool own_limits = holding_.requests_left || holding_.tokens_left;  // those that its client has to keep
  for (const auto& [name, value] : theirs.all()) {
    if (passes(name) && !(own_limits && isLimit(name))) headers.add(name, value);
  }
  if (stream) {
    headers.set("content-type", "text/event-stream");
    headers.set("cache-control", "no-cache");
    headers.set("x-accel-buffering", "no");
  }
  addDecisionHeaders(headers, stream);
  addLimitHeaders(headers);
  return headers;
}

Task<Result<void>> Route::relay() {
  if (served_->exchange->stream()) return relayStream();
  return relayWhole();
}

Task<Result<void>> Route::relayWhole() {
  settle();
  explainLeftOut();
  decision_.status = 200;
  http::Response response;
  response.status = 200;
  response.body = served_->exchange->takeRelayBytes();
  response.headers = responseHeaders(false);
  if (request_.hints.explain) response.body = dialect::withExplanation(response.body, wholeDecision());
  auto sent = co_await responder_.send(std::move(response));
  if (!sent) noteFailure(told(sent.error()));
  co_return Result<void>{};
}

std::string Route::wholeDecision() {
  takeTimes();
  hashPrompt();
  return jsonText(domain::decisionToJson(decision_, true));
}

void Route::explainLeftOut() {
  const auto& dropped = served_->exchange->answer().dropped;
  if (!dropped.empty()) explain("left out of the answer: " + join(dropped, ", "));
}

// A stream has no body that could hold it.
std::string Route::explainingComment() {
  return request_.hints.explain ? http::sseComment("signalbox decision=" + wholeDecision()) : std::string();
}

Task<Result<void>> Route::relayStream() {
  auto& exchange = *served_->exchange;
  decision_.status = 200;
  const http::Headers headers = responseHeaders(true);
  first_relayed_ = steadyNow();
  auto written = co_await responder_.start(200, headers);
  while (written) {
    const std::string bytes = exchange.takeRelayBytes();
    if (!bytes.empty()) written = co_await responder_.write(bytes);
    if (!written || exchange.complete()) break;
    auto more = co_await exchange.next();
    if (more) continue;
    // The client has had part of it: all that is left is to say that it broke off, and not to end the stream well.
    const std::string rest = exchange.takeRelayBytes();
    const Error error = told(more.error());
    writeAttempt(*served_, &error);
    noteFailure(error);
    settle();
    if (error.code != ErrorCode::ClientGone) {
      std::string last = exchange.failureEvent(error);
      if (last.empty()) last = dialect::errorEvent(error, decision_.dialect);
      last = rest + explainingComment() + last;
      written = co_await responder_.write(last);
    }
    responder_.abort();
    co_return Result<void>{};
  }
  if (written) written = co_await writeStreamEnd();
  if (!written) {
    const Error error = told(written.error());
    writeAttempt(*served_, &error);
    noteFailure(error);
    settle();
  }
  co_return Result<void>{};
}

Task<Result<void>> Route::writeStreamEnd() {
  lookBack(*served_);
  explainLeftOut();
  writeAttempt(*served_, nullptr);
  settle();
  const std::string last = costComment(decision_) + explainingComment() + served_->exchange->terminalEvent();
  auto written = co_await responder_.write(last);
  if (written) written = co_await responder_.finish();
  co_return written;
}

Error Route::told(const Error& error) const {
  if (error.code != ErrorCode::ClientGone || responder_.clientGone()) return error;
  return {ErrorCode::ShuttingDown, "the router is stopping; send the request again in a moment", {}, {}, 0, 1};
}

void Route::noteFailure(const Error& error) {
  const auto status = domain::errorStatus(error.code);
  decision_.error = status.code;
  switch (error.code) {
    case ErrorCode::ClientGone:
    case ErrorCode::Cancelled:
      decision_.outcome = domain::Outcome::Cancelled;
      decision_.status = status.http;
      return;
    case ErrorCode::UpstreamTruncated: decision_.outcome = domain::Outcome::Truncated; return;
    case ErrorCode::Unavailable:
    case ErrorCode::RateLimited:
    case ErrorCode::InsufficientQuota:
    case ErrorCode::Overloaded: decision_.outcome = domain::Outcome::Shed; return;
    case ErrorCode::ShuttingDown:
      decision_.outcome = domain::Outcome::Shed;
      decision_.status = status.http;
      return;
    default: decision_.outcome = domain::Outcome::Error; return;
  }
}

Task<void> Route::refuse(Error error) {
  settle();
  noteFailure(error);
  // A request that an upstream refused for its own sake went where its reason says; so did one that was called off.
  const bool unavailable = error.code != ErrorCode::ClientGone && error.code != ErrorCode::UpstreamRejected && error.code != ErrorCode::ShuttingDown;
  const bool nobody_asked = upstream::mayFailOver(error);  // those that could answer were passed over
  if ((!decision_.attempts.empty() || nobody_asked) && unavailable) decision_.reason = domain::Reason::Unavailable;
  if (error.code == ErrorCode::ClientGone) co_return;
  if (error.code == ErrorCode::UpstreamRateLimited) error.retry_after_s = std::max(error.retry_after_s, 1.0);  // no provider said
  http::Response response = dialect::errorResponse(error, decision_.dialect);
  decision_.status = response.status;
  addDecisionHeaders(response.headers, false);
  addLimitHeaders(response.headers);
  if (error.code == ErrorCode::UpstreamRejected && !decision_.attempts.empty()) {
    // Its words are the answer, so whose they are is said as of any other.
    const domain::Attempt& last = decision_.attempts.back();
    if (!last.tier.empty()) response.headers.set("x-signalbox-tier", last.tier);
    response.headers.set("x-signalbox-model", last.model);
    response.headers.set("x-signalbox-upstream", last.upstream);
  }
  if (request_.hints.explain) response.body = dialect::withExplanation(response.body, wholeDecision());
  auto sent = co_await responder_.send(std::move(response));
  if (!sent) noteFailure(told(sent.error()));
}

}  // namespace signalbox::engine
