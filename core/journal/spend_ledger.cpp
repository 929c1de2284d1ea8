// SPDX-License-Identifier: Apache-2.0
#include "journal/spend_ledger.h"

namespace signalbox::journal {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kKeptDays = 400;

}  // namespace

Result<void> SpendLedger::open(Database& db, const std::optional<WallMicros>& kept_since) {
  // By what it holds: a clock that is wrong today deletes nothing.
  if (auto made = db.run("CREATE TABLE IF NOT EXISTS spend(day INTEGER NOT NULL, key TEXT NOT NULL, usd REAL NOT NULL, known INTEGER NOT NULL, "
                         "unknown INTEGER NOT NULL, PRIMARY KEY(day, key)) WITHOUT ROWID; DELETE FROM spend WHERE day NOT IN "
                         "(SELECT DISTINCT day FROM spend ORDER BY day DESC LIMIT " + std::to_string(kKeptDays) + ")");
      !made) {
    return made;
  }
  const auto prepared = db.prepare({{&add_,
                                     "INSERT INTO spend VALUES(?, ?, ?, ?, ?) ON CONFLICT(day, key) DO UPDATE SET usd = usd + excluded.usd, "
                                     "known = known + excluded.known, unknown = unknown + excluded.unknown"},
                                    {&since_, "INSERT OR REPLACE INTO meta VALUES('spend_since', ?)"}});
  if (!prepared) return prepared;
  const auto begun = db.number("SELECT count(*) FROM meta WHERE name = 'spend_since'");
  if (!begun) return std::unexpected(begun.error());
  return *begun > 0 ? Result<void>{} : backfill(db, kept_since.value_or(0));
}

Result<void> SpendLedger::backfill(Database& db, WallMicros since) {
  return db.run("BEGIN IMMEDIATE; INSERT OR REPLACE INTO spend SELECT ts / " + std::to_string(kDay) +
                ", key, sum(coalesce(cost_usd, 0)), sum(coalesce(cost_usd, 0) > 0), sum(cost_usd IS NULL) FROM decisions WHERE key IS NOT NULL GROUP BY 1, 2; INSERT INTO meta VALUES('spend_since', " +
                std::to_string(since) + "); COMMIT;");
}

void SpendSums::add(const domain::Decision& decision) {
  if (decision.key.empty() || (decision.cost_usd && *decision.cost_usd == 0)) return;
  Sum& sum = of_[{decision.ts / kDay, decision.key}];
  sum.usd += decision.cost_usd.value_or(0);
  ++(decision.cost_usd ? sum.known : sum.unknown);
}

void SpendSums::add(const SpendSums& others) {
  for (const auto& [of, sum] : others.of_) {
    Sum& own = of_[of];
    own.usd += sum.usd;
    own.known += sum.known;
    own.unknown += sum.unknown;
  }
}

Result<void> SpendLedger::flush() {
  for (const auto& [of, sum] : gathered_.of_) {
    add_.bind(1, of.first);
    add_.bind(2, std::string_view(of.second));
    add_.bind(3, sum.usd);
    add_.bind(4, sum.known);
    add_.bind(5, sum.unknown);
    if (auto done = add_.run(); !done) return done;
  }
  gathered_ = {};
  return {};
}

Result<void> SpendLedger::beginAnew(WallMicros now) {
  since_.bind(1, now);
  return since_.run();
}

Result<DaySpend> readSpend(Database& db, std::int64_t day) {
  auto rows = db.prepare("SELECT key, usd, known, unknown FROM spend WHERE day = ?");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(1, day);
  DaySpend spend;
  for (;;) {
    const auto more = rows->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    spend.keys.push_back({std::string(rows->text(0)), rows->real(1), rows->integer(2), rows->integer(3)});
  }
  const auto since = db.number("SELECT value FROM meta WHERE name = 'spend_since'");
  if (!since) return std::unexpected(since.error());
  spend.complete = *since <= day * kDay;
  return spend;
}

}  // namespace signalbox::journal
