// SPDX-License-Identifier: Apache-2.0
#include "lab/simulated_upstream.h"

#include "base/json_doc.h"
#include "base/strings.h"
#include "dialect/client_dialect.h"
#include "dialect/messages.h"
#include "http/sse.h"
#include "lab/broken_answer.h"
#include "lab/completions_writer.h"
#include "lab/made_up_embeddings.h"
#include "lab/messages_writer.h"
#include "lab/pause.h"

namespace signalbox::lab {
namespace {

constexpr std::string_view kInvalid = "invalid_request_error";
constexpr std::string_view kCompletionsPath = "/v1/completions";

// Until the client goes away, which cancels the task.
Task<void> stall() {
  co_await pauseFor(std::chrono::hours(24));
}

http::Response json(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "application/json");
  response.body = std::move(body);
  return response;
}

// The tool that the request leaves no choice about: forced by name, or the first one where some call is required.
std::string forcedTool(const domain::Request& request) {
  if (!request.has_tools) return {};
  const auto doc = JsonDoc::parse(request.body);
  if (!doc) return {};
  const auto choice = doc->root()["tool_choice"];
  const auto first = doc->root()["tools"].first();
  if (request.dialect == domain::Dialect::AnthropicMessages) {
    const auto type = choice["type"].stringOr("");
    return type == "tool" ? choice["name"].stringOr("") : type == "any" ? first["name"].stringOr("") : std::string();
  }
  if (choice.isObject()) return choice["function"]["name"].stringOr("");
  return choice.stringOr("") == "required" ? first["function"]["name"].stringOr("") : std::string();
}

bool asksForThoughts(const domain::Request& request) {
  const auto doc = JsonDoc::parse(request.body);
  return doc && doc->root()["thinking"]["type"].stringOr("disabled") != "disabled";
}

}  // namespace

struct SimulatedUpstream::Call {
  domain::Request request;
  std::optional<std::size_t> row;
  ChatShape shape;
  std::uint64_t number = 0;
};

SimulatedUpstream::SimulatedUpstream(std::shared_ptr<const Outcomes> outcomes, SimulationOptions options)
    : outcomes_(std::move(outcomes)), options_(std::move(options)), faults_(std::make_shared<const RunningFaults>(options_.fault, 0)) {}

void SimulatedUpstream::refused(int, std::string_view) {}

Task<void> SimulatedUpstream::handle(server::Worker&, http::Request request, server::Responder& responder) {
  if (request.method == "POST" && !anthropic() && request.path() == "/v1/embeddings") {
    const Fault fault = nextFault(requests_.fetch_add(1));
    co_await pauseFor(fault.delay);
    http::Response response = embed(std::move(request), fault);
    co_await responder.send(std::move(response));
    co_return;
  }
  if (request.method == "POST" && answersAt(request.path())) {
    co_await serveModel(std::move(request), responder);
    co_return;
  }
  const bool counts = anthropic() && request.method == "POST" && request.path() == dialect::kCountTokensPath;
  http::Response response = counts ? countTokens(std::move(request)) : plain(request);
  co_await responder.send(std::move(response));
}

bool SimulatedUpstream::answersAt(std::string_view path) const {
  if (anthropic()) return path == dialect::kMessagesPath;
  return path == "/v1/chat/completions" || path == kCompletionsPath;
}

domain::Dialect SimulatedUpstream::spoken(bool legacy) const {
  if (anthropic()) return domain::Dialect::AnthropicMessages;
  return legacy ? domain::Dialect::OpenAiCompletions : domain::Dialect::OpenAiChat;
}

std::string SimulatedUpstream::errorBody(int status, std::string_view message, std::string_view type, std::string_view code) const {
  return anthropic() ? messagesError(message, status) : chatError(message, type, code);
}

http::Response SimulatedUpstream::errorAnswer(int status, std::string_view message, std::string_view code) const {
  return json(status, errorBody(status, message, kInvalid, code));
}

http::Response SimulatedUpstream::faultResponse(const Fault& fault) const {
  const bool limited = *fault.status == 429;
  auto response = json(*fault.status, errorBody(*fault.status, "A simulated failure.", limited ? "rate_limit_error" : "server_error",
                                                limited ? "rate_limit_exceeded" : "simulated_failure"));
  if (fault.retry_after_s) response.headers.add("retry-after", shortest(*fault.retry_after_s));
  return response;
}

std::string SimulatedUpstream::whole(const SimulatedAnswer& answer, const ChatShape& shape) const {
  if (anthropic()) return messagesAnswer(answer, shape);
  return shape.legacy ? completion(answer, shape) : chatCompletion(answer, shape);
}

ChatStream SimulatedUpstream::stream(const SimulatedAnswer& answer, const ChatShape& shape) const {
  if (anthropic()) return messagesStream(answer, shape);
  return shape.legacy ? completionStream(answer, shape) : chatStream(answer, shape);
}

// As the answers themselves count.
http::Response SimulatedUpstream::countTokens(http::Request request) const {
  const auto counted = dialect::readCountRequest(std::move(request.body), request.headers);
  if (!counted) return dialect::errorResponse(counted.error(), domain::Dialect::AnthropicMessages);
  return json(200, "{\"input_tokens\":" + std::to_string(inputTokens(counted->messages)) + "}");
}

http::Response SimulatedUpstream::plain(const http::Request& request) {
  const std::string_view path = request.path();
  if (request.method == "GET" && path == "/v1/models") {
    std::string list;
    for (const auto& model : options_.models) {
      if (!list.empty()) list += ',';
      list += "{\"id\":" + quoteJson(model) + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"simulated\"}";
    }
    return json(200, "{\"object\":\"list\",\"data\":[" + list + "]}");
  }
  if (request.method == "GET" && path == "/healthz") return json(200, R"({"status":"ok"})");
  if (request.method == "GET" && path == "/simulated/stats") {
    return json(200, "{\"requests\":" + std::to_string(requests_.load()) + ",\"cancelled\":" + std::to_string(cancelled_.load()) + "}");
  }
  if (request.method == "POST" && path == "/simulated/fault") {
    auto script = FaultScript::parse(request.body);
    if (!script) return json(400, chatError(script.error().message, kInvalid, "bad_fault_script"));
    if (script->badCertificate()) return json(400, chatError("bad-certificate belongs to the start of a listener.", kInvalid, "bad_fault_script"));
    faults_.set(std::make_shared<const RunningFaults>(std::move(*script), requests_.load()));
    return json(200, "{}");
  }
  return errorAnswer(404, "There is no such path here.", "unknown_url");
}

Result<SimulatedUpstream::Call> SimulatedUpstream::read(http::Request request) const {
  const bool legacy = request.path() == kCompletionsPath;
  auto chat = dialect::readRequest(spoken(legacy), std::move(request.body), request.headers);
  if (!chat) return std::unexpected(std::move(chat.error()));
  Call call{std::move(*chat), std::nullopt, {}, 0};
  // Who plays one model plays it under any name; the answer says which it was.
  if (options_.models.size() == 1) call.request.model = options_.models.front();
  if (std::ranges::find(options_.models, call.request.model) == options_.models.end()) {
    return fail(ErrorCode::ModelNotFound, "This upstream offers " + join(options_.models, ", ") + ".", "model_not_found");
  }
  call.row = outcomes_->find(call.request.messages);
  call.shape.created = wallNow() / 1'000'000;
  call.shape.model = call.request.model;
  call.shape.legacy = legacy;
  call.shape.logprobs = call.request.wants_logprobs;
  call.shape.top_logprobs = call.request.top_logprobs.value_or(0);
  call.shape.usage = anthropic() || !call.request.stream || call.request.wants_stream_usage;
  call.shape.thinks = anthropic() && asksForThoughts(call.request);
  call.shape.tool = forcedTool(call.request);
  call.shape.max_tokens = call.request.max_tokens;
  return call;
}

Fault SimulatedUpstream::nextFault(std::uint64_t number) const {
  const auto running = faults_.get();
  return running->script.at(number < running->since ? 0 : number - running->since);
}

http::Response SimulatedUpstream::embed(http::Request request, const Fault& fault) {
  if (fault.status && *fault.status != 200) return faultResponse(fault);
  const auto read = dialect::readRequest(domain::Dialect::OpenAiEmbeddings, std::move(request.body), request.headers);
  if (!read) return dialect::errorResponse(read.error(), domain::Dialect::OpenAiEmbeddings);
  return json(200, madeUpEmbeddings(*read, options_.models.size() == 1 ? options_.models.front() : read->model));
}

Result<SimulatedAnswer> SimulatedUpstream::answer(const Call& call) const {
  const std::string& model = call.request.model;
  const OutcomeRow* row = call.row ? &outcomes_->rows()[*call.row] : nullptr;
  const Record* record = row ? row->record(model) : nullptr;
  if (record) {
    auto answer = recordedAnswer(*outcomes_, *row, *record, model, options_.seed);
    makeUneven(answer, options_.token_spread, mixSeed(mixSeed(options_.seed, row->id), model));
    return answer;
  }
  if (options_.generate) return madeUpAnswer(*outcomes_, row, call.request.messages, model, options_.seed);
  if (row) return fail(ErrorCode::NotFound, "The outcomes file has no record of this model for this prompt.", "no_record");
  return fail(ErrorCode::NotFound, "The outcomes file does not have this prompt.", "unknown_prompt");
}

Duration SimulatedUpstream::firstToken(const Call& call) const {
  Random random(mixSeed(options_.seed + call.number, call.request.model));
  return options_.latency.firstToken(random);
}

Task<void> SimulatedUpstream::serveModel(http::Request request, server::Responder& responder) {
  const std::uint64_t number = requests_.fetch_add(1);
  const Fault fault = nextFault(number);
  co_await pauseFor(fault.delay);
  if (fault.status && *fault.status != 200) {
    http::Response response = faultResponse(fault);
    co_await responder.send(std::move(response));
    co_return;
  }
  auto call = read(std::move(request));
  if (!call) {
    http::Response response = call.error().code == ErrorCode::ModelNotFound ? errorAnswer(404, call.error().message, "model_not_found")
                                                                            : dialect::errorResponse(call.error(), spoken(false));
    co_await responder.send(std::move(response));
    co_return;
  }
  call->number = number;
  call->shape.id = (anthropic() ? "msg_sim" : "chatcmpl-sim") + std::to_string(number);
  if (fault.no_logprobs) call->shape.logprobs = false;
  if (fault.no_usage) call->shape.usage = false;
  call->shape.usage_lie = fault.usage_lie;
  auto made = answer(*call);
  if (!made) {
    http::Response response = errorAnswer(404, made.error().message, made.error().param);
    co_await responder.send(std::move(response));
    co_return;
  }
  if (fault.breaksFraming()) {
    co_await pauseFor(firstToken(*call));
    const AnswerPieces pieces = call->request.stream ? streamPieces(stream(*made, call->shape)) : wholePieces(whole(*made, call->shape));
    co_await sendBroken(fault, pieces, std::max(options_.latency.perToken(), fault.drip), responder);
  } else if (call->request.stream) {
    co_await sendStream(*call, *made, fault, responder);
  } else {
    co_await sendWhole(*call, *made, fault, responder);
  }
  if (responder.clientGone()) cancelled_.fetch_add(1);
}

Task<void> SimulatedUpstream::sendWhole(const Call& call, const SimulatedAnswer& made, const Fault& fault, server::Responder& responder) {
  co_await pauseFor(firstToken(call));
  const auto tokens = cutAnswer(made, call.shape).output_tokens;
  co_await pauseFor(std::max(options_.latency.perToken(), fault.drip) * std::max<std::int64_t>(tokens - 1, 0));  // the first has had its time
  if (fault.stall_after) co_await stall();
  std::string body = whole(made, call.shape);
  if (fault.junk_json || fault.reset_after) body.resize(body.size() / 2);
  if (fault.error_frame) body = errorBody(500, "A simulated failure.", "server_error", "simulated_failure");
  if (fault.reset_after) {
    http::Headers headers;
    headers.add("content-type", "application/json");
    co_await responder.start(200, headers);
    co_await responder.write(body);
    responder.abort();
    co_return;
  }
  http::Response response = json(200, std::move(body));
  co_await responder.send(std::move(response));
}

Task<void> SimulatedUpstream::sendStream(const Call& call, const SimulatedAnswer& made, const Fault& fault, server::Responder& responder) {
  const ChatStream stream = this->stream(made, call.shape);
  const Duration pause = std::max(options_.latency.perToken(), fault.drip);
  co_await pauseFor(firstToken(call));
  http::Headers headers;
  headers.add("content-type", "text/event-stream; charset=utf-8");
  headers.add("cache-control", "no-cache");
  auto sent = co_await responder.start(200, headers);
  if (!sent) co_return;
  if (fault.empty_stream) {
    co_await responder.finish();
    co_return;
  }
  const std::size_t broken = std::min<std::size_t>(3, stream.tokens.size());  // where junk stands: well into the answer
  std::string pending = stream.opening;
  for (std::size_t i = 0; i <= stream.tokens.size(); ++i) {
    const bool stalls = fault.stall_after == i;
    const bool resets = fault.reset_after == i;
    const bool ends = fault.end_after == i;
    if (fault.junk_sse && i == broken) pending += "data: {\"choices\": [{\"delta\n\n";
    if (fault.error_frame && i == broken) {
      pending += http::sseEvent(errorBody(500, "A simulated failure.", "server_error", "simulated_failure"), anthropic() ? "error" : std::string_view());
    }
    const bool done = i == stream.tokens.size();
    if (done && !stalls && !resets && !ends) break;
    // Without pauses everything goes out in one write, as a fast provider's network stack would do it.
    if (stalls || resets || ends || pause > Duration{}) {
      sent = co_await responder.write(pending);
      if (!sent) co_return;
      pending.clear();
    }
    if (stalls) co_await stall();
    if (resets) {
      responder.abort();
      co_return;
    }
    if (ends) {
      co_await responder.finish();
      co_return;
    }
    co_await pauseFor(i == 0 ? fault.drip : pause);  // the first token has had its time
    pending += stream.tokens[i];
  }
  pending += stream.closing;
  pending += stream.done;
  sent = co_await responder.write(pending);
  if (sent) co_await responder.finish();
}

}  // namespace signalbox::lab
