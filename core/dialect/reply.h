// SPDX-License-Identifier: Apache-2.0
// What an answer says, in the words of no dialect: whole, or piece by piece as a stream brings it. Internal to dialect/.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "dialect/conversation.h"
#include "domain/price.h"
#include "http/sse.h"

namespace signalbox::dialect {

enum class Finish : std::uint8_t { None, Stop, Length, ToolCalls, ContentFilter };

// An address that words of the answer are from; places are code points of its text.
struct Citation {
  std::string url = {};
  std::string title = {};
  std::int64_t begin = 0;
  std::int64_t end = 0;
  friend bool operator==(const Citation&, const Citation&) = default;
};

struct Choice {
  std::vector<Part> parts = {};  // text, refusal and reasoning, in their order
  std::vector<ToolCall> calls = {};
  std::vector<Citation> citations = {};
  Finish finish = Finish::None;
  std::string stop_sequence = {};
  std::string logprobs = {};  // the array `content` of OpenAI's logprobs, as JSON; empty: none
};

struct Reply {
  std::string id = {};
  std::string model = {};
  std::int64_t created = 0;  // seconds; 0: not said
  std::vector<Choice> choices = {};
  std::optional<domain::Usage> usage = {};
};

// One step of a stream. A stream begins with Begin, every choice ends with Finish, and Usage may come anywhere before the end.
struct Piece {
  enum class Kind : std::uint8_t {
    Begin,          // id, model, created
    Text,           // text
    Refusal,        // text
    Reasoning,      // text
    Signature,      // text: of the reasoning that has just ended
    Redacted,       // text: reasoning that its provider alone can read, whole
    ToolBegin,      // index, id, name
    ToolArguments,  // index, text: what follows of the JSON text
    Citation,       // citation: of text that has come
    Logprobs,       // text: elements of the array `content` of OpenAI's logprobs, without its brackets
    Finish,         // finish, text: the stop sequence that was met
    Usage,          // usage
  };
  Kind kind = Kind::Text;
  int choice = 0;
  int index = 0;
  std::string id = {};
  std::string name = {};
  std::string text = {};
  std::int64_t created = 0;
  Finish finish = Finish::None;
  domain::Usage usage = {};
  dialect::Citation citation = {};
};

// Reads an upstream's dialect. UpstreamMalformed on junk, UpstreamError on an error object.
class ReplyReader {
 public:
  virtual ~ReplyReader() = default;
  [[nodiscard]] virtual Result<Reply> whole(std::string_view body, AnswerState& state) = 0;
  // One event with data; state.done at the terminal one.
  [[nodiscard]] virtual Result<std::vector<Piece>> event(const http::SseEvent& event, AnswerState& state) = 0;
  [[nodiscard]] virtual bool ends(const http::SseEvent& event) const = 0;
  [[nodiscard]] virtual Result<void> checkEnd(const AnswerState& state) const = 0;
};

// Writes a client's dialect; one per answer.
class ReplyWriter {
 public:
  virtual ~ReplyWriter() = default;
  [[nodiscard]] virtual std::string whole(const Reply& reply) = 0;
  // The events that a piece becomes; none, one or several.
  [[nodiscard]] virtual std::string piece(const Piece& piece) = 0;
  // What closes a stream well.
  [[nodiscard]] virtual std::string terminal() = 0;
  // Whether it has a word for citations; else they are left out.
  [[nodiscard]] virtual bool cites() const { return false; }
  // What closes it badly; see Translation::failure().
  [[nodiscard]] virtual std::string failure(const Error&) { return {}; }
};

}  // namespace signalbox::dialect
