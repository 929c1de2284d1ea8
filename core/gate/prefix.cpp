// SPDX-License-Identifier: Apache-2.0
#include "gate/prefix.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::gate {

bool judgesPrefix(const policy::Validators& validators) {
  return !validators.json_schema && !validators.regex && !validators.max_chars;
}

bool prefixSuffices(const policy::Gate& gate, const policy::Validators& validators, std::string_view text,
                    const domain::TokenEvidence& evidence, std::int64_t events) {
  const std::string_view said = trim(text);
  if (said.empty()) return false;  // white space before an answer says nothing
  if (validators.labels.empty()) {
    if (evidence.empty()) return !validators.refusals_escalate || events >= gate.prefix_tokens;
    return evidence.size() >= static_cast<std::size_t>(gate.prefix_tokens);
  }
  // Only the label itself, or no label at all, may still become it: 0 is no label, 1 that is all of the text is this label.
  const auto going_on = std::count_if(validators.labels.begin(), validators.labels.end(), [&](const auto& label) { return label.starts_with(said); });
  const bool is_one = std::find(validators.labels.begin(), validators.labels.end(), said) != validators.labels.end();
  return going_on == 0 || (going_on == 1 && is_one);
}

}  // namespace signalbox::gate
