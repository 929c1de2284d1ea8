// SPDX-License-Identifier: Apache-2.0
// What a simulated upstream does wrong, request by request. A pure value.
//
//   SCRIPT = STEP [; STEP]… [; repeat]        STEP = [N*]FAULT[,FAULT]…
//
// Steps are taken in order, one request each or N; a last step without a count goes on for ever; after a last step with a count
// all is well, or the script starts again where it ends in `repeat`. Faults: ok · status=CODE · retry-after=SECONDS · delay=TIME
// (before anything is sent) · drip=TIME (before each token) · stall-after=N · reset-after=N (connection cut) · end-after=N (stream
// ends well but too early), all counted in tokens · junk-json · junk-sse · error-frame · no-logprobs · no-usage · empty-stream ·
// usage=negative|huge|total (counts that cannot be true; `total` is less than its parts) · length=N (Content-Length claims N bytes
// more than there are, or fewer: length=-20) · gzip (compressed unasked, else in order) · gzip-bomb (the same, and 64 MiB of blank
// lines in it) · endless-line (of a stream, or a body without end) · endless-header. And one of the whole listener, which stands
// alone: bad-certificate (TLS with a certificate that nobody signed).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace signalbox::lab {

enum class UsageLie : std::uint8_t { None, Negative, Huge, Total };

struct Fault {
  std::optional<int> status;
  std::optional<double> retry_after_s;
  Duration delay{};
  Duration drip{};
  std::optional<std::size_t> stall_after;
  std::optional<std::size_t> reset_after;
  std::optional<std::size_t> end_after;
  bool junk_json = false;
  bool junk_sse = false;
  bool error_frame = false;
  bool no_logprobs = false;
  bool no_usage = false;
  bool empty_stream = false;
  UsageLie usage_lie = UsageLie::None;
  std::optional<std::int64_t> length_error;  // what Content-Length claims beyond the truth
  bool gzip = false;
  bool gzip_bomb = false;
  bool endless_line = false;
  bool endless_header = false;
  // What no server would send: the answer is then written byte by byte, head included.
  [[nodiscard]] bool breaksFraming() const { return length_error || gzip || gzip_bomb || endless_line || endless_header; }
};

class FaultScript {
 public:
  FaultScript() = default;  // all is well
  // InvalidInput names the step and what is allowed.
  [[nodiscard]] static Result<FaultScript> parse(std::string_view text);
  // What happens to the request with this 0-based number.
  [[nodiscard]] Fault at(std::uint64_t request) const;
  // The listener itself lies; nothing reaches a request.
  [[nodiscard]] bool badCertificate() const { return bad_certificate_; }

 private:
  struct Step {
    std::uint64_t count;  // 0: for ever
    Fault fault;
  };
  std::vector<Step> steps_;
  std::uint64_t length_ = 0;
  bool repeat_ = false;
  bool bad_certificate_ = false;
};

}  // namespace signalbox::lab
