// SPDX-License-Identifier: Apache-2.0
// The items of a Responses request, as turns. What the model said, thought and called between two inputs is one turn of it.
#include <algorithm>

#include "dialect/chat_hub.h"
#include "dialect/inline_data.h"
#include "dialect/request_parts.h"
#include "dialect/responses_hub.h"

namespace signalbox::dialect {
namespace {

std::unexpected<Error> notCarried(std::string param, const std::string& what) {
  return fail(ErrorCode::NotCarried, "'" + param + "': " + what + " cannot be translated for an upstream", param);
}

using Dropped = std::vector<std::string>;

Result<Part> readPart(JsonDoc::Node node, const std::string& where, Dropped& dropped) {
  nameOthers(node, {"type", "text", "refusal", "annotations", "logprobs", "image_url", "file_id", "detail", "filename", "file_data", "file_url", "input_audio"},
             "input.content.", dropped);
  const auto type = node["type"].stringOr("");
  Part part;
  if (type == "input_text" || type == "output_text" || type == "text") {
    part.text = node["text"].stringOr("");
  } else if (type == "refusal") {
    part.kind = Part::Kind::Refusal;
    part.text = node["refusal"].stringOr("");
  } else if (type == "input_image") {
    part.kind = Part::Kind::Image;
    part.file_id = node["file_id"].stringOr("");
    part.detail = node["detail"].stringOr("");
    readUrl(node["image_url"].stringOr(""), part);
  } else if (type == "input_file") {
    part.kind = Part::Kind::File;
    part.file_id = node["file_id"].stringOr("");
    part.name = node["filename"].stringOr("");
    readUrl(given(node["file_data"]) ? node["file_data"].stringOr("") : node["file_url"].stringOr(""), part);
  } else if (type == "input_audio") {
    part.kind = Part::Kind::Audio;
    part.data = node["input_audio"]["data"].stringOr("");
    part.media_type = "audio/" + node["input_audio"]["format"].stringOr("");
  } else {
    return notCarried(where, "a part of type \"" + type + "\"");
  }
  return part;
}

Result<std::vector<Part>> readParts(JsonDoc::Node content, const std::string& where, Dropped& dropped) {
  std::vector<Part> parts;
  if (auto text = content.string()) {
    parts.push_back({.text = std::move(*text)});
    return parts;
  }
  if (!content.isArray()) return parts;
  for (auto node = content.first(); node; node = node.next()) {
    auto part = readPart(node, where + "[" + std::to_string(parts.size()) + "]", dropped);
    if (!part) return std::unexpected(std::move(part.error()));
    parts.push_back(std::move(*part));
  }
  return parts;
}

std::string textsOf(JsonDoc::Node list) {
  std::string text;
  if (!list.isArray()) return text;
  for (auto part = list.first(); part; part = part.next()) {
    if (!text.empty()) text += '\n';
    text += part["text"].stringOr("");
  }
  return text;
}

Part readReasoning(JsonDoc::Node item) {
  Part part{.kind = Part::Kind::Reasoning, .text = textsOf(item["content"])};
  if (part.text.empty()) part.text = textsOf(item["summary"]);
  auto kept = item["encrypted_content"].stringOr("");
  part.redacted = kept.starts_with(kRedacted);
  if (part.redacted) part.data = kept.substr(kRedacted.size());
  else part.signature = std::move(kept);
  return part;
}

bool isThoughts(const Part& part) { return part.kind == Part::Kind::Reasoning; }

// The model's turn that an item belongs to. Calls go with all that came before them; what is said or thought, with thoughts alone:
// two messages in a row stay two.
Turn& modelsTurn(std::vector<Turn>& turns, bool call) {
  const bool last = !turns.empty() && turns.back().role == Turn::Role::Assistant;
  const bool goes_on = last && (call || (turns.back().calls.empty() && std::ranges::all_of(turns.back().parts, isThoughts)));
  if (!goes_on) turns.push_back({.role = Turn::Role::Assistant});
  return turns.back();
}

Result<void> readMessage(JsonDoc::Node item, const std::string& where, std::vector<Turn>& turns, Dropped& dropped) {
  auto parts = readParts(item["content"], where + ".content", dropped);
  if (!parts) return std::unexpected(std::move(parts.error()));
  const auto role = item["role"].stringOr("");
  if (role == "assistant") {
    auto& said = modelsTurn(turns, false).parts;
    said.insert(said.end(), std::make_move_iterator(parts->begin()), std::make_move_iterator(parts->end()));
    return {};
  }
  if (role != "user" && role != "system" && role != "developer") return notCarried(where + ".role", "the role \"" + role + "\"");
  const auto speaker = role == "user" ? Turn::Role::User : role == "system" ? Turn::Role::System : Turn::Role::Developer;
  turns.push_back({.role = speaker, .parts = std::move(*parts)});
  return {};
}

Result<void> readItem(JsonDoc::Node item, const std::string& where, std::vector<Turn>& turns, Dropped& dropped) {
  nameOthers(item, {"type", "id", "status", "role", "content", "summary", "encrypted_content", "call_id", "name", "arguments", "output"}, "input.", dropped);
  const auto type = item["type"].stringOr("message");
  if (type == "message") return readMessage(item, where, turns, dropped);
  if (type == "reasoning") {
    modelsTurn(turns, false).parts.push_back(readReasoning(item));
    return {};
  }
  if (type == "function_call") {
    modelsTurn(turns, true).calls.push_back({item["call_id"].stringOr(""), item["name"].stringOr(""), argumentsText(item["arguments"])});
    return {};
  }
  if (type == "function_call_output") {
    auto parts = readParts(item["output"], where + ".output", dropped);
    if (!parts) return std::unexpected(std::move(parts.error()));
    turns.push_back({.role = Turn::Role::Tool, .parts = std::move(*parts), .call_id = item["call_id"].stringOr("")});
    return {};
  }
  return notCarried(where, "an item of type \"" + type + "\"");
}

}  // namespace

Result<void> readItems(JsonDoc::Node input, std::vector<Turn>& turns, Dropped& dropped) {
  if (auto text = input.string()) {
    turns.push_back({.role = Turn::Role::User, .parts = {{.text = std::move(*text)}}});
    return {};
  }
  if (!input.isArray()) return {};
  std::size_t index = 0;
  for (auto item = input.first(); item; item = item.next(), ++index) {
    if (auto read = readItem(item, "input[" + std::to_string(index) + "]", turns, dropped); !read) return read;
  }
  return {};
}

}  // namespace signalbox::dialect
