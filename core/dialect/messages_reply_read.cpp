// SPDX-License-Identifier: Apache-2.0
// Answers of an Anthropic upstream, as the hub has them.
#include "dialect/messages.h"
#include "dialect/messages_answer.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

Finish readFinish(std::string_view word) {
  if (word.empty()) return Finish::None;
  if (word == "max_tokens" || word == "model_context_window_exceeded") return Finish::Length;
  if (word == "tool_use") return Finish::ToolCalls;
  return word == "refusal" ? Finish::ContentFilter : Finish::Stop;
}

class MessagesReader final : public ReplyReader {
 public:
  explicit MessagesReader(std::string answer_tool) : answer_tool_(std::move(answer_tool)), events_(answer_tool_) {}

  Result<Reply> whole(std::string_view body, AnswerState& state) override {
    const auto doc = parseMessagesPayload(body);
    if (!doc) return std::unexpected(doc.error());
    const auto root = doc->root();
    if (auto read = readMessage(root, answer_tool_, state); !read) return std::unexpected(std::move(read.error()));
    Reply reply{.id = root["id"].stringOr(""), .model = state.model, .usage = state.usage};
    Choice choice{.finish = readFinish(state.finish_reason), .stop_sequence = root["stop_sequence"].stringOr("")};
    bool answered = false;
    for (auto block = root["content"].first(); block; block = block.next()) answered = readBlock(block, choice) || answered;
    if (answered && choice.calls.empty() && choice.finish == Finish::ToolCalls) choice.finish = Finish::Stop;
    reply.choices.push_back(std::move(choice));
    return reply;
  }

  Result<std::vector<Piece>> event(const http::SseEvent& event, AnswerState& state) override {
    const auto doc = parseMessagesPayload(event.data);
    if (!doc) return std::unexpected(doc.error());
    const auto root = doc->root();
    if (auto read = events_.read(root, state); !read) return std::unexpected(std::move(read.error()));
    std::vector<Piece> pieces;
    const auto type = root["type"].stringOr("");
    if (type == "message_start") {
      const auto message = root["message"];
      pieces.push_back({.kind = Piece::Kind::Begin, .id = message["id"].stringOr(""), .name = state.model});
    } else if (type == "content_block_start") {
      beginBlock(root["content_block"], pieces);
    } else if (type == "content_block_delta") {
      readDelta(root["delta"], pieces);
    } else if (type == "content_block_stop") {
      // A call without arguments says nothing, or one empty text.
      if (in_call_ && !said_arguments_) say(Piece::Kind::ToolArguments, "{}", pieces);
      if (events_.endedEmpty()) say(Piece::Kind::Text, "{}", pieces);
      in_call_ = false;
    } else if (type == "message_delta") {
      readEnd(root["delta"], state, pieces);
    }
    return pieces;
  }

  bool ends(const http::SseEvent& event) const override { return endsMessages(event); }
  Result<void> checkEnd(const AnswerState& state) const override { return checkMessagesEnd(state); }

 private:
  // Whether it is a call of the answer tool.
  bool readBlock(JsonDoc::Node block, Choice& choice) const {
    const auto type = block["type"].stringOr("");
    if (type == "text") {
      if (auto text = block["text"].stringOr(""); !text.empty()) choice.parts.push_back({.text = std::move(text)});
    } else if (type == "thinking") {
      choice.parts.push_back({.kind = Part::Kind::Reasoning, .text = block["thinking"].stringOr(""), .signature = block["signature"].stringOr("")});
    } else if (type == "redacted_thinking") {
      choice.parts.push_back({.kind = Part::Kind::Reasoning, .data = block["data"].stringOr(""), .redacted = true});
    } else if (type == "tool_use") {
      const std::string input(given(block["input"]) ? block["input"].raw() : "{}");
      auto name = block["name"].stringOr("");
      if (!answer_tool_.empty() && name == answer_tool_) {
        choice.parts.push_back({.text = input});
        return true;
      }
      choice.calls.push_back({block["id"].stringOr(""), std::move(name), input});
    }
    return false;
  }

  void say(Piece::Kind kind, std::string text, std::vector<Piece>& pieces) const {
    if (!text.empty()) pieces.push_back({.kind = kind, .index = kind == Piece::Kind::ToolArguments ? calls_ - 1 : 0, .text = std::move(text)});
  }

  void beginBlock(JsonDoc::Node block, std::vector<Piece>& pieces) {
    const auto type = block["type"].stringOr("");
    if (type == "text") say(Piece::Kind::Text, block["text"].stringOr(""), pieces);
    if (type == "thinking") say(Piece::Kind::Reasoning, block["thinking"].stringOr(""), pieces);
    if (type == "redacted_thinking") say(Piece::Kind::Redacted, block["data"].stringOr(""), pieces);
    if (type != "tool_use") return;
    // Servers exist that give the whole input at once.
    const auto input = block["input"];
    std::string whole(input.isObject() && input.size() > 0 ? input.raw() : std::string_view());
    if (events_.inAnswerTool()) {
      say(Piece::Kind::Text, std::move(whole), pieces);
      return;
    }
    in_call_ = true;
    said_arguments_ = !whole.empty();
    pieces.push_back({.kind = Piece::Kind::ToolBegin, .index = calls_++, .id = block["id"].stringOr(""), .name = block["name"].stringOr("")});
    say(Piece::Kind::ToolArguments, std::move(whole), pieces);
  }

  void readDelta(JsonDoc::Node delta, std::vector<Piece>& pieces) {
    const auto type = delta["type"].stringOr("");
    if (type == "text_delta") say(Piece::Kind::Text, delta["text"].stringOr(""), pieces);
    if (type == "thinking_delta") say(Piece::Kind::Reasoning, delta["thinking"].stringOr(""), pieces);
    if (type == "signature_delta") say(Piece::Kind::Signature, delta["signature"].stringOr(""), pieces);
    if (type != "input_json_delta") return;
    auto text = delta["partial_json"].stringOr("");
    if (events_.inAnswerTool()) {
      say(Piece::Kind::Text, std::move(text), pieces);
    } else if (in_call_) {
      said_arguments_ = said_arguments_ || !text.empty();
      say(Piece::Kind::ToolArguments, std::move(text), pieces);
    }
  }

  void readEnd(JsonDoc::Node delta, const AnswerState& state, std::vector<Piece>& pieces) {
    auto finish = readFinish(delta["stop_reason"].stringOr(""));
    if (finish == Finish::ToolCalls && calls_ == 0) finish = Finish::Stop;  // it was the answer
    if (finish != Finish::None) pieces.push_back({.kind = Piece::Kind::Finish, .text = delta["stop_sequence"].stringOr(""), .finish = finish});
    if (state.usage) pieces.push_back({.kind = Piece::Kind::Usage, .usage = *state.usage});
  }

  std::string answer_tool_;
  MessagesEvents events_;
  int calls_ = 0;
  bool in_call_ = false;
  bool said_arguments_ = false;
};

}  // namespace

std::unique_ptr<ReplyReader> messagesReplyReader(const Conversation& conversation, const Additions&) {
  return std::make_unique<MessagesReader>(answerTool(conversation));
}

const UpstreamSide& messagesUpstream() {
  static constexpr UpstreamSide kSide{"/messages", &writeMessages, &messagesReplyReader};
  return kSide;
}

}  // namespace signalbox::dialect
