// SPDX-License-Identifier: Apache-2.0
// Answers of an Anthropic upstream, as the hub has them.
#include "dialect/citations.h"
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
    for (auto block = root["content"].first(); block; block = block.next()) answered = readBlock(block, choice, state) || answered;
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
      beginBlock(root["content_block"], state, pieces);
    } else if (type == "content_block_delta") {
      readDelta(root["delta"], state, pieces);
    } else if (type == "content_block_stop") {
      for (auto& citation : std::exchange(cited_, {})) {
        citation.end = said_;
        pieces.push_back({.kind = Piece::Kind::Citation, .citation = std::move(citation)});
      }
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
  bool readBlock(JsonDoc::Node block, Choice& choice, AnswerState& state) {
    const auto type = block["type"].stringOr("");
    if (type == "text") {
      const std::int64_t begin = std::exchange(said_, said_ + lengthOf(block["text"].stringOr("")));
      if (auto text = block["text"].stringOr(""); !text.empty()) choice.parts.push_back({.text = std::move(text)});
      for (auto cited = listOf(block["citations"]); cited; cited = cited.next()) {
        if (auto citation = citationOfMessages(cited, begin, said_)) choice.citations.push_back(std::move(*citation));
        else drop(state, "citations");
      }
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
    } else {
      drop(state, type);
    }
    return false;
  }

  static JsonDoc::Node listOf(JsonDoc::Node list) { return list.isArray() ? list.first() : JsonDoc::Node(); }

  void say(Piece::Kind kind, std::string text, std::vector<Piece>& pieces) {
    if (kind == Piece::Kind::Text) said_ += lengthOf(text);
    if (!text.empty()) pieces.push_back({.kind = kind, .index = kind == Piece::Kind::ToolArguments ? calls_ - 1 : 0, .text = std::move(text)});
  }

  void beginBlock(JsonDoc::Node block, AnswerState& state, std::vector<Piece>& pieces) {
    const auto type = block["type"].stringOr("");
    block_begin_ = said_;
    if (type == "text") say(Piece::Kind::Text, block["text"].stringOr(""), pieces);
    if (type == "thinking") say(Piece::Kind::Reasoning, block["thinking"].stringOr(""), pieces);
    if (type == "redacted_thinking") say(Piece::Kind::Redacted, block["data"].stringOr(""), pieces);
    if (type != "text" && type != "thinking" && type != "redacted_thinking" && type != "tool_use") drop(state, type);
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

  void readDelta(JsonDoc::Node delta, AnswerState& state, std::vector<Piece>& pieces) {
    const auto type = delta["type"].stringOr("");
    if (type == "text_delta") say(Piece::Kind::Text, delta["text"].stringOr(""), pieces);
    if (type == "thinking_delta") say(Piece::Kind::Reasoning, delta["thinking"].stringOr(""), pieces);
    if (type == "signature_delta") say(Piece::Kind::Signature, delta["signature"].stringOr(""), pieces);
    if (type == "citations_delta") {
      if (auto citation = citationOfMessages(delta["citation"], block_begin_, block_begin_)) cited_.push_back(std::move(*citation));
      else drop(state, "citations");
    }
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
  std::int64_t said_ = 0, block_begin_ = 0;  // code points of text, in all and before the block that is open
  std::vector<Citation> cited_;              // in that block
  int calls_ = 0;
  bool in_call_ = false;
  bool said_arguments_ = false;
};

}  // namespace

std::unique_ptr<ReplyReader> messagesReplyReader(const Conversation& conversation, const Additions&) {
  return std::make_unique<MessagesReader>(answerTool(conversation));
}

const UpstreamSide& messagesUpstream() {
  static constexpr UpstreamSide kSide{"/messages", &writeMessages, &messagesReplyReader, &messagesHeaders};
  return kSide;
}

}  // namespace signalbox::dialect
