// SPDX-License-Identifier: Apache-2.0
// What a request says, in the words of no dialect: every client dialect is read into it and every upstream dialect written from it
// where the two differ. Bytes that nobody here has to understand (schemas, unknown members) stay JSON text. Internal to dialect/.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dialect/answer.h"

namespace signalbox::dialect {

struct Part {
  enum class Kind : std::uint8_t { Text, Refusal, Reasoning, Image, File, Audio };
  Kind kind = Kind::Text;
  std::string text = {};       // of Text, Refusal, Reasoning
  std::string url = {};        // of an image or file: http(s), or data:TYPE;base64,…
  std::string media_type = {}; // of inline data
  std::string data = {};       // base64, of inline images, files and audio
  std::string file_id = {};    // of what was uploaded before
  std::string name = {};       // of a file
  std::string detail = {};     // how closely an image is to be looked at: low, high, auto
  std::string signature = {};  // with which a provider knows its own reasoning again
  bool redacted = false;       // reasoning of which only `data` is given
  std::string cache = {};      // a cache_control, as JSON
  friend bool operator==(const Part&, const Part&) = default;
};

struct ToolCall {
  std::string id = {};
  std::string name = {};
  std::string arguments = {};  // a JSON object as text; what a model made of it may be broken
  std::string cache = {};      // a cache_control, as JSON
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct Turn {
  enum class Role : std::uint8_t { System, Developer, User, Assistant, Tool };
  Role role = Role::User;
  std::string name = {};
  std::vector<Part> parts = {};
  std::vector<ToolCall> calls = {};  // of the assistant, after its parts
  std::string call_id = {};          // of a tool: whose result this is
  bool failed = false;               // of a tool: the result is an error
  std::string cache = {};            // of a tool: its cache_control
  friend bool operator==(const Turn&, const Turn&) = default;
};

struct Tool {
  std::string name = {};
  std::string description = {};
  std::string parameters = {};  // JSON Schema; empty: none given
  std::optional<bool> strict = {};
  std::string cache = {};
  friend bool operator==(const Tool&, const Tool&) = default;
};

struct ToolChoice {
  enum class Kind : std::uint8_t { Unset, Auto, None, Required, Named };
  Kind kind = Kind::Unset;
  std::string name = {};
  friend bool operator==(const ToolChoice&, const ToolChoice&) = default;
};

struct AnswerFormat {
  enum class Kind : std::uint8_t { Unset, Text, JsonObject, JsonSchema };
  Kind kind = Kind::Unset;
  std::string name = {};
  std::string description = {};
  std::string schema = {};  // JSON Schema
  std::optional<bool> strict = {};
  friend bool operator==(const AnswerFormat&, const AnswerFormat&) = default;
};

struct Conversation {
  std::vector<Turn> turns = {};
  std::vector<Tool> tools = {};
  ToolChoice tool_choice = {};
  std::optional<bool> parallel_tool_calls = {};
  AnswerFormat format = {};
  std::optional<std::int64_t> max_tokens = {};
  std::optional<double> temperature = {};
  std::optional<double> top_p = {};
  std::optional<std::int64_t> top_k = {};
  std::vector<std::string> stop = {};
  std::optional<std::int64_t> seed = {};
  int n = 1;
  bool logprobs = false;
  std::optional<int> top_logprobs = {};
  std::string user = {};
  std::string reasoning_effort = {};
  // Members of the same name and meaning in several dialects, or in none that is known here: name and JSON text, in their order.
  std::vector<std::pair<std::string, std::string>> rest = {};
  // Members that the client's dialect alone has a word for; every writer adds what it leaves out itself.
  std::set<std::string> dropped = {};
  friend bool operator==(const Conversation&, const Conversation&) = default;
};

// A request in an upstream's dialect, and which of the client's members that dialect has no word for.
struct WrittenRequest {
  std::string body = {};
  std::vector<std::string> dropped = {};
};

}  // namespace signalbox::dialect
