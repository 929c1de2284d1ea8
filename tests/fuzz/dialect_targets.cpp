// SPDX-License-Identifier: Apache-2.0
// Clients' bodies on to upstreams, and upstreams' answers back: whatever comes in, what goes out is whole, or nothing does.
#include <memory>

#include "base/json_doc.h"
#include "dialect/client_dialect.h"
#include "dialect/hide_secret.h"
#include "dialect/translation.h"
#include "fuzz/target.h"
#include "http/sse.h"

namespace signalbox::fuzz {
namespace {

using domain::Dialect;
using domain::UpstreamApi;
using Relayed = dialect::Translation::Relayed;

constexpr Dialect kDialects[] = {Dialect::OpenAiChat, Dialect::OpenAiCompletions, Dialect::OpenAiResponses, Dialect::OpenAiEmbeddings, Dialect::AnthropicMessages};
constexpr UpstreamApi kApis[] = {UpstreamApi::OpenAi, UpstreamApi::Anthropic};
constexpr std::int64_t kNow = 1'700'000'000;

void requireJson(std::string_view text, const char* what) { require(JsonDoc::parse(text).has_value(), what); }

// What a client is told of a failure can be read by it.
void requireTold(const Error& error, Dialect dialect) {
  require(!error.message.empty(), "an error says what is wrong");
  const auto response = dialect::errorResponse(error, dialect);
  require(response.status >= 400 && response.status < 600, "an error has a status of its own");
  requireJson(response.body, "an error's body is JSON");
}

std::string question(Dialect client, bool stream) {
  const std::string end = stream ? R"(,"stream":true})" : "}";
  switch (client) {
    case Dialect::OpenAiResponses: return R"({"model":"m","input":"Say yes")" + end;
    case Dialect::OpenAiCompletions: return R"({"model":"m","prompt":"Say yes")" + end;
    case Dialect::OpenAiEmbeddings: return R"({"model":"m","input":["yes"]})";
    case Dialect::AnthropicMessages: return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Say yes"}])" + end;
    default: return R"({"model":"m","messages":[{"role":"user","content":"Say yes"}])" + end;
  }
}

// A stream as upstream/exchange.cpp takes it.
class Stream {
 public:
  Stream(dialect::Translation& translation, Dialect client) : translation_(translation), client_(client) {}

  void feed(std::string_view bytes) {
    if (over_) return;
    const bool read = reader_.feed(bytes, [&](const http::SseEvent& event, bool has_data) { return !has_data || take(event); }).has_value();
    over_ = over_ || !read;
  }
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] const std::string& out() const { return out_; }

 private:
  bool take(const http::SseEvent& event) {
    const auto relayed = translation_.event(event, state_);
    if (!relayed) {
      requireTold(relayed.error(), client_);
      return stop();
    }
    if (state_.done) {
      if (!translation_.checkEnd(state_)) return stop();
      out_ += translation_.terminal(&event);
      complete_ = true;
      return stop();
    }
    if (relayed->kind == Relayed::Kind::AsItCame) out_ += http::sseEvent(event.data, event.type);
    if (relayed->kind == Relayed::Kind::Data) out_ += http::sseEvent(relayed->text, event.type);
    if (relayed->kind == Relayed::Kind::Events) out_ += relayed->text;
    return true;
  }
  bool stop() {
    over_ = true;
    return false;
  }

  dialect::Translation& translation_;
  Dialect client_;
  http::SseReader reader_;
  dialect::AnswerState state_;
  std::string out_;
  bool over_ = false, complete_ = false;
};

void requireEvents(std::string_view bytes) {
  http::SseReader reader;
  const auto read = reader.feed(bytes, [](const http::SseEvent& event, bool has_data) {
    if (has_data && event.data != "[DONE]") requireJson(event.data, "every event for a client holds JSON");
    return true;
  });
  require(read && reader.rest().empty(), "a client gets whole events");
}

void answerWith(std::string_view bytes, Dialect client, UpstreamApi api, bool stream, bool adds) {
  const auto request = dialect::readRequest(client, question(client, stream), {});
  require(request.has_value(), "the question can be read");
  const dialect::Additions add{.logprobs = adds, .top_logprobs = adds, .usage = adds && stream};
  const auto translation = dialect::translate(client, api, add, kNow);
  if (!translation->request(*request, "m", stream)) return;  // no way between these two
  if (!stream) {
    dialect::AnswerState state;
    if (const auto whole = translation->whole(bytes, state)) requireJson(*whole, "a whole answer is JSON");
    else requireTold(whole.error(), client);
    requireTold(translation->error(500, bytes, 0), client);
    requireTold(translation->error(400, bytes, 0), client);
    return;
  }
  Stream relayed(*translation, client);
  relayed.feed(bytes);
  requireEvents(relayed.out());
  if (client == Dialect::OpenAiChat || client == Dialect::OpenAiCompletions)
    require(relayed.complete() == relayed.out().contains("data: [DONE]\n"), "[DONE] stands at the end of a whole stream and nowhere else");
}

// As a lenient reader would take it: escapes undone, broken or not.
std::string readLoosely(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace

void client(std::string_view bytes) {
  const auto [way, body] = choose(bytes, std::size(kDialects));
  const Dialect dialect = kDialects[way];
  const auto request = dialect::readRequest(dialect, std::string(body), {});
  if (!request) return requireTold(request.error(), dialect);
  for (const UpstreamApi api : kApis) {
    for (const bool adds : {false, true}) {
      const bool stream = request->stream;
      const dialect::Additions add{.logprobs = adds, .top_logprobs = adds, .usage = adds && stream};
      const auto sent = dialect::translate(dialect, api, add, kNow)->request(*request, "upstreams-model", stream);
      if (!sent) {
        requireTold(sent.error(), dialect);
        continue;
      }
      require(sent->path.starts_with('/'), "what is sent has a path");
      const auto doc = JsonDoc::parse(sent->body);
      require(doc && doc->root()["model"].stringOr("") == "upstreams-model", "what is sent is JSON and asks for the upstream's model");
    }
  }
}

void answer(std::string_view bytes) {
  const auto [way, said] = choose(bytes, std::size(kDialects) * 8);
  answerWith(said, kDialects[way / 8], kApis[way / 4 % 2], way / 2 % 2 == 1, way % 2 == 1);
}

void hide(std::string_view bytes) {
  const std::string key = "sk-canary/0123456789";
  const std::string hidden = dialect::hideSecret(bytes, Secret(key));
  require(!hidden.contains(key) && !readLoosely(hidden).contains(key), "what is told of a failure does not hold the key");
  if (JsonDoc::parse(bytes) && !hidden.empty()) requireJson(hidden, "what was JSON stays JSON");
}

}  // namespace signalbox::fuzz
