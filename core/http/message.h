// SPDX-License-Identifier: Apache-2.0
// HTTP messages as values, without sockets.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signalbox::http {

// Field names keep their spelling; look-ups ignore case. Order and repeats are kept. All text lies in one block, so that a
// parsed head costs two allocations and not two per field; the views it gives are valid until the next change.
class Headers {
 public:
  using Field = std::pair<std::string_view, std::string_view>;
  struct Span { std::uint32_t name, name_size, value, value_size; };  // offsets into the block

  class Iterator {
   public:
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const Headers* headers, std::size_t index) : headers_(headers), index_(index) {}
    Field operator*() const { return (*headers_)[index_]; }
    Iterator& operator++() { ++index_; return *this; }
    Iterator operator++(int) { Iterator old = *this; ++index_; return old; }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Headers* headers_ = nullptr;
    std::size_t index_ = 0;
  };

  Headers() = default;
  // A block that a parser has cut into fields already.
  Headers(std::string block, std::vector<Span> spans) : block_(std::move(block)), spans_(std::move(spans)) {}

  void reserve(std::size_t fields, std::size_t bytes);  // of names and values, beyond what is there
  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);          // replaces every field of that name
  void remove(std::string_view name);
  [[nodiscard]] std::string_view get(std::string_view name) const;  // first value, trimmed; empty when absent
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  // `for (const auto& [name, value] : headers.all())`
  [[nodiscard]] const Headers& all() const { return *this; }
  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, spans_.size()}; }
  [[nodiscard]] std::size_t size() const { return spans_.size(); }
  [[nodiscard]] bool empty() const { return spans_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return block_.size(); }
  [[nodiscard]] Field operator[](std::size_t index) const;

 private:
  [[nodiscard]] bool named(const Span& span, std::string_view name) const;
  std::string block_;
  std::vector<Span> spans_;
};

struct Request {
  std::string method;  // upper case, as sent
  std::string target;  // origin form, as sent: path and query
  Headers headers;
  std::string body;    // de-chunked
  std::string peer;    // remote address without port
  bool loopback = false;
  std::string_view unread = {};  // why its body was not read, where the server had no room for it
  [[nodiscard]] std::string_view path() const;  // target up to '?'
};

struct Response {
  int status = 200;
  Headers headers;     // Content-Length, Transfer-Encoding, Connection and Date are the server's business
  std::string body;
};

}  // namespace signalbox::http
