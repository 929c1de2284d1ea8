// SPDX-License-Identifier: Apache-2.0
// What all sessions of the console service share. Used by console_*.cpp only.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "control/roles.h"
#include "engine/console_service.h"
#include "engine/lifeline.h"
#include "engine/query_pool.h"
#include "engine/ticker.h"

namespace signalbox::engine {

// A running feed: ended by its subscriber or by the service, whichever comes first.
class FeedTicket {
 public:
  [[nodiscard]] const Lifeline& line() const { return line_; }
  // What keeps the feed going; let go of at once when it has been ended already.
  void attach(Subscription source);
  void end();

 private:
  Lifeline line_;
  std::mutex mutex_;
  bool ended_ = false;
  std::vector<Subscription> sources_;
};

class ConsoleService::Core : public std::enable_shared_from_this<ConsoleService::Core> {
 public:
  Core(journal::Journal& j, PolicyStore& p, EventFeed& f, const RouterFacts& r, ConsoleOptions o)
      : journal(j), policies(p), feed(f), facts(r), options(std::move(o)) {}

  [[nodiscard]] Result<void> start();
  void stop();
  // A ticket that stop() will end; ended from the beginning when the service has stopped.
  [[nodiscard]] std::shared_ptr<FeedTicket> newTicket();
  // The compiled policy of a revision; null when it is not in the store or fits no more.
  [[nodiscard]] std::shared_ptr<const policy::CompiledPolicy> compiled(domain::Revision revision, journal::Reader& reader);

  journal::Journal& journal;
  PolicyStore& policies;
  EventFeed& feed;
  const RouterFacts& facts;
  const ConsoleOptions options;
  const std::string epoch = Uuid::v7().string();
  std::string store_id;
  // Questions that may read for long have threads of their own, so that none of them holds up a change or a greeting.
  std::unique_ptr<QueryPool> scans, quick;
  [[nodiscard]] QueryPool& poolOf(control::Method method);
  Ticker ticker;

 private:
  std::mutex tickets_mutex_;
  bool stopped_ = false;
  std::vector<std::weak_ptr<FeedTicket>> tickets_;
  std::mutex compiled_mutex_;
  std::map<domain::Revision, std::shared_ptr<const policy::CompiledPolicy>> compiled_;
};

}  // namespace signalbox::engine
