// SPDX-License-Identifier: Apache-2.0
#include "dialect/evidence.h"

namespace signalbox::dialect {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

std::string fromBytes(JsonDoc::Node bytes) {
  std::string text;
  for (auto byte = bytes.first(); byte; byte = byte.next()) {
    const auto value = byte.integer();
    if (!value || *value < 0 || *value > 255) return {};
    text += static_cast<char>(*value);
  }
  return text;
}

// A token that is only a part of a character cannot be written as a string; its bytes can.
std::string tokenText(JsonDoc::Node entry) {
  auto text = entry["token"].stringOr("");
  if (text.find(kReplacement) == std::string::npos && text.find("\\x") == std::string::npos) return text;
  const auto bytes = entry["bytes"];
  auto exact = bytes.isArray() ? fromBytes(bytes) : std::string();
  return exact.empty() ? text : exact;
}

void appendAlternatives(JsonDoc::Node list, std::vector<domain::TokenAlternative>& out) {
  if (!list.isArray()) return;
  out.reserve(list.size());
  for (auto entry = list.first(); entry; entry = entry.next()) {
    const auto logprob = entry["logprob"].number();
    if (entry["token"].isString() && logprob) out.push_back({tokenText(entry), *logprob});
  }
}

// No model reads or writes as much in one request; a larger count is a fault that would be priced.
constexpr std::int64_t kMostTokens = 16 << 20;

std::int64_t countOr(JsonDoc::Node node, std::int64_t fallback) { return countOf(node).value_or(fallback); }

}  // namespace

std::optional<std::int64_t> countOf(JsonDoc::Node node) {
  const auto value = node.integer();
  return value && *value >= 0 && *value <= kMostTokens ? value : std::nullopt;
}

bool appendEvidence(JsonDoc::Node logprobs, domain::TokenEvidence& evidence) {
  auto tokens = logprobs["content"];
  if (!tokens.isArray()) tokens = logprobs["refusal"];
  if (!tokens.isArray()) return true;
  if (evidence.empty()) evidence.reserve(tokens.size());  // of a stream it grows by one at a time
  for (auto entry = tokens.first(); entry; entry = entry.next()) {
    const auto logprob = entry["logprob"].number();
    if (!entry["token"].isString() || !logprob) return false;
    auto text = tokenText(entry);
    if (text.empty()) continue;
    auto& token = evidence.emplace_back(domain::TokenLogprob{std::move(text), *logprob, {}});
    appendAlternatives(entry["top_logprobs"], token.top);
  }
  return true;
}

void dropEndTokens(domain::TokenEvidence& evidence, std::string_view text) {
  while (!evidence.empty() && domain::isEndToken(evidence.back().token) && !text.ends_with(evidence.back().token)) {
    evidence.pop_back();
  }
}

void dropThoughts(domain::TokenEvidence& evidence, std::string_view text) {
  auto first = evidence.end();
  while (!text.empty() && first != evidence.begin() && text.ends_with((first - 1)->token)) {
    --first;
    text.remove_suffix(first->token.size());
  }
  evidence.erase(evidence.begin(), text.empty() ? first : evidence.end());
}

domain::ServiceTier serviceTier(JsonDoc::Node tier) {
  if (!tier.isString()) return domain::ServiceTier::Standard;
  const auto word = tier.raw();
  if (word == "\"flex\"" || word == "\"batch\"") return domain::ServiceTier::Batch;
  return word == "\"priority\"" ? domain::ServiceTier::Priority : domain::ServiceTier::Standard;
}

std::optional<domain::Usage> readUsage(JsonDoc::Node usage, JsonDoc::Node tier) {
  if (!usage.isObject()) return std::nullopt;
  domain::Usage read;
  read.input = countOr(usage["prompt_tokens"], -1);
  read.output = countOr(usage["completion_tokens"], -1);
  if (read.input < 0 || read.output < 0) return std::nullopt;
  // More than the parts may be reasoning counted apart; a total that is less contradicts them.
  const auto total = usage["total_tokens"];
  if (const auto sum = total.number(); sum && *sum < static_cast<double>(read.input + read.output)) return std::nullopt;
  const auto input = usage["prompt_tokens_details"];
  read.cached_input = countOr(input["cached_tokens"], countOr(usage["prompt_cache_hit_tokens"], 0));
  read.cache_write = countOr(input["cache_write_tokens"], countOr(input["cache_creation_tokens"], countOr(usage["cache_creation_input_tokens"], 0)));
  read.reasoning = countOr(usage["completion_tokens_details"]["reasoning_tokens"], 0);
  // Some providers count reasoning beside the completion; only their total tells.
  if (read.reasoning > 0 && countOr(total, 0) == read.input + read.output + read.reasoning) {
    read.output += read.reasoning;
  }
  read.audio_input = countOr(input["audio_tokens"], 0);
  read.audio_output = countOr(usage["completion_tokens_details"]["audio_tokens"], 0);
  read.web_searches = countOr(usage["num_search_queries"], countOr(usage["num_sources_used"], 0));  // Perplexity's word and xAI's
  read.tier = serviceTier(tier);
  read.source = domain::UsageSource::Provider;
  return read;
}

std::optional<domain::Usage> readInputUsage(JsonDoc::Node usage) {
  domain::Usage read;
  read.input = countOr(usage["prompt_tokens"], -1);
  if (const auto total = usage["total_tokens"].number(); read.input < 0 || (total && *total < static_cast<double>(read.input))) return std::nullopt;
  read.source = domain::UsageSource::Provider;
  return read;
}

std::int64_t reasoningBytes(JsonDoc::Node message) {
  for (const std::string_view name : {"reasoning_content", "reasoning"}) {  // some servers send both, with the same text
    const auto text = message[name].string();
    if (text && !text->empty()) return static_cast<std::int64_t>(text->size());
  }
  return 0;
}

std::int64_t callBytes(JsonDoc::Node calls, JsonDoc::Node older) {
  const auto sizeOf = [](JsonDoc::Node arguments) -> std::size_t {
    if (const auto text = arguments.string()) return text->size();
    return arguments && !arguments.isNull() ? arguments.raw().size() : 0;  // some servers give the object itself
  };
  std::size_t bytes = sizeOf(older["arguments"]);
  if (calls.isArray()) {
    for (auto call = calls.first(); call; call = call.next()) bytes += sizeOf(call["function"]["arguments"]);
  }
  return static_cast<std::int64_t>(bytes);
}

bool isBrokenOff(std::string_view finish_reason) {
  return finish_reason == "error" || finish_reason == "abort" || finish_reason == "insufficient_system_resource";
}

Error brokenOff(std::string_view finish_reason) {
  return {ErrorCode::UpstreamTruncated, "the upstream broke its answer off: finish_reason \"" + std::string(finish_reason) + "\"", {}, {}, 0, 0};
}

}  // namespace signalbox::dialect
