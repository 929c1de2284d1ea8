// SPDX-License-Identifier: Apache-2.0
#include "journal/sqlite.h"

namespace signalbox::journal {
namespace {

struct Kind {
  std::string_view word;
  std::string_view advice;
};

Kind kindOf(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return {"full", "free some space on its disk"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return {"io", "check that its folder exists and that this user may write there"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {"busy", "another program holds it locked; stop that program or set another store.path"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {"corrupt", "it is damaged; restore it from a backup"};
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH: return {"row", "the row is left out"};
    default: return {"io", "check its disk and its permissions"};
  }
}

}  // namespace

std::unexpected<Error> sqliteError(sqlite3* db, std::string_view doing, std::string_view path) {
  const int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
  const char* file = db ? sqlite3_db_filename(db, "main") : nullptr;
  const Kind kind = kindOf(code);
  Error error;
  error.code = (code & 0xff) == SQLITE_INTERRUPT ? ErrorCode::Cancelled : ErrorCode::Io;
  error.param = kind.word;
  error.message = "store " + std::string(file && *file ? file : path) + ": cannot " + std::string(doing) + ": " +
      (db ? sqlite3_errmsg(db) : "out of memory") + "; " + std::string(kind.advice);
  return std::unexpected(std::move(error));
}

bool isCorruption(const Error& error) { return error.code == ErrorCode::Io && error.param == "corrupt"; }

Result<bool> Statement::step() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: {
      auto error = sqliteError(sqlite3_db_handle(statement_.get()), "run a statement");
      sqlite3_reset(statement_.get());
      return error;
    }
  }
}

Result<void> Statement::run() {
  for (;;) {
    const auto more = step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
  }
  reset();
  return {};
}

namespace {
// SQLite's own memory statistics cost a process-wide lock for each allocation, and nobody reads them.
void configureOnce() { [[maybe_unused]] static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
}  // namespace

Result<Database> Database::open(const std::string& path, Mode mode) {
  configureOnce();
  Database database;
  database.path_ = path;
  sqlite3* db = nullptr;
  const int flags = (mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  database.db_.reset(db);
  if (code != SQLITE_OK) return sqliteError(db, "open it", path);  // which the handle does not know yet
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, 2000);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return sqliteError(db_.get(), "prepare a statement");
  return Statement(statement);
}

Result<void> Database::prepare(std::initializer_list<std::pair<Statement*, std::string_view>> statements) {
  for (const auto& [target, sql] : statements) {
    auto statement = prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    *target = std::move(*statement);
  }
  return {};
}

Result<void> Database::run(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqliteError(db_.get(), "run a statement");
  return {};
}

Result<std::int64_t> Database::number(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  return *row ? statement->integer(0) : 0;
}

Result<std::string> Database::text(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  return *row ? std::string(statement->text(0)) : std::string();
}

}  // namespace signalbox::journal
