// SPDX-License-Identifier: Apache-2.0
// Unpacks a body that came as gzip or deflate (RFC 1950 to 1952), within limits: a small answer must not become a large one.
// Pure and incremental. And the other way, for programs that play an upstream.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace signalbox::http {

struct InflateLimits {
  std::size_t max_bytes = 8u << 20;
  std::size_t max_ratio = 100;  // bytes out for each that came in
};

class Inflater {
 public:
  explicit Inflater(InflateLimits limits = {});
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Whether a Content-Encoding is one of those read here.
  [[nodiscard]] static bool reads(std::string_view encoding);

  // Appends what `packed` holds to `out`. False when it is malformed or passes a limit; see why(). Nothing can be fed afterwards.
  [[nodiscard]] bool feed(std::string_view packed, std::string& out);
  [[nodiscard]] bool complete() const { return complete_; }  // the packed data has come to its end
  [[nodiscard]] std::string_view why() const { return why_; }

 private:
  struct Stream;
  [[nodiscard]] bool grown(std::size_t by);
  InflateLimits limits_;
  std::unique_ptr<Stream> stream_;
  std::size_t in_ = 0, out_ = 0;
  bool complete_ = false;
  std::string_view why_;
};

// `text` as one gzip member (RFC 1952).
[[nodiscard]] std::string gzip(std::string_view text);

}  // namespace signalbox::http
