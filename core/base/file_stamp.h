// SPDX-License-Identifier: Apache-2.0
// What tells one state of a file from another, without reading it. Links are followed, so that a swapped link is a change.
#pragma once
#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace signalbox {

struct FileStamp {
  std::uint64_t device = 0, inode = 0;
  std::int64_t size = -1, changed_ns = 0;  // size -1: there is no such file
  bool operator==(const FileStamp&) const = default;
};

inline FileStamp fileStamp(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  // The time of the last change of anything, mode included: a file that was opened to others and closed again is read again.
  return {info.st_dev, info.st_ino, info.st_size, info.st_ctim.tv_sec * 1'000'000'000LL + info.st_ctim.tv_nsec};
}

}  // namespace signalbox
