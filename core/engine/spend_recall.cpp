// SPDX-License-Identifier: Apache-2.0
#include "engine/spend_recall.h"

#include "base/log.h"

namespace signalbox::engine {
namespace {

Result<journal::DaySpend> read(journal::Journal& journal, std::int64_t day) {
  const auto reader = journal.reader();
  if (!reader) return std::unexpected(reader.error());
  return (*reader)->spend(day);
}

void recallDay(journal::Journal& journal, admit::KeyBook& book, std::int64_t day) {
  const auto spend = read(journal, day);
  if (!spend || !spend->complete) {
    constexpr WallMicros kDay = 86'400'000'000;
    log::warn("what keys have spent on {} (UTC) is not known ({}); those with usd_per_day are refused until that day has ended",
              formatIso(day * kDay).substr(0, 10),
              spend ? std::string("the store was replaced, or rows of that day have gone from it") : spend.error().message);
    return book.forget(day);
  }
  std::map<std::string, admit::Spend> by_key;
  for (const auto& one : spend->keys) by_key[one.key] = {one.usd, one.known, one.unknown};
  book.restore(day, by_key);
}

}  // namespace

void recallSpend(journal::Journal& journal, admit::KeyBook& book, WallMicros now) {
  const std::int64_t today = admit::utcDay(now);
  for (const std::int64_t day : {today, today + 1}) {
    if (!book.recalled(day)) recallDay(journal, book, day);
  }
}

}  // namespace signalbox::engine
