// SPDX-License-Identifier: Apache-2.0
// A client's request after its dialect has been read: what routing needs to know, beside the bytes as they came.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/vocabulary.h"

namespace signalbox::domain {

struct Message {
  std::string role;  // system, developer, user, assistant, tool
  std::string text;  // text parts joined; images and files leave no trace here
};

// From x-signalbox-* headers or the body's metadata; headers win.
struct Hints {
  std::string workload;
  std::string session;
  std::string user;
  std::string domain;
  std::optional<int> latency_sla_ms;
  bool no_cache = false;
  bool explain = false;
};

// A stretch of Request::body; empty when the member is not there.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  explicit operator bool() const { return end > begin; }
};

// Where the dialect's writer may have to edit the body: found once while reading, so that nothing is parsed twice.
struct BodySpans {
  Span model;           // the value, as all below
  Span stream;
  Span logprobs;
  Span top_logprobs;
  Span stream_options;
  Span include_usage;
  bool stream_options_empty = false;
  std::uint32_t close = 0;   // the closing brace
  std::vector<Span> hints;   // hints in metadata, with the commas that go with them
};

struct Request {
  Dialect dialect = Dialect::OpenAiChat;
  std::string body;   // exactly as received
  std::string model;  // as asked for
  std::vector<Message> messages;
  bool stream = false;
  bool structured = false;              // response_format or a forced tool asks for a shape
  bool wants_logprobs = false;
  std::optional<int> top_logprobs;
  bool wants_stream_usage = false;
  std::optional<std::int64_t> max_tokens;  // of each answer; 0 or more
  int n = 1;                            // answers that are made, told or not: those of `best_of`, and of each prompt
  bool has_tools = false;
  bool searches = false;                // asks the provider to search the web, which it takes money for
  bool older_functions = false;         // asked for by `functions`, which was before `tools`: the answer calls one, as `function_call`
  // Of what is given as token numbers: how many they are, and how many bytes of the messages' texts their digits take.
  std::int64_t token_numbers = 0;
  std::int64_t token_number_bytes = 0;
  Hints hints;
  // Headers other than the hints, names in lower case, for policies that match on them.
  std::vector<std::pair<std::string, std::string>> headers;
  BodySpans spans;
};

}  // namespace signalbox::domain
