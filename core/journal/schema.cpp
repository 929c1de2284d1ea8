// SPDX-License-Identifier: Apache-2.0
#include "journal/schema.h"

#include <set>

#include "base/uuid.h"
#include "domain/decision_fields.h"

namespace signalbox::journal {
namespace {

using domain::Field;
using domain::FieldKind;

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

template <class T>
inline constexpr bool kIsReal = std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>;

// A name has no affinity: it is a number of `words`, or the text itself once the dictionary is full.
template <class T>
std::string columnOf(Field field) {
  switch (field.kind) {
    case FieldKind::Id: return quoted(field.name) + " TEXT NOT NULL UNIQUE";
    case FieldKind::Name: return quoted(field.name);
    case FieldKind::Text:
    case FieldKind::Features: return quoted(field.name) + " TEXT";
    default: return quoted(field.name) + (kIsReal<T> ? " REAL" : " INTEGER");
  }
}

std::string wordCase(const std::string& column, std::span<const std::string_view> words) {
  std::string sql = "CASE " + column;
  for (std::size_t i = 0; i < words.size(); ++i) sql += " WHEN " + std::to_string(i) + " THEN '" + std::string(words[i]) + "'";
  return sql + " END";
}

std::string nameText(const std::string& column) {
  return "CASE typeof(" + column + ") WHEN 'integer' THEN (SELECT word FROM words WHERE words.id = " + column + ") ELSE " +
      column + " END";
}

// The plain value of a physical column, for the views.
template <class T>
std::string plainValue(Field field, const std::string& row) {
  const std::string column = row + quoted(field.name);
  if (field.kind == FieldKind::Name) return nameText(column) + " AS " + quoted(field.name);
  if (field.kind == FieldKind::Features) {
    return "(SELECT json_group_object(k.value, v.value) FROM json_each(" + nameText(row + "feature_names") +
        ") k JOIN json_each(" + column + ") v ON v.key = k.key WHERE " + column + " IS NOT NULL) AS " + quoted(field.name);
  }
  if constexpr (domain::kIsWord<T>) return wordCase(column, domain::names<domain::WordOf<T>>()) + " AS " + quoted(field.name);
  return column + " AS " + quoted(field.name);
}

struct Parts {
  std::vector<std::string> definitions, names, values;
};

template <class Record>
const Parts& parts(const std::string& row) {
  static const Parts built = [&] {
    Parts out;
    const Record blank{};
    domain::visitFields(blank, [&]<class T>(Field field, const T&) {
      out.values.push_back(plainValue<T>(field, row));
      if (field.name == "n") return;  // in the key
      out.definitions.push_back(columnOf<T>(field));
      out.names.push_back(quoted(field.name));
    });
    return out;
  }();
  return built;
}

const Parts& decisionParts() { return parts<domain::Decision>("d."); }
const Parts& attemptParts() { return parts<domain::Attempt>("a."); }

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

std::string tables() {
  std::string sql =
      "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS words(id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);"
      "CREATE TABLE IF NOT EXISTS decision_rows(seq INTEGER PRIMARY KEY, " +
      joined(decisionParts().definitions) +
      ", feature_names);"
      "CREATE TABLE IF NOT EXISTS attempt_rows(rid INTEGER PRIMARY KEY, " +
      joined(attemptParts().definitions) +
      ");"
      "CREATE TABLE IF NOT EXISTS probe_rows(rid INTEGER PRIMARY KEY, " +
      joined(attemptParts().definitions) +
      ");"
      "CREATE TABLE IF NOT EXISTS label_rows(decision_id TEXT NOT NULL, ts INTEGER NOT NULL, score REAL, source INTEGER NOT "
      "NULL, note TEXT);"
      "CREATE INDEX IF NOT EXISTS label_by_decision ON label_rows(decision_id);"
      "CREATE INDEX IF NOT EXISTS decision_by_ts ON decision_rows(ts);"
      "CREATE TABLE IF NOT EXISTS policy_revisions(revision INTEGER PRIMARY KEY, state TEXT NOT NULL, ts INTEGER NOT NULL, "
      "who TEXT NOT NULL, reason TEXT NOT NULL, diff TEXT NOT NULL, restores INTEGER, confirmed INTEGER NOT NULL, "
      "confirm_by INTEGER, document TEXT NOT NULL);"
      "CREATE TABLE IF NOT EXISTS audit(seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL, "
      "action TEXT NOT NULL, revision INTEGER NOT NULL, diff TEXT NOT NULL, reason TEXT NOT NULL, outcome TEXT NOT NULL, "
      "prev_hash TEXT NOT NULL, hash TEXT NOT NULL);";
  for (const FilterIndex& index : filterIndexes()) {
    sql += "CREATE INDEX IF NOT EXISTS " + std::string(index.name) + " ON decision_rows(" + quoted(index.column) + ", ts)" +
        (index.condition.empty() ? "" : " WHERE " + std::string(index.condition)) + ";";
  }
  return sql;
}

std::string views() {
  return "DROP VIEW IF EXISTS decisions; DROP VIEW IF EXISTS attempts; DROP VIEW IF EXISTS labels;"
         "CREATE VIEW decisions AS SELECT " +
      joined(decisionParts().values) +
      ", d.seq AS seq FROM decision_rows d;"
      "CREATE VIEW attempts AS SELECT d.id AS decision_id, a.rid & " +
      std::to_string(kMostAttempts - 1) + " AS n, " + joined({attemptParts().values.begin() + 1, attemptParts().values.end()}) +
      " FROM attempt_rows a JOIN decision_rows d ON d.seq = (a.rid >> 6) AND a.rid BETWEEN d.seq * 64 AND d.seq * 64 + 63"
         " UNION ALL SELECT NULL, 0, " + joined({attemptParts().values.begin() + 1, attemptParts().values.end()}) + " FROM probe_rows a;"
      "CREATE VIEW labels AS SELECT decision_id, ts, score, " +
      wordCase("source", domain::names<domain::LabelSource>()) + " AS source, note FROM label_rows;";
}

Result<void> addMissingColumns(Database& db, const std::string& table, const Parts& expected) {
  auto info = db.prepare("SELECT name FROM pragma_table_info('" + table + "')");
  if (!info) return std::unexpected(info.error());
  std::set<std::string> present;
  for (;;) {
    const auto row = info->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    present.insert(quoted(info->text(0)));
  }
  for (std::size_t i = 0; i < expected.names.size(); ++i) {
    if (present.contains(expected.names[i])) continue;
    if (auto added = db.run("ALTER TABLE " + table + " ADD COLUMN " + expected.definitions[i]); !added) return added;
  }
  return {};
}

Result<void> renewViews(Database& db) {
  const std::string wanted = std::to_string(std::hash<std::string>{}(views()));
  const auto have = db.text("SELECT value FROM meta WHERE name = 'views'");
  if (!have) return std::unexpected(have.error());
  if (*have == wanted) return {};
  return db.run("BEGIN IMMEDIATE;" + views() + "INSERT OR REPLACE INTO meta VALUES('views', '" + wanted + "'); COMMIT;");
}

}  // namespace

std::string decisionColumns() { return joined(decisionParts().names) + ", feature_names"; }
std::string attemptColumns() { return joined(attemptParts().names); }

const std::vector<FilterIndex>& filterIndexes() {
  static const std::vector<FilterIndex> indexes{
      {"session", "decision_by_session", "session IS NOT NULL"},
      {"error", "decision_by_error", "error IS NOT NULL"},
      {"override", "decision_by_override", "\"override\" IS NOT NULL"},
      {"outcome", "decision_by_outcome", "outcome <> 0"},
      {"cache", "decision_by_cache", "cache <> 0"},
      {"verdict", "decision_by_verdict", "verdict <> 0"},
      {"workload", "decision_by_workload", ""},
      {"final_tier", "decision_by_tier", ""},
  };
  return indexes;
}

Result<void> createSchema(Database& db) {
  if (auto made = db.run("BEGIN IMMEDIATE;" + tables() + "INSERT OR IGNORE INTO meta VALUES('store_id', '" + Uuid::v7().string() +
                         "'); INSERT OR IGNORE INTO meta VALUES('schema', 1); COMMIT;");
      !made) {
    return made;
  }
  if (auto added = addMissingColumns(db, "decision_rows", decisionParts()); !added) return added;
  for (const char* table : {"attempt_rows", "probe_rows"}) {
    if (auto added = addMissingColumns(db, table, attemptParts()); !added) return added;
  }
  return renewViews(db);
}

}  // namespace signalbox::journal
