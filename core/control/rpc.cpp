// SPDX-License-Identifier: Apache-2.0
#include "control/rpc.h"

#include "domain/error_status.h"

namespace signalbox::control {

int rpcCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidRequest:
    case ErrorCode::InvalidInput:
    case ErrorCode::InvalidConfig: return kInvalidParams;
    case ErrorCode::Forbidden: return kForbidden;
    case ErrorCode::NotFound:
    case ErrorCode::UnknownDecision:
    case ErrorCode::UnknownWorkload: return kUnknown;
    case ErrorCode::Conflict: return kConflict;
    case ErrorCode::Guardrail: return kGuardrail;
    case ErrorCode::Throttled:
    case ErrorCode::Overloaded: return kThrottled;
    case ErrorCode::Cancelled: return kCancelled;
    case ErrorCode::Unavailable:
    case ErrorCode::ShuttingDown: return kUnavailable;
    default: return kInternalError;
  }
}

Json errorToJson(const Error& error) {
  Json data = error.detail.empty() ? Json::object() : Json::parse(error.detail, nullptr, false);
  if (!data.is_object()) data = data.is_discarded() ? Json::object() : Json{{"detail", std::move(data)}};
  data["code"] = domain::errorStatus(error.code).code;
  if (!error.param.empty()) data["param"] = error.param;
  return {{"code", rpcCode(error.code)}, {"message", error.message}, {"data", std::move(data)}};
}

Error errorFromJson(const Json& json) {
  Error error;
  if (!json.is_object()) return error;
  if (const auto it = json.find("message"); it != json.end() && it->is_string()) error.message = it->get<std::string>();
  const auto number = json.find("code");
  const int code = number != json.end() && number->is_number_integer() ? number->get<int>() : kInternalError;
  constexpr std::pair<int, ErrorCode> kCodes[] = {
      {kParseError, ErrorCode::InvalidRequest}, {kInvalidRequest, ErrorCode::InvalidRequest},
      {kMethodNotFound, ErrorCode::MethodNotAllowed}, {kInvalidParams, ErrorCode::InvalidRequest},
      {kForbidden, ErrorCode::Forbidden}, {kUnknown, ErrorCode::NotFound}, {kConflict, ErrorCode::Conflict},
      {kGuardrail, ErrorCode::Guardrail}, {kThrottled, ErrorCode::Throttled}, {kCancelled, ErrorCode::Cancelled},
      {kUnavailable, ErrorCode::Unavailable}};
  for (const auto& [wire, ours] : kCodes) {
    if (wire == code) error.code = ours;
  }
  if (const auto data = json.find("data"); data != json.end() && data->is_object()) {
    error.detail = jsonText(*data);
    if (const auto param = data->find("param"); param != data->end() && param->is_string()) error.param = param->get<std::string>();
    if (const auto word = data->find("code"); word != data->end() && *word == "io_error") error.code = ErrorCode::Io;
  }
  return error;
}

Result<Call> callFromJson(const Json& json) {
  const auto bad = [](std::string why) { return fail(ErrorCode::InvalidRequest, "not a JSON-RPC 2.0 call: " + std::move(why)); };
  if (!json.is_object()) return bad("an object was expected; batches are not taken");
  const auto version = json.find("jsonrpc");
  if (version == json.end() || *version != "2.0") return bad("`jsonrpc` must be \"2.0\"");
  const auto method = json.find("method");
  if (method == json.end() || !method->is_string()) return bad("`method` must be a text");
  Call call{nullptr, true, method->get<std::string>(), nullptr};
  if (const auto id = json.find("id"); id != json.end()) {
    if (!id->is_string() && !id->is_number() && !id->is_null()) return bad("`id` must be a text or a number");
    if (id->is_string() && id->get_ref<const std::string&>().size() > 128) return bad("`id` must be at most 128 bytes");
    call.id = *id;
    call.notification = false;
  }
  if (const auto params = json.find("params"); params != json.end()) call.params = *params;
  return call;
}

std::string callText(const Json& id, std::string_view method, const Json& params) {
  return jsonText({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
}

std::string answerText(const Json& id, const Json& result) { return jsonText({{"jsonrpc", "2.0"}, {"id", id}, {"result", result}}); }

std::string errorText(const Json& id, int code, std::string_view message, const Json& data) {
  Json error{{"code", code}, {"message", message}};
  if (!data.is_null()) error["data"] = data;
  return jsonText({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}});
}

std::string errorText(const Json& id, const Error& error) {
  return jsonText({{"jsonrpc", "2.0"}, {"id", id}, {"error", errorToJson(error)}});
}

std::string notificationText(std::string_view method, const Json& params) {
  return jsonText({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
}

}  // namespace signalbox::control
