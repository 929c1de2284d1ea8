// SPDX-License-Identifier: Apache-2.0
#include "http/message.h"

#include "base/strings.h"

namespace signalbox::http {

Headers::Field Headers::operator[](std::size_t index) const {
  const Span& span = spans_[index];
  const std::string_view block = block_;
  return {block.substr(span.name, span.name_size), block.substr(span.value, span.value_size)};
}

bool Headers::named(const Span& span, std::string_view name) const {
  return span.name_size == name.size() && equalsIgnoreCase(std::string_view(block_).substr(span.name, span.name_size), name);
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  spans_.reserve(spans_.size() + fields);
  block_.reserve(block_.size() + bytes);
}

void Headers::add(std::string_view name, std::string_view value) {
  const auto at = static_cast<std::uint32_t>(block_.size());
  block_.append(name).append(value);
  spans_.push_back({at, static_cast<std::uint32_t>(name.size()), at + static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size())});
}

void Headers::set(std::string_view name, std::string_view value) {
  const std::string kept(value);  // the caller's view may point into this very block
  remove(name);
  add(name, kept);
}

void Headers::remove(std::string_view name) {
  std::erase_if(spans_, [&](const Span& span) { return named(span, name); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const Span& span : spans_) {
    if (named(span, name)) return trim(std::string_view(block_).substr(span.value, span.value_size));
  }
  return {};
}

bool Headers::has(std::string_view name) const { return count(name) > 0; }

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (const Span& span : spans_) found += named(span, name) ? 1 : 0;
  return found;
}

std::string_view Request::path() const { return std::string_view(target).substr(0, target.find('?')); }

}  // namespace signalbox::http
