// SPDX-License-Identifier: Apache-2.0
#include "server/request_checks.h"

#include "base/json_doc.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "domain/error_status.h"

namespace signalbox::server {
namespace {

bool isJson(std::string_view content_type) {
  return equalsIgnoreCase(trim(content_type.substr(0, content_type.find(';'))), "application/json");
}

// What framing alone refuses (408, 417, 431, 505 …) is an invalid request, whatever its status.
ErrorCode codeOf(int status) {
  switch (status) {
    case 401: return ErrorCode::Unauthenticated;
    case 403: return ErrorCode::Forbidden;
    case 404: return ErrorCode::UnknownRoute;
    case 413: return ErrorCode::PayloadTooLarge;
    case 415: return ErrorCode::UnsupportedMedia;
    case 421: return ErrorCode::BadHost;
    case 429: return ErrorCode::Overloaded;
    case 500: return ErrorCode::Internal;
    case 503: return ErrorCode::ShuttingDown;
    default: return ErrorCode::InvalidRequest;
  }
}

}  // namespace

http::Refusal checkHead(const http::Request& head, const HostList* hosts, const Handler& handler) {
  if (hosts != nullptr && !hosts->allows(head.headers.get("host"))) {
    return {421, "The Host header names another host; use localhost, 127.0.0.1 or [::1] with this server's port, or a name that it is configured for."};
  }
  if (equalsIgnoreCase(head.headers.get("sec-fetch-site"), "cross-site")) return {403, "Pages of other sites may not call this server."};
  if (head.method == "POST" && !isJson(head.headers.get("content-type")) && handler.takes(head.method, head.path())) return {415, "Send the body as Content-Type: application/json."};
  return {0, {}};
}

bool speaksAnthropic(std::string_view path) {
  constexpr std::string_view kMessages = "/v1/messages";
  return path == kMessages || (path.starts_with(kMessages) && path[kMessages.size()] == '/');
}

http::Response refusalResponse(int status, std::string_view why, bool anthropic) {
  const domain::ErrorStatus named = domain::errorStatus(codeOf(status));
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "application/json");
  response.headers.add("x-signalbox-decision-id", Uuid::v7().string());
  if (status == 429 || status == 503) response.headers.add("retry-after", "1");
  if (anthropic) {
    response.body.append("{\"type\":\"error\",\"error\":{\"type\":\"").append(domain::anthropicErrorType(status));
    response.body.append("\",\"message\":").append(quoteJson(why)).append(",\"code\":\"").append(named.code).append("\"}}");
    return response;
  }
  response.body.append("{\"error\":{\"message\":").append(quoteJson(why)).append(",\"type\":\"").append(named.type);
  response.body.append("\",\"param\":null,\"code\":\"").append(named.code).append("\"}}");
  return response;
}

}  // namespace signalbox::server
