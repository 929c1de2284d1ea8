// SPDX-License-Identifier: Apache-2.0
// Answers out of the hub, as Anthropic's messages.
#include <map>

#include "dialect/json_object.h"
#include "dialect/messages.h"
#include "dialect/messages_blocks.h"

namespace signalbox::dialect {
namespace {

// Calls that were forced end elsewhere in a plain stop, and some servers say so of all: here whoever does not hear of them in this
// word never runs them.
std::string_view stopWord(Finish finish, bool refused, bool called, std::string_view sequence) {
  if (refused || finish == Finish::ContentFilter) return "refusal";
  if (finish == Finish::Length) return "max_tokens";
  if (finish == Finish::ToolCalls || (called && sequence.empty())) return "tool_use";
  return sequence.empty() ? "end_turn" : "stop_sequence";
}

std::string idOf(std::string_view id) { return id.starts_with("msg_") ? std::string(id) : "msg_" + plainId(id.empty() ? "0" : id); }

std::string usageText(const domain::Usage& usage) {
  JsonObject out;
  const std::int64_t fresh = std::max<std::int64_t>(0, usage.input - usage.cached_input - usage.cache_write);
  out.number("input_tokens", fresh).number("cache_creation_input_tokens", usage.cache_write);
  return out.number("cache_read_input_tokens", usage.cached_input).number("output_tokens", usage.output).str();
}

std::string head(std::string_view id, std::string_view model, std::string_view content, std::string_view stop, std::string_view sequence, std::string_view usage) {
  JsonObject out;
  out.text("id", idOf(id)).raw("type", "\"message\"").raw("role", "\"assistant\"").text("model", model).raw("content", content);
  return out.textOrNull("stop_reason", stop).textOrNull("stop_sequence", sequence).raw("usage", usage).str();
}

// Four bytes are a token where nobody has counted, as everywhere in the product.
domain::Usage estimate(std::int64_t input, std::size_t output_bytes) {
  domain::Usage usage;
  usage.input = input;
  usage.output = static_cast<std::int64_t>((output_bytes + 3) / 4);
  return usage;
}

std::string blockOf(const Part& part) {
  JsonObject out;
  if (part.kind != Part::Kind::Reasoning) return out.raw("type", "\"text\"").text("text", part.text).str();
  return out.raw("type", "\"thinking\"").text("thinking", part.text).raw("signature", "\"\"").str();
}

// Whether a text that comes in pieces holds a JSON object to its end, as far as its braces tell.
class Braces {
 public:
  void read(std::string_view text) {
    for (const char c : text) {
      if (in_string_) {
        if (escaped_) escaped_ = false;
        else if (c == '\\') escaped_ = true;
        else if (c == '"') in_string_ = false;
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        complete_ = --depth_ <= 0;
      }
    }
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  std::int64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool complete_ = false;
};

class MessagesWriter final : public ReplyWriter {
 public:
  explicit MessagesWriter(std::int64_t input) : input_(input) {}

  std::string whole(const Reply& reply) override {
    static const Choice kNone;
    const Choice& choice = reply.choices.empty() ? kNone : reply.choices.front();
    JsonArray content;
    bool refused = false;
    std::size_t bytes = 0;
    for (const auto& part : choice.parts) {
      refused = refused || part.kind == Part::Kind::Refusal;
      bytes += part.text.size();
      if (!part.text.empty()) content.raw(blockOf(part));
    }
    for (const auto& call : choice.calls) {
      content.raw(writeCall(call));
      bytes += call.arguments.size();
    }
    const auto usage = reply.usage.value_or(estimate(input_, bytes));
    const auto& sequence = choice.finish == Finish::Stop ? choice.stop_sequence : std::string();
    return head(reply.id, reply.model, content.str(), stopWord(choice.finish, refused, !choice.calls.empty(), sequence), sequence, usageText(usage));
  }

  std::string piece(const Piece& piece) override {
    if (piece.choice != 0) return {};
    switch (piece.kind) {
      case Piece::Kind::Begin: return begin(piece.id, piece.name);
      case Piece::Kind::Refusal: refused_ = true; [[fallthrough]];
      case Piece::Kind::Text: return say(Block::Text, piece.text);
      case Piece::Kind::Reasoning: return say(Block::Thinking, piece.text);
      case Piece::Kind::ToolBegin: return beginCall(piece);
      case Piece::Kind::ToolArguments: return addArguments(piece);
      case Piece::Kind::Finish:
        finish_ = piece.finish;
        if (finish_ == Finish::Stop) sequence_ = piece.text;
        return endBlocks();
      case Piece::Kind::Usage: usage_ = piece.usage; return {};
      case Piece::Kind::Citation:   // an address alone is none of Anthropic's
      case Piece::Kind::Logprobs:
      case Piece::Kind::Signature:  // of the provider whose own clients are not translated for
      case Piece::Kind::Redacted: return {};
    }
    return {};
  }

  std::string terminal() override {
    std::string out = endBlocks();
    JsonObject change;
    change.text("stop_reason", stopWord(finish_, refused_, !calls_.empty(), sequence_)).textOrNull("stop_sequence", sequence_);
    JsonObject last;
    last.raw("type", "\"message_delta\"").raw("delta", change.str()).raw("usage", usageText(usage_.value_or(estimate(input_, bytes_))));
    out += http::sseEvent(last.str(), "message_delta");
    return out + http::sseEvent(R"({"type":"message_stop"})", "message_stop");
  }

 private:
  enum class Block { None, Text, Thinking, Call };
  // Blocks come one after the other here; elsewhere the parts of several calls may come mixed, with words between them.
  struct Call {
    ToolCall call;
    Braces braces = {};
    bool written = false;
  };

  std::string begin(std::string_view id, std::string_view model) {
    begun_ = true;
    JsonObject out;
    out.raw("type", "\"message_start\"").raw("message", head(id, model, "[]", {}, {}, usageText(estimate(input_, 0))));
    return http::sseEvent(out.str(), "message_start");
  }

  std::string start(Block kind, std::string_view block) {
    std::string out = begun_ ? std::string() : begin({}, {});
    out += stop();
    open_ = kind;
    JsonObject event;
    event.raw("type", "\"content_block_start\"").number("index", index_).raw("content_block", block);
    return out + http::sseEvent(event.str(), "content_block_start");
  }

  std::string stop() {
    if (open_ == Block::None) return {};
    open_ = Block::None;
    JsonObject event;
    event.raw("type", "\"content_block_stop\"").number("index", index_++);
    return http::sseEvent(event.str(), "content_block_stop");
  }

  std::string delta(std::string_view type, std::string_view name, std::string_view text) {
    bytes_ += text.size();
    JsonObject event;
    event.raw("type", "\"content_block_delta\"").number("index", index_).raw("delta", JsonObject().text("type", type).text(name, text).str());
    return http::sseEvent(event.str(), "content_block_delta");
  }

  // What is said while a call is told waits until the call is complete: its block would end with half of it.
  std::string say(Block kind, const std::string& text) {
    if (inCall()) {
      if (waiting_.empty() || waiting_.back().first != kind) waiting_.emplace_back(kind, text);
      else waiting_.back().second += text;
      return {};
    }
    return tell(kind, text);
  }

  std::string tell(Block kind, std::string_view text) {
    const bool words = kind == Block::Text;
    std::string out;
    if (open_ != kind) out = start(kind, words ? R"({"type":"text","text":""})" : R"({"type":"thinking","thinking":"","signature":""})");
    out += words ? delta("text_delta", "text", text) : delta("thinking_delta", "thinking", text);
    return out;
  }

  std::string tellWhatWaits() {
    std::string out;
    for (const auto& [kind, text] : std::exchange(waiting_, {})) out += tell(kind, text);
    return out;
  }

  bool inCall() const { return open_ == Block::Call && !calls_[current_].braces.complete(); }

  std::string startCall(std::size_t at) {
    Call& call = calls_[at];
    call.written = true;
    JsonObject block;
    block.raw("type", "\"tool_use\"").text("id", plainId(call.call.id)).text("name", call.call.name).raw("input", "{}");
    std::string out = start(Block::Call, block.str());
    current_ = at;
    if (!call.call.arguments.empty()) out += delta("input_json_delta", "partial_json", call.call.arguments);
    return out;
  }

  // The next call begins when the one before it is complete; until then it waits.
  std::string beginCall(const Piece& piece) {
    places_.emplace(piece.index, calls_.size());
    calls_.push_back({{piece.id, piece.name, {}}});
    return inCall() ? std::string() : startCall(calls_.size() - 1);
  }

  std::string addArguments(const Piece& piece) {
    const auto place = places_.find(piece.index);
    if (place == places_.end()) return {};
    Call& call = calls_[place->second];
    call.braces.read(piece.text);
    if (!call.written) {
      call.call.arguments += piece.text;
      return {};
    }
    if (open_ != Block::Call || current_ != place->second) return {};  // behind its end
    std::string out = delta("input_json_delta", "partial_json", piece.text);
    if (call.braces.complete()) out += tellWhatWaits();
    return out;
  }

  std::string endBlocks() {
    std::string out = stop();
    out += tellWhatWaits();
    out += stop();
    for (; told_ < calls_.size(); ++told_) {
      if (calls_[told_].written) continue;
      out += startCall(told_);
      out += stop();
    }
    return out;
  }

  std::int64_t input_;
  bool begun_ = false;
  Block open_ = Block::None;
  std::int64_t index_ = 0;
  std::vector<Call> calls_;
  std::map<int, std::size_t> places_;  // of calls, by their index
  std::size_t current_ = 0;            // the call that is told
  std::size_t told_ = 0;               // all calls before this one
  std::vector<std::pair<Block, std::string>> waiting_;
  bool refused_ = false;
  Finish finish_ = Finish::None;
  std::string sequence_;
  std::size_t bytes_ = 0;
  std::optional<domain::Usage> usage_;
};

}  // namespace

std::unique_ptr<ReplyWriter> messagesReplyWriter(const domain::Request& request, std::int64_t) {
  std::size_t bytes = 0;
  for (const auto& message : request.messages) bytes += message.text.size();
  return std::make_unique<MessagesWriter>(estimate(0, bytes).output);
}

const ClientSide& messagesClient() {
  static constexpr ClientSide kSide{&conversationOfMessages, &messagesReplyWriter};
  return kSide;
}

}  // namespace signalbox::dialect
