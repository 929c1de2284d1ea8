// SPDX-License-Identifier: Apache-2.0
// What happens to the store's files outside SQLite: created for this user alone, and moved aside when damaged. Never deleted.
#pragma once
#include <string>

#include "base/error.h"

namespace signalbox::journal {

// Creates the file with mode 0600 where it is not there yet; SQLite gives its -wal and -shm the same mode. Io.
[[nodiscard]] Result<void> createPrivateFile(const std::string& path);
// Renames the database and its log to PATH.corrupt-TIME and says so in the log; the new name.
[[nodiscard]] Result<std::string> quarantine(const std::string& path);

}  // namespace signalbox::journal
