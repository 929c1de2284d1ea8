// SPDX-License-Identifier: GPL-3.0-only
// One row of the decisions table: only what is shown, small, because a window holds up to 200,000 of them. Words that repeat are
// kept once in WordPool. Values; GUI thread.
#pragma once
#include <QHash>
#include <QString>
#include <optional>
#include <vector>

#include "domain/event.h"
#include "models/policy_facts.h"

namespace signalbox::ui {

// Gives every distinct word a small number. Grows only; belongs to one model.
class WordPool {
 public:
  using Index = std::uint32_t;
  [[nodiscard]] Index add(const std::string& word);
  [[nodiscard]] const QString& at(Index index) const { return words_[index]; }

 private:
  QHash<QString, Index> known_;
  std::vector<QString> words_;
};

struct DecisionRow {
  domain::DecisionId id;
  std::int64_t seq = 0;
  WallMicros ts = 0;
  std::int64_t policy = 0;
  std::int64_t input_tokens = -1, output_tokens = -1;  // −1: unknown
  float complexity = -1, confidence = -1, gate = -1;   // −1: none
  float confidence_raw = -1;                           // before its map; −1: there was none
  float latency_ms = -1, score = -1;
  double cost_usd = -1;                                // −1: unknown
  WordPool::Index workload = 0, start_tier = 0, final_tier = 0, reason = 0, calibration = 0;
  std::optional<domain::Verdict> verdict;
  domain::Outcome outcome = domain::Outcome::Ok;
  domain::CacheKind cache = domain::CacheKind::None;
  std::int16_t escalations = 0;

  // The order of the table: newest first.
  [[nodiscard]] bool newerThan(const DecisionRow& other) const { return ts != other.ts ? ts > other.ts : id > other.id; }
};

// `facts` may be null: then the reason names no thresholds.
[[nodiscard]] DecisionRow rowOf(const domain::CommittedDecision& committed, const WorkloadFacts* facts, WordPool& words);
// Why, in the few words that a table has room for: "score below 0.30", "local 0.79 < 0.82", "semantic 0.96".
[[nodiscard]] QString shortReason(const domain::Decision& decision, const WorkloadFacts* facts);

}  // namespace signalbox::ui
