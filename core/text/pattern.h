// SPDX-License-Identifier: Apache-2.0
// The one way to a regular expression: RE2, linear time, compiled once, shared between threads.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace re2 { class RE2; }

namespace signalbox::text {

class Pattern {
 public:
  // InvalidInput with RE2's own words when the pattern does not compile.
  [[nodiscard]] static Result<Pattern> compile(std::string_view source);
  [[nodiscard]] bool search(std::string_view text) const;  // anywhere in the text
  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  std::string source_;
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace signalbox::text
