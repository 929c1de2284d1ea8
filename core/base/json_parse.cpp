// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <forward_list>
#include <limits>

#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kTops = 0x8080808080808080;

// The top bit of every byte that is zero; bytes above the lowest such may be marked wrongly.
constexpr std::uint64_t zeroBytes(std::uint64_t word) { return (word - kOnes) & ~word & kTops; }

// From `at`, the first byte that a string cannot just go on with: a quote, a backslash or a control character; or the end.
std::size_t plainUntil(std::string_view text, std::size_t at) {
  if constexpr (std::endian::native == std::endian::little) {
    for (; at + 8 <= text.size(); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, 8);
      const auto control = (word - kOnes * 0x20) & ~word & kTops;
      const auto found = zeroBytes(word ^ kOnes * '"') | zeroBytes(word ^ kOnes * '\\') | control;
      if (found) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' && static_cast<unsigned char>(text[at]) >= 0x20) ++at;
  return at;
}

// An object with more keys than this has them sorted to find equal ones.
constexpr std::size_t kFewKeys = 16;

}  // namespace

// Iterative in the text, recursive in nothing: the stack of open containers is bounded by max_depth.
class JsonDocParser {
 public:
  JsonDocParser(std::string_view text, JsonLimits limits) : text_(text), limits_(limits) {}

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
          if (at_ != text_.size()) return bad("unexpected text after the value");
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
  };

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }
  bool problem(std::string_view what) {
    problem_ = what;
    return false;
  }
  std::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::InvalidRequest, "invalid JSON at byte " + std::to_string(at_) + ": " + std::string(what));
  }

  std::uint32_t addEntry(JsonDoc::Kind kind, std::size_t begin) {
    const auto index = static_cast<std::uint32_t>(doc_.entries_.size());
    doc_.entries_.push_back({static_cast<std::uint32_t>(begin), 0, key_begin_, key_end_, 0, 0, 0, kind, false, key_escaped_, key_tag_});
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
    const std::size_t begin = at_;
    switch (peek()) {
      case '{': return open(JsonDoc::Kind::Object);
      case '[': return open(JsonDoc::Kind::Array);
      case '"': {
        bool escaped = false;
        if (!string(escaped)) return false;
        const auto index = addEntry(JsonDoc::Kind::String, begin);
        doc_.entries_[index].escaped = escaped;
        doc_.entries_[index].end = static_cast<std::uint32_t>(at_);
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
    const auto index = addEntry(kind, at_);
    open_.push_back({index, 0, keys_.size()});
    ++at_;
    opened_empty_ = true;
    return true;
  }

  void close() {
    ++at_;
    doc_.entries_[open_.back().entry].end = static_cast<std::uint32_t>(at_);
    keys_.resize(open_.back().keys_from);
    open_.pop_back();
  }

  bool word(std::string_view expected, JsonDoc::Kind kind) {
    if (text_.substr(at_, expected.size()) != expected) return problem("expected a value");
    const auto index = addEntry(kind, at_);
    at_ += expected.size();
    doc_.entries_[index].end = static_cast<std::uint32_t>(at_);
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }

  bool number() {
    const std::size_t begin = at_;
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
    doc_.entries_[addEntry(JsonDoc::Kind::Number, begin)].end = static_cast<std::uint32_t>(at_);
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
    while ((at_ = plainUntil(text_, at_)) < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return problem("a control character stands in a string");
      ++at_;
      if (c != '\\') continue;
      escaped = true;
      const char kind = peek();
      ++at_;
      if (kind != 'u') {
        if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos || kind == '\0') return problem("unknown escape in a string");
        continue;
      }
      std::uint32_t code = 0;
      if (!hexFour(code)) return false;
      if (code >= 0xdc00 && code <= 0xdfff) return problem("a surrogate stands alone in a string");
      if (code >= 0xd800 && code <= 0xdbff) {
        std::uint32_t low = 0;
        if (text_.substr(at_, 2) != "\\u") return problem("a surrogate stands alone in a string");
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
    const std::size_t begin = at_;
    key_escaped_ = false;
    if (!string(key_escaped_)) return false;
    key_tag_ = JsonDoc::tagOf(text_.substr(begin + 1, at_ - begin - 2));
    key_begin_ = static_cast<std::uint32_t>(begin);
    key_end_ = static_cast<std::uint32_t>(at_);
    if (++total_keys_ > limits_.max_keys) return problem("more than " + std::to_string(limits_.max_keys) + " keys");
    if (!unique(text_.substr(begin + 1, at_ - begin - 2))) return false;
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
    const auto from = keys_.begin() + static_cast<std::ptrdiff_t>(open_.back().keys_from);
    if (static_cast<std::size_t>(keys_.end() - from) < kFewKeys && std::find(from, keys_.end(), key) != keys_.end()) return twice(key);
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
  std::size_t at_ = 0;
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
