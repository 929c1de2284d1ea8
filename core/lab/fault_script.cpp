// SPDX-License-Identifier: Apache-2.0
#include "lab/fault_script.h"

#include <charconv>
#include <functional>
#include <map>

#include "base/strings.h"

namespace signalbox::lab {
namespace {

constexpr std::uint64_t kMostRequests = 1'000'000'000;  // of one step, so that no sum of a readable script runs over

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

using Set = std::function<bool(Fault&, std::string_view value)>;  // false: the value is wrong

Set flag(bool Fault::*member) {
  return [member](Fault& fault, std::string_view value) { fault.*member = true; return value.empty(); };
}
Set tokens(std::optional<std::size_t> Fault::*member) {
  return [member](Fault& fault, std::string_view value) { return (fault.*member = number<std::size_t>(value)).has_value(); };
}
Set time(Duration Fault::*member) {
  return [member](Fault& fault, std::string_view value) {
    const auto duration = parseDuration(value);
    if (duration) fault.*member = *duration;
    return duration.has_value();
  };
}

bool setLie(Fault& fault, std::string_view value) {
  if (value == "negative") fault.usage_lie = UsageLie::Negative;
  else if (value == "huge") fault.usage_lie = UsageLie::Huge;
  else if (value == "total") fault.usage_lie = UsageLie::Total;
  return fault.usage_lie != UsageLie::None;
}

bool setLengthError(Fault& fault, std::string_view value) {
  const bool less = value.starts_with('-');
  const auto bytes = number<std::int64_t>(value.substr(less ? 1 : 0));
  if (bytes) fault.length_error = less ? -*bytes : *bytes;
  return bytes && *bytes != 0;
}

const std::map<std::string, Set, std::less<>>& faults() {
  static const std::map<std::string, Set, std::less<>> all{
      {"ok", [](Fault&, std::string_view value) { return value.empty(); }},
      {"status", [](Fault& fault, std::string_view value) {
         fault.status = number<int>(value);
         return fault.status && *fault.status >= 200 && *fault.status <= 599;
       }},
      {"retry-after", [](Fault& fault, std::string_view value) { return (fault.retry_after_s = number<double>(value)).has_value(); }},
      {"delay", time(&Fault::delay)},
      {"drip", time(&Fault::drip)},
      {"stall-after", tokens(&Fault::stall_after)},
      {"reset-after", tokens(&Fault::reset_after)},
      {"end-after", tokens(&Fault::end_after)},
      {"junk-json", flag(&Fault::junk_json)},
      {"junk-sse", flag(&Fault::junk_sse)},
      {"error-frame", flag(&Fault::error_frame)},
      {"no-logprobs", flag(&Fault::no_logprobs)},
      {"no-usage", flag(&Fault::no_usage)},
      {"empty-stream", flag(&Fault::empty_stream)},
      {"usage", setLie},
      {"length", setLengthError},
      {"gzip", flag(&Fault::gzip)},
      {"gzip-bomb", flag(&Fault::gzip_bomb)},
      {"endless-line", flag(&Fault::endless_line)},
      {"endless-header", flag(&Fault::endless_header)},
  };
  return all;
}

Result<void> readFault(std::string_view word, Fault& fault) {
  const auto equals = word.find('=');
  const std::string_view name = trim(word.substr(0, equals));
  const std::string_view value = equals == std::string_view::npos ? std::string_view{} : trim(word.substr(equals + 1));
  const auto set = faults().find(name);
  if (set == faults().end()) {
    std::vector<std::string> names;
    for (const auto& [known, ignored] : faults()) names.push_back(known);
    names.emplace_back("bad-certificate (alone)");
    return fail(ErrorCode::InvalidInput, "unknown fault `" + std::string(name) + "`; there are " + join(names, ", "));
  }
  if (!set->second(fault, value)) return fail(ErrorCode::InvalidInput, "`" + std::string(word) + "`: the value is missing or wrong");
  return {};
}

}  // namespace

Result<FaultScript> FaultScript::parse(std::string_view text) {
  FaultScript script;
  script.bad_certificate_ = trim(text) == "bad-certificate";
  if (script.bad_certificate_) return script;
  auto parts = split(text, ';');
  while (!parts.empty() && trim(parts.back()).empty()) parts.pop_back();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string_view part = trim(parts[i]);
    if (part.empty()) continue;
    const bool last = i + 1 == parts.size();
    if (part == "repeat") {
      if (!last || script.steps_.empty()) return fail(ErrorCode::InvalidInput, "`repeat` stands at the end, after a step");
      script.repeat_ = true;
      break;
    }
    Step step{last ? 0u : 1u, {}};
    if (const auto star = part.find('*'); star != std::string_view::npos) {
      const auto count = number<std::uint64_t>(trim(part.substr(0, star)));
      if (!count || *count == 0 || *count > kMostRequests) {
        return fail(ErrorCode::InvalidInput, "`" + std::string(part) + "`: the count before * must be from 1 to " + std::to_string(kMostRequests));
      }
      step.count = *count;
      part = trim(part.substr(star + 1));
    }
    for (const auto word : split(part, ',')) {
      if (auto read = readFault(trim(word), step.fault); !read) return std::unexpected(std::move(read.error()));
    }
    script.length_ += step.count;
    script.steps_.push_back(std::move(step));
  }
  return script;
}

Fault FaultScript::at(std::uint64_t request) const {
  if (repeat_) request %= length_;
  for (const Step& step : steps_) {
    if (step.count == 0 || request < step.count) return step.fault;
    request -= step.count;
  }
  return {};
}

}  // namespace signalbox::lab
