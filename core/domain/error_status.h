// SPDX-License-Identifier: Apache-2.0
// The one table from an error to what a client sees: HTTP status, and the OpenAI-style `type` and `code`.
#pragma once
#include <string_view>

#include "base/error.h"

namespace signalbox::domain {

struct ErrorStatus {
  int http;               // status on the data plane
  std::string_view type;  // e.g. invalid_request_error
  std::string_view code;  // e.g. model_not_found; also the record's `error`
};

[[nodiscard]] ErrorStatus errorStatus(ErrorCode code);
// The class of error that Anthropic's clients expect with a status.
[[nodiscard]] std::string_view anthropicErrorType(int status);

}  // namespace signalbox::domain
