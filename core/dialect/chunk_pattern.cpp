// SPDX-License-Identifier: Apache-2.0
#include "dialect/chunk_pattern.h"

#include <algorithm>

#include "base/json_tokens.h"
#include "base/strings.h"

namespace signalbox::dialect {
namespace {

using Edits = std::vector<TextEdits::Edit>;
using Kind = JsonDoc::Kind;

// A larger chunk is no usual one, and what is kept of it stays as long as its stream.
constexpr std::size_t kLargest = 64 << 10;
constexpr std::size_t kMostDiffering = 512;

// What `edits` make of data[from, to): those that begin there put in what they put in, and all take out what they take out.
void appendEdited(std::string_view data, std::size_t from, std::size_t to, const Edits& edits, std::string& out) {
  for (const auto& edit : edits) {
    const bool inserts = edit.begin == edit.end;
    if (edit.end < from || edit.begin > to || (edit.begin == to && !inserts)) continue;
    if (edit.begin >= from) out.append(data.substr(from, edit.begin - from)).append(edit.with);
    from = std::min(edit.end, to);
  }
  out.append(data.substr(from, to - from));
}

bool takesOut(const TextEdits::Edit& edit, JsonDoc::Node node) { return edit.begin < node.begin() && edit.end >= node.end(); }
bool leavesAlone(const TextEdits::Edit& edit, JsonDoc::Node node) { return edit.end <= node.begin() || edit.begin >= node.end(); }

bool startsNumber(char c) { return c == '-' || (c >= '0' && c <= '9'); }

const char* numbersEnd(JsonTokens& tokens, const char* at) {
  at = tokens.skipSpace(at + 1);
  while (tokens.peek(at) != ']') {
    at = startsNumber(tokens.peek(at)) ? tokens.number(at) : nullptr;
    if (at == nullptr) return nullptr;
    at = tokens.skipSpace(at);
    if (tokens.peek(at) == ']') break;
    if (tokens.peek(at) != ',') return nullptr;
    at = tokens.skipSpace(at + 1);
    if (tokens.peek(at) == ']') return nullptr;
  }
  return at + 1;
}

// Where a value of that kind ends that begins here; nullptr when none does.
const char* valueEnd(JsonTokens& tokens, const char* at, Kind kind, bool& escaped) {
  const char first = tokens.peek(at);
  if (kind == Kind::String) return first == '"' ? tokens.string(at, escaped) : nullptr;
  if (kind == Kind::Number) return startsNumber(first) ? tokens.number(at) : nullptr;
  return first == '[' ? numbersEnd(tokens, at) : nullptr;
}

}  // namespace

void ChunkPattern::learn(std::string_view data, std::span<const JsonDoc::Node> differing, const TextEdits& edits) {
  pieces_.clear();
  if (data.size() > kLargest || differing.size() > kMostDiffering) return;
  std::vector<JsonDoc::Node> nodes(differing.begin(), differing.end());
  std::ranges::sort(nodes, {}, [](const JsonDoc::Node& node) { return node.begin(); });
  Edits made = edits.all();
  std::ranges::stable_sort(made, {}, &TextEdits::Edit::begin);
  came_.clear();
  left_.clear();
  std::size_t from = 0;
  const auto add = [&](std::size_t to, Kind kind, bool kept) {
    const std::size_t came = came_.size(), left = left_.size();
    came_.append(data.substr(from, to - from));
    appendEdited(data, from, to, made, left_);
    pieces_.push_back({static_cast<std::uint32_t>(came_.size() - came), static_cast<std::uint32_t>(left_.size() - left), kind, kept, false, {}});
  };
  for (const auto& node : nodes) {
    const bool kept = std::ranges::none_of(made, [&](const auto& edit) { return takesOut(edit, node); });
    if (kept && !std::ranges::all_of(made, [&](const auto& edit) { return leavesAlone(edit, node); })) return pieces_.clear();
    if (node.begin() == differing.front().begin()) words_ = pieces_.size();
    add(node.begin(), node.kind(), kept);
    from = node.end();
  }
  add(data.size(), Kind::Null, false);
  changes_ = !made.empty();
}

bool ChunkPattern::fits(std::string_view data) {
  if (pieces_.empty()) return false;
  JsonTokens tokens(data);
  const char* same = came_.data();
  std::size_t at = 0;
  for (auto& piece : pieces_) {
    if (data.size() - at < piece.came || std::string_view(same, piece.came) != data.substr(at, piece.came)) return false;
    same += piece.came;
    at += piece.came;
    if (&piece == &pieces_.back()) break;
    piece.escaped = false;
    const char* const begin = tokens.begin() + at;
    const char* const end = valueEnd(tokens, begin, piece.kind, piece.escaped);
    if (end == nullptr) return false;
    piece.value = data.substr(at, static_cast<std::size_t>(end - begin));
    if (piece.kind == Kind::String && !isValidUtf8(piece.value)) return false;
    at += piece.value.size();
  }
  return at == data.size();
}

void ChunkPattern::words(std::string& text) const {
  const auto& said = pieces_[words_];
  const std::string_view inside = said.value.substr(1, said.value.size() - 2);
  if (said.escaped) unescapeJson(inside, text);
  else text.append(inside);
}

std::string ChunkPattern::relayed() const {
  std::size_t size = left_.size();
  for (const auto& piece : pieces_) size += piece.kept ? piece.value.size() : 0;
  std::string text;
  text.reserve(size);
  std::size_t from = 0, until = 0;  // what is to be added of left_: several pieces at once where the values between them are taken out
  for (const auto& piece : pieces_) {
    until += piece.left;
    if (!piece.kept) continue;
    text.append(left_, from, until - from).append(piece.value);
    from = until;
  }
  return text.append(left_, from);
}

}  // namespace signalbox::dialect
