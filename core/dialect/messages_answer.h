// SPDX-License-Identifier: Apache-2.0
// Reads what an Anthropic upstream answers into what routing reads of an answer. Internal to dialect/.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json_doc.h"
#include "dialect/answer.h"
#include "http/sse.h"

namespace signalbox::dialect {

// Counts as they come: a stream gives those of the input at its beginning, and totals at its end.
class MessagesUsage {
 public:
  void add(JsonDoc::Node usage);
  // nullopt without both counts, or with counts that cannot be true. `input` holds what was read from and written to a cache,
  // which Anthropic counts beside it.
  [[nodiscard]] std::optional<domain::Usage> total() const;
  // The same of the input alone, and what of the output is counted already.
  [[nodiscard]] std::optional<domain::Usage> soFar() const;

 private:
  std::optional<std::int64_t> input_, output_, cache_read_, cache_write_, cache_write_1h_, thinking_, web_searches_;
  domain::ServiceTier tier_ = domain::ServiceTier::Standard;
  bool untrue_ = false;
};

// A whole answer. UpstreamMalformed when it is no message, UpstreamError when it is an error object. What `answer_tool` is called
// with is text.
[[nodiscard]] Result<void> readMessage(JsonDoc::Node root, std::string_view answer_tool, AnswerState& state);

// The events of a stream, in their order.
class MessagesEvents {
 public:
  explicit MessagesEvents(std::string answer_tool = {}) : answer_tool_(std::move(answer_tool)) {}
  // Errors as above.
  [[nodiscard]] Result<void> read(JsonDoc::Node root, AnswerState& state);
  // Whether the block that is open is a call of the answer tool.
  [[nodiscard]] bool inAnswerTool() const { return in_answer_tool_; }
  // Whether the block that has just ended was one, of which nothing came: the answer is an empty object.
  [[nodiscard]] bool endedEmpty() const { return ended_empty_; }

 private:
  void beginBlock(JsonDoc::Node block, AnswerState& state);
  void readDelta(JsonDoc::Node delta, AnswerState& state) const;
  void endBlock(AnswerState& state);

  std::string answer_tool_;
  bool in_answer_tool_ = false;
  bool ended_empty_ = false;
  std::size_t text_before_ = 0;  // of the answer, when the block began
  MessagesUsage usage_;
};

[[nodiscard]] bool endsMessages(const http::SseEvent& event);
[[nodiscard]] Result<void> checkMessagesEnd(const AnswerState& state);
// UpstreamMalformed when a payload is no JSON object.
[[nodiscard]] Result<JsonDoc> parseMessagesPayload(std::string_view text);

}  // namespace signalbox::dialect
