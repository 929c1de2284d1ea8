// SPDX-License-Identifier: Apache-2.0
// What each key spent on each UTC day, beside the decisions and in their transactions: budgets outlive a restart, and the deletion
// of old rows. Lives on the journal's thread.
#pragma once
#include <map>
#include <string>

#include "domain/decision.h"
#include "journal/reader.h"
#include "journal/sqlite.h"

namespace signalbox::journal {

// Sums by UTC day and key.
class SpendSums {
 public:
  void add(const domain::Decision& decision);
  void add(const SpendSums& others);
  [[nodiscard]] bool empty() const { return of_.empty(); }

 private:
  friend class SpendLedger;
  struct Sum {
    double usd = 0;
    std::int64_t known = 0, unknown = 0;
  };
  std::map<std::pair<std::int64_t, std::string>, Sum> of_;
};

class SpendLedger {
 public:
  // A store from before there was this table is read once. `kept_since`: of its oldest row where older ones have gone.
  [[nodiscard]] Result<void> open(Database& db, const std::optional<WallMicros>& kept_since);
  // Gathered; written by flush(), which commit needs.
  void add(const auto& spend) { gathered_.add(spend); }
  [[nodiscard]] Result<void> flush();
  void rolledBack() { gathered_ = {}; }
  // What was spent before now stood in a store that is not here any more. REQUIRES: inside a transaction.
  [[nodiscard]] Result<void> beginAnew(WallMicros now);

 private:
  [[nodiscard]] Result<void> backfill(Database& db, WallMicros since);
  Statement add_, since_;
  SpendSums gathered_;
};

// The reading end.
[[nodiscard]] Result<DaySpend> readSpend(Database& db, std::int64_t day);

}  // namespace signalbox::journal
