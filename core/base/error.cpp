// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

namespace signalbox {

Error::Error() = default;
Error::Error(ErrorCode is, std::string says, std::string about, std::string extra, int provider_status, double retry_after)
    : code(is), message(std::move(says)), param(std::move(about)), detail(std::move(extra)), status(provider_status), retry_after_s(retry_after) {}
Error::Error(const Error& other) = default;
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(const Error& other) = default;
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

std::unexpected<Error> fail(ErrorCode code, std::string message, std::string param) {
  return std::unexpected(Error(code, std::move(message), std::move(param)));
}

}  // namespace signalbox
