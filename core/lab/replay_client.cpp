// SPDX-License-Identifier: Apache-2.0
#include "lab/replay_client.h"

#include <charconv>

#include "base/json_doc.h"
#include "base/strings.h"
#include "dialect/openai_chat.h"
#include "http/sse.h"

namespace signalbox::lab {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

std::string chatBody(const std::vector<domain::Message>& messages, const CallOptions& options) {
  std::string body = "{\"model\":" + quoteJson(options.model) + ",\"messages\":[";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    body += i ? ",{\"role\":" : "{\"role\":";
    body += quoteJson(messages[i].role) + ",\"content\":" + quoteJson(messages[i].text) + "}";
  }
  body += "]";
  if (options.logprobs) body += ",\"logprobs\":true";
  if (options.stream) body += ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
  return body + "}";
}

void readHeaders(const http::Headers& headers, ReplayResult& result) {
  result.decision_id = headers.get("x-signalbox-decision-id");
  result.tier = headers.get("x-signalbox-tier");
  result.model = headers.get("x-signalbox-model");
  result.upstream = headers.get("x-signalbox-upstream");
  result.reason = headers.get("x-signalbox-reason");
  result.cache = headers.get("x-signalbox-cache");
  result.policy = number<std::int64_t>(headers.get("x-signalbox-policy"));
  result.escalations = number<int>(headers.get("x-signalbox-escalations"));
  result.confidence = number<double>(headers.get("x-signalbox-confidence"));
  result.cost_usd = number<double>(headers.get("x-signalbox-cost-usd"));
}

// ": signalbox cost-usd=0.000612 escalations=1" among the lines of a block.
void readComment(std::string_view block, ReplayResult& result) {
  for (const auto line : split(block, '\n')) {
    if (!line.starts_with(": signalbox ")) continue;
    for (const auto word : split(trim(line.substr(12)), ' ')) {
      const auto equals = word.find('=');
      if (equals == std::string_view::npos) continue;
      const auto name = word.substr(0, equals), value = word.substr(equals + 1);
      if (name == "cost-usd") result.cost_usd = number<double>(value);
      if (name == "escalations") result.escalations = number<int>(value);
    }
  }
}

void takeUsage(const std::optional<domain::Usage>& usage, ReplayResult& result) {
  if (!usage) return;
  result.input_tokens = usage->input;
  result.output_tokens = usage->output;
}

void readErrorBody(const http::Response& response, ReplayResult& result) {
  const auto doc = JsonDoc::parse(response.body);
  result.error = doc ? doc->root()["error"]["code"].stringOr("") : "";
  if (result.error.empty()) result.error = "http_" + std::to_string(response.status);
  if (response.status == 404 && result.error == "unknown_prompt") result.status = ReplayStatus::UnknownPrompt;
  if (response.status == 404 && result.error == "no_record") result.status = ReplayStatus::NoRecord;
}

void readWhole(const http::Response& response, ReplayResult& result) {
  auto answer = dialect::readChatAnswer(response.body);
  if (!answer) {
    result.error = "malformed_answer";
    return;
  }
  result.status = ReplayStatus::Answered;
  result.text = std::move(answer->text);
  if (result.model.empty()) result.model = answer->model;
  takeUsage(answer->usage, result);
}

// What a stream has said so far; fed while it comes, so that the first token's time is known.
struct StreamReading {
  http::SseReader reader;
  dialect::AnswerState state;
  std::string failure;
  std::optional<SteadyTime> first;

  void feed(std::string_view bytes, ReplayResult& result) {
    const auto fed = reader.feed(bytes, [&](const http::SseEvent& event, bool has_data) {
      readComment(event.raw, result);
      if (!has_data) return true;
      if (auto read = dialect::relayChatChunk(event.data, {}, state); !read) failure = read.error().message;
      if (!first && (!state.text.empty() || state.other_bytes > 0)) first = steadyNow();
      return failure.empty();
    });
    if (!fed && failure.empty()) failure = fed.error().message;
  }
};

void finishStream(StreamReading& reading, SteadyTime begun, ReplayResult& result) {
  result.text = std::move(reading.state.text);
  if (result.model.empty()) result.model = reading.state.model;
  takeUsage(reading.state.usage, result);
  if (reading.first) result.ttft_ms = std::chrono::duration<double, std::milli>(*reading.first - begun).count();
  const bool complete = reading.failure.empty() && reading.state.done && !reading.state.finish_reason.empty();
  result.status = complete ? ReplayStatus::Answered : ReplayStatus::Truncated;
  if (!complete) result.error = reading.failure.empty() ? "truncated" : "stream_error";
}

}  // namespace

ReplayClient::ReplayClient(server::HttpClient& http, CallOptions options) : http_(http), options_(std::move(options)) {}

http::Request ReplayClient::request(std::string method, std::string path, std::string body) const {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(path);
  if (!options_.key.empty()) request.headers.add("authorization", "Bearer " + options_.key.reveal());
  if (!body.empty()) request.headers.add("content-type", "application/json");
  request.body = std::move(body);
  return request;
}

Task<ReplayResult> ReplayClient::ask(const std::vector<domain::Message>& messages) {
  http::Request call = request("POST", "/chat/completions", chatBody(messages, options_));
  for (const auto& [name, value] : options_.headers) call.headers.add(name, value);
  ReplayResult result;
  StreamReading reading;
  server::HttpClient::OnBytes on_bytes;
  if (options_.stream) on_bytes = [&](std::string_view bytes) { reading.feed(bytes, result); };
  const SteadyTime begun = steadyNow();
  auto response = co_await http_.send(std::move(call), std::move(on_bytes));
  result.latency_ms = std::chrono::duration<double, std::milli>(steadyNow() - begun).count();
  if (!response) {
    result.status = response.error().code == ErrorCode::UpstreamTruncated ? ReplayStatus::Truncated : ReplayStatus::Failed;
    result.error = response.error().message;
    co_return result;
  }
  const auto from_comment = std::pair(result.cost_usd, result.escalations);
  result.http_status = response->status;
  readHeaders(response->headers, result);
  if (from_comment.first) result.cost_usd = from_comment.first;
  if (from_comment.second) result.escalations = from_comment.second;
  if (response->status != 200) {
    readErrorBody(*response, result);
  } else if (response->headers.get("content-type").starts_with("text/event-stream")) {
    finishStream(reading, begun, result);
  } else {
    readWhole(*response, result);
  }
  co_return result;
}

Task<bool> ReplayClient::postFeedback(const std::string& decision_id, double score) {
  http::Request call = request("POST", "/feedback", "{\"decision_id\":" + quoteJson(decision_id) + ",\"score\":" + shortest(score) + ",\"source\":\"file\"}");
  const auto response = co_await http_.send(std::move(call));
  co_return response && response->status < 300;
}

Task<Result<std::string>> ReplayClient::models() {
  http::Request call = request("GET", "/models", "");
  auto response = co_await http_.send(std::move(call));
  if (!response) co_return std::unexpected(std::move(response.error()));
  if (response->status != 200) {
    Error error{ErrorCode::UpstreamRejected, "GET /v1/models was answered with " + std::to_string(response->status), {}, {}, response->status, 0};
    co_return std::unexpected(std::move(error));
  }
  co_return std::move(response->body);
}

}  // namespace signalbox::lab
