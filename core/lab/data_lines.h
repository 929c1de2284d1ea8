// SPDX-License-Identifier: Apache-2.0
// Data files line by line: every bad line is known by its number. A command either refuses such a file as a whole, before it
// has changed anything, or goes on without those lines because it was told to.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace signalbox::lab {

struct BadLine {
  std::size_t line = 0;  // 1-based
  std::string message;
};

// Calls `take` for every line that is not empty, with its number; the ones it fails on are collected. A byte order mark and
// carriage returns at line ends are dropped.
using TakeLine = std::function<Result<void>(std::string_view line, std::size_t number)>;
[[nodiscard]] std::vector<BadLine> eachLine(std::string_view text, const TakeLine& take);

// One error out of the bad lines of `file`: the first ones with their numbers, and how many there are.
[[nodiscard]] Error badLines(const std::string& file, const std::vector<BadLine>& bad);

}  // namespace signalbox::lab
