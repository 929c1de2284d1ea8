// SPDX-License-Identifier: Apache-2.0
// The story of a request. Each step is told in a file beside this one: route_admit, route_attempts, route_relay.
#include "engine/route.h"

namespace signalbox::engine {

Task<void> Route::run() {
  // Whoever is not allowed in learns nothing and costs nothing further. The policy is taken here once and held to the end, so
  // that no decision mixes two revisions; the dialect is read here, so that every later step speaks of one kind of request.
  Result<void> way = admit();

  // Which workload is this, or which tier or model was asked for by name?
  if (way) way = match();

  // Where to start: overrides, then features and the policy's strategy. Pure, and so can be replayed for every what-if.
  if (way) decide();

  // Ask a tier, judge its answer, go up while gate or validators refuse it; failures go to the next deployment, then up.
  if (way) way = co_await climb();

  // Only now does the client see a byte: whole, or the held stream, or the rest of a stream as it comes.
  if (way) way = co_await relay();

  // Whatever went wrong becomes one honest error, in the client's own dialect.
  if (!way) co_await refuse(told(way.error()));

  // Written down last, when everything is known; never waits.
  record();
}

}  // namespace signalbox::engine
