// SPDX-License-Identifier: Apache-2.0
// What all workers of one server share. Immutable but for its counters, which are atomic; the server owns it.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "base/snapshot.h"
#include "server/body_budget.h"
#include "server/host_list.h"
#include "server/server.h"

namespace signalbox::server {

// How many connections each remote address has. Thread-safe.
class AddressCounter {
 public:
  [[nodiscard]] bool admit(const std::string& address, std::size_t most) {
    const std::lock_guard lock(mutex_);
    return ++counts_[address] <= most;
  }
  void release(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto at = counts_.find(address);
    if (at != counts_.end() && --at->second == 0) counts_.erase(at);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
};

struct Shared {
  ServerOptions options;
  Handler& handler;
  SocketHandler* sockets = nullptr;
  HostList hosts{};
  Snapshot<TlsIdentity> identity{};  // null: in the clear
  std::atomic<std::size_t> connections{0};
  BodyBudget bodies{};
  std::atomic<bool> draining{false};
  AddressCounter addresses{};
  [[nodiscard]] bool refuses() const { return options.refusing != nullptr && options.refusing->load(std::memory_order_relaxed); }
};

}  // namespace signalbox::server
