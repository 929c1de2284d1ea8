// SPDX-License-Identifier: Apache-2.0
// Anthropic's content blocks, as parts, calls and turns.
#include "base/base64.h"
#include "dialect/messages_blocks.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

using Dropped = std::set<std::string>;

constexpr std::string_view kWhere = "messages.content.";

Result<Part> readImage(JsonDoc::Node block) {
  const auto source = block["source"];
  const auto type = source["type"].stringOr("");
  Part part{.kind = Part::Kind::Image, .cache = cacheOf(block)};
  if (type == "url") {
    part.url = source["url"].stringOr("");
  } else if (type == "base64") {
    part.media_type = source["media_type"].stringOr("");
    part.data = source["data"].stringOr("");
  } else {
    return notTranslated("messages.content", "an image whose source is of type \"" + type + "\"");
  }
  return part;
}

// A text of its own, or one made of blocks, is text to every other dialect too.
Result<void> readDocument(JsonDoc::Node block, std::vector<Part>& parts, Dropped& dropped) {
  nameOthers(block, {"type", "source", "title", "cache_control"}, kWhere, dropped);
  const auto source = block["source"];
  const auto type = source["type"].stringOr("");
  if (type == "content") {
    if (auto read = readParts(source["content"], parts, dropped); !read) return read;
    if (auto cache = cacheOf(block); !parts.empty() && !cache.empty()) parts.back().cache = std::move(cache);
    return {};
  }
  Part part{.kind = Part::Kind::File, .name = block["title"].stringOr(""), .cache = cacheOf(block)};
  if (type == "url") {
    part.url = source["url"].stringOr("");
  } else if (type == "base64") {
    part.media_type = source["media_type"].stringOr("");
    part.data = source["data"].stringOr("");
  } else if (type == "text") {
    part.media_type = "text/plain";
    part.data = toBase64(source["data"].stringOr(""));
  } else {
    return notTranslated("messages.content", "a document whose source is of type \"" + type + "\"");
  }
  parts.push_back(std::move(part));
  return {};
}

void readSearchResult(JsonDoc::Node block, std::vector<Part>& parts) {
  std::string text = block["title"].stringOr("") + "\n" + block["source"].stringOr("");
  const auto content = block["content"];
  if (content.isArray()) {
    for (auto each = content.first(); each; each = each.next()) text += "\n" + each["text"].stringOr("");
  }
  parts.push_back({.text = std::move(text), .cache = cacheOf(block)});
}

Result<void> readPart(JsonDoc::Node block, std::vector<Part>& parts, Dropped& dropped) {
  const auto type = block["type"].stringOr("");
  if (type == "text") nameOthers(block, {"type", "text", "cache_control"}, kWhere, dropped);
  if (type == "image") nameOthers(block, {"type", "source", "cache_control"}, kWhere, dropped);
  if (type == "search_result") nameOthers(block, {"type", "title", "source", "content", "cache_control"}, kWhere, dropped);
  if (type == "text") {
    parts.push_back({.text = block["text"].stringOr(""), .cache = cacheOf(block)});
  } else if (type == "image") {
    auto image = readImage(block);
    if (!image) return std::unexpected(std::move(image.error()));
    parts.push_back(std::move(*image));
  } else if (type == "document") {
    return readDocument(block, parts, dropped);
  } else if (type == "search_result") {
    readSearchResult(block, parts);
  } else if (type == "thinking") {
    parts.push_back({.kind = Part::Kind::Reasoning, .text = block["thinking"].stringOr(""), .signature = block["signature"].stringOr("")});
  } else if (type == "redacted_thinking") {
    parts.push_back({.kind = Part::Kind::Reasoning, .data = block["data"].stringOr(""), .redacted = true});
  } else {
    return notTranslated("messages.content", "a block of type \"" + type + "\"");
  }
  return {};
}

Result<Turn> readResult(JsonDoc::Node block, Dropped& dropped) {
  nameOthers(block, {"type", "tool_use_id", "content", "is_error", "cache_control"}, kWhere, dropped);
  Turn turn{.role = Turn::Role::Tool, .call_id = block["tool_use_id"].stringOr(""), .failed = block["is_error"].boolean().value_or(false), .cache = cacheOf(block)};
  if (auto read = readParts(block["content"], turn.parts, dropped); !read) return std::unexpected(std::move(read.error()));
  return turn;
}

}  // namespace

Result<void> readParts(JsonDoc::Node content, std::vector<Part>& parts, Dropped& dropped) {
  if (auto text = content.string()) {
    parts.push_back({.text = std::move(*text)});
    return {};
  }
  if (!content.isArray()) return {};
  for (auto block = content.first(); block; block = block.next()) {
    if (auto read = readPart(block, parts, dropped); !read) return read;
  }
  return {};
}

Result<void> readUserTurns(JsonDoc::Node content, std::vector<Turn>& turns, Dropped& dropped) {
  Turn words{.role = Turn::Role::User};
  if (!content.isArray()) {
    if (auto read = readParts(content, words.parts, dropped); !read) return read;
    turns.push_back(std::move(words));
    return {};
  }
  for (auto block = content.first(); block; block = block.next()) {
    if (block["type"].stringOr("") == "tool_result") {
      auto result = readResult(block, dropped);
      if (!result) return std::unexpected(std::move(result.error()));
      turns.push_back(std::move(*result));
    } else if (auto read = readPart(block, words.parts, dropped); !read) {
      return read;
    }
  }
  if (!words.parts.empty() || content.size() == 0) turns.push_back(std::move(words));
  return {};
}

Result<Turn> readAssistantTurn(JsonDoc::Node content, Dropped& dropped) {
  Turn turn{.role = Turn::Role::Assistant};
  if (!content.isArray()) {
    if (auto read = readParts(content, turn.parts, dropped); !read) return std::unexpected(std::move(read.error()));
    return turn;
  }
  for (auto block = content.first(); block; block = block.next()) {
    if (block["type"].stringOr("") == "tool_use") {
      nameOthers(block, {"type", "id", "name", "input", "cache_control"}, kWhere, dropped);
      turn.calls.push_back({block["id"].stringOr(""), block["name"].stringOr(""), std::string(block["input"].raw()), cacheOf(block)});
    } else if (auto read = readPart(block, turn.parts, dropped); !read) {
      return std::unexpected(std::move(read.error()));
    }
  }
  return turn;
}

}  // namespace signalbox::dialect
