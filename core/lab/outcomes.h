// SPDX-License-Identifier: Apache-2.0
// The outcomes file: what several models answered to the same prompts, and who was right. JSON Lines, one prompt a line.
// Immutable after reading; shared between threads.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/request.h"
#include "lab/data_lines.h"

namespace signalbox::lab {

// What one model did with one prompt. What the file does not say is nullopt.
struct Record {
  double correct = 0;  // 0..1; right from 0.5 on
  std::optional<double> token_prob;
  std::optional<double> stated_confidence;
  std::optional<std::string> reply;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<double> cost_usd;
  std::optional<double> latency_ms;
  [[nodiscard]] bool right() const { return correct >= 0.5; }
};

struct OutcomeRow {
  std::string id;
  std::string set;
  std::string task;
  std::vector<domain::Message> messages;  // one user message where the file has a prompt
  std::optional<std::string> answer;
  std::map<std::string, Record, std::less<>> models;
  [[nodiscard]] const Record* record(std::string_view model) const;
};

// The rows of a file, found by what was asked, and the answers each task knows.
class Outcomes {
 public:
  explicit Outcomes(std::vector<OutcomeRow> rows, std::vector<BadLine> skipped = {});
  Outcomes(const Outcomes&) = delete;
  Outcomes& operator=(const Outcomes&) = delete;

  [[nodiscard]] const std::vector<OutcomeRow>& rows() const { return rows_; }
  [[nodiscard]] const std::vector<BadLine>& skipped() const { return skipped_; }
  // The first row with these messages, else the first whose prompt is the last user message; nullopt when there is none.
  [[nodiscard]] std::optional<std::size_t> find(const std::vector<domain::Message>& messages) const;
  // Distinct answers of a task in order of appearance.
  [[nodiscard]] const std::vector<std::string>& answers(std::string_view task) const;
  // The answers of a task when they are few enough to be labels (at most kMostLabels), else empty.
  [[nodiscard]] const std::vector<std::string>& labels(std::string_view task) const;
  // Names of all models in the file, and in how many rows each has a record.
  [[nodiscard]] const std::map<std::string, std::size_t, std::less<>>& models() const { return models_; }

  static constexpr std::size_t kMostLabels = 20;

 private:
  std::vector<OutcomeRow> rows_;
  std::vector<BadLine> skipped_;
  std::unordered_map<std::string, std::size_t> by_messages_;
  std::map<std::string, std::vector<std::string>, std::less<>> answers_;
  std::map<std::string, std::size_t, std::less<>> models_;
};

// Reads one line. InvalidInput says which field is wrong and what is allowed.
[[nodiscard]] Result<OutcomeRow> parseOutcomeRow(std::string_view line);
// Reads a file. Bad lines fail the whole, unless `skip_bad`.
[[nodiscard]] Result<std::shared_ptr<const Outcomes>> readOutcomes(const std::string& file, bool skip_bad);
[[nodiscard]] Result<std::shared_ptr<const Outcomes>> parseOutcomes(std::string_view text, const std::string& file, bool skip_bad);

}  // namespace signalbox::lab
