// SPDX-License-Identifier: Apache-2.0
#include "lab/arrivals.h"

#include <charconv>

#include "base/json_doc.h"
#include "base/strings.h"
#include "base/whole_file.h"

namespace signalbox::lab {
namespace {

constexpr std::string_view kAzureHeader = "TIMESTAMP,ContextTokens,GeneratedTokens";

std::optional<std::int64_t> count(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "2023-11-16 18:15:46.6805900": no zone; only differences matter, so UTC is as good as any. parseIso takes six digits.
Result<Duration> azureTime(std::string_view text) {
  std::string iso(text);
  if (const auto space = iso.find(' '); space != std::string::npos) iso[space] = 'T';
  if (const auto point = iso.find('.'); point != std::string::npos && iso.size() > point + 7) iso.resize(point + 7);
  const auto time = parseIso(iso + "Z");
  if (!time) return fail(ErrorCode::InvalidInput, "TIMESTAMP must be like 2023-11-16 18:15:46.680590");
  return Duration(*time * 1000);
}

Result<Arrival> azureLine(std::string_view line) {
  const auto fields = split(line, ',');
  if (fields.size() != 3) return fail(ErrorCode::InvalidInput, "must have three fields: " + std::string(kAzureHeader));
  const auto time = azureTime(trim(fields[0]));
  if (!time) return std::unexpected(time.error());
  const auto input = count(trim(fields[1]));
  const auto output = count(trim(fields[2]));
  if (!input || !output) return fail(ErrorCode::InvalidInput, "token counts must be whole numbers ≥ 0");
  return Arrival{*time, *input, *output};
}

Result<Arrival> mooncakeLine(std::string_view line) {
  const auto doc = JsonDoc::parse(line);
  if (!doc) return std::unexpected(doc.error());
  const auto ms = doc->root()["timestamp"].number();
  const auto input = doc->root()["input_length"].integer();
  const auto output = doc->root()["output_length"].integer();
  if (!ms || *ms < 0 || !input || *input < 0 || !output || *output < 0) {
    return fail(ErrorCode::InvalidInput, "needs timestamp (ms), input_length and output_length, each ≥ 0");
  }
  return Arrival{Duration(static_cast<std::int64_t>(*ms * 1e6)), *input, *output};
}

}  // namespace

Result<Arrivals> parseArrivals(std::string_view text, const std::string& file, bool skip_bad) {
  Arrivals arrivals;
  std::optional<bool> csv;
  arrivals.skipped = eachLine(text, [&](std::string_view line, std::size_t) -> Result<void> {
    if (!csv) {
      csv = !trim(line).starts_with('{');
      if (*csv && trim(line).starts_with("TIMESTAMP")) {
        if (trim(line) == kAzureHeader) return {};
        return fail(ErrorCode::InvalidInput, "the header must be " + std::string(kAzureHeader));
      }
    }
    auto arrival = *csv ? azureLine(line) : mooncakeLine(line);
    if (!arrival) return std::unexpected(std::move(arrival.error()));
    arrivals.all.push_back(*arrival);
    return {};
  });
  if (!arrivals.skipped.empty() && !skip_bad) return std::unexpected(badLines(file, arrivals.skipped));
  if (arrivals.all.empty()) return fail(ErrorCode::InvalidInput, file + ": no arrivals in it");
  std::ranges::stable_sort(arrivals.all, {}, &Arrival::at);
  const Duration first = arrivals.all.front().at;
  for (auto& arrival : arrivals.all) arrival.at -= first;
  return arrivals;
}

Result<Arrivals> readArrivals(const std::string& file, bool skip_bad) {
  const auto text = readWholeFile(file);
  if (!text) return std::unexpected(text.error());
  return parseArrivals(*text, file, skip_bad);
}

}  // namespace signalbox::lab
