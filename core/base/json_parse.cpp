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
constexpr std::size_t kFewKeys = 16;

}  // namespace

// Iterative in the text, recursive in nothing: the stack of open containers is bounded by max_depth.
class JsonDocParser {
 public:
  JsonDocParser(std::string_view text, JsonLimits limits)
      : text_(text), limits_(limits), at_(text.data()), end_(text.data() + text.size()) {}

  Result<JsonDoc> run() {
    if (text_.size() > std::numeric_limits<std::uint32_t>::max() - 16) return bad("the text is too long");
    if (!isValidUtf8(text_)) return bad("the text is not UTF-8");
    doc_.text_ = text_;
    doc_.entries_.reserve(std::clamp<std::size_t>(text_.size() / 16, 32, 4096));
    skipSpace();
    while (true) {
      if (!value()) return bad(problem_);
      // Close every container that ends here, then go on to the next member or element.
      while (true) {
        skipSpace();
        if (open_.empty()) {
          if (at_ != end_) return bad("unexpected text after the value");
          return std::move(doc_);
        }
        const bool object = doc_.entries_[open_.back().entry].kind == JsonDoc::Kind::Object;
        if (opened_empty_) {
          opened_empty_ = false;
          if (peek() == (object ? '}' : ']')) {
            close();
            continue;
          }
          break;
        }
        if (peek() == ',') {
          ++at_;
          skipSpace();
          break;
        }
        if (peek() != (object ? '}' : ']')) return bad(object ? "expected , or }" : "expected , or ]");
        if (object && !sortedKeysDiffer()) return bad(problem_);
        close();
      }
      if (doc_.entries_[open_.back().entry].kind == JsonDoc::Kind::Object && !memberKey()) return bad(problem_);
    }
  }

 private:
  struct Open {
    std::uint32_t entry;
    std::uint32_t last_child;
    std::size_t keys_from;  // first of its keys in keys_
    std::uint64_t tags;     // a bit for each tag that its keys have: a key with a new one is a new key
  };

  [[nodiscard]] char peek() const { return at_ < end_ ? *at_ : '\0'; }
  [[nodiscard]] std::uint32_t offset() const { return static_cast<std::uint32_t>(at_ - text_.data()); }
  // What `expected` says, next in the text.
  [[nodiscard]] bool follows(std::string_view expected) const {
    return static_cast<std::size_t>(end_ - at_) >= expected.size() && std::memcmp(at_, expected.data(), expected.size()) == 0;
  }
  void skipSpace() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool problem(std::string_view what) {
    problem_ = what;
    return false;
  }
  std::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::InvalidRequest, "invalid JSON at byte " + std::to_string(offset()) + ": " + std::string(what));
  }

  std::uint32_t addEntry(JsonDoc::Kind kind, std::uint32_t begin) {
    const auto index = static_cast<std::uint32_t>(doc_.entries_.size());
    doc_.entries_.push_back({begin, 0, key_begin_, key_end_, 0, 0, 0, kind, false, key_escaped_, key_tag_});
    key_begin_ = key_end_ = 0;
    if (!open_.empty()) {
      auto& parent = open_.back();
      if (parent.last_child) {
        doc_.entries_[parent.last_child].next = index;
      } else {
        doc_.entries_[parent.entry].child = index;
      }
      parent.last_child = index;
      ++doc_.entries_[parent.entry].count;
    }
    return index;
  }

  bool value() {
    skipSpace();
    const std::uint32_t begin = offset();
    switch (peek()) {
      case '{': return open(JsonDoc::Kind::Object);
      case '[': return open(JsonDoc::Kind::Array);
      case '"': {
        bool escaped = false;
        if (!string(escaped)) return false;
        const auto index = addEntry(JsonDoc::Kind::String, begin);
        doc_.entries_[index].escaped = escaped;
        doc_.entries_[index].end = offset();
        return true;
      }
      case 't': return word("true", JsonDoc::Kind::True);
      case 'f': return word("false", JsonDoc::Kind::False);
      case 'n': return word("null", JsonDoc::Kind::Null);
      default: return number();
    }
  }

  bool open(JsonDoc::Kind kind) {
    if (open_.size() >= limits_.max_depth) return problem("nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    const auto index = addEntry(kind, offset());
    open_.push_back({index, 0, keys_.size(), 0});
    ++at_;
    opened_empty_ = true;
    return true;
  }

  void close() {
    ++at_;
    doc_.entries_[open_.back().entry].end = offset();
    keys_.resize(open_.back().keys_from);
    open_.pop_back();
  }

  bool word(std::string_view expected, JsonDoc::Kind kind) {
    if (!follows(expected)) return problem("expected a value");
    const auto index = addEntry(kind, offset());
    at_ += expected.size();
    doc_.entries_[index].end = offset();
    return true;
  }

  bool digits() {
    const char* const start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }

  bool number() {
    const std::uint32_t begin = offset();
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return problem("expected a value");
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return problem("expected digits after the decimal point");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return problem("expected digits in the exponent");
    }
    doc_.entries_[addEntry(JsonDoc::Kind::Number, begin)].end = offset();
    return true;
  }

  bool hexFour(std::uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return problem("expected four hexadecimal digits after \\u");
      code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  bool string(bool& escaped) {
    ++at_;
    while ((at_ = plainUntil(at_, end_)) < end_) {
      const char c = *at_;
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return problem("a control character stands in a string");
      ++at_;
      if (c != '\\') continue;
      escaped = true;
      const char kind = peek();
      if (kind != 'u') {
        if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos || kind == '\0') return problem("unknown escape in a string");
        ++at_;
        continue;
      }
      ++at_;
      std::uint32_t code = 0;
      if (!hexFour(code)) return false;
      if (code >= 0xdc00 && code <= 0xdfff) return problem("a surrogate stands alone in a string");
      if (code >= 0xd800 && code <= 0xdbff) {
        std::uint32_t low = 0;
        if (!follows("\\u")) return problem("a surrogate stands alone in a string");
        at_ += 2;
        if (!hexFour(low)) return false;
        if (low < 0xdc00 || low > 0xdfff) return problem("a surrogate stands alone in a string");
      }
    }
    return problem("a string does not end");
  }

  bool memberKey() {
    skipSpace();
    if (peek() != '"') return problem("expected a key in quotes");
    const char* const begin = at_ + 1;
    key_begin_ = offset();
    key_escaped_ = false;
    if (!string(key_escaped_)) return false;
    const std::string_view raw(begin, static_cast<std::size_t>(at_ - 1 - begin));
    key_tag_ = JsonDoc::tagOf(raw);
    key_end_ = offset();
    if (++total_keys_ > limits_.max_keys) return problem("more than " + std::to_string(limits_.max_keys) + " keys");
    if (!unique(raw)) return false;
    skipSpace();
    if (peek() != ':') return problem("expected : after a key");
    ++at_;
    return true;
  }

  // The few keys of a usual object are compared one by one; those of a large one when it closes.
  bool unique(std::string_view raw) {
    std::string_view key = raw;
    if (key_escaped_) {
      unescapeJson(raw, unescaped_.emplace_front());
      key = unescaped_.front();
    }
    auto& object = open_.back();
    const std::uint64_t tag = std::uint64_t{1} << JsonDoc::tagOf(key) % 64;
    if ((object.tags & tag) != 0 && keys_.size() - object.keys_from < kFewKeys) {
      const auto from = keys_.begin() + static_cast<std::ptrdiff_t>(object.keys_from);
      if (std::find(from, keys_.end(), key) != keys_.end()) return twice(key);
    }
    object.tags |= tag;
    keys_.push_back(key);
    return true;
  }

  bool sortedKeysDiffer() {
    const auto from = keys_.begin() + static_cast<std::ptrdiff_t>(open_.back().keys_from);
    if (static_cast<std::size_t>(keys_.end() - from) <= kFewKeys) return true;
    std::sort(from, keys_.end());
    const auto equal = std::adjacent_find(from, keys_.end());
    return equal == keys_.end() || twice(*equal);
  }

  bool twice(std::string_view key) { return problem("the key \"" + std::string(key.substr(0, 60)) + "\" stands twice"); }

  std::string_view text_;
  JsonLimits limits_;
  JsonDoc doc_;
  const char* at_;
  const char* end_;
  // A thread's parses use the same memory one after the other: most texts are so short that allocating it would be much of the work.
  struct Scratch {
    std::vector<Open> open;
    std::vector<std::string_view> keys;
    Scratch() {
      open.reserve(64);
      keys.reserve(64);
    }
  };
  static Scratch& cleared() {
    static thread_local Scratch scratch;
    constexpr std::size_t kKeptKeys = 1024;
    if (scratch.keys.capacity() > kKeptKeys) scratch = Scratch();  // that of one large text is not kept for ever
    scratch.open.clear();
    scratch.keys.clear();
    return scratch;
  }
  Scratch& scratch_ = cleared();
  std::vector<Open>& open_ = scratch_.open;
  std::vector<std::string_view>& keys_ = scratch_.keys;  // of the open objects; outermost first
  std::forward_list<std::string> unescaped_;  // what those of them with escapes stand in
  std::uint32_t total_keys_ = 0;
  std::uint32_t key_begin_ = 0, key_end_ = 0;
  bool key_escaped_ = false;
  std::uint8_t key_tag_ = 0;
  bool opened_empty_ = false;
  std::string problem_;
};

Result<JsonDoc> JsonDoc::parse(std::string_view text, JsonLimits limits) { return JsonDocParser(text, limits).run(); }

}  // namespace signalbox
