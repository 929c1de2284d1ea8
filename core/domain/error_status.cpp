// SPDX-License-Identifier: Apache-2.0
#include "domain/error_status.h"

namespace signalbox::domain {

ErrorStatus errorStatus(ErrorCode code) {
  constexpr std::string_view kInvalid = "invalid_request_error";
  constexpr std::string_view kApi = "api_error";
  switch (code) {
    case ErrorCode::InvalidRequest: return {400, kInvalid, "invalid_request"};
    case ErrorCode::ModelNotFound: return {404, kInvalid, "model_not_found"};
    case ErrorCode::UnknownWorkload: return {404, kInvalid, "unknown_workload"};
    case ErrorCode::UnknownDecision: return {404, kInvalid, "unknown_decision"};
    case ErrorCode::UnknownRoute: return {404, kInvalid, "unknown_url"};
    case ErrorCode::MethodNotAllowed: return {405, kInvalid, "method_not_allowed"};
    case ErrorCode::Unauthenticated: return {401, "authentication_error", "invalid_api_key"};
    case ErrorCode::Forbidden: return {403, "permission_error", "forbidden"};
    case ErrorCode::BadHost: return {421, kInvalid, "misdirected_request"};
    case ErrorCode::UnsupportedMedia: return {415, kInvalid, "unsupported_media_type"};
    case ErrorCode::PayloadTooLarge: return {413, kInvalid, "request_too_large"};
    case ErrorCode::NotCarried: return {400, kInvalid, "unsupported_parameter"};
    case ErrorCode::RateLimited: return {429, "rate_limit_error", "rate_limit_exceeded"};
    case ErrorCode::InsufficientQuota: return {429, "insufficient_quota", "insufficient_quota"};
    case ErrorCode::Overloaded: return {429, "rate_limit_error", "overloaded"};
    case ErrorCode::Unavailable: return {503, kApi, "unavailable"};
    case ErrorCode::ShuttingDown: return {503, kApi, "shutting_down"};
    case ErrorCode::UpstreamConnect: return {502, kApi, "upstream_connect"};
    case ErrorCode::UpstreamDns: return {502, kApi, "upstream_dns"};
    case ErrorCode::UpstreamTls: return {502, kApi, "upstream_tls"};
    case ErrorCode::UpstreamTimeout: return {504, kApi, "upstream_timeout"};
    case ErrorCode::UpstreamAuth: return {502, kApi, "upstream_auth"};
    case ErrorCode::UpstreamRateLimited: return {429, "rate_limit_error", "upstream_rate_limited"};
    case ErrorCode::UpstreamRejected: return {400, kInvalid, "upstream_rejected"};
    case ErrorCode::UpstreamError: return {502, kApi, "upstream_error"};
    case ErrorCode::UpstreamMalformed: return {502, kApi, "upstream_malformed"};
    case ErrorCode::UpstreamTruncated: return {502, kApi, "upstream_truncated"};
    case ErrorCode::ClientGone: return {499, kApi, "client_gone"};
    case ErrorCode::InvalidConfig: return {500, kApi, "invalid_config"};
    case ErrorCode::InvalidInput: return {400, kInvalid, "invalid_input"};
    case ErrorCode::Io: return {500, kApi, "io_error"};
    case ErrorCode::NotFound: return {404, kInvalid, "not_found"};
    case ErrorCode::Conflict: return {409, kInvalid, "conflict"};
    case ErrorCode::Guardrail: return {422, kInvalid, "guardrail"};
    case ErrorCode::Throttled: return {429, "rate_limit_error", "throttled"};
    case ErrorCode::Cancelled: return {499, kApi, "cancelled"};
    case ErrorCode::Internal: return {500, kApi, "internal_error"};
  }
  return {500, kApi, "internal_error"};
}

std::string_view anthropicErrorType(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 503:
    case 529: return "overloaded_error";
    case 504: return "timeout_error";
    default: return status >= 500 ? "api_error" : "invalid_request_error";
  }
}

}  // namespace signalbox::domain
