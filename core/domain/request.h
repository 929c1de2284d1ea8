// SPDX-License-Identifier: Apache-2.0
// A client's request after its dialect has been read: what routing needs to know, beside the bytes as they came.
#pragma once
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
  std::optional<std::int64_t> max_tokens;
  int n = 1;
  bool has_tools = false;
  Hints hints;
  // Headers other than the hints, names in lower case, for policies that match on them.
  std::vector<std::pair<std::string, std::string>> headers;
};

}  // namespace signalbox::domain
