// SPDX-License-Identifier: Apache-2.0
// Budgets go on after a restart with what the store says was spent today.
#pragma once
#include "admit/key_limits.h"
#include "journal/journal.h"

namespace signalbox::engine {

// Where the store cannot tell, keys with a budget are refused for the rest of the UTC day, and the log says why.
void recallSpend(journal::Journal& journal, admit::KeyBook& book, WallMicros now);

}  // namespace signalbox::engine
