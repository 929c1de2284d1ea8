// SPDX-License-Identifier: Apache-2.0
#include "admit/token_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/whole_file.h"
#include "config/config.h"

namespace signalbox::admit {
namespace {

Result<TokenFile> create(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  TokenFile file{Secret(randomToken(name == kControlTokenFile ? "sbx-control-" : "sbx-local-")), path, true};
  const auto written = writeWholeFile(path, file.token.reveal() + "\n", 0600);
  if (!written) return std::unexpected(written.error());
  return file;
}

}  // namespace

Result<TokenFile> ensureToken(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return create(folder, name);
    return fail(ErrorCode::Io, path + " cannot be read: " + std::strerror(errno), path);
  }
  auto token = config::systemSecrets()->file(path);
  if (!token) {
    const std::string which = name == kControlTokenFile ? "control" : "client";
    return fail(ErrorCode::Io, token.error().message + "; `signalbox token rotate " + which + "` puts a new token there", path);
  }
  return TokenFile{std::move(*token), path, false};
}

Result<TokenFile> rotateToken(const std::string& folder, const std::string& name) { return create(folder, name); }

}  // namespace signalbox::admit
