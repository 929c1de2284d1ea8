// SPDX-License-Identifier: Apache-2.0
#include "base/memory_limit.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

// tcmalloc's, where the program is linked with it: the C library's own has nothing to give back then.
extern "C" void MallocExtension_ReleaseFreeMemory() __attribute__((weak));

namespace signalbox {
namespace {

constexpr std::uint64_t kNoLimit = 1ull << 60;  // v1 writes a very large number where there is none

std::optional<std::uint64_t> numberIn(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::uint64_t value = 0;
  if (!(stream >> value) || value >= kNoLimit) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> memoryLimit(const std::string& proc_cgroup, const std::string& mount) {
  std::optional<std::uint64_t> least;
  const auto look = [&](const std::filesystem::path& root, std::string_view inside, const char* name) {
    // A limit of any group above holds too. Within a container its own group is the root of what can be seen.
    for (std::filesystem::path path = std::filesystem::path(inside).relative_path();; path = path.parent_path()) {
      if (const auto limit = numberIn(root / path / name)) least = std::min(least.value_or(kNoLimit), *limit);
      if (path.empty()) break;
    }
  };
  std::ifstream groups(proc_cgroup);
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string inside = line.substr(second + 1);
    if (controllers == ",,") look(mount, inside, "memory.max");
    if (controllers.find(",memory,") != std::string::npos) look(mount + "/memory", inside, "memory.limit_in_bytes");
  }
  return least;
}

std::uint64_t physicalMemory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) : 0;
}

std::uint64_t residentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void releaseFreedMemory() {
  if (MallocExtension_ReleaseFreeMemory != nullptr) MallocExtension_ReleaseFreeMemory();
  else ::malloc_trim(0);
}

}  // namespace signalbox
