// SPDX-License-Identifier: Apache-2.0
#include "admit/token_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/strings.h"

namespace signalbox::admit {
namespace {

std::unexpected<Error> problem(const std::string& path, const std::string& what) {
  return fail(ErrorCode::Io, path + ": " + what, path);
}

Result<TokenFile> create(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  const std::string temporary = path + ".new";
  TokenFile file{Secret(randomToken(name == kControlTokenFile ? "sbx-control-" : "sbx-local-")), path, true};
  ::unlink(temporary.c_str());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return problem(path, std::string("cannot be written: ") + std::strerror(errno));
  const std::string text = file.token.reveal() + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    ::unlink(temporary.c_str());
    return problem(path, "cannot be written: " + why);
  }
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
