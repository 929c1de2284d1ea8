// SPDX-License-Identifier: Apache-2.0
#include "signalbox/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "base/strings.h"

namespace signalbox::app {
namespace {

constexpr int kFirstDescriptor = 3;

std::string take(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value ? value : "";
  ::unsetenv(name);
  return text;
}

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

bool isOurs(const std::string& pid) { return pid.empty() || number(pid) == ::getpid(); }

}  // namespace

ServiceManager::ServiceManager() : notify_(take("NOTIFY_SOCKET")) {
  if (!notify_.starts_with('/') && !notify_.starts_with('@')) notify_.clear();
  const std::string every = take("WATCHDOG_USEC"), watched = take("WATCHDOG_PID");
  if (isOurs(watched)) watchdog_ = std::chrono::microseconds(number(every));
  const std::string count = take("LISTEN_FDS"), names = take("LISTEN_FDNAMES"), listener = take("LISTEN_PID");
  if (listener.empty() || !isOurs(listener)) return;
  const auto given = split(names, ':');
  for (std::int64_t i = 0; i < number(count) && i < 64; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ::fcntl(kFirstDescriptor + static_cast<int>(i), F_SETFD, FD_CLOEXEC);
    socket_names_.emplace_back(at < given.size() ? given[at] : "");
  }
}

void ServiceManager::tell(const std::string& state) const {
  sockaddr_un address{};
  if (notify_.empty() || notify_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, notify_.data(), notify_.size());
  if (notify_.front() == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_.size());
  ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(descriptor);
}

void ServiceManager::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000));
}

Result<int> ServiceManager::socket(const std::string& name) const {
  int found = -1;
  for (std::size_t i = 0; i < socket_names_.size(); ++i) {
    if (socket_names_[i] != name) continue;
    if (found >= 0) return fail(ErrorCode::InvalidInput, "the service manager hands over two sockets of the name " + name + "; one is served");
    found = kFirstDescriptor + static_cast<int>(i);
  }
  return found;
}

}  // namespace signalbox::app
