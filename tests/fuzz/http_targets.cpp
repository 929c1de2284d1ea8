// SPDX-License-Identifier: Apache-2.0
// The readers of HTTP, events and packed bodies: what they find depends on the bytes, never on how those were divided.
#include <algorithm>
#include <vector>

#include "fuzz/target.h"
#include "http/framing.h"
#include "http/gzip.h"
#include "http/response_parser.h"
#include "http/sse.h"

namespace signalbox::fuzz {
namespace {

std::string shown(const http::Headers& headers) {
  std::string all;
  for (const auto& [name, value] : headers.all()) all.append(name).append(1, '\x1f').append(value).append(1, '\x1e');
  return all;
}

// Everything that a connection would make of these bytes.
class Requests {
 public:
  void feed(std::string_view bytes) {
    while (!bytes.empty() && !refused_) {
      const auto step = parser_.feed(bytes);
      require(step.used <= bytes.size(), "no more bytes are used than were given");
      bytes.remove_prefix(step.used);
      using Status = http::RequestParser::Status;
      if (step.status == Status::More) {
        require(bytes.empty(), "whoever wants more has taken all");
      } else if (step.status == Status::Head) {
        const auto& head = parser_.head();
        log_ += "head " + head.method + ' ' + head.target + '\n' + shown(head.headers);
        require(!head.method.empty() && !head.target.empty(), "a head names what is asked");
      } else if (step.status == Status::Done) {
        const auto request = parser_.take();
        log_ += "done " + request.method + ' ' + request.target + '\n' + shown(request.headers) + request.body + '\n';
        require(request.body.size() <= 1 << 20, "no body is larger than its limit");
      } else {
        refused_ = true;
        log_ += "refused " + std::to_string(parser_.refusal().status);
        require(parser_.refusal().status >= 400 && !parser_.refusal().why.empty(), "a refusal says why");
      }
    }
  }
  [[nodiscard]] const std::string& log() const { return log_; }

 private:
  http::RequestParser parser_{{.max_body = 1 << 20}};
  bool refused_ = false;
  std::string log_;
};

class Responses {
 public:
  void feed(std::string_view bytes) {
    while (!bytes.empty() && !over_) {
      const auto step = parser_.feed(bytes, body_);
      require(step.used <= bytes.size(), "no more bytes are used than were given");
      bytes.remove_prefix(step.used);
      if (step.status == http::ResponseParser::Status::More) {
        require(bytes.empty(), "whoever wants more has taken all");
        continue;
      }
      note(step.status);
    }
  }
  void end() {
    if (!over_) note(parser_.end());
  }
  [[nodiscard]] const std::string& log() const { return log_; }

 private:
  void note(http::ResponseParser::Status status) {
    over_ = status != http::ResponseParser::Status::Done || !parser_.keepAlive();
    log_ += std::to_string(static_cast<int>(status)) + ' ' + std::to_string(parser_.status()) + '\n';
    if (status == http::ResponseParser::Status::Done) log_ += shown(parser_.headers()) + body_ + '\n';
    else require(!parser_.why().empty(), "what is malformed says why");
    require(body_.size() <= 1 << 20, "no body is larger than its limit");
    body_.clear();
    if (!over_) parser_.reset();
  }
  http::ResponseParser parser_{{.max_body = 1 << 20}};
  bool over_ = false;
  std::string body_, log_;
};

struct Events {
  http::SseReader reader{{.max_line = 4096, .max_event = 16384}};
  bool failed = false;
  std::string log, raws;
  void feed(std::string_view bytes) {
    if (failed) return;
    failed = !reader.feed(bytes, [&](const http::SseEvent& event, bool has_data) {
      log += event.type + '\x1f' + event.data + '\x1f' + event.id + '\x1f' + (event.retry_ms ? std::to_string(*event.retry_ms) : "-") + (has_data ? "\x1e" : "\x1d");
      raws += event.raw;
      return true;
    });
  }
};

constexpr std::uint64_t kByteByByte = 0, kSome = 7, kOthers = 1234567;

}  // namespace

void request(std::string_view bytes) {
  Requests whole;
  whole.feed(bytes);
  for (const std::uint64_t seed : {kByteByByte, kSome, kOthers}) {
    Requests parts;
    divide(bytes, seed, [&](std::string_view part) { parts.feed(part); });
    require(parts.log() == whole.log(), "requests do not depend on how their bytes were divided");
  }
}

void response(std::string_view bytes) {
  Responses whole;
  whole.feed(bytes);
  whole.end();
  for (const std::uint64_t seed : {kByteByByte, kSome, kOthers}) {
    Responses parts;
    divide(bytes, seed, [&](std::string_view part) { parts.feed(part); });
    parts.end();
    require(parts.log() == whole.log(), "responses do not depend on how their bytes were divided");
  }
}

void events(std::string_view bytes) {
  Events whole;
  whole.feed(bytes);
  if (!whole.failed) require(whole.raws + std::string(whole.reader.rest()) == bytes, "the events and the rest are the stream, byte for byte");
  for (const std::uint64_t seed : {kByteByByte, kSome, kOthers}) {
    Events parts;
    divide(bytes, seed, [&](std::string_view part) { parts.feed(part); });
    require(parts.failed == whole.failed, "limits do not depend on how bytes were divided");
    require(parts.log == whole.log, "events do not depend on how their bytes were divided");
  }
}

void inflate(std::string_view bytes) {
  const http::InflateLimits limits{.max_bytes = 64 << 10, .max_ratio = 100};
  http::Inflater whole(limits);
  std::string out;
  const bool good = whole.feed(bytes, out);
  require(out.size() <= limits.max_bytes, "what is unpacked stays within its limit");
  if (!good) require(!whole.why().empty(), "what is malformed says why");
  http::Inflater parts(limits);
  std::string parts_out;
  bool parts_good = true;
  divide(bytes, kByteByByte, [&](std::string_view part) { parts_good = parts_good && parts.feed(part, parts_out); });
  if (good && parts_good) require(out == parts_out && whole.complete() == parts.complete(), "what is unpacked does not depend on how it came");

  http::Inflater back({.max_bytes = 1 << 20, .max_ratio = 2000});
  std::string again;
  require(back.feed(http::gzip(bytes), again) && back.complete() && again == bytes, "what was packed is unpacked");
}

}  // namespace signalbox::fuzz
