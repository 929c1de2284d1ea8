// SPDX-License-Identifier: Apache-2.0
// An attempt, and beside it a second one when the first is late: whichever has something to commit to first wins, and the other is
// called off. On the worker's thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "upstream/exchange.h"

namespace signalbox::upstream {

struct RaceResult {
  struct Loser {
    std::unique_ptr<Exchange> exchange;
    Error error;  // Cancelled: the other was first
  };
  std::unique_ptr<Exchange> winner;  // null: nobody answered
  std::vector<Loser> losers;         // in the order of their start
};

// `begin` opens an exchange as far as the caller wants it. `second` is called once the first has taken `after`; null: there is none.
using BeginExchange = std::function<Task<Result<void>>(Exchange&)>;
[[nodiscard]] Task<RaceResult> race(Client& client, BeginExchange begin, std::unique_ptr<Exchange> first, Duration after,
                                    std::function<std::unique_ptr<Exchange>()> second);

}  // namespace signalbox::upstream
