// SPDX-License-Identifier: Apache-2.0
// A validated JSON text with an index over it. Nothing is copied: every node knows the bytes it came from, so that a value
// can be read, and the text edited at one place, while all other bytes stay as they were sent. Strict RFC 8259: UTF-8 checked,
// duplicate keys refused, depth and number of keys and values bounded. Not thread-safe while parsing; immutable afterwards.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace signalbox {

struct JsonLimits {
  std::uint32_t max_depth = 64;
  std::uint32_t max_keys = 10'000;
  std::uint32_t max_values = 1'000'000;  // an index entry each
};

class JsonDoc {
 public:
  enum class Kind : std::uint8_t { Null, False, True, Number, String, Array, Object };

  // A handle to one value; cheap to copy; valid as long as the document and its text.
  class Node {
   public:
    Node() = default;
    explicit operator bool() const { return doc_ != nullptr; }
    [[nodiscard]] Kind kind() const;
    [[nodiscard]] bool isObject() const { return doc_ && kind() == Kind::Object; }
    [[nodiscard]] bool isArray() const { return doc_ && kind() == Kind::Array; }
    [[nodiscard]] bool isString() const { return doc_ && kind() == Kind::String; }
    [[nodiscard]] bool isNull() const { return doc_ && kind() == Kind::Null; }
    [[nodiscard]] std::string_view raw() const;                 // the value's own bytes
    [[nodiscard]] std::size_t begin() const;                    // its offset in the text
    [[nodiscard]] std::size_t end() const;                      // one past it
    [[nodiscard]] std::size_t keyBegin() const;                 // of the opening quote of its key; REQUIRES: a member
    [[nodiscard]] std::size_t size() const;                     // elements or members
    // Null node when absent or not an object. Inline, so that a key that is written where it is asked for has its tag computed there.
    [[nodiscard]] Node operator[](std::string_view key) const { return doc_ != nullptr ? member(key, tagOf(key)) : Node(); }
    [[nodiscard]] Node at(std::size_t index) const;             // linear; iterate instead
    [[nodiscard]] Node first() const;                           // first element or member
    [[nodiscard]] Node next() const;                            // next sibling
    [[nodiscard]] std::string key() const;                      // unescaped
    [[nodiscard]] std::optional<std::string> string() const;    // unescaped; nullopt when not a string
    [[nodiscard]] std::optional<double> number() const;
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] std::optional<bool> boolean() const;
    [[nodiscard]] std::string stringOr(std::string_view fallback) const;

   private:
    friend class JsonDoc;
    Node(const JsonDoc* doc, std::uint32_t index) : doc_(doc), index_(index) {}
    [[nodiscard]] Node member(std::string_view key, std::uint8_t tag) const;
    const JsonDoc* doc_ = nullptr;
    std::uint32_t index_ = 0;
  };

  // `text` must outlive the document. The error's message names the byte offset.
  [[nodiscard]] static Result<JsonDoc> parse(std::string_view text, JsonLimits limits = {});
  [[nodiscard]] Node root() const { return Node(this, 0); }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  friend class JsonDocParser;
  [[nodiscard]] static std::uint8_t tagOf(std::string_view key) {
    return key.empty() ? 0 : static_cast<std::uint8_t>(key.size() * 8 ^ static_cast<unsigned char>(key.front()) ^ static_cast<unsigned char>(key.back()) << 1);
  }
  // Where values lie, each container before what it holds. Its first element or member, if it has one, is the entry after it.
  struct alignas(16) Entry {
    std::uint32_t begin, end;
    std::uint32_t key_begin, key_end;  // quotes included; equal when not a member
    std::uint32_t next;                // sibling index; 0 = none
    std::uint32_t count;
    Kind kind;
    bool escaped;                      // a string with escapes
    bool key_escaped;
    std::uint8_t key_tag;              // tagOf() of the key as it is written: most lookups go past most keys by it alone
  };
  std::string_view text_;
  std::unique_ptr<Entry[]> entries_;
  bool escaped_keys_ = false;  // some key has escapes
};

// The steps of every walk over a document, which is what most of a request's reading is made of.
inline JsonDoc::Kind JsonDoc::Node::kind() const { return doc_->entries_[index_].kind; }
inline std::size_t JsonDoc::Node::begin() const { return doc_->entries_[index_].begin; }
inline std::size_t JsonDoc::Node::end() const { return doc_->entries_[index_].end; }
inline std::size_t JsonDoc::Node::keyBegin() const { return doc_->entries_[index_].key_begin; }
inline std::size_t JsonDoc::Node::size() const { return doc_->entries_[index_].count; }
inline std::string_view JsonDoc::Node::raw() const {
  const Entry& entry = doc_->entries_[index_];
  return {doc_->text_.data() + entry.begin, entry.end - entry.begin};
}
inline JsonDoc::Node JsonDoc::Node::first() const {
  return doc_->entries_[index_].count != 0 ? Node(doc_, index_ + 1) : Node();
}
inline JsonDoc::Node JsonDoc::Node::next() const {
  const auto sibling = doc_->entries_[index_].next;
  return sibling ? Node(doc_, sibling) : Node();
}

// Appends `raw` (the inside of a JSON string, quotes excluded) unescaped to `out`. REQUIRES: validated text.
void unescapeJson(std::string_view raw, std::string& out);
// `text` as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string quoteJson(std::string_view text);

// A list of replacements applied to a text in one pass. Offsets refer to the original text; edits must not overlap.
class TextEdits {
 public:
  void replace(std::size_t begin, std::size_t end, std::string with);
  void insert(std::size_t at, std::string text) { replace(at, at, std::move(text)); }
  // Removes members or elements together with the commas that belong to them. All that go from one parent go in one call.
  void removeMembers(JsonDoc::Node parent, std::span<const JsonDoc::Node> children);
  void removeMember(JsonDoc::Node parent, JsonDoc::Node child) { removeMembers(parent, {&child, 1}); }
  // Sets a member of an object: replaces the value where the key exists, else adds it at the end.
  void setMember(JsonDoc::Node object, std::string_view key, std::string raw_value);
  [[nodiscard]] bool empty() const { return edits_.empty(); }
  [[nodiscard]] std::string apply(std::string_view text) const;

  struct Edit { std::size_t begin, end; std::string with; };
  [[nodiscard]] const std::vector<Edit>& all() const { return edits_; }

 private:
  std::vector<Edit> edits_;
};

}  // namespace signalbox
