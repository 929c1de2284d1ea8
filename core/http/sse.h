// SPDX-License-Identifier: Apache-2.0
// Server-sent events (WHATWG HTML 9.2), read from bytes in any division and written back. Pure; one reader per stream.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace signalbox::http {

struct SseEvent {
  std::string type;      // "event:" field; empty = message
  std::string data;      // lines joined by \n
  std::string id;
  std::string_view raw;  // the event's own bytes, its blank line included, exactly as received; valid during the callback
};

struct SseLimits {
  std::size_t max_line = 1u << 20;
  std::size_t max_event = 8u << 20;
};

class SseReader {
 public:
  // Called once per block of lines that ends with a blank one. Blocks with comments only have has_data = false, so that their
  // bytes can be relayed all the same. Returning false stops the reader.
  using OnBlock = std::function<bool(const SseEvent& event, bool has_data)>;
  explicit SseReader(SseLimits limits = {}) : limits_(limits) {}
  // UpstreamMalformed when a limit is passed. Bytes of an unfinished block are kept for the next call.
  [[nodiscard]] Result<void> feed(std::string_view bytes, const OnBlock& on_block);
  // Bytes received after the last blank line; not an event.
  [[nodiscard]] std::string_view rest() const { return std::string_view(buffer_).substr(consumed_); }

 private:
  SseLimits limits_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  std::size_t scanned_ = 0;
  bool first_ = true;  // a byte order mark may stand at the very beginning
};

// "data: …\n\n" with one data line per line of `data`; with "event: type\n" before it when a type is given.
[[nodiscard]] std::string sseEvent(std::string_view data, std::string_view type = {});
[[nodiscard]] std::string sseComment(std::string_view text);

}  // namespace signalbox::http
