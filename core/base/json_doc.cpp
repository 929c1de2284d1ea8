// SPDX-License-Identifier: Apache-2.0
#include "base/json_doc.h"

#include <locale.h>
#include <stdlib.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/strings.h"

namespace signalbox {

JsonDoc::Node JsonDoc::Node::member(std::string_view wanted, std::uint8_t tag) const {
  const Entry* const entries = doc_->entries_.get();
  if (entries[index_].kind != Kind::Object) return {};
  const std::uint32_t first = entries[index_].count != 0 ? index_ + 1 : 0;
  for (std::uint32_t at = first; at != 0; at = entries[at].next) {
    const Entry& entry = entries[at];
    if (entry.key_tag != tag || entry.key_escaped) continue;
    const std::size_t length = entry.key_end - entry.key_begin - 2;
    if (length == wanted.size() && std::memcmp(doc_->text_.data() + entry.key_begin + 1, wanted.data(), length) == 0) return {doc_, at};
  }
  for (std::uint32_t at = doc_->escaped_keys_ ? first : 0; at != 0; at = entries[at].next) {
    if (entries[at].key_escaped && Node(doc_, at).key() == wanted) return {doc_, at};
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
  // Too small is as out of range to it as too large; a double is 0 then. A program with windows has a locale with commas.
  if (error == std::errc::result_out_of_range) {
    static const locale_t plain = ::newlocale(LC_ALL_MASK, "C", nullptr);
    value = ::strtod_l(std::string(text).c_str(), nullptr, plain);
  }
  if (!std::isfinite(value)) return std::nullopt;
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
