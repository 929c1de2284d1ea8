// SPDX-License-Identifier: Apache-2.0
#include "lab/outcomes.h"

#include <set>

#include "base/whole_file.h"

namespace signalbox::lab {
namespace {

// Several messages in one string that no other list of messages can have.
std::string keyOf(const std::vector<domain::Message>& messages) {
  if (messages.size() == 1 && messages.front().role == "user") return messages.front().text;
  std::string key;
  for (const auto& message : messages) {
    key += '\x1e';
    key += message.role;
    key += '\x1f';
    key += message.text;
  }
  return key;
}

}  // namespace

const Record* OutcomeRow::record(std::string_view model) const {
  const auto found = models.find(model);
  return found == models.end() ? nullptr : &found->second;
}

Outcomes::Outcomes(std::vector<OutcomeRow> rows, std::vector<BadLine> skipped)
    : rows_(std::move(rows)), skipped_(std::move(skipped)) {
  std::map<std::string, std::set<std::string>, std::less<>> seen;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const OutcomeRow& row = rows_[i];
    by_messages_.emplace(keyOf(row.messages), i);
    for (const auto& [model, record] : row.models) ++models_[model];
    if (row.answer && seen[row.task].insert(*row.answer).second) answers_[row.task].push_back(*row.answer);
  }
}

std::optional<std::size_t> Outcomes::find(const std::vector<domain::Message>& messages) const {
  if (const auto exact = by_messages_.find(keyOf(messages)); exact != by_messages_.end()) return exact->second;
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    if (message->role != "user") continue;
    const auto last = by_messages_.find(message->text);
    return last == by_messages_.end() ? std::nullopt : std::optional(last->second);
  }
  return std::nullopt;
}

const std::vector<std::string>& Outcomes::answers(std::string_view task) const {
  static const std::vector<std::string> none;
  const auto found = answers_.find(task);
  return found == answers_.end() ? none : found->second;
}

const std::vector<std::string>& Outcomes::labels(std::string_view task) const {
  static const std::vector<std::string> none;
  const auto& all = answers(task);
  return all.size() <= kMostLabels ? all : none;
}

Result<std::shared_ptr<const Outcomes>> parseOutcomes(std::string_view text, const std::string& file, bool skip_bad) {
  std::vector<OutcomeRow> rows;
  auto bad = eachLine(text, [&rows](std::string_view line, std::size_t) -> Result<void> {
    auto row = parseOutcomeRow(line);
    if (!row) return std::unexpected(std::move(row.error()));
    rows.push_back(std::move(*row));
    return {};
  });
  if (!bad.empty() && !skip_bad) return std::unexpected(badLines(file, bad));
  if (rows.empty()) return fail(ErrorCode::InvalidInput, file + ": no outcomes in it");
  return std::make_shared<const Outcomes>(std::move(rows), std::move(bad));
}

Result<std::shared_ptr<const Outcomes>> readOutcomes(const std::string& file, bool skip_bad) {
  const auto text = readWholeFile(file);
  if (!text) return std::unexpected(text.error());
  return parseOutcomes(*text, file, skip_bad);
}

}  // namespace signalbox::lab
