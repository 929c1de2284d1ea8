// SPDX-License-Identifier: Apache-2.0
// What a client of any dialect sends and is told: the one place that chooses between the dialects' readers and errors.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "domain/request.h"
#include "http/message.h"

namespace signalbox::dialect {

// The dialect spoken at a path of the data plane; nullopt where no model is asked.
[[nodiscard]] std::optional<domain::Dialect> dialectOf(std::string_view path);

// Reads a request's body and hint headers. InvalidRequest with `param` when a known member has the wrong type: some upstreams
// answer that with a 500 that would count against them.
[[nodiscard]] Result<domain::Request> readRequest(domain::Dialect dialect, std::string body, const http::Headers& headers);

// Status, JSON body, Retry-After where known. What an upstream of the same family refused is passed through as it came.
[[nodiscard]] http::Response errorResponse(const Error& error, domain::Dialect dialect);
// The event that ends a stream badly.
[[nodiscard]] std::string errorEvent(const Error& error, domain::Dialect dialect);

// `body` with a member `signalbox` of this JSON text, for x-signalbox-explain. REQUIRES: a JSON object.
[[nodiscard]] std::string withExplanation(std::string_view body, std::string_view decision_json);

}  // namespace signalbox::dialect
