// SPDX-License-Identifier: Apache-2.0
// How much of what was sent the other side's system has acknowledged. Internal to upstream/.
#pragma once
#include <cstdint>
#include <optional>

namespace signalbox::upstream {

// Bytes of a TCP connection that was opened from here, since it was opened, one of which opened it; nullopt where the system does not
// tell (Linux before 4.1).
[[nodiscard]] std::optional<std::uint64_t> acknowledgedBytes(int socket);

}  // namespace signalbox::upstream
