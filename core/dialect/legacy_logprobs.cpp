// SPDX-License-Identifier: Apache-2.0
#include "dialect/legacy_logprobs.h"

#include <algorithm>

#include "dialect/evidence.h"
#include "dialect/strip.h"

namespace signalbox::dialect {
namespace {

bool isOfChats(JsonDoc::Node logprobs) { return logprobs["content"].isArray(); }

JsonDoc::Node firstOf(JsonDoc::Node list) { return list.isArray() ? list.first() : JsonDoc::Node(); }

void appendAlternatives(JsonDoc::Node map, std::vector<domain::TokenAlternative>& out) {
  if (!map.isObject()) return;
  out.reserve(map.size());
  for (auto entry = map.first(); entry; entry = entry.next()) {
    if (const auto logprob = entry.number()) out.push_back({entry.key(), *logprob});
  }
}

// The most likely ones, and the chosen token where it is not among them.
void cutAlternatives(JsonDoc::Node map, std::string_view chosen, std::size_t keep, TextEdits& edits) {
  if (!map.isObject() || map.size() <= keep) return;
  std::vector<JsonDoc::Node> ranked;
  for (auto entry = map.first(); entry; entry = entry.next()) ranked.push_back(entry);
  std::stable_sort(ranked.begin(), ranked.end(), [](JsonDoc::Node a, JsonDoc::Node b) { return a.number().value_or(-1e9) > b.number().value_or(-1e9); });
  ranked.erase(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(keep));
  std::erase_if(ranked, [&](JsonDoc::Node entry) { return entry.key() == chosen; });
  if (!ranked.empty()) edits.removeMembers(map, ranked);
}

}  // namespace

bool appendLegacyEvidence(JsonDoc::Node logprobs, domain::TokenEvidence& evidence) {
  if (isOfChats(logprobs)) return appendEvidence(logprobs, evidence);
  const auto tokens = logprobs["tokens"];
  if (!tokens.isArray()) return true;
  auto logprob = firstOf(logprobs["token_logprobs"]);
  auto top = firstOf(logprobs["top_logprobs"]);
  for (auto token = tokens.first(); token; token = token.next()) {
    const auto value = logprob ? logprob.number() : std::nullopt;
    if (!token.isString() || !value) return false;
    if (auto text = *token.string(); !text.empty()) {
      auto& read = evidence.emplace_back(domain::TokenLogprob{std::move(text), *value, {}});
      if (top) appendAlternatives(top, read.top);
    }
    logprob = logprob.next();
    if (top) top = top.next();
  }
  return true;
}

void stripLegacyLogprobs(JsonDoc::Node choices, const Additions& add, TextEdits& edits) {
  if (!choices.isArray() || (!add.logprobs && !add.top_logprobs)) return;
  for (auto choice = choices.first(); choice; choice = choice.next()) {
    const auto logprobs = choice["logprobs"];
    if (!logprobs.isObject()) continue;
    if (add.logprobs) {
      edits.replace(logprobs.begin(), logprobs.end(), "null");
    } else if (isOfChats(logprobs)) {
      cutChatAlternatives(logprobs, static_cast<std::size_t>(add.keep), edits);
    } else if (const auto top = logprobs["top_logprobs"]; top.isArray()) {
      auto token = firstOf(logprobs["tokens"]);
      for (auto map = top.first(); map; map = map.next()) {
        cutAlternatives(map, token ? token.stringOr("") : std::string(), static_cast<std::size_t>(add.keep), edits);
        if (token) token = token.next();
      }
    }
  }
}

}  // namespace signalbox::dialect
