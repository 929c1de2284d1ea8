// SPDX-License-Identifier: Apache-2.0
#include "classify/features.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/byte_block.h"
#include "text/tokens.h"

namespace signalbox::classify {
namespace {

constexpr int kMaxDepth = 5;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Which bytes make words: letters, digits, underscore, and all above ASCII, so that "é" does not end a word.
ByteBlock::Bits wordBytes(ByteBlock block) {
  return block.lowered().within('a', 'z') | block.within('0', '9') | block.equal('_') | block.within(0x80, 0xff);
}

// Whether `keyword` (lower case, single blanks) stands at the start of `text`.
bool startsWith(std::string_view text, std::string_view keyword) {
  std::size_t at = 0;
  for (const char want : keyword) {
    if (want == ' ') {
      if (at >= text.size() || !isBlank(text[at])) return false;
      while (at < text.size() && isBlank(text[at])) ++at;
    } else {
      if (at >= text.size() || lower(text[at]) != want) return false;
      ++at;
    }
  }
  return true;
}

// The keywords that may stand where a text does not go on with a word: most begin none, which one look-up tells.
class Initials {
 public:
  explicit Initials(const std::vector<std::string>& keywords) {
    for (const std::string& keyword : keywords) {
      if (keyword.empty()) continue;
      const char first = keyword.front();
      begins_[static_cast<unsigned char>(first)] = true;
      if (first >= 'a' && first <= 'z') begins_[static_cast<unsigned char>(first - 'a' + 'A')] = true;
    }
  }
  [[nodiscard]] bool has(char c) const { return begins_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> begins_{};
};

int keywordHits(std::string_view text, const std::vector<std::string>& keywords, int most) {
  const Initials initials(keywords);
  std::vector<bool> seen(keywords.size());
  int hits = 0;
  const auto lookAt = [&](std::size_t at) {
    const char first = lower(text[at]);
    for (std::size_t k = 0; k < keywords.size() && hits < most; ++k) {
      if (!keywords[k].empty() && keywords[k].front() == first && !seen[k] && startsWith(text.substr(at), keywords[k])) {
        seen[k] = true;
        ++hits;
      }
    }
  };
  ByteBlock::Bits after_word = 0;  // 1 where the byte before the block belongs to a word, so that none starts with it
  for (std::size_t at = 0; at < text.size() && hits < most; at += ByteBlock::kSize) {
    const std::string_view rest = text.substr(at);
    const bool whole = rest.size() >= ByteBlock::kSize;
    const auto words = wordBytes(whole ? ByteBlock::load(rest.data()) : ByteBlock::loadShort(rest));
    const auto all = whole ? 0xffffU : (1U << rest.size()) - 1;
    for (auto starts = ~(words << 1 | after_word) & all; starts != 0; starts &= starts - 1) {
      const auto start = at + static_cast<std::size_t>(std::countr_zero(starts));
      if (initials.has(text[start])) lookAt(start);
    }
    after_word = words >> (ByteBlock::kSize - 1);
  }
  return hits;
}

std::string_view lastUserText(const domain::Request& request) {
  const auto& messages = request.messages;
  const auto last = std::find_if(messages.rbegin(), messages.rend(), [](const auto& m) { return m.role == "user"; });
  return last == messages.rend() ? std::string_view{} : std::string_view(last->text);
}

}  // namespace

int reasoningDepth(std::string_view last_user, std::int64_t input_tokens, const TreeRules& rules) {
  int depth = 1 + keywordHits(last_user, rules.keywords, rules.max_keyword_hits);
  if (input_tokens > rules.depth_plus_one_tokens) ++depth;
  if (input_tokens > rules.depth_plus_two_tokens) ++depth;
  return std::min(depth, kMaxDepth);
}

Features extract(const domain::Request& request, const TreeRules& rules, bool workload_structured) {
  Features features;
  features.input_tokens = text::inputTokens(request);
  features.last_user = lastUserText(request);
  features.reasoning_depth = reasoningDepth(features.last_user, features.input_tokens, rules);
  features.structured = request.structured || workload_structured;
  features.latency_sla_ms = request.hints.latency_sla_ms;
  features.named.reserve(4);
  features.named.emplace_back("input_tokens", static_cast<double>(features.input_tokens));
  features.named.emplace_back("depth", features.reasoning_depth);
  features.named.emplace_back("structured", features.structured ? 1.0 : 0.0);
  if (features.latency_sla_ms) features.named.emplace_back("latency_sla_ms", *features.latency_sla_ms);
  return features;
}

int treeTier(const Features& features, const TreeRules& rules) {
  const int depth = features.reasoning_depth;
  if (features.input_tokens < rules.short_tokens && features.structured && depth <= rules.depth_first) return 0;
  const bool latency_sensitive = features.latency_sla_ms && *features.latency_sla_ms < rules.latency_sensitive_ms;
  return depth <= rules.depth_second && !latency_sensitive ? 1 : 2;
}

}  // namespace signalbox::classify
