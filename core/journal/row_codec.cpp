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

void RowWriter::bindName(Statement& insert, int at, const std::string& word) {
  if (word.empty()) return insert.bindNull(at);
  Recent& recent = recent_[offset_ + static_cast<std::size_t>(at)];
  if (recent.word == word) return insert.bind(at, recent.number);
  const auto number = words_.number(word, foreign_);
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
  feature_names_.clear();
  features_.clear();
  if (features.empty()) return insert.bindNull(at);
  for (const auto& [name, value] : features) {
    feature_names_ += feature_names_.empty() ? "[\"" : ",\"";
    feature_names_ += name;  // our own identifiers: nothing to escape
    feature_names_ += '"';
    features_ += features_.empty() ? '[' : ',';
    appendNumber(features_, value);
  }
  feature_names_ += ']';
  features_ += ']';
  insert.bind(at, std::string_view(features_));
}

template <class T>
void RowWriter::bindMember(Statement& insert, int at, FieldKind kind, const T& value) {
  if constexpr (kOptional<T>) {
    value ? bindMember(insert, at, kind, *value) : insert.bindNull(at);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    id_ = value.string();
    insert.bind(at, std::string_view(id_));
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (kind == FieldKind::Name) return bindName(insert, at, value);
    value.empty() ? insert.bindNull(at) : insert.bind(at, std::string_view(value));
  } else if constexpr (std::is_same_v<T, Features>) {
    bindFeatures(insert, at, value);
  } else if constexpr (std::is_same_v<T, double>) {
    insert.bind(at, value);
  } else {
    const auto number = static_cast<std::int64_t>(value);
    kind == FieldKind::Code&& number == 0 ? insert.bindNull(at) : insert.bind(at, number);
  }
}

Result<void> RowWriter::bind(Statement& insert, std::int64_t seq, const domain::Decision& decision) {
  failure_ = {};
  offset_ = 0;
  insert.bind(1, seq);
  int at = 2;
  domain::visitFields(decision, [&](Field field, const auto& member) {
    foreign_ = isForeign(field.name);
    bindMember(insert, at++, field.kind, member);
  });
  foreign_ = false;
  bindName(insert, at, feature_names_);
  return failure_;
}

Result<void> RowWriter::bind(Statement& insert, std::int64_t rid, const domain::Attempt& attempt) {
  failure_ = {};
  offset_ = 64;
  insert.bind(1, rid);
  int at = 2;
  domain::visitFields(attempt, [&](Field field, const auto& member) {
    if (field.name == "n") return;
    foreign_ = isForeign(field.name);
    bindMember(insert, at++, field.kind, member);
  });
  return failure_;
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
