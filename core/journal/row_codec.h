// SPDX-License-Identifier: Apache-2.0
// Decisions and attempts to and from their physical rows, column by column in the order of domain/decision_fields.h.
#pragma once

#include "domain/decision_fields.h"
#include "journal/schema.h"
#include "journal/words.h"

namespace signalbox::journal {

// Binds a record to an INSERT whose parameters are (key, columns…). Texts made on the way live until the next bind().
class RowWriter {
 public:
  explicit RowWriter(WordWriter& words) : words_(words) {}
  [[nodiscard]] Result<void> bind(Statement& insert, std::int64_t seq, const domain::Decision& decision);
  [[nodiscard]] Result<void> bind(Statement& insert, std::int64_t rid, const domain::Attempt& attempt);
  void rolledBack() { recent_ = {}; }

 private:
  template <class T>
  void bindMember(Statement& insert, int at, domain::FieldKind kind, const T& value);
  void bindName(Statement& insert, int at, const std::string& word);
  void bindFeatures(Statement& insert, int at, const std::vector<std::pair<std::string, double>>& features);

  WordWriter& words_;
  // The word last seen in each column: mostly it is there again.
  struct Recent {
    std::string word;
    std::int64_t number = 0;
  };
  std::array<Recent, 128> recent_;
  std::size_t offset_ = 0;  // into recent_: decisions and attempts apart
  bool foreign_ = false;    // the member's words are those of a client or an upstream
  std::string id_, features_, feature_names_;
  Result<void> failure_;
};

// Reads a row of SELECT seq, decisionColumns() (or rid, attemptColumns()).
[[nodiscard]] Result<domain::Decision> readDecision(const Statement& row, WordReader& words);
[[nodiscard]] Result<domain::Attempt> readAttempt(const Statement& row, WordReader& words);

}  // namespace signalbox::journal
