// SPDX-License-Identifier: Apache-2.0
#include "engine/spend_recall.h"

#include "base/log.h"

namespace signalbox::engine {
namespace {

constexpr WallMicros kDay = 86'400'000'000;

Result<journal::DaySpend> read(journal::Journal& journal, std::int64_t day) {
  const auto reader = journal.reader();
  if (!reader) return std::unexpected(reader.error());
  return (*reader)->spend(day);
}

}  // namespace

void SpendRecall::look(WallMicros now) {
  const std::int64_t today = admit::utcDay(now);
  for (const std::int64_t day : {today, today + 1}) {
    if (!book_.recalled(day)) recall(day);
  }
}

void SpendRecall::recall(std::int64_t day) {
  const auto spend = read(journal_, day);
  const std::string date = formatIso(day * kDay).substr(0, 10);
  if (!spend) {
    if (unread_.mayTell(steadyNow())) {
      log::warn("what keys have spent on {} (UTC) cannot be read: {}; those with usd_per_day are refused on that day until it can", date, spend.error().message);
    }
    return;
  }
  if (!spend->complete) {
    log::warn("what keys have spent on {} (UTC) is not known: the store was replaced, or rows of that day have gone from it; those with "
              "usd_per_day are refused until that day has ended", date);
    return book_.forget(day);
  }
  std::map<std::string, admit::Spend> by_key;
  for (const auto& one : spend->keys) by_key[one.key] = {one.usd, one.known, one.unknown};
  book_.restore(day, by_key);
}

}  // namespace signalbox::engine
