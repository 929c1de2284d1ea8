// SPDX-License-Identifier: Apache-2.0
#include "base/json_doc.h"
#include "base/strings.h"
#include "dialect/chat_read.h"
#include "dialect/evidence.h"
#include "dialect/strip.h"

namespace signalbox::dialect {
namespace {

void readDelta(JsonDoc::Node delta, AnswerState& state) {
  if (const auto content = delta["content"]; content.isString()) state.text += *content.string();
  if (const auto refusal = delta["refusal"]; refusal.isString() && refusal.raw().size() > 2) {
    state.text += *refusal.string();
    state.refused = true;
  }
  state.reasoning_bytes += reasoningBytes(delta);
  const auto calls = delta["tool_calls"];
  if ((calls.isArray() && calls.size() > 0) || delta["function_call"].isObject()) state.has_tool_calls = true;
}

void readChoice(JsonDoc::Node choice, bool judged, AnswerState& state) {
  state.saw_choice = true;
  if (choice["index"].integer().value_or(0) != 0) return;
  readDelta(choice["delta"], state);
  if (judged && !state.broken_evidence && !appendEvidence(choice["logprobs"], state.evidence)) state.broken_evidence = true;
  if (state.broken_evidence) state.evidence.clear();
  if (const auto finish = choice["finish_reason"]; finish.isString()) state.finish_reason = *finish.string();
  if (!state.finish_reason.empty()) dropEndTokens(state.evidence, state.text);
}

bool isUsageOnly(JsonDoc::Node root, JsonDoc::Node usage) {
  const auto choices = root["choices"];
  return usage.isObject() && choices.isArray() && choices.size() == 0;
}

RelayedChunk withoutAdditions(std::string_view data, JsonDoc::Node root, const Additions& add) {
  TextEdits edits;
  if (const auto usage = root["usage"]; add.usage && usage) {
    if (isUsageOnly(root, usage)) return {RelayedChunk::Kind::Dropped, {}};
    // A count beside choices is not what include_usage brings: that provider would have sent it anyway.
    if (usage.isNull()) edits.removeMember(root, usage);
  }
  stripLogprobs(root["choices"], add, edits);
  if (edits.empty()) return {};
  return {RelayedChunk::Kind::Changed, edits.apply(data)};
}

}  // namespace

bool endsStream(std::string_view data) { return trim(data) == kStreamEnd; }

std::unexpected<Error> malformedChunk(std::string what) {
  return fail(ErrorCode::UpstreamMalformed, "the upstream's stream is not one of chat completion chunks: " + std::move(what));
}

Result<void> readChatChunk(JsonDoc::Node root, bool judged, AnswerState& state) {
  if (!root.isObject()) return malformedChunk("an event is not an object");
  if (const auto error = root["error"]; error && !error.isNull()) return std::unexpected(readErrorMember(error.raw()));
  const auto choices = root["choices"];
  const auto usage = root["usage"];
  if (!choices.isArray() && !usage.isObject()) return malformedChunk("an event has no choices");
  if (state.model.empty()) state.model = root["model"].stringOr("");
  if (choices.isArray()) {
    for (auto choice = choices.first(); choice; choice = choice.next()) readChoice(choice, judged, state);
  }
  if (!usage.isObject()) return {};
  if (auto read = readUsage(usage, root["service_tier"])) state.usage = *read;
  return {};
}

Result<RelayedChunk> relayChatChunk(std::string_view data, const Additions& add, AnswerState& state) {
  if (endsStream(data)) {
    state.done = true;
    return RelayedChunk{};
  }
  const auto doc = JsonDoc::parse(data, kAnswerLimits);
  if (!doc) return malformedChunk(doc.error().message);
  if (auto read = readChatChunk(doc->root(), add.judged, state); !read) return std::unexpected(std::move(read.error()));
  if (!add.any()) return RelayedChunk{};
  return withoutAdditions(data, doc->root(), add);
}

Result<void> checkStreamEnd(const AnswerState& state) {
  if (!state.done) return fail(ErrorCode::UpstreamTruncated, "the upstream's stream ended before its last event");
  if (!state.saw_choice) return malformedChunk("it ended without any choice");
  if (state.finish_reason.empty()) return malformedChunk("it ended without a finish_reason");
  return {};
}

}  // namespace signalbox::dialect
