// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

namespace signalbox {

void protectProcess() {
  ::umask(077);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit of file sizes is an error like a full disk, and no reason to end
}

}  // namespace signalbox
