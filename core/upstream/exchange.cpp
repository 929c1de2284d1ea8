// SPDX-License-Identifier: Apache-2.0
#include "upstream/exchange.h"

#include <algorithm>
#include <tuple>

#include "dialect/hide_secret.h"
#include "upstream/retry_after.h"

namespace signalbox::upstream {
namespace {

// What is wrong with an answer, as read a second time without the key. Where only the key was wrong, what was said of it cites it.
template <class T>
Error failureOf(const Result<T>& as_it_came, const Result<T>& without_key) {
  if (!without_key) return without_key.error();
  return {as_it_came.error().code, "the upstream's answer cannot be read where it repeats the key it was sent", {}, {}, 0, 0};
}

}  // namespace

Exchange::Exchange(Client& client, const domain::Deployment& deployment, Plan plan, ExchangeLimits limits, domain::AttemptRole role)
    : client_(client),
      deployment_(deployment),
      plan_(std::move(plan)),
      limits_(limits),
      role_(role),
      started_at_(steadyNow()),
      transfer_(client.pool(deployment.upstream), plan_.sent.path, plan_.sent.headers, plan_.sent.body) {
  auto& health = client_.health(deployment_.upstream);
  if (role_ != domain::AttemptRole::Probe) health.requests.fetch_add(1, std::memory_order_relaxed);
  health.in_flight.fetch_add(1, std::memory_order_relaxed);
}

Exchange::~Exchange() { client_.health(deployment_.upstream).in_flight.fetch_sub(1, std::memory_order_relaxed); }

std::optional<double> Exchange::ttftMs() const {
  if (!first_token_at_) return std::nullopt;
  return std::chrono::duration<double, std::milli>(*first_token_at_ - started_at_).count();
}

void Exchange::settle(const Result<void>& result) {
  permit_.ended(result, steadyNow());
  place_.leave();
  if (settled_) return;
  if (!result) {
    // The client's leaving, its bad request and a limit are no sign of a sick upstream.
    const ErrorCode code = result.error().code;
    if (code == ErrorCode::ClientGone || code == ErrorCode::UpstreamRejected || code == ErrorCode::UpstreamRateLimited) return;
    client_.health(deployment_.upstream).failed(result.error(), role_ == domain::AttemptRole::Probe);
  }
  settled_ = true;
}

Error Exchange::errorAnswer(std::string_view body) const {
  const double retry_after = retryAfterSeconds(transfer_.headers().get("retry-after"), wallNow());
  return plan_.translation->error(transfer_.status(), withoutKey(body), retry_after);
}

// Failures are told from this alone: to the client, to the log, in the state of the upstream.
std::string Exchange::withoutKey(std::string_view said) const {
  return dialect::hideSecret(said, client_.config().upstream(deployment_.upstream)->key);
}

Task<Result<void>> Exchange::open() {
  const auto until = plan_.stream ? Transfer::Until::Data : Transfer::Until::Answer;
  const SteadyTime limit = plan_.stream ? std::min(limits_.first_token, limits_.whole) : limits_.whole;
  Result<void> result;
  while (result && !first_token_at_ && !complete_) {
    result = co_await transfer_.wait(until, limit);
    const bool left = !result && result.error().code == ErrorCode::ClientGone;
    if (transfer_.refused() && !left) result = co_await readRefusal(limit);
    else if (result) result = readOpening();
  }
  const SteadyTime now = steadyNow();
  idle_until_ = now + limits_.idle;
  if (result) permit_.answered(now);
  if (!result || complete_) settle(result);
  co_return result;
}

// A refusal is known by its status; what more is said of it is worth a moment, and not all of the time that an answer has.
Task<Result<void>> Exchange::readRefusal(SteadyTime limit) {
  constexpr Duration kMoment = std::chrono::seconds(2);
  auto whole = co_await transfer_.wait(Transfer::Until::Done, std::min(limit, steadyNow() + kMoment));
  if (!whole && whole.error().code == ErrorCode::ClientGone) co_return whole;
  co_return std::unexpected(errorAnswer(transfer_.takeBytes()));
}

Result<void> Exchange::readOpening() {
  const std::string bytes = transfer_.takeBytes();
  if (plan_.stream) return feed(bytes);
  auto answer = plan_.translation->whole(bytes, state_);
  if (!answer) return std::unexpected(failureOf(answer, plan_.translation->whole(withoutKey(bytes), state_)));
  relay_ = std::move(*answer);
  complete_ = true;
  return {};
}

Task<Result<void>> Exchange::next() {
  const std::size_t before = relay_.size();
  Result<void> more;
  while (more && !complete_ && relay_.size() == before) {
    more = co_await transfer_.wait(Transfer::Until::Data, std::min(idle_until_, limits_.whole));
    more = readMore(std::move(more));
  }
  co_return more;
}

Task<Result<void>> Exchange::readOn(Enough enough, Duration wait) {
  Result<void> more;
  while (more && !complete_ && !enough(state_)) {
    // From its first words on; what it thinks before has as long.
    const auto since = first_words_at_ ? first_words_at_ : first_token_at_;
    const SteadyTime until = since && wait < SteadyTime::max() - *since ? *since + wait : SteadyTime::max();
    if (steadyNow() >= until) break;
    const SteadyTime limit = std::min(idle_until_, limits_.whole);
    more = co_await transfer_.wait(Transfer::Until::Data, std::min(limit, until));
    if (!more && more.error().code == ErrorCode::UpstreamTimeout && until < limit) co_return Result<void>{};  // it has said enough
    more = readMore(std::move(more));
  }
  co_return more;
}

// What came of waiting for a stream's next bytes.
Result<void> Exchange::readMore(Result<void> waited) {
  if (waited) {
    const std::string bytes = transfer_.takeBytes();
    waited = feed(bytes);
  } else if (transfer_.done()) {
    waited = feed({});  // it broke off, but what came last may have been the terminal event's own line
  }
  if (!waited || complete_) settle(waited);
  return waited;
}

Result<void> Exchange::feed(std::string_view bytes) {
  if (auto read = readEvents(bytes); !read) return read;
  if (!transfer_.done() || complete_) return {};
  // Nothing more will come. Some servers close right behind the line of their terminal event; of all else that is unfinished
  // nothing is known.
  Result<void> problem;
  std::ignore = reader_.feed("\n\n", [&](const http::SseEvent& event, bool has_data) {
    if (has_data && plan_.translation->ends(event)) problem = block(event, has_data);
    return false;
  });
  if (!problem) return problem;
  if (complete_) return {};
  if (transfer_.failure()) return std::unexpected(*transfer_.failure());
  return endStream(nullptr);
}

Result<void> Exchange::readEvents(std::string_view bytes) {
  fed_at_ = steadyNow();
  relay_.reserve(relay_.size() + bytes.size());
  Result<void> problem;
  auto read = reader_.feed(bytes, [&](const http::SseEvent& event, bool has_data) {
    problem = block(event, has_data);
    return problem.has_value() && !complete_;
  });
  return problem ? read : problem;
}

Result<void> Exchange::block(const http::SseEvent& event, bool has_data) {
  if (!has_data) {
    relay_.append(event.raw);
    return {};
  }
  const std::size_t text_before = state_.text.size();
  const std::int64_t other_before = state_.other_bytes, steps_before = state_.steps;
  const auto relayed = plan_.translation->event(event, state_);
  if (!relayed) return std::unexpected(failureOf(relayed, readAgain(event)));
  if (state_.steps > steps_before) idle_until_ = fed_at_ + limits_.idle;
  if (state_.done) return endStream(&event);
  const bool said = state_.text.size() > text_before || state_.other_bytes > other_before || state_.has_tool_calls;
  if (!first_token_at_ && (said || !state_.finish_reason.empty())) first_token_at_ = fed_at_;
  if (!first_words_at_ && (!state_.text.empty() || state_.has_tool_calls)) first_words_at_ = fed_at_;
  using Kind = dialect::Translation::Relayed::Kind;
  if (relayed->kind == Kind::AsItCame) relay_.append(event.raw);
  if (relayed->kind == Kind::Events) relay_.append(relayed->text);
  if (relayed->kind != Kind::Data) return {};
  // Only the data is another; id, comments and line ends stay as they came.
  if (const auto at = event.raw.find(event.data); at != std::string_view::npos) {
    relay_.append(event.raw.substr(0, at)).append(relayed->text).append(event.raw.substr(at + event.data.size()));
  } else {
    relay_.append(http::sseEvent(relayed->text, event.type));  // it came in several lines
  }
  return {};
}

Result<void> Exchange::endStream(const http::SseEvent* event) {
  if (auto ended = plan_.translation->checkEnd(state_); !ended) return ended;
  complete_ = true;
  if (event != nullptr) transfer_.letEnd();
  terminal_ = plan_.translation->terminal(event);
  return {};
}

Result<dialect::Translation::Relayed> Exchange::readAgain(http::SseEvent event) {
  event.data = withoutKey(event.data);
  return plan_.translation->event(event, state_);
}

}  // namespace signalbox::upstream
