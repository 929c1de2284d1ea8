// SPDX-License-Identifier: Apache-2.0
#include "journal/quarantine.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/clock.h"
#include "base/log.h"

namespace signalbox::journal {

Result<void> createPrivateFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail(ErrorCode::Io,
                "store " + path + ": cannot open it: " + std::strerror(errno) +
                    "; check that its folder exists and that this user may write there, or set another store.path");
  }
  ::close(file);
  return {};
}

Result<std::string> quarantine(const std::string& path) {
  std::string time = formatIso(wallNow(), 3);
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  const std::string aside = path + ".corrupt-" + time;
  if (std::rename(path.c_str(), aside.c_str()) != 0) {
    return fail(
        ErrorCode::Io,
        "store " + path + ": it is damaged and cannot be moved aside: " + std::strerror(errno) + "; move it away by hand");
  }
  // Under the same name, so that `aside` can still be opened with its log.
  for (const char* suffix : {"-wal", "-shm"}) (void)std::rename((path + suffix).c_str(), (aside + suffix).c_str());
  log::error("store {}: the file is damaged; it was moved to {} and a new, empty store is used from here on", path, aside);
  return aside;
}

}  // namespace signalbox::journal
