// SPDX-License-Identifier: Apache-2.0
// Puts another configuration into force while the router runs, or keeps the one there is and says why: read, validate, build
// everything that the new one needs, and only then change over. Watches the files it was read from. Owned by the router, destroyed
// before what it changes. Thread-safe; a reload blocks its caller, and reloads wait for each other.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/file_stamp.h"
#include "config/config.h"
#include "domain/event.h"
#include "engine/access.h"
#include "engine/generation.h"
#include "engine/policy_store.h"
#include "engine/ticker.h"
#include "server/server.h"

namespace signalbox::engine {

class Reloader {
 public:
  struct Parts {
    Generations& generations;
    Access& access;
    const PolicyStore& policies;
    server::Server& data;
    server::Server& control;
  };
  struct Options {
    config::Loader load;                      // null: there is nothing to read again
    config::Address listen, control;          // as they are bound
    std::optional<Secret> client_token, control_token;
    std::function<void(const std::string&)> set_log_level;  // null: it stays
    std::function<void(const std::shared_ptr<const Generation>&)> changed;  // when another is in force
    Duration look = std::chrono::milliseconds(250);
  };
  Reloader(Parts parts, Options options);
  ~Reloader();

  // Reads again, and changes over when nothing is wrong. What came of it.
  domain::ConfigStatus run();
  // Follows the files: one that has changed, and has then kept still for one look, is read again.
  void watch();
  void stop();

  [[nodiscard]] domain::ConfigStatus status() const;
  // For /metrics.
  [[nodiscard]] std::string metrics() const;

 private:
  using Stamps = std::map<std::string, FileStamp>;
  [[nodiscard]] static Stamps stampsOf(const std::vector<std::string>& files);
  // From now on. `before`: as they were when they were read, as far as they were followed then.
  void follow(std::vector<std::string> files, const Stamps& before);
  [[nodiscard]] std::vector<std::string> withThoseInForce(std::vector<std::string> files) const;
  void look();
  domain::ConfigStatus runOnce();
  domain::ConfigStatus refuse(const config::ConfigErrors& errors);
  [[nodiscard]] std::expected<void, config::ConfigErrors> changeOver(const config::Config& loaded, domain::ConfigStatus& status);
  void settle(domain::ConfigStatus status);
  void keepAsGood(const config::Config& loaded) const;

  const Parts parts_;
  const Options options_;
  std::mutex running_;              // one reload at a time; guards what is watched
  std::vector<std::string> files_;
  Stamps acted_on_, seen_;
  mutable std::mutex status_mutex_;
  domain::ConfigStatus status_;
  std::uint64_t applied_ = 0, refused_ = 0;
  WallMicros applied_at_ = 0;
  Subscription looking_;
  std::optional<Ticker> ticker_;
};

}  // namespace signalbox::engine
