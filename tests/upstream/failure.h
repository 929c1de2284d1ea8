// SPDX-License-Identifier: Apache-2.0
// What an exchange that failed has to say, for tests of what is done about it.
#pragma once
#include "base/error.h"

namespace signalbox::upstream {

inline Error failure(ErrorCode code, int status = 0, double retry_after_s = 0) { return {code, "it failed", {}, {}, status, retry_after_s}; }

}  // namespace signalbox::upstream
