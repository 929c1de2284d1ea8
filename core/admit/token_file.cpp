// SPDX-License-Identifier: Apache-2.0
#include "admit/token_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/strings.h"
#include "base/whole_file.h"

namespace signalbox::admit {
namespace {

std::unexpected<Error> problem(const std::string& path, const std::string& what) {
  return fail(ErrorCode::Io, path + ": " + what, path);
}

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
    return problem(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  if ((info.st_mode & 077) != 0) return problem(path, "others may read this token; run chmod 600 on it, then `signalbox token rotate`");
  std::ifstream in(path);
  std::string text;
  std::getline(in, text);
  const std::string token(trim(text));
  if (token.empty()) return problem(path, "holds no token; remove it and a new one is made at the next start");
  return TokenFile{Secret(token), path, false};
}

Result<TokenFile> rotateToken(const std::string& folder, const std::string& name) { return create(folder, name); }

}  // namespace signalbox::admit
