// SPDX-License-Identifier: Apache-2.0
// A made-up past for the demo's store, so that its charts have something to show at once. Each kind of decision is taken by the
// same policy and gate code that routes live requests; only times and failures are drawn.
#pragma once
#include <functional>

#include "journal/journal.h"
#include "lab/demo_config.h"
#include "policy/policy.h"

namespace signalbox::lab {

struct HistoryOptions {
  WallMicros until = 0;
  Duration length{};
  double rate = 1;      // requests a second, on the day's average
  double graded = 0.3;  // share
  std::uint64_t seed = 1;
  // Asked every thousand rows, with those so far and about how many there will be; false ends it with Cancelled.
  std::function<bool(std::int64_t done, std::int64_t of)> go_on = {};
};

// What the router would decide on this row of the traffic: everything but id and times. Attempts carry tokens, cost and
// confidence; `score` is what the record of the serving model says.
[[nodiscard]] domain::Decision pastDecision(const SampleTraffic& traffic, const policy::CompiledPolicy& policy, const config::Config& config,
                                            const SampleWorkload& workload, std::size_t row, bool stream);

// Writes them and their grades; the number of decisions.
[[nodiscard]] Result<std::int64_t> writeHistory(journal::Journal& journal, const SampleTraffic& traffic, const config::Config& config,
                                                const HistoryOptions& options);

}  // namespace signalbox::lab
