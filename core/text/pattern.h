// SPDX-License-Identifier: Apache-2.0
// The one way to a regular expression: RE2, linear time, compiled once, shared between threads.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

// Many patterns looked for in one pass over the text.
class PatternSet {
 public:
  // InvalidInput names the first pattern that does not compile.
  [[nodiscard]] static Result<PatternSet> compile(const std::vector<std::string>& sources);
  // Indices of the patterns found anywhere in the text, in no order; `found` is cleared first.
  void search(std::string_view text, std::vector<int>& found) const;
  [[nodiscard]] std::size_t size() const { return patterns_.size(); }
  [[nodiscard]] const std::string& source(std::size_t at) const { return patterns_[at].source(); }

 private:
  std::vector<Pattern> patterns_;
  struct Combined;
  std::shared_ptr<const Combined> all_;  // null: searched one by one
};

}  // namespace signalbox::text
