// SPDX-License-Identifier: Apache-2.0
#include "journal/where_sql.h"

#include <map>

#include "base/strings.h"
#include "domain/decision_fields.h"
#include "journal/schema.h"

namespace signalbox::journal {
namespace {

using domain::Condition;
using domain::FieldKind;
using Op = Condition::Op;

struct Column {
  FieldKind kind = FieldKind::Text;
  std::span<const std::string_view> words;
  bool foreign = false;
};

const std::map<std::string, Column, std::less<>>& columns() {
  static const auto table = [] {
    std::map<std::string, Column, std::less<>> out;
    const domain::Decision blank;
    domain::visitFields(blank, [&]<class T>(domain::Field field, const T&) {
      Column& column = out[std::string(field.name)];
      column.kind = field.kind;
      column.foreign = isForeign(field.name);
      if constexpr (domain::kIsWord<T>) column.words = domain::names<domain::WordOf<T>>();
    });
    return out;
  }();
  return table;
}

class Compiler {
 public:
  explicit Compiler(WordReader& words) : words_(words) {}

  Result<WhereSql> compile(const domain::Where& where) {
    for (const Condition& condition : where.all) {
      const std::string sql = condition.field == "text" ? text(condition) : one(condition);
      if (!failure_) return std::unexpected(failure_.error());
      out_.condition += " AND (" + sql + ")";
    }
    lead(where);
    return std::move(out_);
  }

 private:
  // As it is compared in the row; nullopt for a word that no row can have.
  std::optional<SqlValue> stored(const Column& column, const Json& value) {
    switch (column.kind) {
      case FieldKind::Name: {
        auto key = words_.key(value.get<std::string>());
        if (!key) {
          failure_ = std::unexpected(key.error());
          return std::nullopt;
        }
        if (const auto* number = std::get_if<std::int64_t>(&*key)) return *number;
        return std::get<std::string>(*key);
      }
      case FieldKind::Word:
        for (std::size_t i = 0; i < column.words.size(); ++i) {
          if (value == column.words[i]) return static_cast<std::int64_t>(i);
        }
        return std::nullopt;
      default: break;
    }
    if (value.is_boolean()) return std::int64_t{value.get<bool>()};
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    return std::nullopt;
  }

  std::string listed(const std::string& name, const Column& column, const std::vector<Json>& values) {
    std::string marks;
    for (const Json& value : values) {
      if (value.is_null()) continue;
      auto item = stored(column, value);
      if (!item) continue;
      // A row may hold the word as it is from before the dictionary took it in.
      const bool either = column.foreign && std::holds_alternative<std::int64_t>(*item) && overflowed();
      marks += marks.empty() ? "?" : ", ?";
      out_.values.push_back(std::move(*item));
      if (!either) continue;
      marks += ", ?";
      out_.values.emplace_back(value.get<std::string>());
    }
    return name + " IN (" + marks + ")";
  }

  bool overflowed() {
    const auto marked = words_.overflowed();
    if (!marked) failure_ = std::unexpected(marked.error());
    return marked && *marked;
  }

  std::string contains(const std::string& name, const Column& column, const std::string& part) {
    const std::string lower = toLower(part);
    if (column.kind == FieldKind::Word) {
      std::string numbers;
      for (std::size_t i = 0; i < column.words.size(); ++i) {
        if (column.words[i].find(lower) != std::string_view::npos) numbers += (numbers.empty() ? "" : ", ") + std::to_string(i);
      }
      return name + " IN (" + numbers + ")";
    }
    if (column.kind != FieldKind::Name) {
      if (column.kind == FieldKind::Id && lower.find_first_not_of("0123456789abcdef-") != std::string::npos) return "0";
      out_.values.emplace_back(lower);
      return "instr(lower(" + name + "), ?) > 0";
    }
    const auto ids = words_.containing(lower);
    if (!ids) {
      failure_ = std::unexpected(ids.error());
      return "0";
    }
    std::string numbers;
    for (const std::int64_t id : *ids) numbers += (numbers.empty() ? "" : ", ") + std::to_string(id);
    std::string sql = numbers.empty() ? "0" : name + " IN (" + numbers + ")";
    if (overflowed()) {
      out_.values.emplace_back(lower);
      sql += " OR (typeof(" + name + ") = 'text' AND instr(lower(" + name + "), ?) > 0)";
    }
    return sql;
  }

  std::string compare(const std::string& name, const Column& column, const char* sign, const Json& value) {
    auto bound = stored(column, value);
    if (!bound) return "0";
    out_.values.push_back(std::move(*bound));
    return name + sign + "?";
  }

  std::string one(const Condition& condition) {
    const Column& column = columns().at(condition.field);
    const std::string name = "\"" + condition.field + "\"";
    const bool unknown = std::any_of(condition.values.begin(), condition.values.end(), [](const Json& v) { return v.is_null(); });
    switch (condition.op) {
      case Op::AnyOf: return listed(name, column, condition.values) + (unknown ? " OR " + name + " IS NULL" : "");
      case Op::NoneOf: {
        const std::string in = "NOT (" + listed(name, column, condition.values) + ")";
        return unknown ? name + " IS NOT NULL AND " + in : name + " IS NULL OR " + in;
      }
      case Op::Ge: return compare(name, column, " >= ", condition.values.at(0));
      case Op::Gt: return compare(name, column, " > ", condition.values.at(0));
      case Op::Le: return compare(name, column, " <= ", condition.values.at(0));
      case Op::Lt: return compare(name, column, " < ", condition.values.at(0));
      case Op::Contains: return contains(name, column, condition.values.at(0).get<std::string>());
    }
    return "0";
  }

  std::string text(const Condition& condition) {
    const auto part = condition.values.at(0).get<std::string>();
    std::string sql;
    for (const char* field : {"id", "reason", "requested_model", "error"}) {
      sql += (sql.empty() ? "" : " OR ") + contains("\"" + std::string(field) + "\"", columns().at(field), part);
    }
    // The attempts are looked at only where some model's name fits.
    const std::string model = contains("a.model", Column{FieldKind::Name, {}}, part);
    if (model == "0") return sql;
    return sql +
        " OR EXISTS (SELECT 1 FROM attempt_rows a WHERE a.rid BETWEEN decision_rows.seq * 64 AND decision_rows.seq * 64 + 63 "
        "AND (" +
        model + "))";
  }

  // The index of the most selective condition on a single value.
  void lead(const domain::Where& where) {
    for (const FilterIndex& index : filterIndexes()) {
      for (const Condition& condition : where.all) {
        if (condition.field != index.column || condition.op != Op::AnyOf || condition.values.size() != 1) continue;
        const Json& value = condition.values[0];
        const Column& column = columns().at(condition.field);
        // The commonest word of an enum is not in its partial index.
        if (value.is_null() || (column.kind == FieldKind::Word && value == column.words[0])) continue;
        if (!index.condition.empty()) out_.condition += " AND " + std::string(index.condition);
        out_.index = " INDEXED BY " + std::string(index.name);
        return;
      }
    }
  }

  WordReader& words_;
  WhereSql out_;
  Result<void> failure_;
};

}  // namespace

Result<WhereSql> compileWhere(const domain::Where& where, WordReader& words) { return Compiler(words).compile(where); }

}  // namespace signalbox::journal
