// SPDX-License-Identifier: Apache-2.0
// Writes the head of an answer. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.h"

namespace signalbox::server {

enum class Framing : std::uint8_t {
  Length,   // Content-Length
  Chunked,
  Close,    // until the connection ends: streams to HTTP/1.0
  None,     // 1xx, 204 and 304 have no body and no length
};

struct HeadFacts {
  int status = 200;
  Framing framing = Framing::Length;
  std::uint64_t length = 0;
  bool close = false;
  bool http10 = false;
  std::string_view date;  // the whole header line
};

[[nodiscard]] std::string_view reasonPhrase(int status);
[[nodiscard]] inline bool bodyless(int status) { return status < 200 || status == 204 || status == 304; }
// Appends status line, `headers` without those that are the server's business, and the empty line. Control characters in
// values become spaces: a value can never begin a line of its own.
void appendHead(std::string& out, const HeadFacts& facts, const http::Headers& headers);

}  // namespace signalbox::server
