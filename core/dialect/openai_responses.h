// SPDX-License-Identifier: Apache-2.0
// OpenAI's Responses, as a dialect of clients: whatever answers is asked through the hub.
#pragma once
#include <string>

#include "base/error.h"
#include "domain/request.h"
#include "http/message.h"

namespace signalbox::dialect {

// As readRequest().
[[nodiscard]] Result<domain::Request> readResponsesRequest(std::string body, const http::Headers& headers);

}  // namespace signalbox::dialect
