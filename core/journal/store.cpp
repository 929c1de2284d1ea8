// SPDX-License-Identifier: Apache-2.0
#include "journal/store.h"

#include "journal/quarantine.h"

namespace signalbox::journal {
namespace {

constexpr std::int64_t kPageSize = 4096;

// Of `rows` rows at once. FAIL leaves the rows in that came before one that cannot be stored, so that SQLite needs no copy of the pages
// from before the statement.
std::string insertInto(const std::string& table, const std::string& columns, std::size_t rows = 1) {
  std::string row = "(?";
  for (const char c : columns) {
    if (c == ',') row += ", ?";
  }
  row += ")";
  std::string sql = "INSERT OR FAIL INTO " + table + "(" + columns + ") VALUES" + row;
  while (--rows > 0) sql += ", " + row;
  return sql;
}

Result<Database> openDatabase(const std::string& path) {
  if (auto made = createPrivateFile(path); !made) return std::unexpected(made.error());
  auto db = Database::open(path, Database::Mode::ReadWrite);
  if (!db) return db;
  const auto set = db->run("PRAGMA page_size = " + std::to_string(kPageSize) +
                           "; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; "
                           "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;");
  if (!set) return std::unexpected(set.error());
  // Reading the schema and the ends of the main table finds a damaged file without reading all of it.
  if (auto made = createSchema(*db); !made) return std::unexpected(made.error());
  return db;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& path) {
  std::string quarantined;
  for (;;) {
    auto db = openDatabase(path);
    Result<void> ready = db ? Result<void>{} : std::unexpected(db.error());
    if (db) {
      auto store = std::unique_ptr<Store>(new Store(std::move(*db)));
      store->quarantined_ = quarantined;
      ready = store->prepare();
      if (ready) return store;
    }
    if (!isCorruption(ready.error()) || !quarantined.empty()) return std::unexpected(ready.error());
    auto moved = quarantine(path);
    if (!moved) return std::unexpected(moved.error());
    quarantined = *moved;
  }
}

Result<void> Store::prepare() {
  const std::string decisions = "seq, " + decisionColumns(), attempts = "rid, " + attemptColumns();
  const auto prepared =
      db_.prepare({{&begin_, "BEGIN IMMEDIATE"},
                   {&commit_, "COMMIT"},
                   {&insert_decision_, insertInto("decision_rows", decisions)},
                   {&insert_decisions_, insertInto("decision_rows", decisions, kRowsTogether)},
                   {&insert_attempt_, insertInto("attempt_rows", attempts)},
                   {&insert_attempts_, insertInto("attempt_rows", attempts, kRowsTogether)},
                   {&insert_probe_, insertInto("probe_rows", attempts)},
                   {&page_count_, "PRAGMA page_count"},
                   {&free_count_, "PRAGMA freelist_count"}});
  if (!prepared) return prepared;
  if (auto done = words_.open(db_); !done) return done;
  if (auto done = audit_.open(db_); !done) return done;
  if (auto done = policies_.open(db_); !done) return done;
  if (auto done = labels_.open(db_); !done) return done;
  const auto last = db_.number("SELECT max(seq) FROM decision_rows");
  if (!last) return std::unexpected(last.error());
  const auto first = db_.number("SELECT min(seq) FROM decision_rows");
  if (!first) return std::unexpected(first.error());
  const auto probe = db_.number("SELECT max(rid) FROM probe_rows");
  if (!probe) return std::unexpected(probe.error());
  last_probe_ = *probe;
  last_seq_ = committed_seq_ = *last;
  first_seq_ = *last == 0 ? 1 : *first;
  const auto kept = keptSince();
  if (!kept) return std::unexpected(kept.error());
  if (auto done = spend_.open(db_, *kept); !done) return done;
  sqlite3_wal_hook(
      db_.handle(),
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &log_pages_);
  return {};
}

Store::~Store() { checkpoint(true); }

Result<void> Store::commit() {
  if (auto done = spend_.flush(); !done) return done;
  if (auto done = commit_.run(); !done) return done;
  words_.committed();
  for (const std::string& id : graded_) labelled_ahead_.erase(id);
  graded_.clear();
  committed_seq_ = last_seq_;
  return {};
}

void Store::rollback() {
  if (!sqlite3_get_autocommit(db_.handle())) (void)db_.run("ROLLBACK");
  words_.rolledBack();
  writer_.rolledBack();
  spend_.rolledBack();
  graded_.clear();
  last_seq_ = committed_seq_;
}

Result<bool> Store::insert(domain::CommittedDecision& row) {
  std::vector<bool> stored;
  const std::array one{&row};
  if (auto done = insert(one, stored); !done) return std::unexpected(done.error());
  return stored.front();
}

Result<void> Store::insert(std::span<domain::CommittedDecision* const> rows, std::vector<bool>& stored) {
  attempts_.clear();
  while (!rows.empty()) {
    const auto some = rows.first(rows.size() < kRowsTogether ? 1 : kRowsTogether);
    const auto in = insertTogether(some);
    if (!in) return std::unexpected(in.error());
    for (auto* row : some.first(*in)) {
      if (auto done = gradeFromBefore(*row); !done) return done;
    }
    stored.insert(stored.end(), *in, true);
    const bool refused = *in < some.size();
    if (refused) stored.push_back(false);
    rows = rows.subspan(*in + refused);
  }
  return insertAttempts();
}

// One row or kRowsTogether; how many are in, where the one that follows them cannot be stored.
Result<std::size_t> Store::insertTogether(std::span<domain::CommittedDecision* const> rows) {
  Statement& insert = rows.size() == 1 ? insert_decision_ : insert_decisions_;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i]->seq = last_seq_ + 1 + static_cast<std::int64_t>(i);
    if (auto bound = writer_.bind(insert, i, rows[i]->seq, rows[i]->decision); !bound) return std::unexpected(bound.error());
  }
  std::size_t in = rows.size();
  if (auto done = insert.run(); !done) {
    if (done.error().param != "row") return std::unexpected(done.error());
    const auto before = db_.number("SELECT count(*) FROM decision_rows WHERE seq > " + std::to_string(last_seq_));
    if (!before) return std::unexpected(before.error());
    in = static_cast<std::size_t>(*before);
  }
  for (auto* row : rows.first(in)) {
    last_seq_ = row->seq;
    spend_.add(row->decision);
    std::int64_t n = 0;
    for (domain::Attempt& attempt : row->decision.attempts) {
      if (n == kMostAttempts) break;
      attempt.n = static_cast<int>(n);
      attempts_.emplace_back(row->seq << kAttemptBits | n++, &attempt);
    }
  }
  return in;
}

Result<void> Store::insertAttempts() {
  for (std::span<const std::pair<std::int64_t, const domain::Attempt*>> left = attempts_; !left.empty();) {
    const auto some = left.first(left.size() < kRowsTogether ? 1 : kRowsTogether);
    Statement& insert = some.size() == 1 ? insert_attempt_ : insert_attempts_;
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (auto bound = writer_.bind(insert, i, some[i].first, *some[i].second); !bound) return bound;
    }
    if (auto done = insert.run(); !done) return done;
    left = left.subspan(some.size());
  }
  return {};
}

Result<void> Store::gradeFromBefore(domain::CommittedDecision& row) {
  if (labelled_ahead_.empty()) return {};
  std::string id = row.decision.id.string();
  if (!labelled_ahead_.contains(id)) return {};
  const auto graded = labels_.regrade(row.decision.id);
  if (!graded) return std::unexpected(graded.error());
  if (*graded) {
    row.decision.score = (*graded)->change.after;
    row.decision.score_source = (*graded)->source;
  }
  graded_.push_back(std::move(id));
  return {};
}

Result<void> Store::insertProbe(const domain::Attempt& probe) {
  if (auto bound = writer_.bind(insert_probe_, 0, ++last_probe_, probe); !bound) return bound;
  return insert_probe_.run();
}

Result<std::optional<domain::Regrade>> Store::insert(const domain::Label& label, const InflightFile& queued) {
  const std::string id = label.decision_id.string();
  const auto stored = labels_.decisionExists(id);
  if (!stored) return std::unexpected(stored.error());
  if (!*stored && !queued.contains(label.decision_id)) {
    return fail(ErrorCode::UnknownDecision, "no decision has the id " + id + "; it is in the header x-signalbox-decision-id",
                "decision_id");
  }
  if (auto done = labels_.insert(label); !done) return std::unexpected(done.error());
  if (!*stored) {
    labelled_ahead_.insert(id);
    return std::nullopt;
  }
  const auto graded = labels_.regrade(label.decision_id);
  if (!graded) return std::unexpected(graded.error());
  return *graded ? std::optional((*graded)->change) : std::nullopt;
}

// Up to the first that is young enough, in the order of the sequence: its times are only nearly in order. A decision from the
// future, made while the clock was wrong, stops nothing and goes with older ones behind it; by itself it stays.
Result<std::int64_t> Store::firstToKeep(WallMicros oldest, WallMicros now, std::int64_t before) {
  const std::string from = " FROM decision_rows NOT INDEXED WHERE seq < ";
  const auto young = db_.number("SELECT min(seq)" + from + std::to_string(before) + " AND ts >= " + std::to_string(oldest) +
                                " AND ts <= " + std::to_string(now));
  if (!young || *young == first_seq_) return young;
  const auto old = db_.number("SELECT max(seq)" + from + std::to_string(*young == 0 ? before : *young) + " AND ts < " +
                              std::to_string(oldest));
  if (!old) return old;
  return *old == 0 ? first_seq_ : *old + 1;
}

Result<std::int64_t> Store::retire(WallMicros oldest, WallMicros now, std::int64_t max_bytes, std::int64_t most) {
  constexpr std::string_view kProbesAtOnce = "1000";
  if (auto gone = db_.run("DELETE FROM probe_rows WHERE rid IN (SELECT rid FROM probe_rows ORDER BY rid LIMIT " + std::string(kProbesAtOnce) +
                          ") AND ts < " + std::to_string(oldest)); !gone) {
    return std::unexpected(gone.error());
  }
  // The log does not count: as long as somebody reads, it cannot be moved away, and what is deleted makes it longer.
  const auto used = kept();
  if (!used) return used;
  if (rows() <= 1) return 0;  // the newest row keeps the sequence going
  const std::int64_t before = std::min(first_seq_ + most, last_seq_);
  std::int64_t upto = before;
  if (*used <= max_bytes || *used - lasting() <= max_bytes) {
    const auto keep = firstToKeep(oldest, now, before);
    if (!keep) return keep;
    upto = *keep;
  }
  if (upto <= first_seq_) return 0;
  const std::string limit = std::to_string(upto);
  const auto deleted =
      db_.run("BEGIN IMMEDIATE; DELETE FROM label_rows WHERE decision_id IN (SELECT id FROM decision_rows WHERE seq < " + limit +
              "); DELETE FROM attempt_rows WHERE rid < " + std::to_string(upto << kAttemptBits) +
              "; DELETE FROM decision_rows WHERE seq < " + limit + "; COMMIT;");
  if (!deleted) {
    rollback();
    return std::unexpected(deleted.error());
  }
  const std::int64_t gone = upto - first_seq_;
  first_seq_ = upto;
  return gone;
}

Result<std::optional<WallMicros>> Store::keptSince() {
  if (first_seq_ <= 1 || rows() == 0) return std::nullopt;
  const auto oldest = db_.number("SELECT min(ts) FROM decision_rows");
  if (!oldest) return std::unexpected(oldest.error());
  return *oldest;
}

// Tables that nothing is deleted from are no reason to delete from the others. Read seldom: it takes a look at each of their pages.
std::int64_t Store::lasting() {
  constexpr Duration kLookAgain = std::chrono::minutes(1);
  if (steadyNow() < lasting_at_) return lasting_;
  lasting_at_ = steadyNow() + kLookAgain;
  // A library that was built without this table knows nothing of them.
  lasting_ = db_.number("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = TRUE AND name IN "
                        "('audit', 'policy_revisions', 'spend', 'words', 'sqlite_autoindex_words_1')").value_or(0);
  return lasting_;
}

void Store::checkpoint(bool whole) {
  int log = 0, moved = 0;
  sqlite3_wal_checkpoint_v2(db_.handle(), nullptr, whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &log, &moved);
  log_pages_ = log > moved ? log - moved : 0;
}

Result<std::int64_t> Store::bytes() {
  auto used = kept();
  if (used) *used += log_pages_ * kPageSize;
  return used;
}

Result<std::int64_t> Store::kept() {
  const auto one = [](Statement& pragma) -> Result<std::int64_t> {
    const auto row = pragma.step();
    if (!row) return std::unexpected(row.error());
    const std::int64_t value = pragma.integer(0);
    pragma.reset();
    return value;
  };
  const auto pages = one(page_count_);
  if (!pages) return pages;
  const auto free = one(free_count_);
  if (!free) return free;
  return (*pages - *free) * kPageSize;
}

}  // namespace signalbox::journal
