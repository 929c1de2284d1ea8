// SPDX-License-Identifier: Apache-2.0
// Who may send requests. Keys are compared by digest in constant time; every configured key is looked at, whichever matches.
// Immutable; shared by the workers.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "admit/key_limits.h"
#include "base/error.h"
#include "config/config.h"
#include "http/message.h"

namespace signalbox::admit {

struct Client {
  std::string name;                    // as the record shows it
  std::vector<std::string> workloads;  // empty = all
  KeyLimits limits{};
  std::shared_ptr<KeyAccount> account{};  // of this name in the book, whatever configuration it stands in
  [[nodiscard]] bool mayUse(std::string_view workload) const;
};

class KeyRing {
 public:
  // The configured keys, or, where there are none, the loopback token under the name "local".
  KeyRing(const std::vector<config::ClientKey>& keys, const Secret& client_token, KeyBook& book);
  // The client whose key came as `Authorization: Bearer` or `x-api-key`. Unauthenticated says what to send.
  [[nodiscard]] Result<const Client*> authenticate(const http::Headers& headers) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Sha256 digest;
    Client client;
  };
  std::vector<Entry> entries_;
  std::string where_;  // what the error tells a user who has no key
};

}  // namespace signalbox::admit
