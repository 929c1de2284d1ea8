// SPDX-License-Identifier: Apache-2.0
#include "engine/trace_spans.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"

namespace signalbox::engine {
namespace {

constexpr int kServer = 2;  // SpanKind
constexpr int kClient = 3;
constexpr int kStatusError = 2;

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) text.append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  return text;
}

std::uint64_t lowBits(const domain::DecisionId& id) {
  std::uint64_t bits = 0;
  for (std::size_t i = 8; i < 16; ++i) bits = bits << 8 | id.bytes[i];
  return bits;
}

// Spread evenly, so that neighbours get ids that differ everywhere (splitmix64).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Of the decision (0) or of an attempt (from 1).
std::string spanId(const domain::DecisionId& id, std::uint64_t number) {
  std::uint64_t bits = mixed(lowBits(id) + number);
  if (bits == 0) bits = 1;  // all zeros is no id
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(bits >> (8 * (7 - i)));
  return hex(bytes);
}

class Attributes {
 public:
  void text(const char* key, std::string_view value) {
    if (!value.empty()) add(key, {{"stringValue", std::string(value)}});
  }
  void number(const char* key, std::optional<std::int64_t> value) {
    if (value) add(key, {{"intValue", std::to_string(*value)}});  // 64 bits are text in this JSON
  }
  void real(const char* key, std::optional<double> value) {
    if (value && std::isfinite(*value)) add(key, {{"doubleValue", *value}});
  }
  void truth(const char* key, bool value) { add(key, {{"boolValue", value}}); }
  [[nodiscard]] Json take() { return std::move(list_); }

 private:
  void add(const char* key, Json value) { list_.push_back({{"key", key}, {"value", std::move(value)}}); }
  Json list_ = Json::array();
};

std::string_view operation(domain::Dialect dialect) {
  switch (dialect) {
    case domain::Dialect::OpenAiCompletions: return "text_completion";
    case domain::Dialect::OpenAiEmbeddings: return "embeddings";
    default: return "chat";
  }
}

// The well-known names of the conventions for providers that we call otherwise.
std::string_view conventional(std::string_view provider) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames{{{"azure", "azure.ai.openai"}, {"google", "gcp.gemini"}, {"gemini", "gcp.gemini"},
                                                                                        {"mistral", "mistral_ai"}, {"bedrock", "aws.bedrock"}, {"xai", "x_ai"}}};
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const auto& pair) { return pair.first == provider; });
  return found == kNames.end() ? provider : found->second;
}

std::string_view providerOf(const TraceResource& resource, const std::string& upstream) {
  const auto found = resource.providers.find(upstream);
  return conventional(found == resource.providers.end() ? std::string_view(upstream) : std::string_view(found->second));
}

std::string nanos(WallMicros micros, double later_ms = 0) {
  return std::to_string(micros * 1000 + static_cast<std::int64_t>(std::llround(std::max(0.0, later_ms) * 1e6)));
}

// The attempt whose answer the client got.
const domain::Attempt* servedBy(const domain::Decision& d) {
  const auto found = std::find_if(d.attempts.rbegin(), d.attempts.rend(), [&](const auto& one) { return one.error.empty() && one.tier == d.final_tier; });
  return d.outcome == domain::Outcome::Error || found == d.attempts.rend() ? nullptr : &*found;
}

struct Ids {
  std::string trace;
  std::string span;
  std::string parent;  // empty = none
};

Json span(const Ids& ids, const std::string& name, int kind, const std::string& begin, const std::string& end, Json attributes, std::string_view error) {
  Json out{{"traceId", ids.trace}, {"spanId", ids.span}, {"name", name}, {"kind", kind}, {"startTimeUnixNano", begin}, {"endTimeUnixNano", end},
           {"attributes", std::move(attributes)}};
  if (!ids.parent.empty()) out["parentSpanId"] = ids.parent;
  out["status"] = error.empty() ? Json::object() : Json{{"code", kStatusError}, {"message", std::string(error)}};
  return out;
}

Json decisionSpan(const domain::Decision& d, const Ids& ids, const TraceResource& resource) {
  Attributes all;
  all.text("gen_ai.operation.name", operation(d.dialect));
  all.text("gen_ai.request.model", d.requested_model);
  if (const auto* served = servedBy(d)) {
    all.text("gen_ai.response.model", served->model);
    all.text("gen_ai.provider.name", providerOf(resource, served->upstream));
    all.text("gen_ai.system", providerOf(resource, served->upstream));
    all.text("signalbox.upstream", served->upstream);
  }
  all.number("gen_ai.usage.input_tokens", d.input_tokens);
  all.number("gen_ai.usage.output_tokens", d.output_tokens);
  all.text("error.type", d.error);
  all.number("http.response.status_code", d.status);
  all.text("signalbox.decision_id", d.id.string());
  all.text("signalbox.workload", d.workload);
  all.text("signalbox.key", d.key);
  all.number("signalbox.policy", d.policy);
  all.text("signalbox.start_tier", d.start_tier);
  all.text("signalbox.tier", d.final_tier);
  if (d.reason) all.text("signalbox.reason", domain::name(*d.reason));
  if (d.verdict) all.text("signalbox.verdict", domain::name(*d.verdict));
  all.text("signalbox.outcome", domain::name(d.outcome));
  all.text("signalbox.cache", domain::name(d.cache));
  all.number("signalbox.escalations", d.escalations);
  all.real("signalbox.complexity", d.complexity);
  all.real("signalbox.confidence", d.confidence);
  all.real("signalbox.cost_usd", d.cost_usd);
  all.real("signalbox.time_to_first_token_ms", d.ttft_ms);
  all.number("signalbox.overhead_us", d.overhead_us);
  all.truth("signalbox.stream", d.stream);
  return span(ids, std::string(operation(d.dialect)) + " " + d.requested_model, kServer, nanos(d.ts), nanos(d.ts, d.latency_ms.value_or(0)), all.take(), d.error);
}

Json attemptSpan(const domain::Attempt& a, std::string_view what, const Ids& ids, const TraceResource& resource) {
  Attributes all;
  all.text("gen_ai.operation.name", what);
  all.text("gen_ai.provider.name", providerOf(resource, a.upstream));
  all.text("gen_ai.system", providerOf(resource, a.upstream));
  all.text("gen_ai.request.model", a.model);
  all.number("gen_ai.usage.input_tokens", a.input_tokens);
  all.number("gen_ai.usage.output_tokens", a.output_tokens);
  all.text("error.type", a.error);
  if (a.status > 0) all.number("http.response.status_code", a.status);
  all.text("signalbox.tier", a.tier);
  all.text("signalbox.upstream", a.upstream);
  all.text("signalbox.role", domain::name(a.role));
  all.real("signalbox.confidence", a.confidence);
  all.real("signalbox.cost_usd", a.cost_usd);
  all.text("signalbox.validators", a.validators);
  all.real("signalbox.time_to_first_token_ms", a.ttft_ms);
  return span(ids, std::string(what) + " " + a.model, kClient, nanos(a.ts), nanos(a.ts, a.latency_ms.value_or(0)), all.take(), a.error);
}

void addSpans(const Trace& trace, const TraceResource& resource, Json& spans) {
  const domain::Decision& d = trace.decision;
  const std::string trace_id = trace.parent ? trace.parent->trace_id : hex(d.id.bytes);
  const std::string root = spanId(d.id, 0);
  spans.push_back(decisionSpan(d, {trace_id, root, trace.parent ? trace.parent->span_id : std::string()}, resource));
  for (std::size_t i = 0; i < d.attempts.size(); ++i) {
    spans.push_back(attemptSpan(d.attempts[i], operation(d.dialect), {trace_id, spanId(d.id, i + 1), root}, resource));
  }
}

bool isHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }
bool isZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::optional<TraceParent> readTraceParent(std::string_view header) {
  constexpr std::size_t kLength = 55;  // 00-TRACE-SPAN-FLAGS
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const auto version = header.substr(0, 2);
  // A later version may say more behind; this one has exactly so much.
  if (!isHex(version) || version == "ff" || (version == "00" ? header.size() != kLength : header.size() > kLength && header[kLength] != '-')) return std::nullopt;
  const auto trace = header.substr(3, 32);
  const auto parent = header.substr(36, 16);
  const auto flags = header.substr(53, 2);
  if (!isHex(trace) || !isHex(parent) || !isHex(flags) || isZero(trace) || isZero(parent)) return std::nullopt;
  const char low = flags[1];
  const int bits = low <= '9' ? low - '0' : low - 'a' + 10;
  return TraceParent{std::string(trace), std::string(parent), (bits & 1) != 0};
}

bool isSampled(const domain::DecisionId& id, double share) {
  if (share >= 1) return true;
  return static_cast<double>(mixed(lowBits(id)) >> 11) < share * 0x1p53;
}

std::string tracesBody(std::span<const Trace> traces, const TraceResource& resource) {
  Json spans = Json::array();
  for (const auto& trace : traces) addSpans(trace, resource, spans);
  Attributes of_resource;
  of_resource.text("service.name", resource.service_name);
  of_resource.text("service.version", resource.service_version);
  of_resource.text("service.instance.id", resource.router);
  const Json body{{"resourceSpans", Json::array({{{"resource", {{"attributes", of_resource.take()}}},
                                                  {"scopeSpans", Json::array({{{"scope", {{"name", "signalbox"}, {"version", resource.service_version}}}, {"spans", std::move(spans)}}})}}})}};
  return jsonText(body);
}

}  // namespace signalbox::engine
