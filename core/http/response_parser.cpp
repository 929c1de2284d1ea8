// SPDX-License-Identifier: Apache-2.0
#include "http/response_parser.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/strings.h"
#include "http/grammar.h"

namespace signalbox::http {
namespace {

constexpr std::size_t kMaxChunkLine = 4 << 10;
constexpr int kMostInterim = 16;

std::size_t lineEnd(std::string_view bytes) {
  const void* found = std::memchr(bytes.data(), '\n', bytes.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1 : std::string_view::npos;
}

std::string_view withoutEnd(std::string_view line) {
  line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Whether a list of tokens ("keep-alive, Upgrade") has this one.
bool hasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (equalsIgnoreCase(trim(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

ResponseParser::Step ResponseParser::malformed(std::string_view why) {
  state_ = State::Failed;
  why_ = why;
  return {Status::Malformed, 0};
}

void ResponseParser::reset() {
  state_ = State::StatusLine;
  begun_ = false;
  keep_alive_ = true;
  status_ = interim_ = 0;
  block_.clear();
  line_start_ = 0;
  spans_.clear();
  headers_ = {};
  remaining_ = body_bytes_ = 0;
  line_.clear();
  side_bytes_ = 0;
}

ResponseParser::Step ResponseParser::feedHead(std::string_view bytes) {
  std::size_t used = 0;
  if (block_.empty()) block_.reserve(std::clamp<std::size_t>(bytes.size(), 256, 2048));
  while (used < bytes.size() && state_ <= State::Fields) {
    const std::string_view rest = bytes.substr(used);
    const std::size_t end = lineEnd(rest);
    const std::size_t take = std::min(end, rest.size());
    if (block_.size() - line_start_ + take > limits_.max_line) return malformed("a line of its head is too long");
    if (block_.size() + take > limits_.max_head) return malformed("its head is too large");
    block_.append(rest.substr(0, take));
    used += take;
    if (end == std::string_view::npos) break;
    const std::string_view line = withoutEnd(std::string_view(block_).substr(line_start_));
    line_start_ = block_.size();
    if (state_ == State::StatusLine) {
      if (!readStatusLine(line)) return malformed("it does not begin with an HTTP/1 status line");
      state_ = State::Fields;
    } else if (line.empty()) {
      if (!finishHead()) return malformed(why_);
    } else {
      grammar::FieldLine field;
      if (spans_.size() == limits_.max_fields) return malformed("its head has too many fields");
      if (!grammar::fine(grammar::readFieldLine(line, field))) return malformed("a field of its head is malformed");
      const auto offset = [&](std::string_view part) { return static_cast<std::uint32_t>(part.data() - block_.data()); };
      if (spans_.empty()) spans_.reserve(16);
      spans_.push_back({offset(field.name), static_cast<std::uint32_t>(field.name.size()),
                        field.value.empty() ? offset(field.name) : offset(field.value), static_cast<std::uint32_t>(field.value.size())});
    }
  }
  return {Status::More, used};
}

bool ResponseParser::readStatusLine(std::string_view line) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || (line[7] != '0' && line[7] != '1') || line[8] != ' ') return false;
  const auto [end, error] = std::from_chars(line.data() + 9, line.data() + 12, interim_);
  keep_alive_ = line[7] == '1';
  return error == std::errc{} && end == line.data() + 12 && interim_ >= 100 && interim_ <= 599 && (line.size() == 12 || line[12] == ' ');
}

// Decides how the body ends (RFC 9112, 6.3), or goes on to the next head after an interim one.
bool ResponseParser::finishHead() {
  headers_ = Headers(std::move(block_), std::move(spans_));
  block_ = {};
  spans_ = {};
  line_start_ = 0;
  if (interim_ < 200) {
    why_ = interim_ == 101 ? "it switches protocols" : "it sends interim answers without end";
    side_bytes_ += 1;
    state_ = State::StatusLine;
    return interim_ != 101 && side_bytes_ <= kMostInterim;
  }
  side_bytes_ = 0;
  status_ = interim_;
  const std::string_view connection = headers_.get("connection");
  keep_alive_ = keep_alive_ ? !hasToken(connection, "close") : hasToken(connection, "keep-alive");
  if (status_ == 204 || status_ == 304) {
    state_ = State::Complete;
    return true;
  }
  if (!headers_.has("transfer-encoding")) return readLength();
  why_ = "its Transfer-Encoding is not understood";
  if (headers_.count("transfer-encoding") != 1 || !equalsIgnoreCase(headers_.get("transfer-encoding"), "chunked")) return false;
  if (headers_.has("content-length")) keep_alive_ = false;  // two framings: the stricter one holds, and nothing after it is trusted
  state_ = State::ChunkSize;
  return true;
}

bool ResponseParser::readLength() {
  if (!headers_.has("content-length")) {
    keep_alive_ = false;
    state_ = State::UntilEnd;
    return true;
  }
  why_ = "its Content-Length is malformed";
  const std::string_view text = headers_.get("content-length");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), remaining_);
  if (text.empty() || text.front() == '-' || error != std::errc{} || end != text.data() + text.size()) return false;
  for (const auto& [name, value] : headers_.all()) {
    if (equalsIgnoreCase(name, "content-length") && trim(value) != text) return false;
  }
  state_ = remaining_ > 0 ? State::Length : State::Complete;
  return true;
}

ResponseParser::Status ResponseParser::grow(std::uint64_t bytes) {
  if (bytes > limits_.max_body || body_bytes_ + bytes > limits_.max_body) {
    state_ = State::Failed;
    return Status::TooLarge;
  }
  return Status::More;
}

// Moves bytes into line_ up to its LF; false when there is none yet, or the line is too long (why_).
bool ResponseParser::takeLine(std::string_view& bytes) {
  const std::size_t end = lineEnd(bytes);
  const std::size_t take = std::min(end, bytes.size());
  const std::size_t most = state_ == State::ChunkSize ? kMaxChunkLine : limits_.max_line;
  why_ = line_.size() + take > most ? "a line between its chunks is too long" : "";
  if (!why_.empty()) return false;
  line_.append(bytes.substr(0, take));
  bytes.remove_prefix(take);
  return end != std::string_view::npos;
}

// A chunk's size, the line end after its data, or a trailer.
bool ResponseParser::onLine() {
  const std::string_view line = withoutEnd(line_);
  why_ = "its chunks are malformed";
  side_bytes_ += line.size();
  if (side_bytes_ > limits_.max_body) return false;
  if (state_ == State::ChunkEnd) {
    state_ = State::ChunkSize;
    return line.empty();
  }
  if (state_ == State::Trailers) {
    if (line.empty()) state_ = State::Complete;
    grammar::FieldLine field;
    return line.empty() || grammar::fine(grammar::readFieldLine(line, field));
  }
  std::size_t extension = 0;
  const auto size = grammar::readChunkSize(trim(line), extension);
  if (!size) return false;
  remaining_ = *size;
  state_ = remaining_ > 0 ? State::ChunkData : State::Trailers;
  return true;
}

ResponseParser::Step ResponseParser::feed(std::string_view bytes, std::string& body) {
  if (bytes.empty()) return {Status::More, 0};
  begun_ = true;
  const std::size_t given = bytes.size();
  while (state_ != State::Complete) {
    if (bytes.empty()) return {Status::More, given};
    switch (state_) {
      case State::StatusLine:
      case State::Fields: {
        const Step step = feedHead(bytes);
        if (step.status != Status::More) return step;
        bytes.remove_prefix(step.used);
        if (state_ == State::Length) {
          if (const Status fits = grow(remaining_); fits != Status::More) return {fits, 0};
          // Memory is taken for what has come and little more: an upstream may announce much and send nothing.
          body.reserve(body.size() + static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, 64 << 10)));
        }
        break;
      }
      case State::Length:
      case State::ChunkData: {
        const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
        if (const Status fits = grow(take); fits != Status::More) return {fits, 0};
        body.append(bytes.substr(0, take));
        body_bytes_ += take;
        bytes.remove_prefix(take);
        remaining_ -= take;
        if (remaining_ == 0) state_ = state_ == State::Length ? State::Complete : State::ChunkEnd;
        break;
      }
      case State::UntilEnd:
        if (const Status fits = grow(bytes.size()); fits != Status::More) return {fits, 0};
        body.append(bytes);
        body_bytes_ += bytes.size();
        return {Status::More, given};
      case State::ChunkSize:
      case State::ChunkEnd:
      case State::Trailers: {
        if (!takeLine(bytes)) {
          if (!why_.empty()) return malformed(why_);
          break;
        }
        const bool fine = onLine();
        line_.clear();
        if (!fine) return malformed(why_);
        break;
      }
      default: return malformed("it is malformed");
    }
  }
  return {Status::Done, given - bytes.size()};
}

ResponseParser::Status ResponseParser::end() {
  if (state_ == State::Complete) return Status::Done;
  if (state_ == State::UntilEnd) {
    state_ = State::Complete;
    return Status::Done;
  }
  return malformed("the connection ended before the answer did").status;
}

}  // namespace signalbox::http
