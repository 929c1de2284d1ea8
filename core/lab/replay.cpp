// SPDX-License-Identifier: Apache-2.0
#include "lab/replay.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace signalbox::lab {
namespace {
constexpr auto kLate = std::chrono::milliseconds(10);
}

struct Replay::Loop {
  explicit Loop(const ReplayOptions& options) : http(context.get_executor(), options.target), client(http, options.call) {}
  asio::io_context context{1};
  server::HttpClient http;
  ReplayClient client;
};

Replay::Replay(ReplayOptions options) : options_(std::move(options)) {
  if (options_.rows.empty()) {
    for (std::size_t i = 0; i < options_.outcomes->rows().size(); ++i) options_.rows.push_back(i);
  }
  if (options_.count == 0) options_.count = options_.rows.size();
  // A URL without a path means the usual one, as it does for the router's own upstreams.
  if (options_.target.prefix.empty()) options_.target.prefix = "/v1";
  loop_ = std::make_unique<Loop>(options_);
}

Replay::~Replay() = default;

std::optional<Duration> Replay::due(std::size_t request) const {
  if (!options_.arrivals.empty()) return options_.arrivals[request % options_.arrivals.size()];
  if (options_.rate) return Duration(static_cast<std::int64_t>(static_cast<double>(request) / *options_.rate * 1e9));
  return std::nullopt;
}

// False when there is nothing more to send.
Task<bool> Replay::waitFor(std::size_t request) {
  const auto when = due(request);
  if (!when) co_return !stopping_.load();
  const SteadyTime at = begun_ + *when;
  if (steadyNow() > at + kLate) ++run_.late;
  // Short naps, because stop() must be noticed without a timer for each of many workers.
  while (!stopping_.load() && steadyNow() < at) {
    asio::steady_timer timer(loop_->context);
    timer.expires_at(std::min(at, steadyNow() + std::chrono::milliseconds(100)));
    co_await timer.async_wait(asio::as_tuple(kAwaitable));
  }
  co_return !stopping_.load();
}

Task<void> Replay::worker() {
  while (next_ < options_.count) {
    const std::size_t request = next_++;
    const bool go = co_await waitFor(request);
    if (!go) co_return;
    const std::size_t row_at = options_.rows[request % options_.rows.size()];
    const OutcomeRow& row = options_.outcomes->rows()[row_at];
    sent_.fetch_add(1, std::memory_order_relaxed);
    ReplayResult result = co_await loop_->client.ask(row.messages);
    if (stopping_.load() && result.http_status == 0) co_return;  // cut by us: says nothing about the target
    result.row = row_at;
    if (options_.label) {
      result.score = grade(options_.grading, row, result);
      if (result.score && !result.decision_id.empty()) {
        result.feedback_posted = co_await loop_->client.postFeedback(result.decision_id, *result.score);
      }
    }
    ended_.fetch_add(1, std::memory_order_relaxed);
    if (result.status == ReplayStatus::Failed || result.status == ReplayStatus::Truncated) failed_.fetch_add(1, std::memory_order_relaxed);
    run_.tally.add(result);
  }
}

Result<ReplayRun> Replay::run() {
  Result<std::string> models = fail(ErrorCode::Internal, "The target was not asked.");
  asio::co_spawn(loop_->context, loop_->client.models(), [&models](std::exception_ptr, Result<std::string> said) { models = std::move(said); });
  loop_->context.run();
  loop_->context.restart();
  if (!models && models.error().status == 0) return std::unexpected(std::move(models.error()));
  if (!models && (models.error().status == 401 || models.error().status == 403)) {
    const std::string status = std::to_string(models.error().status);
    return fail(ErrorCode::Unauthenticated, "the target refused the client key with " + status + ", so nothing was sent; name the environment "
                                            "variable that holds the right one with --key-env");
  }
  if (models) run_.models = std::move(*models);
  begun_ = steadyNow();
  std::exception_ptr broken;
  for (std::size_t i = 0; i < std::min(options_.concurrency, options_.count); ++i) {
    asio::co_spawn(loop_->context, worker(), [&broken](std::exception_ptr error) { if (error) broken = error; });
  }
  loop_->context.run();
  if (broken) std::rethrow_exception(broken);
  run_.seconds = std::chrono::duration<double>(steadyNow() - begun_).count();
  run_.partial = run_.tally.counts.ended < options_.count;
  return std::move(run_);
}

void Replay::stop() {
  stopping_.store(true);
  asio::post(loop_->context, [this] { loop_->http.cancel(); });
}

}  // namespace signalbox::lab
