// SPDX-License-Identifier: Apache-2.0
// How much memory this process may use and does use.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace signalbox {

// The smallest limit of the control groups that this process is in (v2's memory.max, v1's memory.limit_in_bytes); nullopt: none.
// `proc_cgroup` and `mount` are for tests.
[[nodiscard]] std::optional<std::uint64_t> memoryLimit(const std::string& proc_cgroup = "/proc/self/cgroup",
                                                       const std::string& mount = "/sys/fs/cgroup");
// What the machine has; 0 where it does not tell.
[[nodiscard]] std::uint64_t physicalMemory();
// Resident, in bytes; 0 where it cannot be read.
[[nodiscard]] std::uint64_t residentBytes();
// What was freed is resident until it is given back. Takes milliseconds.
void releaseFreedMemory();

}  // namespace signalbox
