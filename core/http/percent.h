// SPDX-License-Identifier: Apache-2.0
// Percent-encoding of RFC 3986, as it comes in the path of a request. Pure.
#pragma once
#include <string>
#include <string_view>

namespace signalbox::http {

// A percent sign without two hexadecimal digits behind it stays as it is.
[[nodiscard]] std::string percentDecoded(std::string_view text);

}  // namespace signalbox::http
