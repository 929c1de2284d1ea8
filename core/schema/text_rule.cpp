// SPDX-License-Identifier: Apache-2.0
#include "schema/text_rule.h"

#include <re2/re2.h>

#include <array>

namespace signalbox::schema {
namespace {

constexpr std::string_view kDate = R"((\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))";
constexpr std::string_view kTime = R"(([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d))";

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool isDate(std::string_view text) {
  static const re2::RE2 shape{piece(kDate)};
  int year = 0;
  int month = 0;
  int day = 0;
  if (!re2::RE2::FullMatch(piece(text), shape, &year, &month, &day)) return false;
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool isTime(std::string_view text) {
  static const re2::RE2 shape{piece(kTime)};
  return re2::RE2::FullMatch(piece(text), shape);
}

bool isDateTime(std::string_view text) {
  return text.size() > 11 && (text[10] == 'T' || text[10] == 't') && isDate(text.substr(0, 10)) && isTime(text.substr(11));
}

}  // namespace

Result<TextRule> TextRule::compile(const std::optional<std::string>& pattern, const std::optional<std::string>& format) {
  TextRule rule;
  if (pattern) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto regex = std::make_shared<const re2::RE2>(*pattern, options);
    if (!regex->ok()) {
      return fail(ErrorCode::InvalidInput, "\"pattern\" is not a regular expression: " + regex->error() +
                                               "; allowed is RE2 syntax (no look-around, no back-references)");
    }
    rule.pattern_ = std::move(regex);
  }
  if (format) rule.format_ = *format;
  return rule;
}

std::string TextRule::objection(std::string_view text) const {
  if (pattern_ && !re2::RE2::PartialMatch(piece(text), *pattern_)) return "must match " + pattern_->pattern();
  if (format_ == "date" && !isDate(text)) return "must be a date such as 2026-11-19";
  if (format_ == "time" && !isTime(text)) return "must be a time such as 14:29:50Z";
  if (format_ == "date-time" && !isDateTime(text)) return "must be a date and time such as 2026-11-19T14:29:50Z";
  return {};
}

}  // namespace signalbox::schema
