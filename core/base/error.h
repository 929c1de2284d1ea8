// SPDX-License-Identifier: Apache-2.0
// What can go wrong, as a value. `Result<T>` is the return type of everything on the data path; the table from code to
// HTTP status and wire names is domain/error_status.h and nowhere else.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace signalbox {

enum class ErrorCode : std::uint8_t {
  // the caller's fault
  InvalidRequest,      // malformed JSON, wrong type, missing field
  ModelNotFound,
  UnknownWorkload,
  UnknownDecision,
  UnknownRoute,        // no such path
  MethodNotAllowed,
  Unauthenticated,
  Forbidden,
  BadHost,             // Host header outside the allow-list
  UnsupportedMedia,
  PayloadTooLarge,
  NotCarried,          // the upstream's dialect has no way to say what was asked for
  RateLimited,         // this client, by its own key's limits
  InsufficientQuota,   // its budget is spent, or cannot be kept
  // the router's own state
  Overloaded,          // shed locally
  Unavailable,         // every deployment open, starting or draining
  ShuttingDown,
  // upstreams
  UpstreamConnect,
  UpstreamDns,
  UpstreamTls,
  UpstreamTimeout,
  UpstreamAuth,
  UpstreamRateLimited,
  UpstreamRejected,    // 400, 404, 413, 422: passed through
  UpstreamError,       // 5xx
  UpstreamMalformed,   // junk JSON or SSE, error frame after 200, a lie
  UpstreamTruncated,   // the stream ended before its terminal event
  ClientGone,
  // files, store, control plane
  InvalidConfig,
  InvalidInput,        // a data file's line, a command's argument
  Io,
  NotFound,
  Conflict,
  Guardrail,
  Throttled,
  Cancelled,
  Internal,
};

// Errors are rare. Whatever makes, copies or destroys one is told to the compiler as cold, so that the code of failures lies apart
// from the code of every request, which then fits the processor's caches better.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  // what happened, where, and what to do; never a secret, never a client's text
  std::string param;    // the field, pointer or provider status the message is about; may be empty
  std::string detail;   // machine-readable extra, as JSON text; may be empty
  int status = 0;       // the provider's HTTP status where there was one, else 0
  double retry_after_s = 0;  // 0: not known

  [[gnu::cold]] Error();
  [[gnu::cold]] Error(ErrorCode is, std::string says, std::string about = {}, std::string extra = {}, int provider_status = 0, double retry_after = 0);
  [[gnu::cold]] Error(const Error& other);
  [[gnu::cold]] Error(Error&& other) noexcept;
  [[gnu::cold]] Error& operator=(const Error& other);
  [[gnu::cold]] Error& operator=(Error&& other) noexcept;
  [[gnu::cold]] ~Error();
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard, gnu::cold]] std::unexpected<Error> fail(ErrorCode code, std::string message, std::string param = {});

}  // namespace signalbox
