// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "config/config.h"

namespace signalbox::config {
namespace {

namespace fs = std::filesystem;

// An XDG base folder: the variable when it holds an absolute path, else `below` the home folder; empty without a home.
fs::path xdg(const char* variable, const char* below) {
  const char* value = std::getenv(variable);
  if (value && fs::path(value).is_absolute()) return value;
  const char* home = std::getenv("HOME");
  return home && *home ? fs::path(home) / below : fs::path();
}

}  // namespace

Result<std::string> findConfigFile() {
  const fs::path here = "signalbox.yaml";
  const fs::path base = xdg("XDG_CONFIG_HOME", ".config");
  const fs::path there = base / "signalbox" / "signalbox.yaml";
  // What is there but cannot be looked at (a folder that is not ours, a link that leads nowhere) is named, so that reading it says why.
  const auto isThere = [](const fs::path& path) {
    std::error_code failure;
    return fs::symlink_status(path, failure).type() != fs::file_type::not_found;
  };
  if (isThere(here)) return here.string();
  if (!base.empty() && isThere(there)) return there.string();
  if (base.empty()) return fail(ErrorCode::InvalidConfig, "no configuration: ./signalbox.yaml is not there, and there is no home folder; name one with --config");
  return fail(ErrorCode::InvalidConfig, "no configuration: neither ./signalbox.yaml nor " + there.string() + " is there; name one with --config");
}

Result<std::string> stateFolder() {
  const fs::path base = xdg("XDG_STATE_HOME", ".local/state");
  if (base.empty()) return fail(ErrorCode::Io, "no state folder: neither XDG_STATE_HOME nor HOME is set");
  const fs::path folder = base / "signalbox";
  std::error_code failure;
  fs::create_directories(base, failure);
  if (!failure && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) failure = std::error_code(errno, std::generic_category());
  if (failure) return fail(ErrorCode::Io, folder.string() + " cannot be made: " + failure.message());
  // It holds tokens: whatever its mode was, only the owner goes in.
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return fail(ErrorCode::Io, folder.string() + " is not a folder");
  if ((status.st_mode & 077) != 0 && ::chmod(folder.c_str(), 0700) != 0) {
    return fail(ErrorCode::Io, folder.string() + " is open to others and its mode cannot be changed: " + std::strerror(errno));
  }
  return folder.string();
}

}  // namespace signalbox::config
