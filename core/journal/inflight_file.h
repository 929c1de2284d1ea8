// SPDX-License-Identifier: Apache-2.0
// The ids of decisions that were begun and are not yet in the store, in a memory-mapped file beside it. The pages outlive the
// process, so that after a kill -9 the next start knows what is missing. Also the store's lock: one router a store.
// add(), remove() and contains() are lock-free and for any thread; a slot is found by the id's random bits within a short window.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/uuid.h"

namespace signalbox::journal {

class InflightFile {
 public:
  // Creates (mode 0600) or opens and locks it. Io when another process holds the lock.
  [[nodiscard]] static Result<std::unique_ptr<InflightFile>> open(const std::string& path, std::size_t slots);
  ~InflightFile();
  InflightFile(const InflightFile&) = delete;
  InflightFile& operator=(const InflightFile&) = delete;

  // What the last run left behind, in order of id. REQUIRES: before the first add().
  [[nodiscard]] std::vector<Uuid> leftBehind() const;
  void clear();

  // False when there is no room near the id's place: it is then not tracked. REQUIRES: it is not in it; nothing looks for it, as most of
  // the window is cold.
  bool add(const Uuid& id);
  void remove(const Uuid& id);
  [[nodiscard]] bool contains(const Uuid& id) const;

 private:
  // `high` is claimed first, `low` written then; both are zero in a free slot and never in an id.
  struct Slot {
    std::atomic<std::uint64_t> high, low;
  };
  InflightFile(int file, Slot* slots, std::size_t count) : file_(file), slots_(slots), count_(count) {}
  [[nodiscard]] Slot* find(std::uint64_t high, std::uint64_t low) const;

  int file_;
  Slot* slots_;
  std::size_t count_;  // a power of two
};

}  // namespace signalbox::journal
