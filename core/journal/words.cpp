// SPDX-License-Identifier: Apache-2.0
#include "journal/words.h"

namespace signalbox::journal {
namespace {
// Word 0 marks a store some of whose rows hold a text that is not in the dictionary.
constexpr std::string_view kMark = "INSERT OR IGNORE INTO words(id, word) VALUES(0, '')";
}  // namespace

Result<void> WordWriter::open(Database& db) {
  if (auto made = db.prepare({{&insert_, "INSERT INTO words(id, word) VALUES(?, ?)"}, {&overflow_, kMark}}); !made) return made;
  auto all = db.prepare("SELECT id, word FROM words");
  if (!all) return std::unexpected(all.error());
  for (;;) {
    const auto row = all->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    if (all->integer(0) == 0) {
      overflowed_ = true;
      continue;
    }
    numbers_.emplace(all->text(1), all->integer(0));
    next_ = std::max(next_, all->integer(0) + 1);
  }
}

Result<std::optional<std::int64_t>> WordWriter::number(const std::string& word, bool foreign) {
  if (const auto known = numbers_.find(word); known != numbers_.end()) return known->second;
  if (word.size() > kLongestWord || numbers_.size() >= (foreign ? kMostForeignWords : kMostWords)) {
    if (!overflowed_) {
      if (auto done = overflow_.run(); !done) return std::unexpected(done.error());
      overflowed_ = overflow_is_fresh_ = true;
    }
    return std::nullopt;
  }
  insert_.bind(1, next_);
  insert_.bind(2, std::string_view(word));
  if (auto done = insert_.run(); !done) return std::unexpected(done.error());
  numbers_.emplace(word, next_);
  fresh_.push_back(word);
  return next_++;
}

void WordWriter::rolledBack() {
  for (const std::string& word : fresh_) numbers_.erase(word);
  next_ -= static_cast<std::int64_t>(fresh_.size());
  fresh_.clear();
  if (overflow_is_fresh_) overflowed_ = overflow_is_fresh_ = false;
}

Result<void> WordReader::open(Database& db) {
  words_.clear();
  overflowed_ = false;
  return db.prepare({{&by_id_, "SELECT word FROM words WHERE id = ?"},
                     {&by_word_, "SELECT id FROM words WHERE word = ?"},
                     {&containing_, "SELECT id FROM words WHERE instr(lower(word), ?) > 0"}});
}

Result<bool> WordReader::overflowed() {
  if (overflowed_) return true;
  by_id_.bind(1, std::int64_t{0});
  auto marked = by_id_.step();
  by_id_.reset();
  if (marked) overflowed_ = *marked;
  return marked;
}

Result<std::vector<std::int64_t>> WordReader::containing(const std::string& lower_part) {
  std::vector<std::int64_t> ids;
  containing_.bind(1, std::string_view(lower_part));
  for (;;) {
    const auto more = containing_.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    if (containing_.integer(0) != 0) ids.push_back(containing_.integer(0));
  }
  containing_.reset();
  return ids;
}

Result<std::string> WordReader::read(const Statement& row, int column) {
  if (row.type(column) != SQLITE_INTEGER) return std::string(row.text(column));
  const std::int64_t id = row.integer(column);
  if (const auto known = words_.find(id); known != words_.end()) return known->second;
  by_id_.bind(1, id);
  const auto found = by_id_.step();
  if (!found) return std::unexpected(found.error());
  std::string word(*found ? by_id_.text(0) : "");
  by_id_.reset();
  return words_.emplace(id, std::move(word)).first->second;
}

Result<std::variant<std::int64_t, std::string>> WordReader::key(const std::string& word) {
  by_word_.bind(1, std::string_view(word));
  const auto found = by_word_.step();
  if (!found) return std::unexpected(found.error());
  std::variant<std::int64_t, std::string> key = word;
  if (*found) key = by_word_.integer(0);
  by_word_.reset();
  return key;
}

}  // namespace signalbox::journal
