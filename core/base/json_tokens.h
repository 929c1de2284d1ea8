// SPDX-License-Identifier: Apache-2.0
// Where the tokens of a JSON text end. Every step takes the place where a token begins and gives the one after it, or nullptr after
// problem(): a place that is handed on stays in a register. For the parser of json_doc.h, and where all but a string is known.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/byte_block.h"

namespace signalbox {

class JsonTokens {
 public:
  explicit JsonTokens(std::string_view text) : begin_(text.data()), end_(begin_ + text.size()) {}

  [[nodiscard]] const char* begin() const { return begin_; }
  [[nodiscard]] const char* end() const { return end_; }
  [[nodiscard]] std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  [[nodiscard]] char peek(const char* at) const { return at < end_ ? *at : '\0'; }
  [[nodiscard]] const char* skipSpace(const char* at) const {
    while (at < end_ && static_cast<unsigned char>(*at) <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
    return at;
  }

  // Out of line and cold, so that what goes well lies close together.
  [[gnu::cold, gnu::noinline]] const char* problem(const char* at, std::string_view what) {
    problem_at_ = offset(at);
    problem_ = what;
    return nullptr;
  }
  [[nodiscard]] std::uint32_t problemAt() const { return problem_at_; }
  [[nodiscard]] const std::string& problemText() const { return problem_; }

  // From the opening quote past the closing one; `escaped` tells of a backslash inside.
  [[gnu::always_inline]] const char* string(const char* at, bool& escaped) {
    at = plainUntil(at + 1);
    if (at < end_ && *at == '"') [[likely]] return at + 1;
    return restOfString(at, escaped);
  }

  const char* number(const char* at) {
    if (*at == '-') ++at;
    const char* from = at;
    at = peek(at) == '0' ? at + 1 : digits(at);
    if (at == from) return problem(at, "expected a value");
    if (at == end_ || (*at != '.' && *at != 'e' && *at != 'E')) return at;
    if (*at == '.') {
      from = ++at;
      at = digits(at);
      if (at == from) return problem(at, "expected digits after the decimal point");
    }
    if (peek(at) != 'e' && peek(at) != 'E') return at;
    ++at;
    if (peek(at) == '+' || peek(at) == '-') ++at;
    from = at;
    at = digits(at);
    return at != from ? at : problem(at, "expected digits in the exponent");
  }

  const char* word(const char* at, std::string_view expected) {
    return follows(at, expected) ? at + expected.size() : problem(at, "expected a value");
  }

 private:
  // What `expected` says, next in the text.
  [[nodiscard]] bool follows(const char* at, std::string_view expected) const {
    return static_cast<std::size_t>(end_ - at) >= expected.size() && std::memcmp(at, expected.data(), expected.size()) == 0;
  }

  // Where digits end.
  [[nodiscard]] const char* digits(const char* at) const {
    while (at < end_ && static_cast<unsigned char>(*at - '0') <= 9) ++at;
    return at;
  }

  // The first byte that a string cannot just go on with: a quote, a backslash or a control character; or the end.
  [[nodiscard, gnu::always_inline]] const char* plainUntil(const char* at) const {
    for (; static_cast<std::size_t>(end_ - at) >= ByteBlock::kSize; at += ByteBlock::kSize) {
      const auto found = ByteBlock::load(at).equalOrUpTo('"', '\\', 0x1f);
      if (found != 0) return at + std::countr_zero(found);
    }
    while (at < end_ && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
    return at;
  }

  [[gnu::noinline]] const char* restOfString(const char* at, bool& escaped) {
    while (at < end_ && *at != '"') {
      if (*at != '\\') return problem(at, "a control character stands in a string");
      escaped = true;
      at = escape(at + 1);
      if (at == nullptr) return nullptr;
      at = plainUntil(at);
    }
    return at < end_ ? at + 1 : problem(at, "a string does not end");
  }

  // What stands after a backslash.
  const char* escape(const char* at) {
    const char kind = peek(at);
    if (kind != 'u') {
      const bool known = kind != '\0' && std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
      return known ? at + 1 : problem(at, "unknown escape in a string");
    }
    std::uint32_t code = 0;
    at = hexFour(at + 1, code);
    if (at == nullptr || code < 0xd800 || code > 0xdfff) return at;
    std::uint32_t low = 0;
    if (code >= 0xdc00 || !follows(at, "\\u")) return problem(at, "a surrogate stands alone in a string");
    at = hexFour(at + 2, low);
    if (at != nullptr && (low < 0xdc00 || low > 0xdfff)) return problem(at, "a surrogate stands alone in a string");
    return at;
  }

  const char* hexFour(const char* at, std::uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at) {
      const char c = peek(at);
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return problem(at, "expected four hexadecimal digits after \\u");
      code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return at;
  }

  const char* const begin_;
  const char* const end_;
  std::uint32_t problem_at_ = 0;
  std::string problem_;
};

}  // namespace signalbox
