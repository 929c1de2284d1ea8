// SPDX-License-Identifier: Apache-2.0
// Tokens that the router makes for itself on its first start, in files for their owner only.
#pragma once
#include <string>

#include "base/error.h"
#include "base/secret.h"

namespace signalbox::admit {

inline constexpr const char* kControlTokenFile = "control-token";
inline constexpr const char* kClientTokenFile = "client-token";

struct TokenFile {
  Secret token;
  std::string path;
  bool created = false;
};

// Reads `folder`/`name`, or makes it with a new random token (mode 0600, written whole or not at all). Io when it cannot be
// read, is empty, holds more than a token, or others may read it: as config::systemSecrets() reads every secret.
[[nodiscard]] Result<TokenFile> ensureToken(const std::string& folder, const std::string& name);
// Replaces the token. Running routers notice by themselves, see engine/access.h.
[[nodiscard]] Result<TokenFile> rotateToken(const std::string& folder, const std::string& name);

}  // namespace signalbox::admit
