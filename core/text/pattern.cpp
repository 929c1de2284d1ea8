// SPDX-License-Identifier: Apache-2.0
#include "text/pattern.h"

#include <re2/re2.h>
#include <re2/set.h>

namespace signalbox::text {
namespace {

// Compiled programs of patterns that people write stay far below this; a pattern such as ((a{100}){100}){100} does not.
constexpr std::int64_t kMaxProgramBytes = 4 << 20;

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxProgramBytes);
  return options;
}

std::unexpected<Error> refuse(std::string_view source, const std::string& why) {
  return fail(ErrorCode::InvalidInput, "the pattern \"" + std::string(source.substr(0, 80)) + "\" is not a regular expression: " +
                                           why + "; allowed is RE2 syntax (no look-around, no back-references)");
}

}  // namespace

struct PatternSet::Combined {
  re2::RE2::Set set{options(), re2::RE2::UNANCHORED};
};

Result<Pattern> Pattern::compile(std::string_view source) {
  auto regex = std::make_shared<const re2::RE2>(re2::StringPiece(source.data(), source.size()), options());
  if (!regex->ok()) return refuse(source, regex->error());
  Pattern pattern;
  pattern.source_ = source;
  pattern.regex_ = std::move(regex);
  return pattern;
}

bool Pattern::search(std::string_view text) const {
  return regex_ && re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

Result<PatternSet> PatternSet::compile(const std::vector<std::string>& sources) {
  PatternSet set;
  if (sources.empty()) return set;
  auto all = std::make_shared<Combined>();
  for (const std::string& source : sources) {
    auto one = Pattern::compile(source);
    if (!one) return std::unexpected(std::move(one.error()));
    set.patterns_.push_back(*std::move(one));
    std::string why;
    if (all->set.Add(source, &why) < 0) return refuse(source, why);
  }
  if (all->set.Compile()) set.all_ = std::move(all);  // else too large as one program: searched one by one
  return set;
}

void PatternSet::search(std::string_view text, std::vector<int>& found) const {
  found.clear();
  if (all_) {
    re2::RE2::Set::ErrorInfo error{};
    if (all_->set.Match(re2::StringPiece(text.data(), text.size()), &found, &error)) return;
    if (error.kind == re2::RE2::Set::kNoError) return;
    found.clear();
  }
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    if (patterns_[i].search(text)) found.push_back(static_cast<int>(i));
  }
}

}  // namespace signalbox::text
