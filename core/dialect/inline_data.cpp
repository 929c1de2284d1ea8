// SPDX-License-Identifier: Apache-2.0
#include "dialect/inline_data.h"

#include "base/base64.h"
#include "http/percent.h"

namespace signalbox::dialect {
namespace {
constexpr std::string_view kScheme = "data:";
constexpr std::string_view kBase64 = ";base64,";

// Without its parameters, which no provider knows; RFC 2397 says what nothing means.
std::string_view typeIn(std::string_view head) {
  head = head.substr(0, head.find(';'));
  return head.empty() ? "text/plain" : head;
}

}  // namespace

void readUrl(std::string_view url, Part& part) {
  const auto comma = url.find(',');
  if (!url.starts_with(kScheme) || comma == std::string_view::npos) {
    part.url = url;
    return;
  }
  part.media_type = typeIn(url.substr(kScheme.size(), comma - kScheme.size()));
  const auto data = url.substr(comma + 1);
  part.data = url.substr(0, comma + 1).ends_with(kBase64) ? std::string(data) : toBase64(http::percentDecoded(data));
}

std::string urlOf(const Part& part) {
  if (part.data.empty()) return part.url;
  std::string url(kScheme);
  return url.append(part.media_type).append(kBase64).append(part.data);
}

}  // namespace signalbox::dialect
