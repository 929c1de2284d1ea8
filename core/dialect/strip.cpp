// SPDX-License-Identifier: Apache-2.0
#include "dialect/strip.h"

namespace signalbox::dialect {
namespace {

void cutAlternatives(JsonDoc::Node tokens, std::size_t keep, TextEdits& edits) {
  if (!tokens.isArray()) return;
  for (auto token = tokens.first(); token; token = token.next()) {
    const auto top = token["top_logprobs"];
    if (!top.isArray() || top.size() <= keep) continue;
    const auto from = keep == 0 ? top.begin() + 1 : top.at(keep - 1).end();
    edits.replace(from, top.end() - 1, {});
  }
}

}  // namespace

void cutChatAlternatives(JsonDoc::Node logprobs, std::size_t keep, TextEdits& edits) {
  cutAlternatives(logprobs["content"], keep, edits);
  cutAlternatives(logprobs["refusal"], keep, edits);
}

void stripLogprobs(JsonDoc::Node choices, const Additions& add, TextEdits& edits) {
  if (!choices.isArray()) return;
  for (auto choice = choices.first(); choice; choice = choice.next()) {
    const auto logprobs = choice["logprobs"];
    if (!logprobs.isObject()) continue;
    if (add.logprobs) {
      edits.replace(logprobs.begin(), logprobs.end(), "null");
    } else if (add.top_logprobs) {
      cutChatAlternatives(logprobs, static_cast<std::size_t>(add.keep), edits);
    }
  }
}

}  // namespace signalbox::dialect
