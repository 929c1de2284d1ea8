// SPDX-License-Identifier: Apache-2.0
// One log for the process, on stderr. Callers pass text that is already free of secrets and of clients' content.
#pragma once
#include <spdlog/spdlog.h>

namespace signalbox {

namespace log = spdlog;
// Thread-safe. Level from `level` (trace debug info warn error), the format of the project. At start; calling it again changes the level.
void setUpLog(const std::string& level);

}  // namespace signalbox
