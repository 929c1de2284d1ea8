// SPDX-License-Identifier: Apache-2.0
#include "upstream/exchange.h"

#include <charconv>

#include "base/json_doc.h"

namespace signalbox::upstream {
namespace {

double seconds(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && value > 0 ? std::min(value, 60.0) : 0;
}

// A provider's own words travel in `message`; its class in `param`, cut short so that a log line stays one.
std::string providerClass(std::string_view body) {
  const auto doc = JsonDoc::parse(body);
  if (!doc) return {};
  const auto error = doc->root()["error"];
  for (const std::string_view field : {"code", "type"}) {
    if (auto word = error[field].string()) return word->substr(0, 80);
  }
  return {};
}

}  // namespace

Exchange::Exchange(Client& client, const domain::Deployment& deployment, const domain::Request& request,
                   dialect::Additions additions, bool stream, ExchangeLimits limits)
    : client_(client),
      deployment_(deployment),
      additions_(additions),
      stream_(stream),
      limits_(limits),
      body_(dialect::writeChatRequest(request, deployment.model, additions, stream)),
      started_at_(steadyNow()),
      transfer_(client.chatPool(deployment.upstream), body_) {
  auto& health = client_.health(deployment_.upstream);
  health.requests.fetch_add(1, std::memory_order_relaxed);
  health.in_flight.fetch_add(1, std::memory_order_relaxed);
}

Exchange::~Exchange() { client_.health(deployment_.upstream).in_flight.fetch_sub(1, std::memory_order_relaxed); }

std::optional<double> Exchange::ttftMs() const {
  if (!first_token_at_) return std::nullopt;
  return std::chrono::duration<double, std::milli>(*first_token_at_ - started_at_).count();
}

void Exchange::settle(const Result<void>& result) {
  if (settled_) return;
  auto& health = client_.health(deployment_.upstream);
  if (result) {
    health.succeeded();
  } else {
    // The client's leaving, its bad request and a limit are no sign of a sick upstream.
    const ErrorCode code = result.error().code;
    if (code == ErrorCode::ClientGone || code == ErrorCode::UpstreamRejected || code == ErrorCode::UpstreamRateLimited) return;
    health.failed(result.error());
  }
  settled_ = true;
}

Error Exchange::errorAnswer(std::string body) const {
  const int status = transfer_.status();
  Error error{ErrorCode::UpstreamError, {}, {}, {}, status, 0};
  switch (status) {
    case 401:
    case 403: error.code = ErrorCode::UpstreamAuth; break;
    case 429: error.code = ErrorCode::UpstreamRateLimited; break;
    case 400:
    case 404:
    case 413:
    case 422: error.code = ErrorCode::UpstreamRejected; break;
    default: break;
  }
  error.retry_after_s = seconds(transfer_.headers().get("retry-after"));
  // An authentication error of the provider may quote the key that it was sent.
  const std::string detail = error.code == ErrorCode::UpstreamAuth ? std::string() : providerClass(body);
  error.message = "upstream " + deployment_.upstream + " answered " + std::to_string(status) + (detail.empty() ? "" : " (" + detail + ")");
  error.param = std::to_string(status);
  if (error.code == ErrorCode::UpstreamRejected) error.detail = std::move(body);
  return error;
}

Task<Result<void>> Exchange::open() {
  Result<void> result = stream_ ? co_await openStream() : co_await openWhole();
  if (!result || !stream_) settle(result);
  co_return result;
}

Task<Result<void>> Exchange::openWhole() {
  auto arrived = co_await transfer_.wait(Transfer::Until::Done, limits_.whole);
  if (!arrived) co_return arrived;
  std::string body = transfer_.takeBytes();
  if (transfer_.status() != 200) co_return std::unexpected(errorAnswer(std::move(body)));
  auto answer = dialect::readChatAnswer(body);
  if (!answer) co_return std::unexpected(answer.error());
  state_.text = std::move(answer->text);
  state_.finish_reason = std::move(answer->finish_reason);
  state_.model = std::move(answer->model);
  state_.has_tool_calls = answer->has_tool_calls;
  state_.evidence = std::move(answer->evidence);
  state_.usage = answer->usage;
  state_.saw_choice = state_.done = true;
  relay_ = dialect::writeChatAnswer(body, additions_);
  complete_ = true;
  co_return Result<void>{};
}

Task<Result<void>> Exchange::openStream() {
  while (!first_token_at_ && !complete_) {
    auto arrived = co_await transfer_.wait(Transfer::Until::Data, std::min(limits_.first_token, limits_.whole));
    if (!arrived) co_return arrived;
    if (transfer_.status() != 200) {
      arrived = co_await transfer_.wait(Transfer::Until::Done, limits_.whole);
      if (!arrived) co_return arrived;
      co_return std::unexpected(errorAnswer(transfer_.takeBytes()));
    }
    const std::string bytes = transfer_.takeBytes();
    auto fed = feed(bytes);
    if (!fed) co_return fed;
  }
  co_return Result<void>{};
}

Task<Result<void>> Exchange::next() {
  const std::size_t before = relay_.size();
  while (!complete_ && relay_.size() == before) {
    auto arrived = co_await transfer_.wait(Transfer::Until::Data, std::min(steadyNow() + limits_.idle, limits_.whole));
    Result<void> result = arrived;
    if (arrived) {
      const std::string bytes = transfer_.takeBytes();
      result = feed(bytes);
    }
    if (!result) {
      settle(result);
      co_return result;
    }
  }
  if (complete_) settle({});
  co_return Result<void>{};
}

Task<Result<void>> Exchange::readAll() {
  while (!complete_) {
    auto more = co_await next();
    if (!more) co_return more;
  }
  co_return Result<void>{};
}

Result<void> Exchange::feed(std::string_view bytes) {
  Result<void> problem;
  auto read = reader_.feed(bytes, [&](const http::SseEvent& event, bool has_data) {
    problem = block(event, has_data);
    return problem.has_value() && !complete_;
  });
  if (!problem) return problem;
  if (!read) return read;
  if (transfer_.done() && !complete_) {
    if (!state_.saw_choice) return fail(ErrorCode::UpstreamMalformed, "upstream " + deployment_.upstream + " ended its stream without an event");
    return fail(ErrorCode::UpstreamTruncated, "upstream " + deployment_.upstream + " ended its stream before [DONE]");
  }
  return {};
}

Result<void> Exchange::block(const http::SseEvent& event, bool has_data) {
  if (!has_data) {
    relay_.append(event.raw);
    return {};
  }
  if (event.data == "[DONE]") {
    // A terminal event without a finish reason is how some servers end a stream that they broke off.
    if (!state_.saw_choice || state_.finish_reason.empty()) {
      return fail(ErrorCode::UpstreamTruncated, "upstream " + deployment_.upstream + " ended its stream without a finish_reason");
    }
    state_.done = complete_ = true;
    terminal_.assign(event.raw);
    return {};
  }
  const std::size_t text_before = state_.text.size();
  if (auto read = dialect::readChatChunk(event.data, state_); !read) return read;
  if (!first_token_at_ && (state_.text.size() > text_before || state_.has_tool_calls || !state_.finish_reason.empty())) {
    first_token_at_ = steadyNow();
  }
  const bool untouched = !additions_.logprobs && !additions_.top_logprobs && !additions_.usage;
  if (untouched) {
    relay_.append(event.raw);
  } else if (auto data = dialect::writeChatChunk(event.data, additions_)) {
    relay_ += *data == event.data ? std::string(event.raw) : http::sseEvent(*data, event.type);
  }
  return {};
}

}  // namespace signalbox::upstream
