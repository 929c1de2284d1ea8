// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "gate/gate.h"
#include "gate/refusal.h"

namespace signalbox::gate {
namespace {

// Unicode code points: every byte but the continuations.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool isLabel(const std::vector<std::string>& labels, std::string_view answer) {
  return std::find(labels.begin(), labels.end(), trim(answer)) != labels.end();
}

bool fits(const schema::Validator& schema, std::string_view answer) {
  const auto value = parseJson(trim(answer));
  return value && schema.accepts(*value);
}

}  // namespace

Validation validate(const policy::Validators& validators, std::string_view answer, bool refused) {
  Validation result;
  bool ran = false;
  const auto check = [&](bool asked, std::string_view name, auto&& passes) {
    if (!asked) return;
    ran = true;
    if (passes()) return;
    if (!result.failed.empty()) result.failed += ',';
    result.failed += name;
    result.passed = false;
  };
  check(!validators.labels.empty(), "enum", [&] { return isLabel(validators.labels, answer); });
  check(validators.json_schema.has_value(), "json-schema", [&] { return fits(*validators.json_schema, answer); });
  check(validators.regex.has_value(), "regex", [&] { return validators.regex->search(answer); });
  check(validators.max_chars.has_value(), "max-chars", [&] { return characters(answer) <= *validators.max_chars; });
  check(validators.refusals_escalate, "refusal", [&] { return !refused && !isRefusal(answer); });
  if (ran && result.passed) result.failed = "pass";
  return result;
}

}  // namespace signalbox::gate
