// SPDX-License-Identifier: Apache-2.0
#include "base/json_doc.h"

#include <charconv>

#include "base/strings.h"

namespace signalbox {

JsonDoc::Kind JsonDoc::Node::kind() const { return doc_->entries_[index_].kind; }
std::size_t JsonDoc::Node::begin() const { return doc_->entries_[index_].begin; }
std::size_t JsonDoc::Node::end() const { return doc_->entries_[index_].end; }
std::size_t JsonDoc::Node::keyBegin() const { return doc_->entries_[index_].key_begin; }
std::size_t JsonDoc::Node::size() const { return doc_->entries_[index_].count; }
std::string_view JsonDoc::Node::raw() const { return doc_->text_.substr(begin(), end() - begin()); }

JsonDoc::Node JsonDoc::Node::first() const {
  const auto child = doc_->entries_[index_].child;
  return child ? Node(doc_, child) : Node();
}

JsonDoc::Node JsonDoc::Node::next() const {
  const auto sibling = doc_->entries_[index_].next;
  return sibling ? Node(doc_, sibling) : Node();
}

JsonDoc::Node JsonDoc::Node::operator[](std::string_view wanted) const {
  if (!isObject()) return {};
  for (Node member = first(); member; member = member.next()) {
    const auto& entry = doc_->entries_[member.index_];
    const auto inside = doc_->text_.substr(entry.key_begin + 1, entry.key_end - entry.key_begin - 2);
    if (entry.key_escaped ? member.key() == wanted : inside == wanted) return member;
  }
  return {};
}

JsonDoc::Node JsonDoc::Node::at(std::size_t position) const {
  Node element = doc_ && (isArray() || isObject()) ? first() : Node();
  while (element && position-- > 0) element = element.next();
  return element;
}

std::string JsonDoc::Node::key() const {
  const auto& entry = doc_->entries_[index_];
  const auto inside = doc_->text_.substr(entry.key_begin + 1, entry.key_end - entry.key_begin - 2);
  if (!entry.key_escaped) return std::string(inside);
  std::string out;
  unescapeJson(inside, out);
  return out;
}

std::optional<std::string> JsonDoc::Node::string() const {
  if (!isString()) return std::nullopt;
  const auto inside = raw().substr(1, raw().size() - 2);
  if (!doc_->entries_[index_].escaped) return std::string(inside);
  std::string out;
  out.reserve(inside.size());
  unescapeJson(inside, out);
  return out;
}

std::optional<double> JsonDoc::Node::number() const {
  if (!doc_ || kind() != Kind::Number) return std::nullopt;
  double value = 0;
  const auto text = raw();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonDoc::Node::integer() const {
  if (!doc_ || kind() != Kind::Number) return std::nullopt;
  std::int64_t value = 0;
  const auto text = raw();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> JsonDoc::Node::boolean() const {
  if (!doc_ || (kind() != Kind::True && kind() != Kind::False)) return std::nullopt;
  return kind() == Kind::True;
}

std::string JsonDoc::Node::stringOr(std::string_view fallback) const {
  auto value = string();
  return value ? std::move(*value) : std::string(fallback);
}

}  // namespace signalbox
