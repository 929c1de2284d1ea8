// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/strings.h"
#include "config/config.h"
#include "config/keyring.h"

namespace signalbox::config {
namespace {

constexpr off_t kMaxSecretBytes = 64 * 1024;

// A secret is one word: it goes into one line of a request's head, and nobody could send one that is not.
Result<Secret> oneWord(const std::string& where, std::string_view text) {
  const std::string_view word = trim(text);
  if (word.empty()) return fail(ErrorCode::NotFound, where + " is empty");
  const auto inside = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (std::any_of(word.begin(), word.end(), inside)) {
    return fail(ErrorCode::InvalidInput, where + " holds more than a key: there is white space or a control character inside it");
  }
  return Secret(std::string(word));
}

class SystemSecrets : public SecretSource {
 public:
  Result<Secret> env(const std::string& name) override {
    // A key that was pasted where its variable's name belongs must not be printed.
    const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || std::isdigit(static_cast<unsigned char>(c)) || std::isupper(static_cast<unsigned char>(c)); });
    const char* value = std::getenv(name.c_str());
    if (!value && !is_name) {
      return fail(ErrorCode::NotFound, "`env` names no variable that is set; it takes a variable's name, in capitals, never the key itself");
    }
    if (!value) return fail(ErrorCode::NotFound, "the environment variable " + name + " is not set");
    return oneWord("the environment variable " + name, value);
  }

  Result<Secret> file(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(ErrorCode::Io, path + " cannot be opened: " + std::strerror(errno));
    auto secret = readOpened(fd, path, true);
    ::close(fd);
    return secret;
  }

  // The service manager alone decides who may read there, by access lists that look like a group's rights.
  Result<Secret> credential(const std::string& name) override {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (!folder || *folder != '/') {
      return fail(ErrorCode::NotFound, "there are no credentials: CREDENTIALS_DIRECTORY is not set; the service manager sets it for a unit with LoadCredential=NAME:FILE");
    }
    if (name.find('/') != std::string::npos || name.starts_with('.')) return fail(ErrorCode::InvalidInput, "`credential` takes a credential's name, without a folder");
    const std::string path = std::string(folder) + "/" + name;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0) {
      return fail(ErrorCode::NotFound, std::string("there is no credential of that name (") + std::strerror(errno) + "); the unit needs LoadCredential=NAME:FILE or LoadCredentialEncrypted=NAME");
    }
    auto secret = readOpened(fd, "the credential", false);
    ::close(fd);
    return secret;
  }

  Result<Secret> keyring(const std::string& name) override {
    const auto secret = readKeyring(name);
    if (!secret) return secret;
    return oneWord("the keyring's entry", secret->reveal());
  }

 private:
  // The opened file is judged, not the name, which could change hands in between.
  static Result<Secret> readOpened(int fd, const std::string& path, bool owner_only) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return fail(ErrorCode::Io, path + " is not a regular file");
    if (owner_only && (status.st_mode & 077) != 0) {
      return fail(ErrorCode::Io, path + " can be read by others; allowed is mode 0600: chmod 600 " + path);
    }
    if (status.st_size > kMaxSecretBytes) return fail(ErrorCode::Io, path + " is larger than 64 KiB; a secret file holds one key");
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t have = 0;
    while (have < text.size()) {
      const ssize_t count = ::read(fd, text.data() + have, text.size() - have);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail(ErrorCode::Io, path + " cannot be read: " + std::strerror(errno));
      if (count == 0) break;
      have += static_cast<std::size_t>(count);
    }
    text.resize(have);
    return oneWord(path, text);
  }
};

}  // namespace

std::unique_ptr<SecretSource> systemSecrets() { return std::make_unique<SystemSecrets>(); }

}  // namespace signalbox::config
