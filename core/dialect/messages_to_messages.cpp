// SPDX-License-Identifier: Apache-2.0
// A client and an upstream that both speak Anthropic's Messages.
#include "base/json_doc.h"
#include "dialect/messages.h"
#include "dialect/messages_answer.h"
#include "dialect/openai_error.h"
#include "dialect/request_edits.h"

namespace signalbox::dialect {
namespace {

// The provider refuses thoughts that are not its own, which it knows by their signature. Those of another model, which a client has from
// an answer that another upstream gave, have none. Whether there were any.
bool leaveOutForeignThoughts(const domain::Request& request, RequestEdits& edits) {
  if (request.body.find("\"thinking\"") == std::string::npos) return false;
  const auto doc = JsonDoc::parse(request.body);
  if (!doc) return false;
  const auto messages = doc->root()["messages"];
  std::vector<JsonDoc::Node> empty;
  bool any = false;
  for (auto message = messages.first(); message; message = message.next()) {
    const auto content = message["content"];
    if (!content.isArray()) continue;
    std::vector<JsonDoc::Node> foreign;
    for (auto block = content.first(); block; block = block.next()) {
      if (block["type"].stringOr("") == "thinking" && block["signature"].stringOr("").empty()) foreign.push_back(block);
    }
    if (foreign.empty()) continue;
    any = true;
    if (foreign.size() == content.size()) empty.push_back(message);
    else edits.remove(content, foreign);
  }
  if (!empty.empty()) edits.remove(messages, empty);
  return any;
}

Translation::Outgoing outgoing(std::string_view path, const domain::Request& request, std::string_view model, std::optional<bool> stream) {
  RequestEdits edits(request, model, {}, stream);
  std::vector<std::string> dropped;
  if (leaveOutForeignThoughts(request, edits)) dropped.emplace_back("thinking");
  return {.path = std::string(path), .body = edits.apply(), .headers = messagesHeaders(request), .dropped = std::move(dropped)};
}

class MessagesToMessages : public Translation {
 public:
  Result<Outgoing> request(const domain::Request& request, std::string_view model, bool stream) override { return outgoing("/messages", request, model, stream); }
  Result<std::string> whole(std::string_view body, AnswerState& state) override {
    const auto doc = parseMessagesPayload(body);
    if (!doc) return std::unexpected(doc.error());
    if (auto read = readMessage(doc->root(), {}, state); !read) return std::unexpected(std::move(read.error()));
    return std::string(body);
  }
  Result<Relayed> event(const http::SseEvent& event, AnswerState& state) override {
    const auto doc = parseMessagesPayload(event.data);
    if (!doc) return std::unexpected(doc.error());
    if (auto read = events_.read(doc->root(), state); !read) return std::unexpected(std::move(read.error()));
    return Relayed{};
  }
  bool ends(const http::SseEvent& event) const override { return endsMessages(event); }
  Result<void> checkEnd(const AnswerState& state) const override { return checkMessagesEnd(state); }
  std::string terminal(const http::SseEvent* event) override {
    return event != nullptr ? std::string(event->raw) : http::sseEvent(R"({"type":"message_stop"})", "message_stop");
  }
  Error error(int status, std::string_view body, double retry_after_s) const override { return readUpstreamError(status, body, retry_after_s); }

 private:
  MessagesEvents events_;
};

class CountToCount final : public MessagesToMessages {
 public:
  Result<Outgoing> request(const domain::Request& request, std::string_view model, bool) override {
    return outgoing("/messages/count_tokens", request, model, std::nullopt);
  }
  Result<std::string> whole(std::string_view body, AnswerState& state) override {
    const auto doc = parseMessagesPayload(body);
    if (!doc) return std::unexpected(doc.error());
    if (!doc->root()["input_tokens"].integer()) return fail(ErrorCode::UpstreamMalformed, "the upstream's answer is no count of tokens");
    state.done = true;
    return std::string(body);
  }
};

}  // namespace

std::vector<std::pair<std::string, std::string>> messagesHeaders(const domain::Request& request) {
  std::string version, betas;
  for (const auto& [name, value] : request.headers) {
    if (name == "anthropic-version" && version.empty()) version = value;
    if (name != "anthropic-beta") continue;
    if (!betas.empty()) betas += ',';
    betas += value;
  }
  std::vector<std::pair<std::string, std::string>> headers{{"anthropic-version", version.empty() ? std::string(kAnthropicVersion) : std::move(version)}};
  if (!betas.empty()) headers.emplace_back("anthropic-beta", std::move(betas));
  return headers;
}

std::unique_ptr<Translation> messagesToMessages() { return std::make_unique<MessagesToMessages>(); }

std::unique_ptr<Translation> countToCount() { return std::make_unique<CountToCount>(); }

}  // namespace signalbox::dialect
