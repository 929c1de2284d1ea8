// SPDX-License-Identifier: Apache-2.0
// Streams of OpenAI's, relayed as they come: what chats and legacy completions do alike. Internal to dialect/.
#pragma once
#include "base/json_doc.h"
#include "dialect/chunk_pattern.h"
#include "dialect/openai_chat.h"
#include "dialect/translation.h"

namespace signalbox::dialect {

// Where the two differ.
struct StreamKind {
  std::string_view of;                                                         // what the stream is one of
  void (*say)(JsonDoc::Node choice, AnswerState& state);                       // what a choice says
  JsonDoc::Node (*words)(JsonDoc::Node choice);                                // where its text stands, whatever else it says
  bool (*append)(JsonDoc::Node logprobs, domain::TokenEvidence& evidence);     // as appendEvidence()
  void (*strip)(JsonDoc::Node choices, const Additions& add, TextEdits& edits);  // as stripLogprobs()
};

// UpstreamMalformed: "the upstream's stream is not one of OF: WHAT".
[[nodiscard]] std::unexpected<Error> malformedStream(const StreamKind& kind, std::string_view what);
// The first of several choices is the one that is judged.
void readChoices(const StreamKind& kind, JsonDoc::Node choices, bool judged, AnswerState& state);
// An event that has been parsed already. Errors as of relayChatChunk().
[[nodiscard]] Result<void> readChunk(const StreamKind& kind, JsonDoc::Node root, bool judged, AnswerState& state);
// As relayChatChunk() and checkStreamEnd(). `pattern` is the stream's own.
[[nodiscard]] Result<RelayedChunk> relayChunk(const StreamKind& kind, std::string_view data, const Additions& add, AnswerState& state, ChunkPattern& pattern);
[[nodiscard]] Result<void> checkEndOf(const StreamKind& kind, const AnswerState& state);

// The streamed half of a translation in which client and upstream speak the same.
class OpenAiRelay : public Translation {
 public:
  OpenAiRelay(const StreamKind& kind, const Additions& add) : add_(add), kind_(kind) {}
  Result<Relayed> event(const http::SseEvent& event, AnswerState& state) override;
  bool ends(const http::SseEvent& event) const override { return endsStream(event.data); }
  Result<void> checkEnd(const AnswerState& state) const override { return checkEndOf(kind_, state); }
  std::string terminal(const http::SseEvent* event) override;
  Error error(int status, std::string_view body, double retry_after_s) const override { return readUpstreamError(status, body, retry_after_s); }

 protected:
  Additions add_;

 private:
  const StreamKind& kind_;
  ChunkPattern pattern_;
};

[[nodiscard]] const StreamKind& chatStream();
[[nodiscard]] const StreamKind& completionsStream();

}  // namespace signalbox::dialect
