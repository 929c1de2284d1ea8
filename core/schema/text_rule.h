// SPDX-License-Identifier: Apache-2.0
// What a schema says about a string, `pattern` and `format`, checked by RE2. The schema library would use std::regex, which
// recurses once per character. Immutable; shared between threads.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace re2 { class RE2; }

namespace signalbox::schema {

class TextRule {
 public:
  // InvalidInput when the pattern does not compile. Formats other than date, time and date-time say nothing, as the
  // specification allows.
  [[nodiscard]] static Result<TextRule> compile(const std::optional<std::string>& pattern, const std::optional<std::string>& format);
  // Empty when the text is allowed, else what is: "must match ^[a-z]+$".
  [[nodiscard]] std::string objection(std::string_view text) const;

 private:
  std::shared_ptr<const re2::RE2> pattern_;
  std::string format_;
};

}  // namespace signalbox::schema
