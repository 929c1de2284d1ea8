// SPDX-License-Identifier: Apache-2.0
#include "http/sse.h"

#include <algorithm>
#include <cstring>

namespace signalbox::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The first CR or LF at or after `from`; the line feed is looked for first, since nearly all streams use it.
std::size_t lineEnd(std::string_view text, std::size_t from) {
  const std::size_t lf = std::min(text.find('\n', from), text.size());
  const std::size_t cr = text.substr(0, lf).find('\r', from);
  return std::min(cr, lf);
}

std::unexpected<Error> tooLarge(std::size_t limit) {
  return fail(ErrorCode::UpstreamMalformed, "An event of the stream is larger than " + std::to_string(limit) + " bytes.");
}

}  // namespace

Result<void> SseReader::feed(std::string_view bytes, const OnBlock& on_block) {
  if (stopped_) {
    buffer_.append(bytes);
    return {};
  }
  const bool fresh = buffer_.empty();  // then blocks are read where they lie
  if (!fresh) buffer_.append(bytes);
  const auto taken = takeBlocks(fresh ? bytes : std::string_view(buffer_), scanned_, on_block);
  if (!taken) return std::unexpected(taken.error());
  if (fresh) buffer_.assign(bytes.substr(taken->bytes));
  else buffer_.erase(0, taken->bytes);
  scanned_ = buffer_.size();
  stopped_ = taken->stopped;
  if (buffer_.size() > limits_.max_event && !stopped_) return tooLarge(limits_.max_event);
  return {};
}

Result<SseReader::Taken> SseReader::takeBlocks(std::string_view text, std::size_t scanned, const OnBlock& on_block) {
  Taken taken;
  std::size_t line = line_at_;
  while (true) {
    if (after_cr_ && line < text.size()) {
      after_cr_ = false;
      if (text[line] == '\n') {
        ++line;
        scanned = std::max(scanned, line);
      }
    }
    if (first_) {
      const std::string_view begin = text.substr(0, kByteOrderMark.size());
      if (begin != kByteOrderMark.substr(0, begin.size())) {
        first_ = false;
      } else if (begin.size() == kByteOrderMark.size()) {
        first_ = false;
        line = kByteOrderMark.size();
      } else {
        line_at_ = 0;  // too few bytes to tell
        return taken;
      }
    }
    const std::size_t end = lineEnd(text, std::max(scanned, line));
    if (end - line > limits_.max_line)
      return fail(ErrorCode::UpstreamMalformed, "A line of the stream is longer than " + std::to_string(limits_.max_line) + " bytes.");
    if (end == text.size()) break;
    const bool blank = end == line;
    if (!blank) readField(text.substr(line, end - line));
    line = end + 1;
    if (text[end] == '\r') {
      if (line < text.size() && text[line] == '\n') ++line;
      else after_cr_ = line == text.size();
    }
    if (!blank) continue;
    event_.raw = text.substr(taken.bytes, line - taken.bytes);
    taken.bytes = line;
    if (event_.raw.size() > limits_.max_event) return tooLarge(limits_.max_event);
    const bool more = on_block(event_, has_data_);
    clearEvent();
    if (!more) {
      taken.stopped = true;
      return taken;
    }
  }
  line_at_ = line - taken.bytes;
  return taken;
}

void SseReader::readField(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) event_.id = value;
  } else if (name == "retry") {
    const bool digits = !value.empty() && value.size() <= 18 && value.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits) event_.retry_ms = std::stoull(std::string(value));
  }
}

void SseReader::clearEvent() {
  event_.type.clear();
  event_.data.clear();
  event_.id.clear();
  event_.retry_ms.reset();
  event_.raw = {};
  has_data_ = false;
}

std::string sseEvent(std::string_view data, std::string_view type) {
  std::string out;
  out.reserve(data.size() + type.size() + 24);
  if (!type.empty()) out.append("event: ").append(type).append("\n");
  while (true) {
    const std::size_t end = lineEnd(data, 0);
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) break;
    const bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  out += '\n';
  return out;
}

std::string sseComment(std::string_view text) {
  std::string out = ": ";
  out.append(text);
  std::replace_if(out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  out += "\n\n";
  return out;
}

}  // namespace signalbox::http
