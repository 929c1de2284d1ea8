// SPDX-License-Identifier: Apache-2.0
#include "journal/inflight_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace signalbox::journal {
namespace {

constexpr std::size_t kWindow = 32;  // slots looked at for one id

std::uint64_t half(const Uuid& id, std::size_t at) {
  std::uint64_t value;
  std::memcpy(&value, id.bytes.data() + at, sizeof value);
  return value;
}

std::size_t place(std::uint64_t high, std::uint64_t low) {
  return static_cast<std::size_t>(((high ^ std::rotl(low, 23)) * 0x9e3779b97f4a7c15ull) >> 32);
}

std::unexpected<Error> ioError(const std::string& path, const std::string& doing) {
  return fail(ErrorCode::Io,
              path + ": cannot " + doing + ": " + std::strerror(errno) +
                  "; check that its folder exists and that this user may write there");
}

}  // namespace

Result<std::unique_ptr<InflightFile>> InflightFile::open(const std::string& path, std::size_t slots) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return ioError(path, "open it");
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return fail(ErrorCode::Io, path + ": the store is in use by another router; stop that one or set another store.path", "busy");
  }
  struct stat info {};
  ::fstat(file, &info);
  // A file of another size is from another setting of the queue: the larger one loses nothing.
  const auto present = std::bit_floor(static_cast<std::size_t>(info.st_size) / sizeof(Slot));
  const std::size_t count = std::max(std::bit_ceil(std::max(slots, kWindow)), present);
  const std::size_t bytes = count * sizeof(Slot);
  // Allocated at once: a hole in a full disk would be a SIGBUS later.
  if (const int code = ::posix_fallocate(file, 0, static_cast<off_t>(bytes)); code != 0) {
    errno = code;
    auto error = ioError(path, "reserve its space");
    ::close(file);
    return error;
  }
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) {
    auto error = ioError(path, "map it");
    ::close(file);
    return error;
  }
  return std::unique_ptr<InflightFile>(new InflightFile(file, static_cast<Slot*>(memory), count));
}

InflightFile::~InflightFile() {
  ::munmap(slots_, count_ * sizeof(Slot));
  ::close(file_);
}

std::vector<Uuid> InflightFile::leftBehind() const {
  std::vector<Uuid> ids;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint64_t high = slots_[i].high.load(), low = slots_[i].low.load();
    if (high == 0 || low == 0) continue;
    Uuid id;
    std::memcpy(id.bytes.data(), &high, sizeof high);
    std::memcpy(id.bytes.data() + 8, &low, sizeof low);
    ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void InflightFile::clear() {
  for (std::size_t i = 0; i < count_; ++i) {
    if (slots_[i].high.load(std::memory_order_relaxed) == 0) continue;
    slots_[i].low.store(0);
    slots_[i].high.store(0);
  }
}

InflightFile::Slot* InflightFile::find(std::uint64_t high, std::uint64_t low) const {
  if (high == 0 || low == 0) return nullptr;
  const std::size_t start = place(high, low);
  for (std::size_t i = 0; i < kWindow; ++i) {
    Slot& slot = slots_[(start + i) & (count_ - 1)];
    if (slot.high.load(std::memory_order_acquire) == high && slot.low.load(std::memory_order_acquire) == low) return &slot;
  }
  return nullptr;
}

bool InflightFile::add(const Uuid& id) {
  const std::uint64_t high = half(id, 0), low = half(id, 8);
  if (high == 0 || low == 0) return false;  // free slots are; no id that was ever given out is
  const std::size_t start = place(high, low);
  for (std::size_t i = 0; i < kWindow; ++i) {
    Slot& slot = slots_[(start + i) & (count_ - 1)];
    std::uint64_t free = 0;
    if (slot.high.load(std::memory_order_relaxed) == 0 &&
        slot.high.compare_exchange_strong(free, high, std::memory_order_acq_rel)) {
      slot.low.store(low, std::memory_order_release);
      return true;
    }
  }
  return false;
}

void InflightFile::remove(const Uuid& id) {
  if (Slot* slot = find(half(id, 0), half(id, 8))) {
    slot->low.store(0, std::memory_order_release);
    slot->high.store(0, std::memory_order_release);
  }
}

bool InflightFile::contains(const Uuid& id) const { return find(half(id, 0), half(id, 8)) != nullptr; }

}  // namespace signalbox::journal
