// SPDX-License-Identifier: Apache-2.0
#include "upstream/place.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signalbox::upstream {
namespace {

using admit::Places;

class Waiting final : public Places::Waiter, public std::enable_shared_from_this<Waiting> {
 public:
  Waiting(std::string of, const void* where, const Executor& executor, SteadyTime until)
      : Waiter(std::move(of), where), timer(executor, until), executor_(executor) {}
  void told() override {
    asio::post(executor_, [self = shared_from_this()] { self->timer.cancel(); });
  }
  asio::steady_timer timer;  // the worker's thread only

 private:
  Executor executor_;
};

// Whoever is destroyed while waiting leaves the line, and the place that was given to it meanwhile.
struct InLine {
  Places& places;
  Waiting& waiting;
  bool done = false;
  ~InLine() {
    if (!done && places.giveUp(waiting) == Places::Waiter::State::Granted) places.leave(std::nullopt);
  }
};

}  // namespace

const void* homeOf(const Executor& executor) { return &asio::query(executor, asio::execution::context); }

std::optional<Place> placeNow(const std::shared_ptr<Places>& places) {
  if (!places->tryEnter()) return std::nullopt;
  return Place(places);
}

Error noPlace(const std::string& upstream, const Places& places) {
  const double wait = std::max(1.0, std::chrono::duration<double>(places.longestWait()).count());
  return {ErrorCode::Overloaded, "the upstream \"" + upstream + "\" has as many requests as it may have at once, and enough wait for it; "
                                 "send the request again in a moment", {}, {}, 0, wait};
}

Task<Result<Place>> awaitPlace(std::shared_ptr<Places> places, std::string upstream, std::string key) {
  using State = Places::Waiter::State;
  const Executor executor = co_await asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting>(std::move(key), homeOf(executor), executor, SteadyTime::max());
  const State entered = places->enter(waiting);
  if (entered == State::Shed) co_return std::unexpected(noPlace(upstream, *places));
  if (entered == State::Granted) co_return Place(places);
  InLine in_line{*places, *waiting};
  waiting->timer.expires_after(places->longestWait());
  (void)co_await waiting->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  in_line.done = true;
  const State state = places->giveUp(*waiting);
  const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
  const bool called_off = cancelled != asio::cancellation_type::none;
  if (state == State::Granted && !called_off) co_return Place(places);
  if (state == State::Granted) places->leave(std::nullopt);
  if (called_off) co_return fail(ErrorCode::ClientGone, "the client went away");
  co_return std::unexpected(noPlace(upstream, *places));
}

}  // namespace signalbox::upstream
