// SPDX-License-Identifier: Apache-2.0
// Files that are there whole or not at all.
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace signalbox {

// Writes `text` beside `path` under a name of its own, to the disk, and gives it the name then: whoever reads `path` sees what
// was there before or all of the new, also after a loss of power. Io says what failed; nothing is left behind then, unless it was the folder
// that could not be written to the disk: the new file has its name then.
[[nodiscard]] Result<void> writeWholeFile(const std::string& path, std::string_view text, mode_t mode);

// All that is in the file; Io names it and says what failed. A folder is no file.
[[nodiscard]] Result<std::string> readWholeFile(const std::string& path);

}  // namespace signalbox
