// SPDX-License-Identifier: Apache-2.0
#include "gate/refusal.h"

#include <array>
#include <string>
#include <vector>

#include "text/pattern.h"

namespace signalbox::gate {
namespace {

// A refusal says so at once; later on the same words are somebody else's.
constexpr std::size_t kHead = 400;

// Joined to one alternation. CANT stands for every way to say "cannot", DO for what is refused; both are filled in below, and so
// is the apostrophe, which models also write as ’. White space and quotes before the sentence do not matter.
constexpr std::array<std::string_view, 15> kPatterns{
    R"(^(?:i'?m|i am|we'?re|we are) (?:very |so |really |truly |deeply )?(?:sorry|afraid)[^.!?]{0,80}\b(?:CANT|unable|not able|must decline|won't|will not|not allowed)\b)",
    R"(^(?:(?:i'?m|i am) )?(?:very |so |really )?sorry[,.!;:—–-]* (?:but )?(?:as an? [^.!?]{0,60})?(?:i|we) (?:CANT|am unable|are unable|am not able|must decline|won't|will not))",
    R"(^(?:my (?:sincere )?|i (?:sincerely |do |must )?)?apolog(?:ies|ize|ise)[^.!?]{0,60}\b(?:CANT|unable|not able|won't)\b)",
    R"(^(?:unfortunately|regrettably|regretfully)[, ]+(?:i|we) (?:CANT|am unable to|are unable to|am not able to|do not|don't|won't) DO)",
    R"(^(?:i|we) (?:CANT|won't|will not|would not|could not) DO)",
    R"(^(?:i|we)(?:'m| am|'re| are) (?:unable|not able|not allowed|not permitted|not comfortable|not willing|not in a position)(?: to)? DO)",
    R"(^(?:i|we) (?:must|have to|need to|will have to|am going to) (?:respectfully |politely |regretfully )?(?:decline|refuse)\b)",
    R"(^(?:i )?(?:respectfully |politely )?(?:decline|refuse) to\b)",
    R"(^as an? (?:ai|artificial intelligence|(?:large )?language model|virtual assistant|assistant|chatbot)\b[^.!?]{0,60}\b(?:CANT|do not|don't|unable|not able|not capable|not programmed|not allowed|am not)\b)",
    R"(^(?:i'?m|i am) (?:just |only )?an? (?:ai|artificial intelligence|(?:large )?language model)\b[^.!?]{0,60}[.,;]? (?:and |so |but )?(?:i )?(?:CANT|do not|don't|am unable|am not able)\b)",
    R"(\bagainst my (?:programming|guidelines|policy|policies|principles|ethical)\b)",
    R"(\b(?:violates?|goes against|against) (?:my|our|openai's|anthropic's|the) (?:usage |content |safety |ethical |use )?(?:polic(?:y|ies)|guidelines)\b)",
    R"(^(?:i )?(?:do not|don't) (?:feel comfortable|have the ability to|have enough information to answer|have the necessary information))",
    R"(^it (?:is|would be) (?:not appropriate|inappropriate|unethical|illegal) (?:for me )?to (?:provide|help|assist|answer|give|write|create|generate))",
    R"(^(?:this|that|your) (?:request|question|topic|content)[^.!?]{0,60}\b(?:CANT|can not|not something i can|unable to)\b (?:be )?(?:help|assist|answer|fulfil|fulfill|discuss|provide|process))",
};

constexpr std::string_view kCannot = R"((?:can'?t|can ?not|cannot))";
constexpr std::string_view kDeeds =
    R"((?:to )?(?:really |directly |in good conscience |ethically |legally |actually |currently |help(?:ing)?|assist(?:ing)?|provid|answer|comply|complying|fulfil|do (?:that|this|so)|support|create|creating|generat|discuss|engage|engaging|writ|shar|giv|offer|participate|continue|process|respond|advise|recommend that|access|browse|open|view|see (?:the|any|your)|determine|speculat|make (?:medical|legal|financial|that|this|a diagnosis)|diagnos|go into|talk about|condone|encourage|facilitate))";

std::string filled(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size();) {
    const auto rest = pattern.substr(i);
    if (rest.starts_with("CANT")) {
      out += kCannot;
      i += 4;
    } else if (rest.starts_with("DO)") || rest == "DO") {
      out += kDeeds;
      i += 2;
    } else {
      out += pattern[i++];
    }
  }
  return out;
}

std::string alternation() {
  std::string all = "(?i)";
  for (const auto pattern : kPatterns) {
    if (all.size() > 4) all += '|';
    all += "(?:" + filled(pattern) + ")";
  }
  return all;
}

// Lower noise: typographic apostrophes become ASCII, white space becomes one blank, quotes in front go.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() < kHead;) {
    if (text.substr(i).starts_with("’") || text.substr(i).starts_with("‘")) {
      out += '\'';
      i += 3;
      continue;
    }
    const char c = text[i++];
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (space ? !out.empty() && out.back() != ' ' : !(out.empty() && (c == '"' || c == '\'' || c == '*' || c == '`'))) {
      out += space ? ' ' : c;
    }
  }
  return out;
}

const text::Pattern& refusals() {
  static const text::Pattern pattern = text::Pattern::compile(alternation()).value();
  return pattern;
}

}  // namespace

bool isRefusal(std::string_view answer) { return refusals().search(plain(answer)); }

}  // namespace signalbox::gate
