// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_stream.h"

#include "base/strings.h"
#include "dialect/evidence.h"

namespace signalbox::dialect {
namespace {

void readFirst(const StreamKind& kind, JsonDoc::Node choice, bool judged, AnswerState& state) {
  kind.say(choice, state);
  if (judged && !state.broken_evidence && !kind.append(choice["logprobs"], state.evidence)) state.broken_evidence = true;
  if (state.broken_evidence) state.evidence.clear();
  if (const auto finish = choice["finish_reason"]; finish.isString()) state.finish_reason = *finish.string();
  if (!state.finish_reason.empty()) dropEndTokens(state.evidence, state.text);
}

bool isUsageOnly(JsonDoc::Node root, JsonDoc::Node usage) {
  const auto choices = root["choices"];
  return usage.isObject() && choices.isArray() && choices.size() == 0;
}

RelayedChunk withoutAdditions(const StreamKind& kind, std::string_view data, JsonDoc::Node root, const Additions& add) {
  TextEdits edits;
  if (const auto usage = root["usage"]; add.usage && usage) {
    if (isUsageOnly(root, usage)) return {RelayedChunk::Kind::Dropped, {}};
    // A count beside choices is not what include_usage brings: that provider would have sent it anyway.
    if (usage.isNull()) edits.removeMember(root, usage);
  }
  kind.strip(root["choices"], add, edits);
  if (edits.empty()) return {};
  return {RelayedChunk::Kind::Changed, edits.apply(data)};
}

}  // namespace

bool endsStream(std::string_view data) { return trim(data) == kStreamEnd; }

std::unexpected<Error> malformedStream(const StreamKind& kind, std::string_view what) {
  return fail(ErrorCode::UpstreamMalformed, "the upstream's stream is not one of " + std::string(kind.of) + ": " + std::string(what));
}

void readChoices(const StreamKind& kind, JsonDoc::Node choices, bool judged, AnswerState& state) {
  for (auto choice = choices.first(); choice; choice = choice.next()) {
    state.saw_choice = true;
    if (choice["index"].integer().value_or(0) == 0) {
      readFirst(kind, choice, judged, state);
      continue;
    }
    AnswerState beside;
    kind.say(choice, beside);
    state.other_bytes += static_cast<std::int64_t>(beside.text.size()) + beside.other_bytes;
  }
}

Result<void> readChunk(const StreamKind& kind, JsonDoc::Node root, bool judged, AnswerState& state) {
  if (!root.isObject()) return malformedStream(kind, "an event is not an object");
  if (const auto error = root["error"]; error && !error.isNull()) return std::unexpected(readErrorMember(error.raw()));
  const auto choices = root["choices"];
  const auto usage = root["usage"];
  if (!choices.isArray() && !usage.isObject()) return malformedStream(kind, "an event has no choices");
  if (state.model.empty()) state.model = root["model"].stringOr("");
  if (choices.isArray()) readChoices(kind, choices, judged, state);
  if (!usage.isObject()) return {};
  if (auto read = readUsage(usage, root["service_tier"])) state.usage = *read;
  return {};
}

Result<RelayedChunk> relayChunk(const StreamKind& kind, std::string_view data, const Additions& add, AnswerState& state) {
  if (endsStream(data)) {
    state.done = true;
    return RelayedChunk{};
  }
  const auto doc = JsonDoc::parse(data, kAnswerLimits);
  if (!doc) return malformedStream(kind, doc.error().message);
  if (auto read = readChunk(kind, doc->root(), add.judged, state); !read) return std::unexpected(std::move(read.error()));
  if (!add.any()) return RelayedChunk{};
  return withoutAdditions(kind, data, doc->root(), add);
}

Result<void> checkEndOf(const StreamKind& kind, const AnswerState& state) {
  if (!state.done) return fail(ErrorCode::UpstreamTruncated, "the upstream's stream ended before its last event");
  if (!state.saw_choice) return malformedStream(kind, "it ended without any choice");
  if (state.finish_reason.empty()) return malformedStream(kind, "it ended without a finish_reason");
  return {};
}

Result<Translation::Relayed> OpenAiRelay::event(const http::SseEvent& event, AnswerState& state) {
  auto chunk = relayChunk(kind_, event.data, add_, state);
  if (!chunk) return std::unexpected(std::move(chunk.error()));
  switch (chunk->kind) {
    case RelayedChunk::Kind::AsItCame: return Relayed{};
    case RelayedChunk::Kind::Changed: return Relayed{Relayed::Kind::Data, std::move(chunk->text)};
    case RelayedChunk::Kind::Dropped: return Relayed{Relayed::Kind::Dropped};
  }
  return Relayed{};
}

// Clients look for the terminal event as it is commonly written, so that an odd one is written anew.
std::string OpenAiRelay::terminal(const http::SseEvent* event) {
  if (event != nullptr && event->data == kStreamEnd) return std::string(event->raw);
  return http::sseEvent(kStreamEnd, event != nullptr ? event->type : std::string());
}

}  // namespace signalbox::dialect
