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

}  // namespace

void recallSpend(journal::Journal& journal, admit::KeyBook& book, WallMicros now) {
  const std::int64_t today = admit::utcDay(now);
  const auto spend = read(journal, today);
  if (!spend || !spend->complete) {
    log::warn("what keys have spent today is not known ({}); those with usd_per_day are refused until the next day (UTC) begins",
              spend ? std::string("the store was replaced, or rows of today have gone from it") : spend.error().message);
    book.forget(today);
    return;
  }
  std::map<std::string, admit::Spend> by_key;
  for (const auto& one : spend->keys) by_key[one.key] = {one.usd, one.known, one.unknown};
  book.restore(today, by_key);
}

}  // namespace signalbox::engine
