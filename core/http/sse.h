// SPDX-License-Identifier: Apache-2.0
// Server-sent events (WHATWG HTML 9.2), read from bytes in any division and written back. Pure; one reader per stream.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace signalbox::http {

struct SseEvent {
  std::string type;      // "event:" field; empty = message
  std::string data;      // lines joined by \n
  std::string id;        // of this block; empty when it has none
  std::optional<std::uint64_t> retry_ms;
  std::string_view raw;  // the event's own bytes, its blank line included, exactly as received; valid during the callback
};

struct SseLimits {
  std::size_t max_line = 1u << 20;
  std::size_t max_event = 8u << 20;
};

class SseReader {
 public:
  // Called once per block of lines that ends with a blank one. Blocks with comments only have has_data = false, so that their
  // bytes can be relayed all the same: the raws of all blocks and rest() together are the stream, byte for byte. Returning
  // false stops the reader for good: what follows is only kept in rest().
  using OnBlock = std::function<bool(const SseEvent& event, bool has_data)>;
  explicit SseReader(SseLimits limits = {}) : limits_(limits) {}
  // UpstreamMalformed when a limit is passed. Bytes of an unfinished block are kept for the next call.
  [[nodiscard]] Result<void> feed(std::string_view bytes, const OnBlock& on_block);
  // Bytes received after the last blank line; not an event.
  [[nodiscard]] std::string_view rest() const { return buffer_; }

 private:
  struct Taken {
    std::size_t bytes = 0;  // of complete blocks
    bool stopped = false;
  };
  [[nodiscard]] Result<Taken> takeBlocks(std::string_view text, std::size_t scanned, const OnBlock& on_block);
  void readField(std::string_view line);
  void clearEvent();

  SseLimits limits_;
  std::string buffer_;       // the unfinished block
  std::size_t line_at_ = 0;  // where in buffer_ its unfinished line begins
  std::size_t scanned_ = 0;  // how much of buffer_ is known to hold no line end after line_at_
  SseEvent event_;
  bool has_data_ = false;
  bool first_ = true;        // a byte order mark may stand at the very beginning
  bool after_cr_ = false;    // a LF at the start belongs to the line end before it
  bool stopped_ = false;
};

// "data: …\n\n" with one data line per line of `data`; with "event: type\n" before it when a type is given.
[[nodiscard]] std::string sseEvent(std::string_view data, std::string_view type = {});
[[nodiscard]] std::string sseComment(std::string_view text);

}  // namespace signalbox::http
