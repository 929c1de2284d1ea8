// SPDX-License-Identifier: Apache-2.0
// Who may come in, as of now: the clients' keys and the control plane's tokens. Those that stand in a file (the router's own in
// the state folder, and configured ones) are read again when their file changes; a file that no longer yields one leaves the one
// before in force, and the log says so. Owned by the router; keys() is for any thread.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admit/keys.h"
#include "base/file_stamp.h"
#include "base/snapshot.h"
#include "engine/ticker.h"

namespace signalbox::engine {

struct AccessOptions {
  std::shared_ptr<const config::Config> config;
  // The caller's own instead of files in the state folder, which are made on the first start.
  std::optional<Secret> client_token, control_token;
};

class Access {
 public:
  using ControlTokens = std::vector<config::ControlToken>;

  // Io when a token file cannot be made or read.
  [[nodiscard]] static Result<std::unique_ptr<Access>> open(const AccessOptions& options);

  [[nodiscard]] const Snapshot<admit::KeyRing>& keys() const { return keys_; }
  // What each key has used, whichever ring it stands in.
  [[nodiscard]] admit::KeyBook& book() { return book_; }
  [[nodiscard]] ControlTokens controlTokens() const;
  [[nodiscard]] Secret clientToken() const;  // empty when keys are configured
  // The state folder's files; empty when the keys or tokens are configured.
  [[nodiscard]] std::string clientFile() const;
  [[nodiscard]] std::string controlFile() const;

  // Takes over the keys, tokens and files of one that was opened for another configuration, and tells of the control tokens.
  void adopt(Access& next);

  // Looks at the files at this interval, on a thread of its own, and tells when control tokens have changed.
  void watch(Duration every, std::function<void(ControlTokens)> changed);
  void stop();
  // Looks now. The watch calls it; so do tests. True when something changed.
  bool look();

 private:
  enum class Kind { ClientToken, ClientKey, ControlToken };
  struct Watched {
    Kind kind;
    std::size_t index;  // among the keys or tokens
    std::string path;
    FileStamp seen;
  };

  Access() = default;
  [[nodiscard]] Result<void> resolve(const AccessOptions& options);
  void follow(Kind kind, std::size_t index, const std::string& path);
  [[nodiscard]] Secret& secretOf(const Watched& watched);
  [[nodiscard]] bool isTaken(const Watched& watched, const Secret& secret) const;
  [[nodiscard]] bool refresh(Watched& watched);

  std::mutex publishing_;     // held while a change is made and told: two of them are told in the order in which they were made
  mutable std::mutex mutex_;  // guards the secrets and what is watched
  std::vector<config::ClientKey> client_keys_;
  Secret client_token_;
  ControlTokens control_;
  std::vector<Watched> watched_;
  std::function<void(ControlTokens)> changed_;
  std::string client_file_, control_file_;
  admit::KeyBook book_;
  Snapshot<admit::KeyRing> keys_;
  Subscription looking_;
  std::optional<Ticker> ticker_;
};

}  // namespace signalbox::engine
