// SPDX-License-Identifier: Apache-2.0
#include "upstream/place.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace signalbox::upstream {
namespace {

using admit::Places;

// Rung when one of those who wait for it has been told something. Lives on the worker's thread.
using Bell = asio::steady_timer;

class Waiting final : public Places::Waiter, public std::enable_shared_from_this<Waiting> {
 public:
  Waiting(std::string of, const Executor& executor, std::shared_ptr<Bell> bell)
      : Waiter(std::move(of), homeOf(executor)), executor_(executor), bell_(std::move(bell)) {}
  void told() override {
    asio::post(executor_, [self = shared_from_this()] { self->bell_->cancel(); });
  }

 private:
  Executor executor_;
  std::shared_ptr<Bell> bell_;
};

// In one line. Whoever is destroyed while waiting leaves it, and the place that was given to it meanwhile.
class InLine {
 public:
  InLine(std::shared_ptr<Places> places, std::shared_ptr<Waiting> waiting, SteadyTime since)
      : places_(std::move(places)), waiting_(std::move(waiting)), until_(since + places_->longestWait()) {
    if (until_ <= steadyNow()) return;
    const auto entered = places_->enter(waiting_);
    inside_ = entered == Places::Waiter::State::Waiting;
    granted_ = entered == Places::Waiter::State::Granted;
  }
  InLine(InLine&& other) noexcept
      : places_(std::move(other.places_)), waiting_(std::move(other.waiting_)), until_(other.until_),
        inside_(std::exchange(other.inside_, false)), granted_(std::exchange(other.granted_, false)) {}
  InLine& operator=(InLine&&) = delete;
  ~InLine() {
    giveUp();
    if (granted_) places_->leave(std::nullopt);
  }

  // Until when there is anything to wait for here; nullopt: there is nothing any more.
  [[nodiscard]] std::optional<SteadyTime> until(SteadyTime now) {
    using State = Places::Waiter::State;
    if (inside_ && now >= until_) giveUp();
    if (!inside_) return std::nullopt;
    const State state = places_->stateOf(*waiting_);
    if (state == State::Waiting) return until_;
    inside_ = false;
    granted_ = state == State::Granted;
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Place> take() {
    if (!std::exchange(granted_, false)) return std::nullopt;
    return Place(places_);
  }

 private:
  void giveUp() {
    if (std::exchange(inside_, false)) granted_ = places_->giveUp(*waiting_) == Places::Waiter::State::Granted;
  }
  std::shared_ptr<Places> places_;
  std::shared_ptr<Waiting> waiting_;
  SteadyTime until_;
  bool inside_ = false, granted_ = false;
};

}  // namespace

const void* homeOf(const Executor& executor) { return &asio::query(executor, asio::execution::context); }

std::optional<Place> placeNow(const std::shared_ptr<Places>& places) {
  if (!places->tryEnter()) return std::nullopt;
  return Place(places);
}

Error noPlace(const std::vector<Line>& lines) {
  double wait = 1;
  std::string who = lines.size() == 1 ? "the upstream" : "each of the upstreams";
  for (const Line& line : lines) {
    who += (&line == &lines.front() ? " \"" : ", \"") + line.upstream + "\"";
    wait = std::max(wait, std::chrono::duration<double>(line.places->longestWait()).count());
  }
  return {ErrorCode::Overloaded, who + " has as many requests as it may have at once, and enough wait for it; send the request again in a moment", {}, {}, 0, wait};
}

Task<Result<PlaceAt>> awaitPlace(std::vector<Line> lines, std::string key, SteadyTime since) {
  const Executor executor = co_await asio::this_coro::executor;
  const auto bell = std::make_shared<Bell>(executor);
  std::vector<InLine> waits;
  waits.reserve(lines.size());
  for (const Line& line : lines) waits.emplace_back(line.places, std::make_shared<Waiting>(key, executor, bell), since);
  while (true) {
    std::optional<SteadyTime> until;
    for (std::size_t i = 0; i < waits.size(); ++i) {
      const auto here = waits[i].until(steadyNow());
      if (here && (!until || *here < *until)) until = here;
      if (auto place = waits[i].take()) co_return PlaceAt{i, std::move(*place)};
    }
    if (!until) co_return std::unexpected(noPlace(lines));
    bell->expires_at(*until);
    (void)co_await bell->async_wait(asio::as_tuple(kAwaitable));
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) co_return fail(ErrorCode::ClientGone, "the client went away");
  }
}

}  // namespace signalbox::upstream
