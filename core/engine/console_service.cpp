// SPDX-License-Identifier: Apache-2.0
#include "engine/console_service.h"

#include <algorithm>

#include "engine/console_core.h"
#include "engine/console_session.h"

namespace signalbox::engine {

void FeedTicket::attach(Subscription source) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      sources_.push_back(std::move(source));
      return;
    }
  }
  source.reset();
}

void FeedTicket::end() {
  line_.cut();
  std::vector<Subscription> sources;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    sources.swap(sources_);
  }
}

Result<void> ConsoleService::Core::start() {
  auto reader = journal.reader();
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto id = (*reader)->storeId();
  if (!id) return std::unexpected(std::move(id.error()));
  store_id = std::move(*id);
  auto slow = QueryPool::start(journal, options.query_threads, options.most_waiting);
  if (!slow) return std::unexpected(std::move(slow.error()));
  scans = std::move(*slow);
  auto fast = QueryPool::start(journal, 1, options.most_waiting);
  if (!fast) return std::unexpected(std::move(fast.error()));
  quick = std::move(*fast);
  return {};
}

QueryPool& ConsoleService::Core::poolOf(control::Method method) {
  using control::Method;
  switch (method) {
    case Method::DecisionsSubscribe:  // its backlog may be filtered
    case Method::DecisionsQuery:
    case Method::MetricsSubscribe:
    case Method::MetricsQuery:
    case Method::MetricsBaselines:
    case Method::AuditList:
    case Method::PolicyCheck: return *scans;
    default: return *quick;
  }
}

void ConsoleService::Core::stop() {
  std::vector<std::weak_ptr<FeedTicket>> tickets;
  {
    const std::lock_guard lock(tickets_mutex_);
    stopped_ = true;
    tickets.swap(tickets_);
  }
  if (quick) quick->stop();
  if (scans) scans->stop();
  ticker.stop();
  for (const auto& weak : tickets) {
    if (const auto ticket = weak.lock()) ticket->end();
  }
}

std::shared_ptr<FeedTicket> ConsoleService::Core::newTicket() {
  auto ticket = std::make_shared<FeedTicket>();
  const std::lock_guard lock(tickets_mutex_);
  if (stopped_) return ticket;  // the pool answers that the router is stopping
  std::erase_if(tickets_, [](const std::weak_ptr<FeedTicket>& old) { return old.expired(); });
  tickets_.push_back(ticket);
  return ticket;
}

std::shared_ptr<const policy::CompiledPolicy> ConsoleService::Core::compiled(domain::Revision revision, journal::Reader& reader) {
  if (auto live = policies.live(); live->revision == revision) return live;
  {
    const std::lock_guard lock(compiled_mutex_);
    if (const auto it = compiled_.find(revision); it != compiled_.end()) return it->second;
  }
  const auto stored = reader.policy(revision);
  if (!stored) return nullptr;
  auto result = policy::compile(stored->document, options.tiers, revision);
  if (!result) return nullptr;
  constexpr std::size_t kMostKept = 16;
  const std::lock_guard lock(compiled_mutex_);
  if (compiled_.size() >= kMostKept) compiled_.erase(compiled_.begin());
  return compiled_[revision] = std::move(*result);
}

Result<std::shared_ptr<ConsoleService>> ConsoleService::start(journal::Journal& journal, PolicyStore& policies, EventFeed& feed,
                                                              const RouterFacts& facts, ConsoleOptions options) {
  auto core = std::make_shared<Core>(journal, policies, feed, facts, std::move(options));
  if (auto started = core->start(); !started) return std::unexpected(std::move(started.error()));
  return std::shared_ptr<ConsoleService>(new ConsoleService(std::move(core)));
}

ConsoleService::ConsoleService(std::shared_ptr<Core> core) : core_(std::move(core)) {}
ConsoleService::~ConsoleService() { stop(); }
void ConsoleService::stop() { core_->stop(); }

std::unique_ptr<control::ConsoleApi> ConsoleService::session(control::Principal principal) {
  return std::make_unique<ConsoleSession>(core_, std::move(principal));
}

}  // namespace signalbox::engine
