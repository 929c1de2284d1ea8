// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_stream.h"

#include <algorithm>

#include "base/strings.h"
#include "dialect/evidence.h"

namespace signalbox::dialect {
namespace {

constexpr std::int64_t kMostChoices = 1024;  // that are looked after; no API gives as many

void readFirst(const StreamKind& kind, JsonDoc::Node choice, bool judged, AnswerState& state) {
  const std::size_t said = state.text.size();
  kind.say(choice, state);
  // Some servers have probabilities of what a model thinks, too.
  const bool thinks = state.text.size() == said && reasoningBytes(choice["delta"]) > 0;
  if (judged && !thinks && !state.broken_evidence && !kind.append(choice["logprobs"], state.evidence)) state.broken_evidence = true;
  if (state.broken_evidence) state.evidence.clear();
  if (const auto finish = choice["finish_reason"]; finish.isString()) {
    if (state.finish_reason.empty()) ++state.steps;
    state.finish_reason = *finish.string();
  }
  if (!state.finish_reason.empty()) dropEndTokens(state.evidence, state.text);
}

JsonDoc::Node firstChoice(JsonDoc::Node root) {
  const auto choices = root["choices"];
  return choices.isArray() ? choices.first() : JsonDoc::Node();
}

// How much a stream had said.
struct Said {
  explicit Said(const AnswerState& state) : text(state.text.size()), other_bytes(state.other_bytes), calls(state.has_tool_calls) {}
  [[nodiscard]] bool lessThan(const AnswerState& state) const {
    return state.text.size() > text || state.other_bytes > other_bytes || state.has_tool_calls != calls;
  }
  std::size_t text;
  std::int64_t other_bytes;
  bool calls;
};

bool isUsageOnly(JsonDoc::Node root, JsonDoc::Node usage) {
  const auto choices = root["choices"];
  return usage.isObject() && choices.isArray() && choices.size() == 0;
}

// A count beside choices is not what include_usage brings: that provider would have sent it anyway.
TextEdits additionsOf(const StreamKind& kind, JsonDoc::Node root, const Additions& add) {
  TextEdits edits;
  if (const auto usage = root["usage"]; add.usage && usage && usage.isNull()) edits.removeMember(root, usage);
  if (add.any()) kind.strip(root["choices"], add, edits);
  return edits;
}

// Where the words of a chunk stand that says nothing else: `before` is what the stream had said before it. A chunk with a count or an
// end is never like the next.
JsonDoc::Node wordsAlone(const StreamKind& kind, JsonDoc::Node root, const Said& before, const AnswerState& state) {
  const auto choices = root["choices"];
  if (!choices.isArray() || choices.size() != 1 || root["usage"].isObject()) return {};
  if (!state.finish_reason.empty() || state.other_bytes != before.other_bytes) return {};
  const auto choice = choices.first();
  const auto words = choice["index"].integer().value_or(0) == 0 ? kind.words(choice) : JsonDoc::Node();
  const std::size_t said = state.text.size() - before.text;
  return said > 0 && words.isString() && words.string()->size() == said ? words : JsonDoc::Node();
}

bool isOfNumbers(JsonDoc::Node array) {
  for (auto element = array.first(); element; element = element.next()) {
    if (element.kind() != JsonDoc::Kind::Number) return false;
  }
  return true;
}

// The values of a choice's probabilities that every token has others of: a token's bytes are one.
void appendValues(JsonDoc::Node of, std::vector<JsonDoc::Node>& out) {
  for (auto node = of.first(); node; node = node.next()) {
    const bool list = node.isArray() && node.size() > 0 && isOfNumbers(node);
    if (list || node.isString() || node.kind() == JsonDoc::Kind::Number) out.push_back(node);
    else if (node.isObject() || node.isArray()) appendValues(node, out);
  }
}

void learn(ChunkPattern& pattern, std::string_view data, JsonDoc::Node root, JsonDoc::Node words, const TextEdits& edits) {
  std::vector<JsonDoc::Node> differing{words};
  if (const auto padding = root["obfuscation"]; padding.isString()) differing.push_back(padding);  // hides the length of the words
  if (const auto logprobs = firstChoice(root)["logprobs"]; logprobs.isObject()) appendValues(logprobs, differing);
  pattern.learn(data, differing, edits);
}

}  // namespace

bool endsStream(std::string_view data) { return trim(data) == kStreamEnd; }

std::unexpected<Error> malformedStream(const StreamKind& kind, std::string_view what) {
  return fail(ErrorCode::UpstreamMalformed, "the upstream's stream is not one of " + std::string(kind.of) + ": " + std::string(what));
}

void readChoices(const StreamKind& kind, JsonDoc::Node choices, bool judged, AnswerState& state) {
  const Said before(state);
  const bool first = !state.saw_choice;
  for (auto choice = choices.first(); choice; choice = choice.next()) {
    state.saw_choice = true;
    if (choice["index"].integer().value_or(0) == 0) {
      readFirst(kind, choice, judged, state);
      continue;
    }
    AnswerState beside;
    kind.say(choice, beside);
    beside.finish_reason = choice["finish_reason"].stringOr("");
    if (isBrokenOff(beside.finish_reason)) state.finish_reason = beside.finish_reason;
    const auto index = *choice["index"].integer();
    if (index > 0 && index < kMostChoices) state.beside[index] |= !beside.finish_reason.empty();
    state.other_bytes += static_cast<std::int64_t>(beside.text.size()) + beside.other_bytes;
    state.steps += beside.steps;
  }
  if ((first && state.saw_choice) || before.lessThan(state)) ++state.steps;
}

Result<void> readChunk(const StreamKind& kind, JsonDoc::Node root, bool judged, AnswerState& state) {
  if (!root.isObject()) return malformedStream(kind, "an event is not an object");
  if (const auto error = root["error"]; error && !error.isNull()) return std::unexpected(readErrorMember(error.raw()));
  const auto choices = root["choices"];
  const auto usage = root["usage"];
  if (!choices.isArray() && !usage.isObject()) return malformedStream(kind, "an event has no choices");
  if (state.model.empty()) state.model = root["model"].stringOr("");
  if (choices.isArray()) readChoices(kind, choices, judged, state);
  if (isBrokenOff(state.finish_reason)) return std::unexpected(brokenOff(state.finish_reason));
  if (!usage.isObject()) return {};
  if (!state.usage) ++state.steps;
  if (auto read = readUsage(usage, root["service_tier"])) state.usage = *read;
  return {};
}

Result<RelayedChunk> relayChunk(const StreamKind& kind, std::string_view data, const Additions& add, AnswerState& state, ChunkPattern& pattern) {
  if (state.finish_reason.empty() && pattern.fits(data)) {
    const std::size_t before = state.text.size();
    pattern.words(state.text);
    if (state.text.size() > before) ++state.steps;
    if (!pattern.changes()) return RelayedChunk{};
    return RelayedChunk{RelayedChunk::Kind::Changed, pattern.relayed()};
  }
  if (endsStream(data)) {
    state.done = true;
    return RelayedChunk{};
  }
  const auto doc = JsonDoc::parse(data, kAnswerLimits);
  if (!doc) return malformedStream(kind, doc.error().message);
  const auto root = doc->root();
  const Said before(state);
  const bool judged = gathers(add, state);
  if (auto read = readChunk(kind, root, judged, state); !read) return std::unexpected(std::move(read.error()));
  if (add.usage && isUsageOnly(root, root["usage"])) return RelayedChunk{RelayedChunk::Kind::Dropped, {}};
  const TextEdits edits = additionsOf(kind, root, add);
  // What is judged is read, and which of the alternatives a client gets may depend on them.
  const bool by_values = (judged || add.top_logprobs) && firstChoice(root)["logprobs"].isObject();
  if (const auto words = by_values ? JsonDoc::Node() : wordsAlone(kind, root, before, state)) learn(pattern, data, root, words, edits);
  if (edits.empty()) return RelayedChunk{};
  return RelayedChunk{RelayedChunk::Kind::Changed, edits.apply(data)};
}

Result<void> checkEndOf(const StreamKind& kind, const AnswerState& state) {
  if (!state.done) return fail(ErrorCode::UpstreamTruncated, "the upstream's stream ended before its last event");
  if (!state.saw_choice) return malformedStream(kind, "it ended without any choice");
  const bool all_ended = !state.finish_reason.empty() && std::ranges::all_of(state.beside, [](const auto& one) { return one.second; });
  if (!all_ended) return malformedStream(kind, "it ended without a finish_reason");
  return {};
}

Result<Translation::Relayed> OpenAiRelay::event(const http::SseEvent& event, AnswerState& state) {
  auto chunk = relayChunk(kind_, event.data, add_, state, pattern_);
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
