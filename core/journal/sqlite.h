// SPDX-License-Identifier: Apache-2.0
// The only file that includes sqlite3.h: a connection and a prepared statement as values, errors as Result. One thread at a time,
// but interrupt() is for any thread.
#pragma once
#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/error.h"

namespace signalbox::journal {

class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(int at, std::int64_t value) { sqlite3_bind_int64(statement_.get(), at, value); }
  void bind(int at, double value) { sqlite3_bind_double(statement_.get(), at, value); }
  void bindNull(int at) { sqlite3_bind_null(statement_.get(), at); }
  // The text must live until the statement has been run and reset.
  void bind(int at, std::string_view value) {
    sqlite3_bind_text(statement_.get(), at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  void bindCopy(int at, std::string_view value) {
    sqlite3_bind_text(statement_.get(), at, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }
  void bind(int at, const std::optional<double>& value) { value ? bind(at, *value) : bindNull(at); }
  void bind(int at, const std::optional<std::int64_t>& value) { value ? bind(at, *value) : bindNull(at); }

  // True while there is a row.
  [[nodiscard]] Result<bool> step();
  // Runs to the end and makes the statement ready for the next run.
  [[nodiscard]] Result<void> run();
  void reset() { sqlite3_reset(statement_.get()); }

  [[nodiscard]] bool isNull(int at) const { return type(at) == SQLITE_NULL; }
  [[nodiscard]] int type(int at) const { return sqlite3_column_type(statement_.get(), at); }
  [[nodiscard]] std::int64_t integer(int at) const { return sqlite3_column_int64(statement_.get(), at); }
  [[nodiscard]] double real(int at) const { return sqlite3_column_double(statement_.get(), at); }
  // Valid until the next step.
  [[nodiscard]] std::string_view text(int at) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), at));
    return {data ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), at))};
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Mode { ReadWrite, ReadOnly };
  [[nodiscard]] static Result<Database> open(const std::string& path, Mode mode);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  [[nodiscard]] Result<void> prepare(std::initializer_list<std::pair<Statement*, std::string_view>> statements);
  [[nodiscard]] Result<void> run(const std::string& sql);  // one or more statements
  [[nodiscard]] Result<std::int64_t> number(std::string_view sql);
  [[nodiscard]] Result<std::string> text(std::string_view sql);
  [[nodiscard]] sqlite3* handle() const { return db_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  void interrupt() const { sqlite3_interrupt(db_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
  std::string path_;
};

// The connection's last error in words: what, where, what to do. Cancelled for an interrupted query. `param` is one word for the
// kind: corrupt, busy, full, row (the row itself cannot be stored) or io.
[[nodiscard]] std::unexpected<Error> sqliteError(sqlite3* db, std::string_view doing, std::string_view path = {});
[[nodiscard]] bool isCorruption(const Error& error);

}  // namespace signalbox::journal
