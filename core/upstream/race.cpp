// SPDX-License-Identifier: Apache-2.0
#include "upstream/race.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace signalbox::upstream {
namespace {

// Shared with the coroutine that runs it, which may outlive the race when the worker ends.
struct Side {
  std::shared_ptr<Client> client;  // where it is shared: exchanges need it to their end
  std::unique_ptr<Exchange> exchange;
  Result<void> result;
  bool done = false;
  asio::cancellation_signal stop;
  [[nodiscard]] bool answered() const { return done && result; }
};

Task<void> run(std::shared_ptr<Side> side, BeginExchange begin) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  side->result = co_await begin(*side->exchange);
}

class Race {
 public:
  Race(Client& client, BeginExchange begin) : client_(client), begin_(std::move(begin)), bell_(std::make_shared<asio::steady_timer>(client.executor())) {}

  void start(std::unique_ptr<Exchange> exchange) {
    auto side = std::make_shared<Side>();
    side->client = client_.weak_from_this().lock();
    side->exchange = std::move(exchange);
    sides.push_back(side);
    const auto ended = [side, bell = bell_](std::exception_ptr problem) {
      if (problem) side->result = fail(ErrorCode::Internal, "an attempt broke off unexpectedly");
      side->done = true;
      bell->cancel();
    };
    asio::co_spawn(client_.executor(), run(side, begin_), asio::bind_cancellation_slot(side->stop.slot(), ended));
  }
  // Until one more has ended, `until`, or the caller is called off.
  Task<void> wait(SteadyTime until) {
    bell_->expires_at(until);
    co_await bell_->async_wait(asio::as_tuple(kAwaitable));
  }
  [[nodiscard]] bool allDone() const {
    return std::all_of(sides.begin(), sides.end(), [](const auto& side) { return side->done; });
  }
  [[nodiscard]] bool answered() const {
    return std::any_of(sides.begin(), sides.end(), [](const auto& side) { return side->answered(); });
  }
  void stopAll() {
    for (const auto& side : sides) {
      if (!side->done) side->stop.emit(asio::cancellation_type::terminal);
    }
  }

  std::vector<std::shared_ptr<Side>> sides;

 private:
  Client& client_;
  BeginExchange begin_;
  std::shared_ptr<asio::steady_timer> bell_;
};

Task<bool> calledOff() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace

Task<RaceResult> race(Client& client, BeginExchange begin, std::unique_ptr<Exchange> first, Duration after,
                      std::function<std::unique_ptr<Exchange>()> second) {
  Race sides(client, std::move(begin));
  sides.start(std::move(first));
  co_await sides.wait(steadyNow() + after);
  bool off = co_await calledOff();
  if (!off && !sides.allDone()) {
    if (auto beside = second()) sides.start(std::move(beside));
  }
  while (!off && !sides.answered() && !sides.allDone()) {
    co_await sides.wait(SteadyTime::max());
    off = co_await calledOff();
  }
  RaceResult result;
  const auto winner = std::find_if(sides.sides.begin(), sides.sides.end(), [](const auto& side) { return side->answered(); });
  if (!off && winner != sides.sides.end()) result.winner = std::move((*winner)->exchange);
  std::vector<bool> was_done;
  for (const auto& side : sides.sides) was_done.push_back(side->done);
  sides.stopAll();
  while (!sides.allDone()) co_await sides.wait(SteadyTime::max());
  for (std::size_t i = 0; i < sides.sides.size(); ++i) {
    auto& side = *sides.sides[i];
    if (!side.exchange) continue;
    Error error{ErrorCode::Cancelled, "another attempt answered first", {}, {}, 0, 0};
    if (off) error = Error{ErrorCode::ClientGone, "the client went away", {}, {}, 0, 0};
    if (was_done[i] && !side.result) error = side.result.error();
    result.losers.push_back({std::move(side.exchange), std::move(error)});
  }
  co_return result;
}

}  // namespace signalbox::upstream
