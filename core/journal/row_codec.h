// SPDX-License-Identifier: Apache-2.0
// Decisions and attempts to and from their physical rows, column by column in the order of domain/decision_fields.h.
#pragma once

#include "domain/decision_fields.h"
#include "journal/schema.h"
#include "journal/words.h"

namespace signalbox::journal {

// Rows of one INSERT where there are as many: SQLite opens and closes a cursor for each index and statement.
inline constexpr std::size_t kRowsTogether = 8;

// Binds records to INSERTs of up to kRowsTogether rows with the parameters (key, columns…).
class RowWriter {
 public:
  explicit RowWriter(WordWriter& words) : words_(words) {}
  // To the statement's `row`-th. Texts made on the way live until that row is bound again, of whichever statement.
  [[nodiscard]] Result<void> bind(Statement& insert, std::size_t row, std::int64_t seq, const domain::Decision& decision);
  [[nodiscard]] Result<void> bind(Statement& insert, std::size_t row, std::int64_t rid, const domain::Attempt& attempt);
  void rolledBack() { recent_ = {}; }

 private:
  struct Texts {
    std::string id, features, feature_names;
  };
  [[nodiscard]] int begin(std::size_t row, int columns, std::size_t offset);  // the row's first parameter
  template <class T>
  void bindMember(Statement& insert, int at, domain::Field field, const T& value);
  void bindName(Statement& insert, int at, std::string_view column, const std::string& word);
  void bindFeatures(Statement& insert, int at, const std::vector<std::pair<std::string, double>>& features);

  WordWriter& words_;
  // The word last seen in each column: mostly it is there again.
  struct Recent {
    std::string word;
    std::int64_t number = 0;
  };
  std::array<Recent, 128> recent_;
  std::size_t offset_ = 0;  // into recent_: decisions and attempts apart
  int before_ = 0;          // parameters of the statement's rows before this one
  std::array<Texts, kRowsTogether> texts_of_;
  Texts* texts_ = nullptr;  // this row's
  Result<void> failure_;
};

// Reads a row of SELECT seq, decisionColumns() (or rid, attemptColumns()).
[[nodiscard]] Result<domain::Decision> readDecision(const Statement& row, WordReader& words);
[[nodiscard]] Result<domain::Attempt> readAttempt(const Statement& row, WordReader& words);

}  // namespace signalbox::journal
