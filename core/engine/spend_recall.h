// SPDX-License-Identifier: Apache-2.0
// Budgets go on after a restart with what the store says was spent on their day.
#pragma once
#include "admit/key_limits.h"
#include "base/rarely.h"
#include "journal/journal.h"

namespace signalbox::engine {

class SpendRecall {
 public:
  // Both outlive it.
  SpendRecall(journal::Journal& journal, admit::KeyBook& book) : journal_(journal), book_(book) {}
  // Reads what was spent before this start on the UTC day of `now` and on the next, once each: a clock that was wrong at the start finds
  // the day that it is set to. To be asked before the first request and several times a second from then on. Keys with a budget are
  // refused on a day that could not be read, until it can, and on one that the store knows only a part of. One thread at a time.
  void look(WallMicros now);

 private:
  void recall(std::int64_t day);
  journal::Journal& journal_;
  admit::KeyBook& book_;
  Rarely unread_;
};

}  // namespace signalbox::engine
