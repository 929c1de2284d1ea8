// SPDX-License-Identifier: Apache-2.0
#include "dialect/messages_answer.h"

#include "base/strings.h"
#include "dialect/evidence.h"
#include "dialect/openai_error.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorCode::UpstreamMalformed, "the upstream's answer is not one of Anthropic's messages: " + std::move(what));
}

std::int64_t sizeOf(JsonDoc::Node text) { return text.isString() ? static_cast<std::int64_t>(text.raw().size()) - 2 : 0; }

bool isEmptyObject(JsonDoc::Node node) { return node.isObject() && node.size() == 0; }

// Of a stream, what is empty when a call begins comes later.
std::int64_t inputBytes(JsonDoc::Node input) { return given(input) && !isEmptyObject(input) ? static_cast<std::int64_t>(input.raw().size()) : 0; }

// Deltas of which an empty one brings nothing. Signatures and citations are steps of their own.
bool isOfGrowth(JsonDoc::Node delta) {
  const auto type = delta["type"].stringOr("");
  return type == "text_delta" || type == "thinking_delta" || type == "input_json_delta";
}

void readStop(JsonDoc::Node from, AnswerState& state) {
  const auto reason = from["stop_reason"];
  if (!reason.isString()) return;
  state.finish_reason = *reason.string();
  state.refused = state.finish_reason == "refusal";
}

// Calls of tools that run at the provider are a part of how it thinks.
void readBlock(JsonDoc::Node block, std::string_view answer_tool, AnswerState& state) {
  const auto type = block["type"].stringOr("");
  if (type == "text") {
    state.text += block["text"].stringOr("");
  } else if (type == "thinking") {
    state.other_bytes += sizeOf(block["thinking"]);
  } else if (type == "redacted_thinking") {
    state.other_bytes += sizeOf(block["data"]);
  } else if (type == "tool_use") {
    if (!answer_tool.empty() && block["name"].stringOr("") == answer_tool) {
      state.text += given(block["input"]) ? block["input"].raw() : std::string_view("{}");
    } else {
      state.has_tool_calls = true;
      state.other_bytes += inputBytes(block["input"]);
    }
  } else if (type == "server_tool_use") {
    state.other_bytes += inputBytes(block["input"]);
  }
}

}  // namespace

void MessagesUsage::add(JsonDoc::Node usage) {
  const auto take = [&](JsonDoc::Node node, std::optional<std::int64_t>& count) {
    if (!given(node)) return;
    const auto value = countOf(node);
    if (value) count = value;
    else untrue_ = true;
  };
  take(usage["input_tokens"], input_);
  take(usage["output_tokens"], output_);
  take(usage["cache_read_input_tokens"], cache_read_);
  take(usage["cache_creation_input_tokens"], cache_write_);
  take(usage["cache_creation"]["ephemeral_1h_input_tokens"], cache_write_1h_);
  take(usage["output_tokens_details"]["thinking_tokens"], thinking_);
  take(usage["server_tool_use"]["web_search_requests"], web_searches_);
  if (const auto tier = usage["service_tier"]; given(tier)) tier_ = serviceTier(tier);
}

std::optional<domain::Usage> MessagesUsage::total() const { return output_ ? soFar() : std::nullopt; }

std::optional<domain::Usage> MessagesUsage::soFar() const {
  if (untrue_ || !input_) return std::nullopt;
  domain::Usage usage;
  usage.cached_input = cache_read_.value_or(0);
  usage.cache_write = cache_write_.value_or(0);
  usage.input = *input_ + usage.cached_input + usage.cache_write;
  usage.output = output_.value_or(0);
  usage.cache_write_1h = cache_write_1h_.value_or(0);
  usage.reasoning = thinking_.value_or(0);
  usage.web_searches = web_searches_.value_or(0);
  usage.tier = tier_;
  usage.source = domain::UsageSource::Provider;
  return usage;
}

Result<JsonDoc> parseMessagesPayload(std::string_view text) {
  auto doc = JsonDoc::parse(text, kAnswerLimits);
  if (!doc) return malformed(doc.error().message);
  if (!doc->root().isObject()) return malformed("it is not an object");
  return doc;
}

Result<void> readMessage(JsonDoc::Node root, std::string_view answer_tool, AnswerState& state) {
  if (const auto error = root["error"]; given(error)) return std::unexpected(readErrorMember(error.raw()));
  const auto content = root["content"];
  if (!content.isArray() || root["type"].stringOr("message") != "message") return malformed("it has no content");
  state.saw_choice = state.done = true;
  state.model = root["model"].stringOr("");
  for (auto block = content.first(); block; block = block.next()) readBlock(block, answer_tool, state);
  readStop(root, state);
  if (root["usage"].isObject()) {
    MessagesUsage usage;
    usage.add(root["usage"]);
    state.usage = usage.total();
  }
  return {};
}

void MessagesEvents::beginBlock(JsonDoc::Node block, AnswerState& state) {
  in_answer_tool_ = !answer_tool_.empty() && block["type"].stringOr("") == "tool_use" && block["name"].stringOr("") == answer_tool_;
  text_before_ = state.text.size();
  // A stream says what is in it later, most of the time.
  if (!in_answer_tool_ || (given(block["input"]) && !isEmptyObject(block["input"]))) readBlock(block, answer_tool_, state);
}

void MessagesEvents::endBlock(AnswerState& state) {
  ended_empty_ = std::exchange(in_answer_tool_, false) && state.text.size() == text_before_;
  if (ended_empty_) state.text += "{}";
}

void MessagesEvents::readDelta(JsonDoc::Node delta, AnswerState& state) const {
  const auto type = delta["type"].stringOr("");
  if (type == "text_delta") {
    state.text += delta["text"].stringOr("");
  } else if (type == "thinking_delta") {
    state.other_bytes += sizeOf(delta["thinking"]);
  } else if (type == "input_json_delta") {
    if (in_answer_tool_) state.text += delta["partial_json"].stringOr("");
    else state.other_bytes += static_cast<std::int64_t>(delta["partial_json"].stringOr("").size());  // full of quotes, which escapes double
  }
}

Result<void> MessagesEvents::read(JsonDoc::Node root, AnswerState& state) {
  const auto type = root["type"].stringOr("");
  if (type == "error" || given(root["error"])) return std::unexpected(readErrorMember(given(root["error"]) ? root["error"].raw() : "{}"));
  if (type.empty()) return malformed("an event has no type");
  const std::size_t text_before = state.text.size();
  const std::int64_t other_before = state.other_bytes;
  bool brought = type != "ping";
  if (type == "message_start") {
    const auto message = root["message"];
    if (!message.isObject()) return malformed("its first event has no message");
    brought = !state.saw_choice;
    state.saw_choice = true;
    state.model = message["model"].stringOr("");
    usage_.add(message["usage"]);
    state.begun = usage_.soFar();
  } else if (type == "content_block_start") {
    beginBlock(root["content_block"], state);
  } else if (type == "content_block_delta") {
    readDelta(root["delta"], state);
    brought = state.text.size() > text_before || state.other_bytes > other_before || !isOfGrowth(root["delta"]);
  } else if (type == "content_block_stop") {
    endBlock(state);
  } else if (type == "message_delta") {
    brought = state.finish_reason.empty() && root["delta"]["stop_reason"].isString();
    readStop(root["delta"], state);
    if (root["usage"].isObject()) {
      usage_.add(root["usage"]);
      state.usage = usage_.total();
    }
  } else if (type == "message_stop") {
    state.done = true;
  }
  if (brought) ++state.steps;
  return {};
}

bool endsMessages(const http::SseEvent& event) {
  constexpr std::string_view kLast = "message_stop";
  if (event.type == kLast) return true;
  if (event.data.find(kLast) == std::string::npos) return false;
  const auto doc = JsonDoc::parse(event.data, kAnswerLimits);
  return doc && doc->root()["type"].stringOr("") == kLast;
}

Result<void> checkMessagesEnd(const AnswerState& state) {
  if (!state.done) return fail(ErrorCode::UpstreamTruncated, "the upstream's stream ended before its last event");
  if (!state.saw_choice) return malformed("its stream has no message_start");
  if (state.finish_reason.empty()) return malformed("its stream ended without a stop_reason");
  return {};
}

}  // namespace signalbox::dialect
