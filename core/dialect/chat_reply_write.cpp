// SPDX-License-Identifier: Apache-2.0
// Answers out of the hub, as chat completions.
#include <span>

#include "dialect/chat_hub.h"
#include "dialect/citations.h"
#include "dialect/json_object.h"
#include "dialect/openai_chat.h"

namespace signalbox::dialect {
namespace {

std::string_view finishWord(Finish finish, bool older_functions) {
  switch (finish) {
    case Finish::None: return {};
    case Finish::Stop: return "stop";
    case Finish::Length: return "length";
    case Finish::ToolCalls: return older_functions ? "function_call" : "tool_calls";
    case Finish::ContentFilter: return "content_filter";
  }
  return "stop";
}

std::string usageText(const domain::Usage& usage) {
  JsonObject out;
  out.number("prompt_tokens", usage.input).number("completion_tokens", usage.output).number("total_tokens", usage.input + usage.output);
  JsonObject input;
  input.number("cached_tokens", usage.cached_input);
  if (usage.cache_write > 0) input.number("cache_write_tokens", usage.cache_write);
  out.raw("prompt_tokens_details", input.str());
  out.raw("completion_tokens_details", JsonObject().number("reasoning_tokens", usage.reasoning).str());
  return out.str();
}

std::string logprobsText(std::string_view elements) {
  return elements.empty() ? std::string("null") : R"({"content":[)" + std::string(elements) + R"(],"refusal":null})";
}

std::string functionText(std::string_view name, std::string_view arguments) { return JsonObject().text("name", name).text("arguments", arguments).str(); }

std::string callText(const ToolCall& call) {
  return JsonObject().text("id", call.id).raw("type", "\"function\"").raw("function", functionText(call.name, call.arguments)).str();
}

std::string annotations(std::span<const Citation> citations) {
  JsonArray list;
  for (const auto& citation : citations) list.raw(chatAnnotation(citation));
  return list.str();
}

std::string messageText(const Choice& choice, bool older_functions) {
  std::string text, refusal, reasoning;
  bool said = false;
  for (const auto& part : choice.parts) {
    if (part.kind == Part::Kind::Reasoning) reasoning += part.text;
    if (part.kind == Part::Kind::Refusal) refusal += part.text;
    if (part.kind != Part::Kind::Text) continue;
    text += part.text;
    said = true;
  }
  JsonObject message;
  message.raw("role", "\"assistant\"").raw("content", said || choice.calls.empty() ? quoteJson(text) : "null").textOrNull("refusal", refusal);
  if (!reasoning.empty()) message.text("reasoning_content", reasoning);
  if (!choice.citations.empty()) message.raw("annotations", annotations(choice.citations));
  if (!choice.calls.empty() && older_functions) {
    message.raw("function_call", functionText(choice.calls.front().name, choice.calls.front().arguments));
  } else if (!choice.calls.empty()) {
    JsonArray calls;
    for (const auto& call : choice.calls) calls.raw(callText(call));
    message.raw("tool_calls", calls.str());
  }
  return message.str();
}

class ChatWriter final : public ReplyWriter {
 public:
  ChatWriter(const domain::Request& request, std::int64_t now)
      : wants_usage_(request.wants_stream_usage), older_functions_(request.older_functions), created_(now) {}

  std::string whole(const Reply& reply) override {
    JsonArray choices;
    std::int64_t index = 0;
    for (const auto& choice : reply.choices) {
      const auto elements = std::string_view(choice.logprobs);
      choices.raw(JsonObject()
                      .number("index", index++)
                      .raw("message", messageText(choice, older_functions_))
                      .raw("logprobs", logprobsText(elements))
                      .textOrNull("finish_reason", finishWord(choice.finish, older_functions_))
                      .str());
    }
    JsonObject out;
    out.text("id", reply.id).raw("object", "\"chat.completion\"").number("created", reply.created > 0 ? reply.created : created_);
    out.text("model", reply.model).raw("choices", choices.str());
    if (reply.usage) out.raw("usage", usageText(*reply.usage));
    return out.str();
  }

  std::string piece(const Piece& piece) override {
    switch (piece.kind) {
      case Piece::Kind::Begin:
        id_ = piece.id;
        model_ = piece.name;
        if (piece.created > 0) created_ = piece.created;
        return delta(0, R"({"role":"assistant","content":"","refusal":null})");
      case Piece::Kind::Text: return delta(piece.choice, JsonObject().text("content", piece.text).str());
      case Piece::Kind::Refusal: return delta(piece.choice, JsonObject().text("refusal", piece.text).str());
      case Piece::Kind::Reasoning: return delta(piece.choice, JsonObject().text("reasoning_content", piece.text).str());
      case Piece::Kind::ToolBegin: {
        if (older_functions_) return functionCall(piece, functionText(piece.name, ""));
        JsonObject call;
        call.number("index", piece.index).text("id", piece.id).raw("type", "\"function\"");
        call.raw("function", JsonObject().text("name", piece.name).raw("arguments", "\"\"").str());
        return delta(piece.choice, toolCalls(call));
      }
      case Piece::Kind::ToolArguments: {
        if (older_functions_) return functionCall(piece, JsonObject().text("arguments", piece.text).str());
        JsonObject call;
        call.number("index", piece.index).raw("function", JsonObject().text("arguments", piece.text).str());
        return delta(piece.choice, toolCalls(call));
      }
      case Piece::Kind::Citation: return delta(piece.choice, JsonObject().raw("annotations", annotations({&piece.citation, 1})).str());
      case Piece::Kind::Logprobs: return delta(piece.choice, "{}", {}, piece.text);
      case Piece::Kind::Finish: return delta(piece.choice, "{}", finishWord(piece.finish, older_functions_));
      case Piece::Kind::Usage: usage_ = piece.usage; return {};
      case Piece::Kind::Signature:
      case Piece::Kind::Redacted: return {};
    }
    return {};
  }

  bool cites() const override { return true; }

  std::string terminal() override {
    std::string end;
    if (wants_usage_ && usage_) end = chunk("[]", usageText(*usage_));
    return end + http::sseEvent(kStreamEnd);
  }

 private:
  static std::string toolCalls(const JsonObject& call) { return JsonObject().raw("tool_calls", JsonArray().raw(call.str()).str()).str(); }

  // There is place for one call, and the upstream was asked for no more.
  std::string functionCall(const Piece& piece, std::string_view function) const {
    return piece.index == 0 ? delta(piece.choice, JsonObject().raw("function_call", function).str()) : std::string();
  }

  std::string delta(int choice, std::string_view delta, std::string_view finish = {}, std::string_view logprobs = {}) const {
    JsonObject out;
    out.number("index", choice).raw("delta", delta).raw("logprobs", logprobsText(logprobs)).textOrNull("finish_reason", finish);
    return chunk(JsonArray().raw(out.str()).str(), wants_usage_ ? "null" : std::string_view());
  }

  std::string chunk(std::string_view choices, std::string_view usage) const {
    JsonObject out;
    out.text("id", id_).raw("object", "\"chat.completion.chunk\"").number("created", created_).text("model", model_).raw("choices", choices);
    if (!usage.empty()) out.raw("usage", usage);
    return http::sseEvent(out.str());
  }

  bool wants_usage_;
  bool older_functions_;
  std::int64_t created_;
  std::string id_;
  std::string model_;
  std::optional<domain::Usage> usage_;
};

}  // namespace

std::unique_ptr<ReplyWriter> chatReplyWriter(const domain::Request& request, std::int64_t now) { return std::make_unique<ChatWriter>(request, now); }

const ClientSide& chatClient() {
  static constexpr ClientSide kSide{&conversationOfChat, &chatReplyWriter};
  return kSide;
}

const UpstreamSide& chatUpstream() {
  static constexpr UpstreamSide kSide{"/chat/completions", &writeChat, &chatReplyReader};
  return kSide;
}

}  // namespace signalbox::dialect
