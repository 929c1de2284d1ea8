// SPDX-License-Identifier: Apache-2.0
#include "base/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace signalbox {
namespace {

bool writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

// A new name is on the disk once its folder is. Some file systems cannot be asked for that.
bool syncFolder(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno == EACCES;
  const bool done = ::fsync(fd) == 0 || errno == EINVAL;
  const int failure = errno;
  ::close(fd);
  errno = failure;
  return done;
}

}  // namespace

Result<void> writeWholeFile(const std::string& path, std::string_view text, mode_t mode) {
  static std::atomic<unsigned> count = 0;  // nobody else writes under this name
  const std::string temporary = path + ".new-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  ::unlink(temporary.c_str());
  const auto problem = [&] { return fail(ErrorCode::Io, path + ": cannot be written: " + std::strerror(errno), path); };
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return problem();
  const bool written = writeAll(fd, text);
  auto failure = problem();  // with the errno of the write, before close() has its own
  ::close(fd);
  const bool named = written && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (named && syncFolder(path)) return {};
  if (written) failure = problem();
  if (named) return failure;
  ::unlink(temporary.c_str());
  return failure;
}

Result<std::string> readWholeFile(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(ErrorCode::Io, path + ": cannot be opened: " + std::strerror(errno), path);
  constexpr std::size_t kPiece = 1 << 18;
  std::string text;
  ssize_t got = 0;
  do {
    const std::size_t held = text.size();
    text.resize(held + kPiece);
    do got = ::read(fd, text.data() + held, kPiece);
    while (got < 0 && errno == EINTR);
    text.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  } while (got > 0);
  auto failure = fail(ErrorCode::Io, path + ": cannot be read: " + std::strerror(errno), path);
  ::close(fd);
  if (got < 0) return failure;
  return text;
}

}  // namespace signalbox
