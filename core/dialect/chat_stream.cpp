// SPDX-License-Identifier: Apache-2.0
#include "dialect/chat_read.h"
#include "dialect/evidence.h"
#include "dialect/openai_stream.h"
#include "dialect/strip.h"

namespace signalbox::dialect {
namespace {

// Sound, pictures, sources and whatever else is told apart from the text.
bool bringsMore(JsonDoc::Node delta) {
  if (!delta.isObject()) return false;
  for (auto member = delta.first(); member; member = member.next()) {
    if (!saysNothing(member) && !isReadMember(member.key())) return true;
  }
  return false;
}

void readDelta(JsonDoc::Node choice, AnswerState& state) {
  const auto delta = choice["delta"];
  const auto content = delta["content"];
  if (content.isString()) state.text += *content.string();
  if (content.isArray()) {
    state.text += contentText(content);
    state.other_bytes += static_cast<std::int64_t>(contentThoughts(content).size());
  }
  if (const auto refusal = delta["refusal"]; refusal.isString() && refusal.raw().size() > 2) {
    state.text += *refusal.string();
    state.refused = true;
  }
  state.other_bytes += reasoningBytes(delta);
  if (bringsMore(delta)) ++state.steps;
  const auto calls = delta["tool_calls"];
  const auto older = delta["function_call"];
  if ((!calls.isArray() || calls.size() == 0) && !older.isObject()) return;
  state.has_tool_calls = true;
  state.other_bytes += callBytes(calls, older);
}

constexpr StreamKind kKind{"chat completion chunks", &readDelta, [](JsonDoc::Node choice) { return choice["delta"]["content"]; }, &appendEvidence, &stripLogprobs};

}  // namespace

const StreamKind& chatStream() { return kKind; }

std::unexpected<Error> malformedChunk(std::string_view what) { return malformedStream(kKind, what); }

Result<void> readChatChunk(JsonDoc::Node root, bool judged, AnswerState& state) { return readChunk(kKind, root, judged, state); }

Result<RelayedChunk> relayChatChunk(std::string_view data, const Additions& add, AnswerState& state) {
  ChunkPattern none;
  return relayChunk(kKind, data, add, state, none);
}

Result<void> checkStreamEnd(const AnswerState& state) { return checkEndOf(kKind, state); }

}  // namespace signalbox::dialect
