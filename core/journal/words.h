// SPDX-License-Identifier: Apache-2.0
// The dictionary of texts that repeat between rows (tiers, models, workloads…), so that a row holds a small number instead.
// Bounded: long texts, and all new ones once it is full, stand in the row as they are. WordWriter belongs to the journal's
// thread, WordReader to its reader's.
#pragma once
#include <unordered_map>
#include <variant>
#include <vector>

#include "journal/sqlite.h"

namespace signalbox::journal {

constexpr std::size_t kMostWords = 65'536;
constexpr std::size_t kMostForeignWords = kMostWords / 2;  // so that a client with ever new words leaves room for ours
constexpr std::size_t kLongestWord = 256;

// Whether a client or an upstream chooses the words of this column.
[[nodiscard]] constexpr bool isForeign(std::string_view column) { return column == "requested_model" || column == "domain" || column == "error"; }

class WordWriter {
 public:
  [[nodiscard]] Result<void> open(Database& db);
  // The word's number, or nullopt when it stands in the row itself. `foreign`: a client or an upstream chose it. REQUIRES: inside
  // a transaction.
  [[nodiscard]] Result<std::optional<std::int64_t>> number(const std::string& word, bool foreign);
  void committed() { fresh_.clear(), overflow_is_fresh_ = false; }
  void rolledBack();

 private:
  std::unordered_map<std::string, std::int64_t> numbers_;
  std::vector<std::string> fresh_;  // added since the last commit
  std::int64_t next_ = 1;
  Statement insert_, overflow_;
  bool overflowed_ = false, overflow_is_fresh_ = false;
};

class WordReader {
 public:
  [[nodiscard]] Result<void> open(Database& db);
  // What a Name column of the current row says; empty for NULL.
  [[nodiscard]] Result<std::string> read(const Statement& row, int column);
  // Numbers of the words that contain `lower_part`, ignoring case.
  [[nodiscard]] Result<std::vector<std::int64_t>> containing(const std::string& lower_part);
  // Whether some row may hold a text of a Name column as it is, instead of its number.
  [[nodiscard]] Result<bool> overflowed();
  // How `word` is found in a column: by its number, or as it is; where overflowed(), rows may have it in either way.
  [[nodiscard]] Result<std::variant<std::int64_t, std::string>> key(const std::string& word);

 private:
  std::unordered_map<std::int64_t, std::string> words_;
  Statement by_id_, by_word_, containing_;
  bool overflowed_ = false;
};

}  // namespace signalbox::journal
