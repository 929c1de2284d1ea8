// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <forward_list>
#include <limits>

#include "base/byte_block.h"
#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox {
namespace {

// The first byte that a string cannot just go on with: a quote, a backslash or a control character; or the end.
const char* plainUntil(const char* at, const char* end) {
  for (; static_cast<std::size_t>(end - at) >= ByteBlock::kSize; at += ByteBlock::kSize) {
    const auto block = ByteBlock::load(at);
    const auto found = block.equal('"') | block.equal('\\') | block.within(0, 0x1f);
    if (found != 0) return at + std::countr_zero(found);
  }
  while (at < end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

// An object with more keys than this has them sorted to find equal ones.
constexpr std::uint32_t kFewKeys = 16;

}  // namespace

// Iterative in the text, recursive in nothing: the stack of open containers is bounded by max_depth. Every step takes the place where it
// begins and gives the one after it, or nullptr after problem(): a place that is handed on stays in a register.
class JsonDocParser {
 public:
  JsonDocParser(std::string_view text, JsonLimits limits) : text_(text), limits_(limits), begin_(text.data()), end_(begin_ + text.size()) {}

  Result<JsonDoc> run() {
    if (text_.size() > std::numeric_limits<std::uint32_t>::max() - 16) return bad("the text is too long");
    if (!isValidUtf8(text_)) return bad("the text is not UTF-8");
    doc_.text_ = text_;
    doc_.entries_.reserve(std::clamp<std::size_t>(text_.size() / 16, 32, 4096));
    const char* at = skipSpace(begin_);
    while (true) {
      if (level_.object) at = memberKey(at);
      if (at != nullptr) at = value(at);
      // Close every container that ends here, then go on to the next member or element.
      while (at != nullptr) {
        at = skipSpace(at);
        if (outer_.empty()) {
          if (at == end_) return std::move(doc_);
          at = problem(at, "unexpected text after the value");
          break;
        }
        const char next = peek(at);
        if (next == (level_.object ? '}' : ']')) {
          at = close(at);
          continue;
        }
        if (level_.count == 0) break;
        at = next == ',' ? skipSpace(at + 1) : problem(at, level_.object ? "expected , or }" : "expected , or ]");
        break;
      }
      if (at == nullptr) return bad(problem_);
    }
  }

 private:
  // The container that is being read.
  struct Level {
    std::uint32_t entry = 0;
    std::uint32_t last_child = 0;
    std::uint32_t count = 0;
    bool object = false;
    std::uint64_t tags = 0;  // a bit for each tag that its keys have: a key with a new one is a new key
  };
  // Of the member that is being read; all zero for an element.
  struct Key {
    std::uint32_t begin = 0, end = 0;
    bool escaped = false;
    std::uint8_t tag = 0;
  };

  [[nodiscard]] char peek(const char* at) const { return at < end_ ? *at : '\0'; }
  [[nodiscard]] std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  // What `expected` says, next in the text.
  [[nodiscard]] bool follows(const char* at, std::string_view expected) const {
    return static_cast<std::size_t>(end_ - at) >= expected.size() && std::memcmp(at, expected.data(), expected.size()) == 0;
  }
  [[nodiscard]] const char* skipSpace(const char* at) const {
    while (at < end_ && static_cast<unsigned char>(*at) <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
    return at;
  }
  const char* problem(const char* at, std::string_view what) {
    problem_at_ = offset(at);
    problem_ = what;
    return nullptr;
  }
  std::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::InvalidRequest, "invalid JSON at byte " + std::to_string(problem_at_) + ": " + std::string(what));
  }

  // A value from `begin` to `end`; one that is a container gets its end in close().
  const char* add(JsonDoc::Kind kind, const char* begin, const char* end, bool escaped = false) {
    const auto index = static_cast<std::uint32_t>(doc_.entries_.size());
    if (index >= limits_.max_values) return problem(begin, "more than " + std::to_string(limits_.max_values) + " values");
    doc_.entries_.push_back({offset(begin), offset(end), key_.begin, key_.end, 0, 0, 0, kind, escaped, key_.escaped, key_.tag});
    if (level_.last_child != 0) doc_.entries_[level_.last_child].next = index;
    level_.last_child = index;
    ++level_.count;
    return end;
  }

  const char* value(const char* at) {
    switch (peek(at)) {
      case '{': return open(JsonDoc::Kind::Object, at);
      case '[': return open(JsonDoc::Kind::Array, at);
      case '"': {
        bool escaped = false;
        const char* const end = string(at, escaped);
        return end == nullptr ? nullptr : add(JsonDoc::Kind::String, at, end, escaped);
      }
      case 't': return word("true", JsonDoc::Kind::True, at);
      case 'f': return word("false", JsonDoc::Kind::False, at);
      case 'n': return word("null", JsonDoc::Kind::Null, at);
      default: {
        const char* const end = number(at);
        return end == nullptr ? nullptr : add(JsonDoc::Kind::Number, at, end);
      }
    }
  }

  const char* open(JsonDoc::Kind kind, const char* at) {
    if (outer_.size() >= limits_.max_depth) return problem(at, "nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    if (add(kind, at, at + 1) == nullptr) return nullptr;
    outer_.push_back(level_);
    level_ = {.entry = static_cast<std::uint32_t>(doc_.entries_.size() - 1), .object = kind == JsonDoc::Kind::Object};
    key_ = {};
    return at + 1;
  }

  const char* close(const char* at) {
    if (level_.object && level_.count > kFewKeys && !manyKeysDiffer(at)) return nullptr;
    auto& entry = doc_.entries_[level_.entry];
    entry.end = offset(at + 1);
    entry.count = level_.count;
    entry.child = level_.count != 0 ? level_.entry + 1 : 0;
    level_ = outer_.back();
    outer_.pop_back();
    if (!level_.object) key_ = {};  // what comes next is an element
    return at + 1;
  }

  const char* word(std::string_view expected, JsonDoc::Kind kind, const char* at) {
    return follows(at, expected) ? add(kind, at, at + expected.size()) : problem(at, "expected a value");
  }

  // Where digits end.
  [[nodiscard]] const char* digits(const char* at) const {
    while (at < end_ && *at >= '0' && *at <= '9') ++at;
    return at;
  }

  const char* number(const char* at) {
    if (peek(at) == '-') ++at;
    const char* from = at;
    at = peek(at) == '0' ? at + 1 : digits(at);
    if (at == from) return problem(at, "expected a value");
    if (peek(at) == '.') {
      from = ++at;
      at = digits(at);
      if (at == from) return problem(at, "expected digits after the decimal point");
    }
    if (peek(at) == 'e' || peek(at) == 'E') {
      ++at;
      if (peek(at) == '+' || peek(at) == '-') ++at;
      from = at;
      at = digits(at);
      if (at == from) return problem(at, "expected digits in the exponent");
    }
    return at;
  }

  const char* string(const char* at, bool& escaped) {
    at = plainUntil(at + 1, end_);
    while (at < end_ && *at != '"') {
      if (*at != '\\') return problem(at, "a control character stands in a string");
      escaped = true;
      at = escape(at + 1);
      if (at == nullptr) return nullptr;
      at = plainUntil(at, end_);
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

  // Up to where its value begins.
  const char* memberKey(const char* at) {
    if (peek(at) != '"') return problem(at, "expected a key in quotes");
    bool escaped = false;
    const char* const end = string(at, escaped);
    if (end == nullptr) return nullptr;
    const std::string_view raw(at + 1, static_cast<std::size_t>(end - at - 2));
    key_ = {offset(at), offset(end), escaped, JsonDoc::tagOf(raw)};
    if (++total_keys_ > limits_.max_keys) return problem(end, "more than " + std::to_string(limits_.max_keys) + " keys");
    if (!(escaped ? uniqueUnescaped(raw, end) : unique(raw, key_.tag, end))) return nullptr;
    at = skipSpace(end);
    return peek(at) == ':' ? skipSpace(at + 1) : problem(at, "expected : after a key");
  }

  // The few keys of a usual object are compared one by one, and only where their tags are the same; those of a large one when it closes.
  bool unique(std::string_view key, std::uint8_t tag, const char* at) {
    const std::uint64_t bit = std::uint64_t{1} << tag % 64;
    if ((level_.tags & bit) != 0 && level_.count < kFewKeys && isTwin(key)) return twice(key, at);
    level_.tags |= bit;
    return true;
  }

  bool uniqueUnescaped(std::string_view raw, const char* at) {
    std::string key;
    unescapeJson(raw, key);
    return unique(key, JsonDoc::tagOf(key), at);
  }

  [[nodiscard]] bool isTwin(std::string_view key) const {
    std::string unescaped;
    std::uint32_t at = level_.entry + 1;
    for (std::uint32_t i = 0; i < level_.count; ++i, at = doc_.entries_[at].next) {
      if (keyOf(doc_.entries_[at], unescaped) == key) return true;
    }
    return false;
  }

  // Without its quotes; `unescaped` is where one with escapes is written to.
  [[nodiscard]] std::string_view keyOf(const JsonDoc::Entry& member, std::string& unescaped) const {
    const std::string_view raw = text_.substr(member.key_begin + 1, member.key_end - member.key_begin - 2);
    if (!member.key_escaped) return raw;
    unescaped.clear();
    unescapeJson(raw, unescaped);
    return unescaped;
  }

  bool manyKeysDiffer(const char* end) {
    std::vector<std::string_view> keys;
    std::forward_list<std::string> unescaped;
    std::string none;
    keys.reserve(level_.count);
    std::uint32_t at = level_.entry + 1;
    for (std::uint32_t i = 0; i < level_.count; ++i, at = doc_.entries_[at].next) {
      const auto& member = doc_.entries_[at];
      keys.push_back(keyOf(member, member.key_escaped ? unescaped.emplace_front() : none));
    }
    std::sort(keys.begin(), keys.end());
    const auto equal = std::adjacent_find(keys.begin(), keys.end());
    return equal == keys.end() || twice(*equal, end);
  }

  bool twice(std::string_view key, const char* at) {
    problem(at, "the key \"" + std::string(key.substr(0, 60)) + "\" stands twice");
    return false;
  }

  // A thread's parses use the same memory one after the other: most texts are so short that allocating it would be much of the work.
  static std::vector<Level>& cleared() {
    static thread_local std::vector<Level> outer;
    outer.clear();
    return outer;
  }

  std::string_view text_;
  JsonLimits limits_;
  JsonDoc doc_;
  const char* const begin_;
  const char* const end_;
  Level level_;
  Key key_;
  std::vector<Level>& outer_ = cleared();
  std::uint32_t total_keys_ = 0;
  std::uint32_t problem_at_ = 0;
  std::string problem_;
};

Result<JsonDoc> JsonDoc::parse(std::string_view text, JsonLimits limits) { return JsonDocParser(text, limits).run(); }

}  // namespace signalbox
