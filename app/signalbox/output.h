// SPDX-License-Identifier: Apache-2.0
// Whether anybody still reads what a command says.
#pragma once
#include <poll.h>
#include <unistd.h>

namespace signalbox::app {

// The other end of the pipe has had enough, as `head` has: an end, and no failure.
inline bool readerLeft() {
  pollfd out{STDOUT_FILENO, 0, 0};
  return ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

}  // namespace signalbox::app
