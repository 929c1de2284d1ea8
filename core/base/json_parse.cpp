// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <forward_list>
#include <limits>

#include "base/json_doc.h"
#include "base/json_tokens.h"
#include "base/strings.h"

namespace signalbox {
namespace {

// An object with more keys than this has them sorted to find equal ones.
constexpr std::uint32_t kFewKeys = 16;

}  // namespace

// Iterative in the text, recursive in nothing: the stack of open containers is bounded by max_depth. Most of what a stream of chunks
// costs is spent in walk(), so that what it needs stands in registers and what seldom happens stands elsewhere.
class JsonDocParser {
 public:
  JsonDocParser(std::string_view text, JsonLimits limits) : text_(text), limits_(limits), tokens_(text), levels_(levelsFor(limits.max_depth)) {}

  Result<JsonDoc> run() {
    if (text_.size() > std::numeric_limits<std::uint32_t>::max() - 16) return bad("the text is too long");
    if (!isValidUtf8(text_)) return bad("the text is not UTF-8");
    doc_.text_ = text_;
    room_ = std::min(std::clamp<std::uint32_t>(static_cast<std::uint32_t>(text_.size() / 8), 16, 4096), limits_.max_values);
    doc_.entries_ = std::make_unique_for_overwrite<JsonDoc::Entry[]>(room_);
    if (!walk()) return bad(tokens_.problemText());
    return std::move(doc_);
  }

 private:
  using Entry = JsonDoc::Entry;
  using Kind = JsonDoc::Kind;
  // A container that is open, or, before all of them, the text itself.
  struct Level {
    std::uint32_t entry = 0;
    std::uint32_t last = 0;   // its last element or member; itself where it has none
    std::uint32_t count = 0;
    char closing = '\0';
    std::uint64_t tags = 0;   // a bit for each tag that its keys have: a key with a new one is a new key
  };
  // Of the member that is being read; all zero for an element.
  struct Key {
    std::uint32_t begin = 0, end = 0;
    bool escaped = false;
    std::uint8_t tag = 0;
  };

  std::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::InvalidRequest, "invalid JSON at byte " + std::to_string(tokens_.problemAt()) + ": " + std::string(what));
  }

  [[gnu::cold, gnu::noinline]] bool refuse(const char* at, std::string_view what) {
    tokens_.problem(at, what);
    return false;
  }

  bool walk() {
    const char* at = tokens_.skipSpace(tokens_.begin());
    Level* level = levels_;
    Level* const deepest = levels_ + limits_.max_depth;
    *level = {};
    std::uint32_t size = 0;
    while (true) {
      Key key;
      if (level->closing == '}') {
        at = memberKey(at, *level, key);
        if (at == nullptr) return false;
      }
      if (size == room_ && !makeRoom(at)) return false;
      Entry* const entries = doc_.entries_.get();
      const char* const from = at;
      Kind kind = Kind::String;
      bool escaped = false;
      bool opens = false;
      const char first = tokens_.peek(at);
      if (first == '"') {
        at = tokens_.string(at, escaped);
      } else if (first == '{' || first == '[') {
        if (level == deepest) return tooDeep(at);
        kind = first == '{' ? Kind::Object : Kind::Array;
        opens = true;
        ++at;
      } else {
        at = plainValue(at, first, kind);
      }
      if (at == nullptr) return false;
      entries[level->last].next = size;  // a container's own is put right when it closes
      level->last = size;
      ++level->count;
      entries[size] = {tokens_.offset(from), tokens_.offset(at), key.begin, key.end, 0, 0, kind, escaped, key.escaped, key.tag};
      if (opens) {
        *++level = {.entry = size, .last = size, .closing = first == '{' ? '}' : ']'};
        at = tokens_.skipSpace(at);
      }
      ++size;
      if (opens && tokens_.peek(at) != level->closing) continue;
      // Close every container that ends here, then go on to the next member or element.
      while (true) {
        at = tokens_.skipSpace(at);
        const char next = tokens_.peek(at);
        if (level == levels_) return at == tokens_.end() || refuse(at, "unexpected text after the value");
        if (next == ',') break;
        if (next != level->closing) return refuse(at, level->closing == '}' ? "expected , or }" : "expected , or ]");
        if (level->count > kFewKeys && next == '}' && !manyKeysDiffer(*level, at)) return false;
        ++at;
        Entry& closed = entries[level->entry];
        closed.end = tokens_.offset(at);
        closed.count = level->count;
        closed.next = 0;
        --level;
      }
      at = tokens_.skipSpace(at + 1);
    }
  }

  const char* plainValue(const char* at, char first, Kind& kind) {
    switch (first) {
      case 't': kind = Kind::True; return tokens_.word(at, "true");
      case 'f': kind = Kind::False; return tokens_.word(at, "false");
      case 'n': kind = Kind::Null; return tokens_.word(at, "null");
      case '\0': return tokens_.problem(at, "expected a value");
      default: kind = Kind::Number; return tokens_.number(at);
    }
  }

  // Up to where its value begins.
  [[gnu::always_inline]] const char* memberKey(const char* at, Level& level, Key& key) {
    if (tokens_.peek(at) != '"') return tokens_.problem(at, "expected a key in quotes");
    const char* const end = tokens_.string(at, key.escaped);
    if (end == nullptr) return nullptr;
    const std::string_view raw(at + 1, static_cast<std::size_t>(end - at - 2));
    key.begin = tokens_.offset(at);
    key.end = tokens_.offset(end);
    key.tag = JsonDoc::tagOf(raw);
    if (++total_keys_ > limits_.max_keys) return tokens_.problem(end, "more than " + std::to_string(limits_.max_keys) + " keys");
    if (!(key.escaped ? uniqueUnescaped(level, raw, end) : unique(level, raw, key.tag, end))) return nullptr;
    at = tokens_.skipSpace(end);
    return tokens_.peek(at) == ':' ? tokens_.skipSpace(at + 1) : tokens_.problem(at, "expected : after a key");
  }

  // The few keys of a usual object are compared one by one, and only where their tags are the same; those of a large one when it closes.
  bool unique(Level& level, std::string_view key, std::uint8_t tag, const char* at) {
    const std::uint64_t bit = std::uint64_t{1} << tag % 64;
    if ((level.tags & bit) != 0 && level.count < kFewKeys && isTwin(level, key)) return twice(key, at);
    level.tags |= bit;
    return true;
  }

  [[gnu::cold, gnu::noinline]] bool uniqueUnescaped(Level& level, std::string_view raw, const char* at) {
    doc_.escaped_keys_ = true;
    std::string key;
    unescapeJson(raw, key);
    return unique(level, key, JsonDoc::tagOf(key), at);
  }

  [[nodiscard, gnu::noinline]] bool isTwin(const Level& level, std::string_view key) const {
    std::string unescaped;
    std::uint32_t at = level.entry + 1;
    for (std::uint32_t i = 0; i < level.count; ++i, at = doc_.entries_[at].next) {
      if (keyOf(doc_.entries_[at], unescaped) == key) return true;
    }
    return false;
  }

  // Without its quotes; `unescaped` is where one with escapes is written to.
  [[nodiscard]] std::string_view keyOf(const Entry& member, std::string& unescaped) const {
    const std::string_view raw = text_.substr(member.key_begin + 1, member.key_end - member.key_begin - 2);
    if (!member.key_escaped) return raw;
    unescaped.clear();
    unescapeJson(raw, unescaped);
    return unescaped;
  }

  [[gnu::noinline]] bool manyKeysDiffer(const Level& level, const char* end) {
    std::vector<std::string_view> keys;
    std::forward_list<std::string> unescaped;
    std::string none;
    keys.reserve(level.count);
    std::uint32_t at = level.entry + 1;
    for (std::uint32_t i = 0; i < level.count; ++i, at = doc_.entries_[at].next) {
      const auto& member = doc_.entries_[at];
      keys.push_back(keyOf(member, member.key_escaped ? unescaped.emplace_front() : none));
    }
    std::sort(keys.begin(), keys.end());
    const auto equal = std::adjacent_find(keys.begin(), keys.end());
    return equal == keys.end() || twice(*equal, end);
  }

  [[gnu::cold]] bool twice(std::string_view key, const char* at) {
    return refuse(at, "the key \"" + std::string(key.substr(0, 60)) + "\" stands twice");
  }

  [[gnu::cold]] bool tooDeep(const char* at) {
    return refuse(at, "nested deeper than " + std::to_string(limits_.max_depth) + " levels");
  }

  // For more values; `at` is where the next one begins.
  [[gnu::cold, gnu::noinline]] bool makeRoom(const char* at) {
    if (room_ == limits_.max_values) return refuse(at, "more than " + std::to_string(limits_.max_values) + " values");
    const std::uint32_t more = std::min(room_ <= limits_.max_values / 2 ? room_ * 2 : limits_.max_values, limits_.max_values);
    auto larger = std::make_unique_for_overwrite<Entry[]>(more);
    std::copy_n(doc_.entries_.get(), room_, larger.get());
    doc_.entries_ = std::move(larger);
    room_ = more;
    return true;
  }

  // A thread's parses use the same memory one after the other: most texts are so short that allocating it would be much of the work.
  static Level* levelsFor(std::uint32_t max_depth) {
    static thread_local std::vector<Level> levels;
    if (levels.size() < max_depth + 1) levels.resize(max_depth + 1);
    return levels.data();
  }

  std::string_view text_;
  JsonLimits limits_;
  JsonTokens tokens_;
  JsonDoc doc_;
  Level* const levels_;
  std::uint32_t room_ = 0;  // for so many values
  std::uint32_t total_keys_ = 0;
};

Result<JsonDoc> JsonDoc::parse(std::string_view text, JsonLimits limits) { return JsonDocParser(text, limits).run(); }

}  // namespace signalbox
