// SPDX-License-Identifier: Apache-2.0
// Waiting, for what a simulated upstream does slowly.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/task.h"

namespace signalbox::lab {

// A cancelled task wakes early and throws at its next co_await.
inline Task<void> pauseFor(Duration duration) {
  if (duration <= Duration{}) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(duration);
  co_await timer.async_wait(asio::as_tuple(kAwaitable));
}

}  // namespace signalbox::lab
