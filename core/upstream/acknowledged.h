// SPDX-License-Identifier: Apache-2.0
// What the system knows of the other side of a TCP connection. Internal to upstream/.
#pragma once
#include <cstdint>
#include <optional>

namespace signalbox::upstream {

// Bytes of a TCP connection that was opened from here, since it was opened, one of which opened it; nullopt where the system does not
// tell (Linux before 4.1).
[[nodiscard]] std::optional<std::uint64_t> acknowledgedBytes(int socket);

// Whether the other side has said in order that nothing more will come (its FIN, and no reset after it): what it had acknowledged by
// then is all that it had received.
[[nodiscard]] bool saidItsEnd(int socket);

}  // namespace signalbox::upstream
