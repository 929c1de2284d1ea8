// SPDX-License-Identifier: Apache-2.0
// The tables beneath and the public views above them. Physical rows are compact: repeated texts are numbers of `words`, enums are
// integers, an attempt's key is seq << 6 | n; the views `decisions`, `attempts` and `labels` and the table `audit` show the
// contract's columns with plain values. Both are generated from domain/decision_fields.h.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "journal/sqlite.h"

namespace signalbox::journal {

constexpr int kAttemptBits = 6;  // of an attempt's key; at most 64 attempts a decision
constexpr int kMostAttempts = 1 << kAttemptBits;

// Creates what is missing, adds columns of newer fields, renews the views when they changed, gives the store its id.
[[nodiscard]] Result<void> createSchema(Database& db);

// "id","ts",… in record order, then "feature_names".
[[nodiscard]] std::string decisionColumns();
[[nodiscard]] std::string attemptColumns();  // without n, which is in the key

// A single-value condition on one of these columns can drive a query along (column, ts).
struct FilterIndex {
  std::string_view column;
  std::string_view name;
  std::string_view condition;  // of a partial index, as it must stand in the query; empty = whole
};
[[nodiscard]] const std::vector<FilterIndex>& filterIndexes();  // the most selective first

}  // namespace signalbox::journal
