// SPDX-License-Identifier: Apache-2.0
#include "upstream/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "base/strings.h"

namespace signalbox::upstream {
namespace {

constexpr double kLongest = 60;

}  // namespace

double retryAfterSeconds(std::string_view value, WallMicros now) {
  const std::string_view text = trim(value);
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{}) {
    const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
    if (date < 0) return 0;
    seconds = static_cast<double>(date) - static_cast<double>(now) / 1e6;
  }
  return seconds > 0 ? std::min(seconds, kLongest) : 0;
}

}  // namespace signalbox::upstream
