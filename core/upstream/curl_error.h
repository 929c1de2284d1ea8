// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <curl/curl.h>

#include "base/error.h"

namespace signalbox::upstream {

// What a curl result means for a request. `got_bytes`: part of the body had arrived. The text never holds a key or an answer.
[[nodiscard]] Error curlError(CURLcode code, const char* details, int status, bool got_bytes);

}  // namespace signalbox::upstream
