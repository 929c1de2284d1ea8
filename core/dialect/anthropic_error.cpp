// SPDX-License-Identifier: Apache-2.0
#include "dialect/anthropic_error.h"

#include "base/json_doc.h"
#include "dialect/json_object.h"
#include "dialect/openai_error.h"
#include "domain/error_status.h"
#include "http/sse.h"

namespace signalbox::dialect {
namespace {

constexpr std::string_view kOverloaded = "overloaded_error";

std::string enveloped(const JsonObject& error) { return JsonObject().raw("type", "\"error\"").raw("error", error.str()).str(); }

// What a provider of OpenAI's kind said, in Anthropic's shape.
std::string retold(int status, std::string_view body) {
  const auto doc = JsonDoc::parse(body);
  const auto error = doc ? doc->root()["error"] : JsonDoc::Node();
  JsonObject told;
  told.text("type", domain::anthropicErrorType(status)).text("message", error["message"].stringOr(""));
  for (const char* name : {"code", "param"}) {
    if (const auto text = error[name].stringOr(""); !text.empty()) told.text(name, text);
  }
  return enveloped(told);
}

}  // namespace

bool isAnthropicError(std::string_view body) {
  const auto doc = JsonDoc::parse(body);
  return doc && doc->root()["type"].stringOr("") == "error" && doc->root()["error"].isObject();
}

std::string anthropicErrorBody(const Error& error) {
  const int status = errorResponse(error).status;
  const std::string code = errorCode(error);
  JsonObject told;
  told.text("type", code == kOverloaded ? kOverloaded : domain::anthropicErrorType(status)).text("message", error.message).text("code", code);
  if (!error.param.empty()) told.text("param", error.param);
  return enveloped(told);
}

http::Response anthropicErrorResponse(const Error& error) {
  http::Response response = errorResponse(error);
  if (error.code == ErrorCode::UpstreamRejected && isAnthropicError(response.body)) return response;
  response.body = error.code == ErrorCode::UpstreamRejected && !error.detail.empty() ? retold(response.status, error.detail) : anthropicErrorBody(error);
  return response;
}

std::string anthropicErrorEvent(const Error& error) { return http::sseEvent(anthropicErrorBody(error), "error"); }

}  // namespace signalbox::dialect
