// SPDX-License-Identifier: Apache-2.0
#include "gate/prefix.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::gate {
namespace {

std::ptrdiff_t labelsBeginningWith(const std::vector<std::string>& labels, std::string_view said) {
  return std::count_if(labels.begin(), labels.end(), [&](const auto& label) { return label.starts_with(said); });
}

bool isLabel(const std::vector<std::string>& labels, std::string_view said) { return std::find(labels.begin(), labels.end(), said) != labels.end(); }

}  // namespace

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
  const auto going_on = labelsBeginningWith(validators.labels, said);
  return going_on == 0 || (going_on == 1 && isLabel(validators.labels, said));
}

bool isUnfinishedLabel(const policy::Validators& validators, std::string_view text) {
  const std::string_view said = trim(text);
  return labelsBeginningWith(validators.labels, said) > 0 && !isLabel(validators.labels, said);
}

}  // namespace signalbox::gate
