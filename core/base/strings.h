// SPDX-License-Identifier: Apache-2.0
// Small helpers over UTF-8 text that every room needs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace signalbox {

[[nodiscard]] bool equalsIgnoreCase(std::string_view a, std::string_view b);  // ASCII
[[nodiscard]] std::string toLower(std::string_view text);                     // ASCII
[[nodiscard]] std::string_view trim(std::string_view text);                   // ASCII white space
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
[[nodiscard]] std::size_t editDistance(std::string_view a, std::string_view b);
// The candidate nearest to `word`, or empty when none is near enough to be meant.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
[[nodiscard]] bool isValidUtf8(std::string_view text);
// The first bytes of `text`, at most so many, ending at the end of a character. REQUIRES: UTF-8.
[[nodiscard]] std::string_view cutUtf8(std::string_view text, std::size_t most_bytes);
// Fixed decimals in the C locale, whatever the process's locale is.
[[nodiscard]] std::string fixed(double value, int decimals);
// The shortest text that reads back as the same double.
[[nodiscard]] std::string shortest(double value);

}  // namespace signalbox
