// SPDX-License-Identifier: Apache-2.0
// Budgets go on after a restart with what the store says was spent on their day.
#pragma once
#include "admit/key_limits.h"
#include "journal/journal.h"

namespace signalbox::engine {

// What was spent before this start on the UTC day of `now` and on the next, once each: a clock that was wrong at the start finds the
// day that it is set to. REQUIRES: asked at least once a day, before the first request and after. Where the store cannot tell, keys with a
// budget are refused on that day, and the log says why. Reads the store; one thread at a time.
void recallSpend(journal::Journal& journal, admit::KeyBook& book, WallMicros now);

}  // namespace signalbox::engine
