// SPDX-License-Identifier: Apache-2.0
#include "http/framing.h"

#include <algorithm>
#include <cstring>

#include "http/grammar.h"

namespace signalbox::http {
namespace {

using grammar::fine;
using grammar::kFine;

constexpr Refusal kBareLf{400, "A line ends with a bare LF; it must be CR LF."};
constexpr std::size_t kMaxChunkLine = 256;
// A client may announce a large body and never send it: memory is taken as bytes arrive, beyond this much.
constexpr std::uint64_t kTrustedLength = 64 << 10;

std::size_t lineEnd(std::string_view bytes) {
  const void* found = std::memchr(bytes.data(), '\n', bytes.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1 : std::string_view::npos;
}

}  // namespace

RequestParser::Step RequestParser::refuse(int status, std::string_view why) {
  state_ = State::Failed;
  refusal_ = {status, why};
  return {Status::Refused, 0};
}

RequestParser::Step RequestParser::feed(std::string_view bytes) {
  if (state_ == State::Failed) return {Status::Refused, 0};
  if (state_ == State::RequestLine || state_ == State::Fields) {
    if (bytes.empty()) return {Status::More, 0};
    return feedHead(bytes);
  }
  return feedBody(bytes);
}

// Line by line, limits before content, so that the verdict does not depend on where the bytes were cut.
RequestParser::Step RequestParser::feedHead(std::string_view bytes) {
  begun_ = true;
  if (block_.empty()) block_.reserve(std::min<std::size_t>(std::max<std::size_t>(bytes.size(), 512), 2048));
  std::size_t used = 0;
  while (used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    const std::size_t end = lineEnd(rest);
    const std::size_t take = std::min(end, rest.size());
    if (block_.size() - line_start_ + take > limits_.max_line) return refuse(431, "A line of the head is too long.");
    if (block_.size() + take > limits_.max_head) return refuse(431, "The head is too large.");
    block_.append(rest.substr(0, take));
    used += take;
    if (end == std::string_view::npos) return {Status::More, used};

    std::string_view line = std::string_view(block_).substr(line_start_);
    if (line.size() < 2 || line[line.size() - 2] != '\r') return refuse(kBareLf);
    line.remove_suffix(2);
    if (state_ == State::RequestLine) {
      if (line.empty()) {  // one empty line left over from an earlier request is forgiven (RFC 9112, 2.2)
        if (skipped_empty_line_) return refuse(400, "Empty lines before the request line.");
        skipped_empty_line_ = true;
        block_.clear();
        continue;
      }
      grammar::RequestLine parts;
      const Refusal refusal = grammar::readRequestLine(line, parts);
      if (!fine(refusal)) return refuse(refusal);
      request_.method.assign(parts.method);
      request_.target.assign(parts.target);
      authority_.assign(parts.authority);
      facts_.http10 = parts.http10;
      state_ = State::Fields;
    } else if (line.empty()) {
      const Refusal refusal = finishHead();
      if (!fine(refusal)) return refuse(refusal);
      return {Status::Head, used};
    } else {
      if (spans_.size() == limits_.max_fields) return refuse(431, "The head has too many fields.");
      grammar::FieldLine field;
      const Refusal refusal = grammar::readFieldLine(line, field);
      if (!fine(refusal)) return refuse(refusal);
      if (spans_.empty()) spans_.reserve(16);
      const auto offset = [&](std::string_view part) { return static_cast<std::uint32_t>(part.data() - block_.data()); };
      spans_.push_back({offset(field.name), static_cast<std::uint32_t>(field.name.size()),
                        field.value.empty() ? offset(field.name) : offset(field.value), static_cast<std::uint32_t>(field.value.size())});
    }
    line_start_ = block_.size();
  }
  return {Status::More, used};
}

Refusal RequestParser::finishHead() {
  request_.headers = Headers(std::move(block_), std::move(spans_));
  const Refusal refusal = grammar::readFacts(request_, authority_, limits_.max_body, facts_);
  if (!fine(refusal)) return refusal;
  if (facts_.chunked) {
    state_ = State::ChunkSize;
  } else {
    remaining_ = facts_.length;
    if (remaining_ > 0) request_.body.reserve(static_cast<std::size_t>(std::min(remaining_, kTrustedLength)));
    state_ = remaining_ > 0 ? State::Length : State::Complete;
  }
  return kFine;
}

// Moves bytes into line_ up to its LF. True when the line is complete (line_ without CRLF) or too long or bare (line_done_).
bool RequestParser::takeLine(std::string_view& bytes, std::size_t limit) {
  const std::size_t end = lineEnd(bytes);
  const std::size_t take = std::min(end, bytes.size());
  line_done_ = line_.size() + take <= limit;
  if (!line_done_) return true;
  line_.append(bytes.substr(0, take));
  bytes.remove_prefix(take);
  return end != std::string_view::npos;
}

RequestParser::Step RequestParser::feedBody(std::string_view bytes) {
  const std::size_t given = bytes.size();
  while (state_ != State::Complete) {
    if (bytes.empty()) return {Status::More, given};
    switch (state_) {
      case State::Length:
      case State::ChunkData: {
        const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
        request_.body.append(bytes.substr(0, take));
        bytes.remove_prefix(take);
        remaining_ -= take;
        if (remaining_ == 0) state_ = state_ == State::Length ? State::Complete : State::ChunkCr;
        break;
      }
      case State::ChunkCr:
      case State::ChunkLf:
        if (bytes.front() != (state_ == State::ChunkCr ? '\r' : '\n')) return refuse(400, "A chunk does not end where its size says.");
        bytes.remove_prefix(1);
        state_ = state_ == State::ChunkCr ? State::ChunkLf : State::ChunkSize;
        break;
      case State::ChunkSize:
      case State::Trailers: {
        const bool size_line = state_ == State::ChunkSize;
        if (!takeLine(bytes, size_line ? kMaxChunkLine : limits_.max_line)) break;
        if (!line_done_) return size_line ? refuse(400, "A chunk size line is too long.") : refuse(431, "A trailer is too long.");
        if (line_.size() < 2 || line_[line_.size() - 2] != '\r') return refuse(kBareLf);
        line_.resize(line_.size() - 2);
        const Refusal refusal = size_line ? readChunkSize() : readTrailer();
        if (!fine(refusal)) return refuse(refusal);
        line_.clear();
        break;
      }
      default: return refuse(400, "The request is malformed.");
    }
  }
  return {Status::Done, given - bytes.size()};
}

Refusal RequestParser::readChunkSize() {
  std::size_t extension = 0;
  const auto size = grammar::readChunkSize(line_, extension);
  if (!size) return {400, "A chunk size is malformed."};
  extension_bytes_ += extension;
  if (extension_bytes_ > limits_.max_head) return {400, "Chunk extensions are too large."};
  if (*size > limits_.max_body || request_.body.size() + *size > limits_.max_body) return {413, "The body is larger than is accepted here."};
  remaining_ = *size;
  state_ = remaining_ > 0 ? State::ChunkData : State::Trailers;
  return kFine;
}

// Trailers are checked as fields are, and dropped: nothing that is decided by a head may be said after it.
Refusal RequestParser::readTrailer() {
  if (line_.empty()) {
    state_ = State::Complete;
    return kFine;
  }
  trailer_bytes_ += line_.size();
  if (trailer_bytes_ > limits_.max_head || ++trailer_count_ > limits_.max_fields) return {431, "The trailers are too large."};
  grammar::FieldLine field;
  return grammar::readFieldLine(line_, field);
}

Request RequestParser::take() {
  Request out = std::move(request_);
  reset();
  return out;
}

void RequestParser::reset() {
  state_ = State::RequestLine;
  begun_ = skipped_empty_line_ = false;
  line_start_ = 0;
  block_ = {};
  spans_ = {};
  request_ = {};
  facts_ = {};
  line_.clear();
  remaining_ = 0;
  extension_bytes_ = trailer_bytes_ = trailer_count_ = 0;
}

}  // namespace signalbox::http
