// SPDX-License-Identifier: Apache-2.0
#include "dialect/inline_data.h"

namespace signalbox::dialect {
namespace {
constexpr std::string_view kScheme = "data:";
constexpr std::string_view kBase64 = ";base64,";
}  // namespace

void readUrl(std::string_view url, Part& part) {
  const auto mark = url.find(kBase64);
  if (!url.starts_with(kScheme) || mark == std::string_view::npos) {
    part.url = url;
    return;
  }
  part.media_type = url.substr(kScheme.size(), mark - kScheme.size());
  part.data = url.substr(mark + kBase64.size());
}

std::string urlOf(const Part& part) {
  if (part.data.empty()) return part.url;
  std::string url(kScheme);
  return url.append(part.media_type).append(kBase64).append(part.data);
}

}  // namespace signalbox::dialect
