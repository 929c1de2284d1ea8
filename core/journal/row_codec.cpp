// SPDX-License-Identifier: Apache-2.0
#include "journal/row_codec.h"

#include <charconv>
#include <cmath>

namespace signalbox::journal {
namespace {

using domain::Field;
using domain::FieldKind;
using Features = std::vector<std::pair<std::string, double>>;

template <class T>
inline constexpr bool kOptional = false;
template <class T>
inline constexpr bool kOptional<std::optional<T>> = true;

void appendNumber(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

// Of a record's physical row, its key included.
template <class Record>
int columnsOf() {
  static const int count = [] {
    int columns = 1;
    const Record blank{};
    domain::visitFields(blank, [&](Field field, const auto&) { columns += field.name != "n"; });
    return columns;
  }();
  return count;
}

class MemberReader {
 public:
  MemberReader(const Statement& row, WordReader& words) : row_(row), words_(words) {}

  template <class T>
  void operator()(Field field, T& member) {
    if (field.name == "n") return;  // in the key
    const int column = column_++;
    if (row_.isNull(column) || !failure_) return;
    if (field.kind == FieldKind::Name) {
      if constexpr (std::is_same_v<T, std::string>) assign(column, member);
    } else if constexpr (std::is_same_v<T, Features>) {
      features_ = column;
    } else {
      read(column, member);
    }
  }

  // The names stand in the column after the last field.
  void finish(Features& features) {
    std::string names;
    if (features_ < 0 || !failure_) return;
    assign(column_, names);
    // Written by bindFeatures: ["a","b"] and [1,2.5,null], nothing escaped.
    std::string_view keys = names, values = row_.text(features_);
    while (keys.size() > 2 && values.size() > 1) {
      keys.remove_prefix(2);
      const std::size_t key_end = std::min(keys.find('"'), keys.size());
      values.remove_prefix(1);
      double value = NAN;
      const auto number = std::from_chars(values.data(), values.data() + values.size(), value);
      features.emplace_back(std::string(keys.substr(0, key_end)), number.ec == std::errc() ? value : NAN);
      keys.remove_prefix(std::min(key_end + 1, keys.size()));
      values.remove_prefix(std::min(values.find_first_of(",]"), values.size()));
    }
  }
  [[nodiscard]] const Result<void>& failure() const { return failure_; }

 private:
  template <class T>
  void read(int column, T& out) {
    if constexpr (kOptional<T>) {
      read(column, out.emplace());
    } else if constexpr (std::is_same_v<T, Uuid>) {
      out = Uuid::parse(row_.text(column)).value_or(Uuid{});
    } else if constexpr (std::is_same_v<T, std::string>) {
      out = row_.text(column);
    } else if constexpr (std::is_enum_v<T>) {
      const auto at = static_cast<std::size_t>(row_.integer(column));
      if (at < domain::names<T>().size()) out = static_cast<T>(at);
    } else if constexpr (std::is_same_v<T, double>) {
      out = row_.real(column);
    } else {
      out = static_cast<T>(row_.integer(column));
    }
  }
  void assign(int column, std::string& out) {
    auto word = words_.read(row_, column);
    if (word) {
      out = std::move(*word);
    } else {
      failure_ = std::unexpected(std::move(word.error()));
    }
  }

  const Statement& row_;
  WordReader& words_;
  int column_ = 1;
  int features_ = -1;
  Result<void> failure_;
};

}  // namespace

void RowWriter::bindName(Statement& insert, int at, std::string_view column, const std::string& word) {
  if (word.empty()) return insert.bindNull(at);
  Recent& recent = recent_[offset_ + static_cast<std::size_t>(at - before_)];
  if (recent.word == word) return insert.bind(at, recent.number);
  const auto number = words_.number(word, isForeign(column));
  if (!number) {
    failure_ = std::unexpected(number.error());
  } else if (*number) {
    insert.bind(at, **number);
    recent = {word, **number};
  } else {
    insert.bind(at, std::string_view(word));
  }
}

void RowWriter::bindFeatures(Statement& insert, int at, const Features& features) {
  auto& [id, values, names] = *texts_;
  names.clear();
  values.clear();
  if (features.empty()) return insert.bindNull(at);
  for (const auto& [name, value] : features) {
    names += names.empty() ? "[\"" : ",\"";
    names += name;  // our own identifiers: nothing to escape
    names += '"';
    values += values.empty() ? '[' : ',';
    appendNumber(values, value);
  }
  names += ']';
  values += ']';
  insert.bind(at, std::string_view(values));
}

template <class T>
void RowWriter::bindMember(Statement& insert, int at, Field field, const T& value) {
  if constexpr (kOptional<T>) {
    value ? bindMember(insert, at, field, *value) : insert.bindNull(at);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    texts_->id = value.string();
    insert.bind(at, std::string_view(texts_->id));
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (field.kind == FieldKind::Name) return bindName(insert, at, field.name, value);
    value.empty() ? insert.bindNull(at) : insert.bind(at, std::string_view(value));
  } else if constexpr (std::is_same_v<T, Features>) {
    bindFeatures(insert, at, value);
  } else if constexpr (std::is_same_v<T, double>) {
    insert.bind(at, value);
  } else {
    const auto number = static_cast<std::int64_t>(value);
    field.kind == FieldKind::Code && number == 0 ? insert.bindNull(at) : insert.bind(at, number);
  }
}

Result<void> RowWriter::bind(Statement& insert, std::size_t row, std::int64_t seq, const domain::Decision& decision) {
  int at = begin(row, columnsOf<domain::Decision>() + 1, 0);
  insert.bind(at++, seq);
  domain::visitFields(decision, [&](Field field, const auto& member) { bindMember(insert, at++, field, member); });
  bindName(insert, at, "feature_names", texts_->feature_names);
  return failure_;
}

Result<void> RowWriter::bind(Statement& insert, std::size_t row, std::int64_t rid, const domain::Attempt& attempt) {
  int at = begin(row, columnsOf<domain::Attempt>(), 64);
  insert.bind(at++, rid);
  domain::visitFields(attempt, [&](Field field, const auto& member) {
    if (field.name != "n") bindMember(insert, at++, field, member);
  });
  return failure_;
}

int RowWriter::begin(std::size_t row, int columns, std::size_t offset) {
  failure_ = {};
  offset_ = offset;
  texts_ = &texts_of_[row];
  before_ = static_cast<int>(row) * columns;
  return before_ + 1;
}

Result<domain::Decision> readDecision(const Statement& row, WordReader& words) {
  domain::Decision decision;
  MemberReader reader(row, words);
  domain::visitFields(decision, reader);
  reader.finish(decision.features);
  if (!reader.failure()) return std::unexpected(reader.failure().error());
  return decision;
}

Result<domain::Attempt> readAttempt(const Statement& row, WordReader& words) {
  domain::Attempt attempt;
  attempt.n = static_cast<int>(row.integer(0) & (kMostAttempts - 1));
  MemberReader reader(row, words);
  domain::visitFields(attempt, reader);
  if (!reader.failure()) return std::unexpected(reader.failure().error());
  return attempt;
}

}  // namespace signalbox::journal
