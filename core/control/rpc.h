// SPDX-License-Identifier: Apache-2.0
// JSON-RPC 2.0 as the control plane speaks it: calls, answers, errors and notifications as values. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace signalbox::control {

inline constexpr std::string_view kSubprotocol = "signalbox.control.v1";
inline constexpr std::string_view kControlPath = "/control";
inline constexpr std::size_t kMostMessageBytes = 64 << 10;  // of a client's message

// Numbers of the contract; everything the table does not name is −32603 with the error's code in `data.code`.
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kForbidden = 4030;
inline constexpr int kUnknown = 4040;
inline constexpr int kConflict = 4090;
inline constexpr int kGuardrail = 4220;
inline constexpr int kThrottled = 4290;
inline constexpr int kCancelled = 4990;
inline constexpr int kUnavailable = 5030;

[[nodiscard]] int rpcCode(ErrorCode code);
// `detail` (JSON text) becomes `data`; `param` is put into it.
[[nodiscard]] Json errorToJson(const Error& error);
[[nodiscard]] Error errorFromJson(const Json& json);

struct Call {
  Json id;                    // text, number or null
  bool notification = false;  // came without an id: nobody waits for an answer
  std::string method;
  Json params;                // of any type: rights are looked at before parameters
};
// −32600 (as InvalidRequest) when it is no call.
[[nodiscard]] Result<Call> callFromJson(const Json& json);
[[nodiscard]] std::string callText(const Json& id, std::string_view method, const Json& params);
[[nodiscard]] std::string answerText(const Json& id, const Json& result);
[[nodiscard]] std::string errorText(const Json& id, int code, std::string_view message, const Json& data = nullptr);
[[nodiscard]] std::string errorText(const Json& id, const Error& error);
[[nodiscard]] std::string notificationText(std::string_view method, const Json& params);

}  // namespace signalbox::control
