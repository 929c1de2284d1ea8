// SPDX-License-Identifier: Apache-2.0
#include "server/request_checks.h"

#include <algorithm>

#include "base/json_doc.h"
#include "base/strings.h"
#include "base/uuid.h"

namespace signalbox::server {
namespace {

bool isJson(std::string_view content_type) {
  return equalsIgnoreCase(trim(content_type.substr(0, content_type.find(';'))), "application/json");
}

std::string_view codeOf(int status) {
  switch (status) {
    case 403: return "forbidden";
    case 408: return "request_timeout";
    case 413: return "request_too_large";
    case 415: return "unsupported_media_type";
    case 421: return "misdirected_request";
    case 429: return "overloaded";
    case 431: return "request_header_fields_too_large";
    case 500: return "internal_error";
    default: return "invalid_request";
  }
}

std::string_view typeOf(int status) {
  if (status == 403) return "permission_error";
  if (status == 429) return "rate_limit_error";
  return status >= 500 && status != 505 ? "api_error" : "invalid_request_error";
}

}  // namespace

http::Refusal checkHead(const http::Request& head, std::span<const std::string> hosts) {
  if (!hosts.empty()) {
    const std::string_view host = head.headers.get("host");
    const bool known = std::any_of(hosts.begin(), hosts.end(), [&](const std::string& ours) { return equalsIgnoreCase(ours, host); });
    if (!known) return {421, "The Host header names another host; use localhost, 127.0.0.1 or [::1] with this server's port."};
  }
  if (equalsIgnoreCase(head.headers.get("sec-fetch-site"), "cross-site")) return {403, "Pages of other sites may not call this server."};
  if (head.method == "POST" && !isJson(head.headers.get("content-type"))) return {415, "Send the body as Content-Type: application/json."};
  return {0, {}};
}

http::Response refusalResponse(int status, std::string_view why) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "application/json");
  response.headers.add("x-signalbox-decision-id", Uuid::v7().string());
  if (status == 429 || status == 503) response.headers.add("retry-after", "1");
  response.body.append("{\"error\":{\"message\":").append(quoteJson(why)).append(",\"type\":\"").append(typeOf(status));
  response.body.append("\",\"param\":null,\"code\":\"").append(codeOf(status)).append("\"}}");
  return response;
}

}  // namespace signalbox::server
