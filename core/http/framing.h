// SPDX-License-Identifier: Apache-2.0
// The strict reader of HTTP/1 requests: it finds where a request begins and ends, and refuses every framing that two parsers
// could read differently (RFC 9112; the list is in the smuggling corpus of tests/http/). Pure and incremental: the verdict
// depends on the bytes alone, never on how they were divided. One parser per connection, on its worker's thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace signalbox::http {

struct FramingLimits {
  std::size_t max_head = 16 << 10;
  std::size_t max_fields = 100;
  std::size_t max_line = 8 << 10;
  std::size_t max_body = 32u << 20;
};

// Why bytes are not a request. The connection must be closed: what follows cannot be told apart any more.
struct Refusal {
  int status = 400;
  std::string_view why;  // a sentence for the client, of static storage
};

class RequestParser {
 public:
  enum class Status : std::uint8_t {
    More,     // all bytes taken, the request is not complete
    Head,     // the head is complete; look at head() and call feed() with the rest
    Done,     // the request is complete; take() it
    Refused,  // see refusal(); nothing more can be fed
  };
  struct Step {
    Status status;
    std::size_t used;  // of the bytes given; the rest belongs to what follows
  };

  explicit RequestParser(FramingLimits limits = {}) : limits_(limits) {}

  // Reads until the next event. REQUIRES: not refused, and take() was called after Done.
  [[nodiscard]] Step feed(std::string_view bytes);
  // The request without its body, from Head on.
  [[nodiscard]] const Request& head() const { return request_; }
  // The complete request; the parser is ready for the next one. REQUIRES: Done.
  [[nodiscard]] Request take();
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  [[nodiscard]] bool begun() const { return begun_; }                  // a byte of an unfinished request was read
  [[nodiscard]] bool readingBody() const { return state_ >= State::Length && state_ < State::Complete; }
  [[nodiscard]] bool keepAlive() const { return facts_.keep_alive; }   // by version and Connection; from Head on
  [[nodiscard]] bool http10() const { return facts_.http10; }
  [[nodiscard]] bool expectsContinue() const { return facts_.expects_continue; }
  [[nodiscard]] bool upgradesToWebSocket() const { return facts_.websocket; }
  [[nodiscard]] bool hasBody() const { return facts_.chunked || facts_.length > 0; }
  [[nodiscard]] std::uint64_t bodyBytes() const { return request_.body.size(); }

  // What the fields of a head say about framing.
  struct Facts {
    bool http10 = false;
    bool keep_alive = true;
    bool chunked = false;
    bool expects_continue = false;
    bool websocket = false;
    std::uint64_t length = 0;
  };

 private:
  enum class State : std::uint8_t { RequestLine, Fields, Length, ChunkSize, ChunkData, ChunkCr, ChunkLf, Trailers, Complete, Failed };
  [[nodiscard]] Step refuse(int status, std::string_view why);
  [[nodiscard]] Step refuse(const Refusal& refusal) { return refuse(refusal.status, refusal.why); }
  [[nodiscard]] Step feedHead(std::string_view bytes);
  [[nodiscard]] Step feedBody(std::string_view bytes);
  [[nodiscard]] Refusal finishHead();
  [[nodiscard]] bool takeLine(std::string_view& bytes, std::size_t limit);
  [[nodiscard]] Refusal readChunkSize();
  [[nodiscard]] Refusal readTrailer();
  void reset();

  FramingLimits limits_;
  State state_ = State::RequestLine;
  bool begun_ = false;
  bool line_done_ = false;
  bool skipped_empty_line_ = false;
  std::string block_;                // the head's bytes; becomes the request's headers
  std::size_t line_start_ = 0;
  std::vector<Headers::Span> spans_;
  Request request_;
  std::string authority_;            // of an absolute-form target
  Facts facts_;
  std::uint64_t remaining_ = 0;      // bytes of the body or of the chunk still to come
  std::string line_;                 // a chunk-size or trailer line
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::size_t trailer_count_ = 0;
  Refusal refusal_;
};

}  // namespace signalbox::http
