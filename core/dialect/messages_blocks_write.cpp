// SPDX-License-Identifier: Apache-2.0
// Parts, calls and results, as Anthropic's content blocks.
#include "base/base64.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "dialect/inline_data.h"
#include "dialect/json_object.h"
#include "dialect/messages_blocks.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

std::unexpected<Error> noBlock(std::string_view what) { return notCarried("messages.content", std::string(what) + " has no word in Anthropic's messages"); }

std::string source(const Part& part) {
  JsonObject out;
  if (part.data.empty()) return out.raw("type", "\"url\"").text("url", part.url).str();
  return out.raw("type", "\"base64\"").text("media_type", part.media_type).text("data", part.data).str();
}

Result<std::string> writeFile(const Part& part, JsonObject& out) {
  std::string from;
  if (part.media_type == "text/plain") {
    const auto text = fromBase64(part.data);
    if (!text) return noBlock("a file whose data is not base64");
    from = JsonObject().raw("type", "\"text\"").raw("media_type", "\"text/plain\"").text("data", *text).str();
  } else if (part.media_type == "application/pdf" || (part.data.empty() && !part.url.empty())) {
    from = source(part);
  } else if (part.media_type.starts_with("image/")) {
    return out.raw("type", "\"image\"").raw("source", source(part)).str();
  } else {
    return noBlock("a file of type \"" + part.media_type + "\"");
  }
  out.raw("type", "\"document\"").raw("source", from);
  if (!part.name.empty()) out.text("title", part.name);
  return out.str();
}

}  // namespace

Result<std::string> writePart(const Part& given_part, std::set<std::string>& dropped) {
  Part part = given_part;
  if (part.data.empty() && part.url.starts_with("data:")) readUrl(std::exchange(part.url, {}), part);
  JsonObject out;
  if (!part.cache.empty()) out.raw("cache_control", part.cache);
  switch (part.kind) {
    case Part::Kind::Text:
    // A text of white space alone is refused by the provider, and says nothing.
    case Part::Kind::Refusal: return trim(part.text).empty() ? std::string() : out.raw("type", "\"text\"").text("text", part.text).str();
    case Part::Kind::Reasoning:
      if (part.redacted) return JsonObject().raw("type", "\"redacted_thinking\"").text("data", part.data).str();
      // The provider takes back only its own thoughts, which it knows by their signature.
      if (!part.signature.empty()) return JsonObject().raw("type", "\"thinking\"").text("thinking", part.text).text("signature", part.signature).str();
      dropped.insert("reasoning");
      return std::string();
    case Part::Kind::Image:
      if (!part.file_id.empty()) return noBlock("an image that was uploaded to another provider");
      if (!part.detail.empty() && part.detail != "auto") dropped.insert("detail");
      return out.raw("type", "\"image\"").raw("source", source(part)).str();
    case Part::Kind::File:
      if (!part.file_id.empty()) return noBlock("a file that was uploaded to another provider");
      return writeFile(part, out);
    case Part::Kind::Audio: return noBlock("sound");
  }
  return std::string();
}

std::string plainName(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!fine) c = '_';
  }
  return out;
}

std::string plainId(std::string_view id) {
  constexpr std::size_t kDigits = 8;
  std::string out = plainName(id.empty() ? "call" : id);
  return id.empty() || out == id ? out : out + "_" + sha256Hex(id).substr(0, kDigits);
}

std::string writeCall(const ToolCall& call) {
  const auto arguments = JsonDoc::parse(call.arguments);
  const bool usable = arguments && arguments->root().isObject();
  // What a model got wrong stays readable for the next one.
  const std::string input = usable ? call.arguments : call.arguments.empty() ? "{}" : JsonObject().text("INVALID_JSON", call.arguments).str();
  JsonObject out;
  if (!call.cache.empty()) out.raw("cache_control", call.cache);
  return out.raw("type", "\"tool_use\"").text("id", plainId(call.id)).text("name", call.name).raw("input", input).str();
}

Result<std::string> writeResult(const Turn& turn, std::set<std::string>& dropped) {
  JsonObject out;
  if (!turn.cache.empty()) out.raw("cache_control", turn.cache);
  out.raw("type", "\"tool_result\"").text("tool_use_id", plainId(turn.call_id));
  JsonArray content;
  for (const auto& part : turn.parts) {
    auto block = writePart(part, dropped);
    if (!block) return block;
    if (!block->empty()) content.raw(*block);
  }
  const bool plain = turn.parts.size() == 1 && turn.parts.front().kind == Part::Kind::Text && turn.parts.front().cache.empty();
  if (plain && !content.empty()) out.text("content", turn.parts.front().text);
  else if (!content.empty()) out.raw("content", content.str());
  if (turn.failed) out.raw("is_error", "true");
  return out.str();
}

}  // namespace signalbox::dialect
