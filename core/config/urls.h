// SPDX-License-Identifier: Apache-2.0
// Web addresses as people write them into files and flags. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace signalbox::config {

// What a base_url may be: the definition "url" of the schema of signalbox.yaml.
[[nodiscard]] bool isBaseUrl(std::string_view url);
// The same in words: "http://HOST[:PORT][/PATH] or …".
[[nodiscard]] const std::string& baseUrlAllowed();

// "http://127.0.0.1:8000/v1" → "127.0.0.1", "https://[::1]/v1" → "[::1]"; empty where there is no "://".
[[nodiscard]] std::string hostOf(std::string_view url);

// Where the path begins, its slash included; npos: there is none.
[[nodiscard]] std::size_t pathOf(std::string_view url);

}  // namespace signalbox::config
