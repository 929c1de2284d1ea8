// SPDX-License-Identifier: Apache-2.0
// Which addresses a connection may be made to. Link-local and cloud metadata addresses are refused at connect time, after the
// name was resolved, so that no name can be made to point there.
#pragma once
#include <curl/curl.h>
#include <sys/socket.h>

namespace signalbox::upstream {

[[nodiscard]] bool mayConnect(const sockaddr& address);
// libcurl's CURLOPT_OPENSOCKETFUNCTION that obeys it.
curl_socket_t openAllowed(void*, curlsocktype, curl_sockaddr* address);

}  // namespace signalbox::upstream
