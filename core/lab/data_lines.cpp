// SPDX-License-Identifier: Apache-2.0
#include "lab/data_lines.h"

#include "base/strings.h"

namespace signalbox::lab {
namespace {
constexpr std::size_t kShown = 5;
}

std::vector<BadLine> eachLine(std::string_view text, const TakeLine& take) {
  std::vector<BadLine> bad;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (trim(line).empty()) continue;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (auto taken = take(line, number); !taken) bad.push_back({number, std::move(taken.error().message)});
  }
  return bad;
}

Error badLines(const std::string& file, const std::vector<BadLine>& bad) {
  Error error{ErrorCode::InvalidInput, {}, {}, {}, 0, 0};
  for (std::size_t i = 0; i < bad.size() && i < kShown; ++i) {
    error.message += file + ":" + std::to_string(bad[i].line) + ": " + bad[i].message + "\n";
  }
  error.message += file + ": " + std::to_string(bad.size()) + (bad.size() == 1 ? " bad line" : " bad lines") +
                   "; nothing was done; --skip-bad goes on without them";
  return error;
}

}  // namespace signalbox::lab
