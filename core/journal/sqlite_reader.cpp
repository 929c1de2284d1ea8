// SPDX-License-Identifier: Apache-2.0
#include "journal/sqlite_reader.h"

#include "journal/spend_ledger.h"

namespace signalbox::journal {
namespace {

constexpr int kProgressEvery = 4000;  // virtual-machine steps between looks at the clock; about 50 µs

void bindAll(Statement& statement, const std::vector<SqlValue>& values, int at) {
  for (const SqlValue& value : values) {
    std::visit(
        [&]<class T>(const T& v) {
          if constexpr (std::is_same_v<T, std::string>) {
            statement.bindCopy(at++, v);
          } else {
            statement.bind(at++, v);
          }
        },
        value);
  }
}

// Rows of a statement until there are none or `row` says false.
template <class Each>
Result<void> forEach(Statement& statement, Each each) {
  for (;;) {
    const auto more = statement.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    const Result<bool> go_on = each(statement);
    if (!go_on) return std::unexpected(go_on.error());
    if (!*go_on) return {};
  }
}

}  // namespace

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(std::string path, std::shared_ptr<std::atomic<int>> generation) {
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(path), std::move(generation)));
  if (auto done = reader->connect(); !done) return std::unexpected(std::move(done.error()));
  return reader;
}

Result<void> SqliteReader::connect() {
  const int generation = generation_->load();
  auto db = Database::open(path_, Database::Mode::ReadOnly);
  if (!db) return std::unexpected(db.error());
  if (auto set = db->run("PRAGMA query_only = ON; PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;"); !set) return set;
  by_id_ = {};
  attempts_ = {};
  followed_.reset();
  const auto prepared = db->prepare(
      {{&by_id_, "SELECT seq, " + decisionColumns() + " FROM decision_rows WHERE id = ?"},
       {&attempts_, "SELECT rid, " + attemptColumns() + " FROM attempt_rows WHERE rid BETWEEN ? AND ? ORDER BY rid"}});
  if (!prepared) return prepared;
  if (auto opened = words_.open(*db); !opened) return opened;
  const auto out_of_time = [](void* self) {
    const auto& deadline = static_cast<SqliteReader*>(self)->deadline_;
    return deadline && steadyNow() >= *deadline ? 1 : 0;
  };
  sqlite3_progress_handler(db->handle(), kProgressEvery, out_of_time, this);
  const std::lock_guard lock(connection_);
  db_ = std::move(*db);
  opened_ = generation;
  return {};
}

Result<void> SqliteReader::ready(std::optional<Duration> deadline) {
  deadline_.reset();
  if (opened_ != generation_->load()) {
    if (auto done = connect(); !done) return done;
  }
  if (deadline) deadline_ = steadyNow() + *deadline;
  return {};
}

void SqliteReader::interrupt() {
  const std::lock_guard lock(connection_);
  if (db_) db_->interrupt();
}

Result<Statement> SqliteReader::select(std::string_view what, const DecisionQuery& query, std::string_view order, bool limited) {
  auto where = compileWhere(query.where, words_);
  if (!where) return std::unexpected(where.error());
  const std::string index = where->index.empty() ? " INDEXED BY decision_by_ts" : where->index;
  std::string sql = "SELECT " + std::string(what) + " FROM decision_rows" + index + " WHERE ts >= ? AND ts < ?";
  std::vector<SqlValue> keys{query.since, query.until};
  // The bound on ts alone is what the index can use; the pair is what is meant.
  if (query.before) {
    sql += " AND ts <= ? AND (ts, id) < (?, ?)";
    keys.insert(keys.end(), {query.before->ts, query.before->ts, query.before->id.string()});
  }
  if (query.after) {
    sql += " AND ts >= ? AND (ts, id) > (?, ?)";
    keys.insert(keys.end(), {query.after->ts, query.after->ts, query.after->id.string()});
  }
  sql += where->condition + std::string(order) + (limited ? " LIMIT " + std::to_string(query.limit) : "");
  auto statement = db_->prepare(sql);
  if (!statement) return statement;
  bindAll(*statement, keys, 1);
  bindAll(*statement, where->values, 1 + static_cast<int>(keys.size()));
  return statement;
}

Result<std::vector<domain::CommittedDecision>> SqliteReader::decisions(const DecisionQuery& query) {
  if (auto done = ready(query.deadline); !done) return std::unexpected(done.error());
  // The page after a key is the one next to it, read upwards and turned round.
  const bool upwards = query.after && !query.before;
  auto rows = select("seq, " + decisionColumns(), query, upwards ? " ORDER BY ts, id" : " ORDER BY ts DESC, id DESC", true);
  if (!rows) return std::unexpected(rows.error());
  std::vector<domain::CommittedDecision> page;
  const auto done = forEach(*rows, [&](const Statement& row) -> Result<bool> {
    auto decision = readDecision(row, words_);
    if (!decision) return std::unexpected(decision.error());
    page.push_back({row.integer(0), std::move(*decision)});
    if (!query.attempts) return true;
    if (auto filled = fillAttempts(page.back().seq, page.back().decision); !filled) return std::unexpected(filled.error());
    return true;
  });
  if (!done) return std::unexpected(done.error());
  if (upwards) std::reverse(page.begin(), page.end());
  return page;
}

Result<std::int64_t> SqliteReader::countDecisions(const DecisionQuery& query) {
  if (auto done = ready(query.deadline); !done) return std::unexpected(done.error());
  auto count = select("count(*)", query, "", false);
  if (!count) return std::unexpected(count.error());
  const auto row = count->step();
  if (!row) return std::unexpected(row.error());
  return *row ? count->integer(0) : 0;
}

Result<void> SqliteReader::fillAttempts(std::int64_t seq, domain::Decision& decision) {
  attempts_.bind(1, seq << kAttemptBits);
  attempts_.bind(2, (seq << kAttemptBits) + kMostAttempts - 1);
  auto done = forEach(attempts_, [&](const Statement& row) -> Result<bool> {
    auto attempt = readAttempt(row, words_);
    if (!attempt) return std::unexpected(attempt.error());
    decision.attempts.push_back(std::move(*attempt));
    return true;
  });
  attempts_.reset();
  return done;
}

Result<domain::Decision> SqliteReader::decision(const domain::DecisionId& id) {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  const std::string text = id.string();
  by_id_.bind(1, std::string_view(text));
  const auto found = by_id_.step();
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    by_id_.reset();
    return fail(ErrorCode::UnknownDecision, "no decision has the id " + text, "decision_id");
  }
  const std::int64_t seq = by_id_.integer(0);
  auto decision = readDecision(by_id_, words_);
  by_id_.reset();
  if (!decision) return decision;
  if (auto done = fillAttempts(seq, *decision); !done) return std::unexpected(done.error());
  return decision;
}

Result<void> SqliteReader::scan(const DecisionQuery& query, bool attempts,
                                const std::function<bool(const domain::CommittedDecision&)>& row) {
  if (auto done = ready(query.deadline); !done) return done;
  auto rows = select("seq, " + decisionColumns(), query, " ORDER BY ts, id", false);
  if (!rows) return std::unexpected(rows.error());
  return forEach(*rows, [&](const Statement& at) -> Result<bool> {
    auto decision = readDecision(at, words_);
    if (!decision) return std::unexpected(decision.error());
    domain::CommittedDecision committed{at.integer(0), std::move(*decision)};
    if (attempts) {
      if (auto done = fillAttempts(committed.seq, committed.decision); !done) return std::unexpected(done.error());
    }
    return row(committed);
  });
}

Result<void> SqliteReader::probes(WallMicros since, WallMicros until, const std::function<void(const domain::Attempt&)>& row) {
  if (auto done = ready(); !done) return done;
  auto rows = db_->prepare("SELECT rid, " + attemptColumns() + " FROM probe_rows WHERE ts >= ? AND ts < ? ORDER BY ts");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(1, since);
  rows->bind(2, until);
  return forEach(*rows, [&](const Statement& at) -> Result<bool> {
    auto attempt = readAttempt(at, words_);
    if (!attempt) return std::unexpected(attempt.error());
    row(*attempt);
    return true;
  });
}

Result<std::vector<domain::CommittedDecision>> SqliteReader::decisionsAfter(std::int64_t last, std::size_t limit) {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  auto rows = db_->prepare("SELECT seq, " + decisionColumns() + " FROM decision_rows WHERE seq > ? ORDER BY seq LIMIT ?");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(1, last);
  rows->bind(2, static_cast<std::int64_t>(limit));
  std::vector<domain::CommittedDecision> out;
  const auto done = forEach(*rows, [&](const Statement& row) -> Result<bool> {
    auto decision = readDecision(row, words_);
    if (!decision) return std::unexpected(decision.error());
    out.push_back({row.integer(0), std::move(*decision)});
    if (auto filled = fillAttempts(out.back().seq, out.back().decision); !filled) return std::unexpected(filled.error());
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return out;
}

Result<std::int64_t> SqliteReader::lastSeq() {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  return db_->number("SELECT max(seq) FROM decision_rows");
}

Result<std::string> SqliteReader::storeId() {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  return db_->text("SELECT value FROM meta WHERE name = 'store_id'");
}

Result<DaySpend> SqliteReader::spend(std::int64_t day) {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  return readSpend(*db_, day);
}

}  // namespace signalbox::journal
