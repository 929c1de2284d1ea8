// SPDX-License-Identifier: Apache-2.0
// The items of a Responses request, as turns. What the model said, thought and called between two inputs is one turn of it.
#include <algorithm>
#include <set>

#include "dialect/chat_hub.h"
#include "dialect/inline_data.h"
#include "dialect/request_parts.h"
#include "dialect/responses_hub.h"

namespace signalbox::dialect {
namespace {

using Dropped = std::set<std::string>;

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
    return notTranslated(where, "a part of type \"" + type + "\"");
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

// Where the next item goes. Every other API wants the results of calls right behind the turn that made them, whatever stands between
// them here: until they have all come, the model's items belong to that turn, and what others say waits.
class Turns {
 public:
  Turns(JsonDoc::Node items, std::vector<Turn>& turns) : turns_(turns) {
    for (auto item = items.first(); item; item = item.next()) {
      if (item["type"].stringOr("") == "function_call_output") answered_.insert(item["call_id"].stringOr(""));
    }
  }
  ~Turns() { release(); }
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  void says(Turn turn) { (open_.empty() ? turns_ : waiting_).push_back(std::move(turn)); }
  // The model's turn for what it says or thinks. That goes with thoughts alone: two messages in a row stay two.
  Turn& saying() {
    if (!open_.empty() && waiting_.empty()) return turns_[calling_];
    auto& turns = open_.empty() ? turns_ : waiting_;
    const bool goes_on = isModels(turns) && turns.back().calls.empty() && std::ranges::all_of(turns.back().parts, isThoughts);
    if (!goes_on) turns.push_back({.role = Turn::Role::Assistant});
    return turns.back();
  }
  // A call goes with all that came before it.
  void calls(ToolCall call) {
    if (open_.empty()) {
      if (!isModels(turns_)) turns_.push_back({.role = Turn::Role::Assistant});
      calling_ = turns_.size() - 1;
    }
    if (answered_.contains(call.id)) open_.insert(call.id);
    turns_[calling_].calls.push_back(std::move(call));
  }
  void gives(Turn result) {
    open_.erase(result.call_id);
    turns_.push_back(std::move(result));
    if (open_.empty()) release();
  }

 private:
  static bool isModels(const std::vector<Turn>& turns) { return !turns.empty() && turns.back().role == Turn::Role::Assistant; }
  void release() {
    turns_.insert(turns_.end(), std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
  }

  std::vector<Turn>& turns_;
  std::vector<Turn> waiting_;
  std::set<std::string> answered_;  // calls whose results come somewhere
  std::set<std::string> open_;      // those of them that are still to come, of the turn at `calling_`
  std::size_t calling_ = 0;
};

Result<void> readMessage(JsonDoc::Node item, const std::string& where, Turns& turns, Dropped& dropped) {
  auto parts = readParts(item["content"], where + ".content", dropped);
  if (!parts) return std::unexpected(std::move(parts.error()));
  const auto role = item["role"].stringOr("");
  if (role == "assistant") {
    auto& said = turns.saying().parts;
    said.insert(said.end(), std::make_move_iterator(parts->begin()), std::make_move_iterator(parts->end()));
    return {};
  }
  if (role != "user" && role != "system" && role != "developer") return notTranslated(where + ".role", "the role \"" + role + "\"");
  const auto speaker = role == "user" ? Turn::Role::User : role == "system" ? Turn::Role::System : Turn::Role::Developer;
  turns.says({.role = speaker, .parts = std::move(*parts)});
  return {};
}

Result<void> readItem(JsonDoc::Node item, const std::string& where, Turns& turns, Dropped& dropped) {
  nameOthers(item, {"type", "id", "status", "role", "content", "summary", "encrypted_content", "call_id", "name", "arguments", "output"}, "input.", dropped);
  const auto type = item["type"].stringOr("message");
  if (type == "message") return readMessage(item, where, turns, dropped);
  if (type == "reasoning") {
    turns.saying().parts.push_back(readReasoning(item));
    return {};
  }
  if (type == "function_call") {
    turns.calls({item["call_id"].stringOr(""), item["name"].stringOr(""), argumentsText(item["arguments"])});
    return {};
  }
  if (type == "function_call_output") {
    auto parts = readParts(item["output"], where + ".output", dropped);
    if (!parts) return std::unexpected(std::move(parts.error()));
    turns.gives({.role = Turn::Role::Tool, .parts = std::move(*parts), .call_id = item["call_id"].stringOr("")});
    return {};
  }
  return notTranslated(where, "an item of type \"" + type + "\"");
}

}  // namespace

Result<void> readItems(JsonDoc::Node input, std::vector<Turn>& turns, Dropped& dropped) {
  if (auto text = input.string()) {
    turns.push_back({.role = Turn::Role::User, .parts = {{.text = std::move(*text)}}});
    return {};
  }
  if (!input.isArray()) return {};
  Turns into(input, turns);
  std::size_t index = 0;
  for (auto item = input.first(); item; item = item.next(), ++index) {
    if (auto read = readItem(item, "input[" + std::to_string(index) + "]", into, dropped); !read) return read;
  }
  return {};
}

}  // namespace signalbox::dialect
