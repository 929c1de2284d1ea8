// SPDX-License-Identifier: Apache-2.0
// The grammar of single lines and values of a head (RFC 9110, RFC 9112), as pure functions. Used by framing.cpp alone.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/framing.h"
#include "http/message.h"

namespace signalbox::http::grammar {

inline constexpr Refusal kFine{0, {}};
[[nodiscard]] inline bool fine(const Refusal& refusal) { return refusal.status == 0; }

[[nodiscard]] bool isTokenChar(char c);
[[nodiscard]] bool isToken(std::string_view text);       // at least one character
[[nodiscard]] bool isFieldValue(std::string_view text);  // visible, obs-text, space and tab
// "host" or "host:port"; names, IPv4 and bracketed IPv6 only.
[[nodiscard]] bool isAuthority(std::string_view text);

struct RequestLine {
  std::string_view method, target;
  std::string_view authority;  // of an absolute-form target, else empty
  bool http10 = false;
};
// `line` without its CRLF. The target is cut down to origin form.
[[nodiscard]] Refusal readRequestLine(std::string_view line, RequestLine& out);

struct FieldLine {
  std::string_view name, value;  // the value without white space around it
};
[[nodiscard]] Refusal readFieldLine(std::string_view line, FieldLine& out);

// Chunk size, then nothing or ";" and extensions. nullopt when malformed or too big for 60 bits.
[[nodiscard]] std::optional<std::uint64_t> readChunkSize(std::string_view line, std::size_t& extension_bytes);

// What all fields together say about framing. REQUIRES: every field passed readFieldLine.
[[nodiscard]] Refusal readFacts(const Request& request, std::string_view authority, std::uint64_t max_body, RequestParser::Facts& facts);

}  // namespace signalbox::http::grammar
