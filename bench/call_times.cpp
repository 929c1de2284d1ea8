// SPDX-License-Identifier: Apache-2.0
// Loaded before a program (LD_PRELOAD): notes when its reads, sends and waits began and ended, in a file of the folder that
// SIGNALBOX_CALL_TIMES names, once the file's first word says so. For bench/figures/turns.py, which says what the file holds.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

constexpr std::uint64_t kMost = 1 << 16;

struct Note {
  std::int64_t began, ended;  // ns
  std::int32_t thread, kind, descriptor, result;
};
struct File {
  std::atomic<std::uint64_t> on, count;
  Note notes[kMost];
};
File* file = nullptr;

[[gnu::constructor]] void mapFile() {
  const char* folder = std::getenv("SIGNALBOX_CALL_TIMES");
  if (folder == nullptr) return;
  const std::string path = std::string(folder) + "/" + std::to_string(::getpid());
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  if (::ftruncate(descriptor, sizeof(File)) == 0) {
    void* memory = ::mmap(nullptr, sizeof(File), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory != MAP_FAILED) file = static_cast<File*>(memory);
  }
  ::close(descriptor);
}

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

template <class... Arguments>
long timed(char kind, int descriptor, long call, Arguments... arguments) {
  if (file == nullptr || file->on.load(std::memory_order_relaxed) == 0) return ::syscall(call, arguments...);
  const std::int64_t began = now();
  const long result = ::syscall(call, arguments...);
  const std::int64_t ended = now();
  static thread_local const auto thread = static_cast<std::int32_t>(::syscall(SYS_gettid));
  const std::uint64_t at = file->count.fetch_add(1);
  if (at < kMost) file->notes[at] = {began, ended, thread, kind, descriptor, static_cast<std::int32_t>(result)};
  return result;
}

}  // namespace

extern "C" {

ssize_t recv(int descriptor, void* into, size_t size, int flags) {
  return timed('r', descriptor, SYS_recvfrom, descriptor, into, size, flags, nullptr, nullptr);
}
ssize_t recvmsg(int descriptor, msghdr* message, int flags) { return timed('r', descriptor, SYS_recvmsg, descriptor, message, flags); }
ssize_t readv(int descriptor, const iovec* parts, int count) { return timed('r', descriptor, SYS_readv, descriptor, parts, count); }
ssize_t send(int descriptor, const void* bytes, size_t size, int flags) {
  return timed('s', descriptor, SYS_sendto, descriptor, bytes, size, flags, nullptr, 0);
}
ssize_t sendmsg(int descriptor, const msghdr* message, int flags) { return timed('s', descriptor, SYS_sendmsg, descriptor, message, flags); }
ssize_t writev(int descriptor, const iovec* parts, int count) { return timed('s', descriptor, SYS_writev, descriptor, parts, count); }
int epoll_ctl(int set, int what, int descriptor, epoll_event* event) noexcept {
  return static_cast<int>(timed('c', descriptor, SYS_epoll_ctl, set, what, descriptor, event));
}
int epoll_wait(int set, epoll_event* events, int most, int timeout) {
  return static_cast<int>(timed(timeout == 0 ? 'l' : 'w', set, SYS_epoll_pwait, set, events, most, timeout, nullptr, 8));
}

}
