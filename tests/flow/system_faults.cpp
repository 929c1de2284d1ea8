// SPDX-License-Identifier: Apache-2.0
// Loaded before a program (LD_PRELOAD): parts of the system fail it as the files in the folder of SIGNALBOX_SYSTEM_FAULTS say now.
//   write-error   holds the number of the error that every write to a file of the store gets
//   slow-name     holds the seconds after which the look-up of a name that begins with "slow-name" finds nothing
#include <dlfcn.h>
#include <netdb.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// The number in a file of the folder; 0 where there is none.
int numberIn(const char* name) {
  const char* folder = std::getenv("SIGNALBOX_SYSTEM_FAULTS");
  if (folder == nullptr) return 0;
  char path[4096];
  std::snprintf(path, sizeof path, "%s/%s", folder, name);
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return 0;
  int number = 0;
  if (std::fscanf(file, "%d", &number) != 1) number = 0;
  std::fclose(file);
  return number;
}

bool isOfStore(int descriptor) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = ::readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return std::strstr(path, "signalbox.db") != nullptr;
}

// False, and errno set, where the write is to fail.
bool mayWrite(int descriptor) {
  const int error = isOfStore(descriptor) ? numberIn("write-error") : 0;
  if (error == 0) return true;
  errno = error;
  return false;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return mayWrite(descriptor) ? real(descriptor, bytes, size, at) : -1;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return mayWrite(descriptor) ? real(descriptor, bytes, size, at) : -1;
}

int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return mayWrite(descriptor) ? real(descriptor) : -1;
}

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto real = next<int (*)(const char*, const char*, const addrinfo*, addrinfo**)>("getaddrinfo");
  if (node == nullptr || std::strncmp(node, "slow-name", 9) != 0) return real(node, service, hints, found);
  ::sleep(static_cast<unsigned>(numberIn("slow-name")));
  return EAI_NONAME;
}

}  // extern "C"
