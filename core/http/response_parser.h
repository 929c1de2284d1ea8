// SPDX-License-Identifier: Apache-2.0
// Reads one HTTP/1 response after another from the bytes of a connection to an upstream (RFC 9112). Pure and incremental: the
// outcome depends on the bytes alone, never on how they were divided. Interim answers are skipped; bodies are de-chunked.
// More forgiving than the reader of requests in one thing only: a head's line may end with a bare LF.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace signalbox::http {

struct ResponseLimits {
  std::size_t max_head = 64 << 10;
  std::size_t max_line = 16 << 10;
  std::size_t max_fields = 200;
  std::uint64_t max_body = 64u << 20;
};

class ResponseParser {
 public:
  enum class Status : std::uint8_t {
    More,       // all bytes taken, the response is not complete
    Done,       // the response is complete
    Malformed,  // see why(); the connection must be closed
    TooLarge,   // the body is larger than the limit; the connection must be closed
  };
  struct Step {
    Status status;
    std::size_t used;  // of the bytes given; what follows a complete response was not asked for
  };

  explicit ResponseParser(ResponseLimits limits = {}) : limits_(limits) {}

  // Appends what `bytes` bring of the body to `body`. REQUIRES: the last step gave More, or reset().
  [[nodiscard]] Step feed(std::string_view bytes, std::string& body);
  // The connection has ended. Done when that is how this response ends, else Malformed.
  [[nodiscard]] Status end();
  // Ready for the next response.
  void reset();

  [[nodiscard]] bool begun() const { return begun_; }         // a byte has come
  [[nodiscard]] bool headDone() const { return state_ >= State::Length; }
  [[nodiscard]] int status() const { return status_; }        // 0 before the head is complete
  [[nodiscard]] const Headers& headers() const { return headers_; }
  [[nodiscard]] bool keepAlive() const { return keep_alive_; }  // another request may follow; from the head on
  [[nodiscard]] std::string_view why() const { return why_; }

 private:
  enum class State : std::uint8_t { StatusLine, Fields, Length, UntilEnd, ChunkSize, ChunkData, ChunkEnd, Trailers, Complete, Failed };
  [[nodiscard]] Step malformed(std::string_view why);
  [[nodiscard]] Step feedHead(std::string_view bytes);
  [[nodiscard]] bool readStatusLine(std::string_view line);
  [[nodiscard]] bool finishHead();
  [[nodiscard]] bool readLength();
  [[nodiscard]] bool takeLine(std::string_view& bytes);
  [[nodiscard]] bool onLine();
  [[nodiscard]] Status grow(std::uint64_t bytes);

  ResponseLimits limits_;
  State state_ = State::StatusLine;
  bool begun_ = false;
  bool keep_alive_ = true;
  int status_ = 0;
  int interim_ = 0;  // of the head that is being read
  std::string block_;
  std::size_t line_start_ = 0;
  std::vector<Headers::Span> spans_;
  Headers headers_;
  std::uint64_t remaining_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::string line_;
  std::size_t side_bytes_ = 0;  // of chunk extensions and trailers
  std::string_view why_;
};

}  // namespace signalbox::http
