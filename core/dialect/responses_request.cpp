// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "dialect/field_types.h"
#include "dialect/openai_responses.h"
#include "dialect/request_parts.h"
#include "dialect/responses_hub.h"

namespace signalbox::dialect {
namespace {

using namespace field_types;

constexpr std::array<Field, 28> kFields{{
    {"background", kBool},
    {"conversation", kString | kObject},
    {"include", kArray},
    {"input", kString | kArray},
    {"instructions", kString},
    {"max_output_tokens", kInteger},
    {"max_tool_calls", kInteger},
    {"metadata", kObject},
    {"model", kString},
    {"parallel_tool_calls", kBool},
    {"previous_response_id", kString},
    {"prompt", kObject},
    {"prompt_cache_key", kString},
    {"prompt_cache_retention", kString},
    {"reasoning", kObject},
    {"safety_identifier", kString},
    {"service_tier", kString},
    {"store", kBool},
    {"stream", kBool},
    {"stream_options", kObject},
    {"temperature", kNumber},
    {"text", kObject},
    {"tool_choice", kString | kObject},
    {"tools", kArray},
    {"top_logprobs", kInteger},
    {"top_p", kNumber},
    {"truncation", kString},
    {"user", kString},
}};

Result<void> readContent(JsonDoc::Node item, const std::string& where, domain::Request& request) {
  const auto content = item["content"];
  if (!content.isString() && !content.isArray()) return wrongType(where + ".content", "a string or an array of parts", content);
  if (content.isArray()) {
    std::size_t index = 0;
    for (auto part = content.first(); part; part = part.next(), ++index) {
      const auto here = where + ".content[" + std::to_string(index) + "]";
      if (!part.isObject()) return wrongType(here, "an object", part);
      if (!part["type"].isString()) return wrongType(here + ".type", "a string", part["type"]);
    }
  }
  request.messages.push_back({item["role"].stringOr(""), joinedText(content)});
  return {};
}

// What is said in the input; items that are no messages matter to the upstream only, but for results of tools.
Result<void> readInput(JsonDoc::Node input, domain::Request& request) {
  if (auto text = input.string()) {
    request.messages.push_back({"user", std::move(*text)});
    return {};
  }
  if (!input.isArray()) return wrongType("input", "a string or an array of items", input);
  if (input.size() == 0) return fail(ErrorCode::InvalidRequest, "'input' must hold at least one item", "input");
  std::size_t index = 0;
  for (auto item = input.first(); item; item = item.next(), ++index) {
    const auto where = "input[" + std::to_string(index) + "]";
    if (!item.isObject()) return wrongType(where, "an object", item);
    if (given(item["type"]) && !item["type"].isString()) return wrongType(where + ".type", "a string", item["type"]);
    const auto type = item["type"].stringOr("message");
    if (type == "message") {
      if (!item["role"].isString()) return wrongType(where + ".role", "a string", item["role"]);
      if (const auto read = readContent(item, where, request); !read) return read;
    } else if (type == "function_call_output") {
      if (!item["call_id"].isString()) return wrongType(where + ".call_id", "a string", item["call_id"]);
      const auto output = item["output"];
      if (!output.isString() && !output.isArray()) return wrongType(where + ".output", "a string or an array of parts", output);
      request.messages.push_back({"tool", joinedText(output)});
    } else if (type == "function_call") {
      for (const std::string_view name : {"call_id", "name", "arguments"}) {
        if (!item[name].isString()) return wrongType(where + "." + std::string(name), "a string", item[name]);
      }
    }
  }
  return {};
}

Result<void> readShape(JsonDoc::Node root, domain::Request& request) {
  if (const auto format = root["text"]["format"]; given(format)) {
    if (!format.isObject()) return wrongType("text.format", "an object", format);
    if (!format["type"].isString()) return wrongType("text.format.type", "a string", format["type"]);
    request.structured = format["type"].stringOr("") != "text";
  }
  const auto choice = root["tool_choice"];
  if (choice.isObject() || choice.stringOr("") == "required") request.structured = true;
  request.has_tools = root["tools"].isArray() && root["tools"].size() > 0;
  return {};
}

}  // namespace

bool includes(JsonDoc::Node root, std::string_view word) {
  const auto list = root["include"];
  if (!list.isArray()) return false;
  for (auto entry = list.first(); entry; entry = entry.next()) {
    if (entry.stringOr("") == word) return true;
  }
  return false;
}

Result<domain::Request> readResponsesRequest(std::string body, const http::Headers& headers) {
  domain::Request request;
  request.dialect = domain::Dialect::OpenAiResponses;
  request.body = std::move(body);
  const auto doc = readTyped(kFields, request);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  if (auto text = root["instructions"].string()) request.messages.push_back({"system", std::move(*text)});
  // A prompt that is kept at the provider may stand for the input; whoever cannot have it says so.
  if (given(root["input"]) || !given(root["prompt"])) {
    if (const auto read = readInput(root["input"], request); !read) return std::unexpected(read.error());
  }
  if (const auto read = readShape(root, request); !read) return std::unexpected(read.error());
  if (const auto top = root["top_logprobs"]; given(top)) {
    const auto value = wholeNumber(top).value_or(0);
    if (value < 0 || value > 20) return fail(ErrorCode::InvalidRequest, "'top_logprobs' must be from 0 to 20", "top_logprobs");
    request.top_logprobs = static_cast<int>(value);
  }
  request.wants_logprobs = includes(root, kIncludeLogprobs);
  request.stream = root["stream"].boolean().value_or(false);
  request.max_tokens = tokenLimit(root["max_output_tokens"]);
  if (const auto read = readHintsAndHeaders(headers, root, root["metadata"], root["user"], request); !read) return std::unexpected(read.error());
  return request;
}

}  // namespace signalbox::dialect
