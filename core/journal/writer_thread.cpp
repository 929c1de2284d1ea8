// SPDX-License-Identifier: Apache-2.0
// The journal's thread: changes first, then rows in groups, then the house.
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/log.h"
#include "journal/sqlite_journal.h"

namespace signalbox::journal {
namespace {

constexpr std::size_t kMostInGroup = 4096;  // rows of one transaction under backlog
constexpr std::size_t kGlance = 64;         // rows between looks whether a change waits
constexpr Duration kPatience = std::chrono::milliseconds(100);
constexpr Duration kRetryAfter = std::chrono::milliseconds(250);

}  // namespace

// A group of rows takes milliseconds of a core, for which a request may be waiting. So workers go first, until more than a transaction
// is left over or a change waits behind rows: whoever made it waits for it.
void SqliteJournal::run(Shift shift) {
  constexpr int kCourtesy = 5;  // nice; a third of the weight of a worker
  errno = 0;  // nice() may return -1 all the same
  if (shift == Shift::Calm && ::nice(kCourtesy) == -1 && errno != 0)
    log::info("the journal's thread may not lower its priority ({}): it has that of the workers", std::system_category().message(errno));
  while (shifts_.await(shift)) {
    if (!round()) shifts_.end();
    else if (shift == Shift::Calm && (held_.size() > kMostInGroup || queue_.changesWait())) shifts_.pass(Shift::Hurried);
    else if (shift == Shift::Hurried && held_.empty()) shifts_.pass(Shift::Calm);
  }
}

bool SqliteJournal::round() {
  const bool can_write = steadyNow() >= retry_at_;
  WriteQueue::Work work = queue_.take(!held_.empty() && can_write, can_write ? kPatience : kRetryAfter);
  if (!work.changes.empty()) runChanges(std::move(work.changes));
  for (auto& row : work.rows) held_.push_back(std::move(row));
  if (!held_.empty() && steadyNow() >= retry_at_) writeRows();
  if (!work.closed || !(held_.empty() || !status().fault.empty())) {
    keepHouse(held_.empty());
    return true;
  }
  if (!held_.empty()) {
    log::error("store {}: {} decisions could not be written before the end; the next start marks them interrupted", options_.path,
               held_.size());
  }
  refreshStatus();
  if (store_) store_->checkpoint(true);
  return false;
}

void SqliteJournal::runChanges(std::vector<Change> changes) {
  const Result<void> committed = tryChanges(changes);
  if (!committed) {
    if (store_) store_->rollback();
    failed(committed.error());
  } else {
    recovered();
  }
  for (Change& change : changes) change.settle(committed);
}

Result<void> SqliteJournal::tryChanges(std::vector<Change>& changes) {
  if (!store_) return fail(ErrorCode::Io, "store " + options_.path + ": it cannot be opened; see the log");
  if (auto begun = store_->begin(); !begun) return begun;
  for (Change& change : changes) {
    if (auto done = change.run(*store_); !done) return done;
  }
  return timedCommit(commit_times_.changes);
}

Result<void> SqliteJournal::timedCommit(SecondsHistogram& times) {
  const SteadyTime began = steadyNow();
  auto done = store_->commit();
  if (done) times.add(steadyNow() - began);
  return done;
}

void SqliteJournal::writeRows() {
  std::size_t count = std::min(held_.size(), kMostInGroup);
  {
    const std::lock_guard lock(status_mutex_);
    oldest_held_ = held_.front()->since;
  }
  SpendSums unkept;
  {
    const std::lock_guard lock(unkept_mutex_);
    std::swap(unkept, unkept_spend_);
  }
  auto committed = tryRows(count, unkept);
  if (!committed) {
    if (store_) store_->rollback();
    const std::lock_guard lock(unkept_mutex_);
    unkept_spend_.add(unkept);
    return failed(committed.error());
  }
  Observer* observer = observer_.load(std::memory_order_acquire);
  if (observer && !(*committed)->empty()) observer->decisionsCommitted(*committed);
  // Only now: until here a kill -9 would have to name them.
  for (std::size_t i = 0; i < count; ++i) inflight_->remove(held_[i]->content.decision.id);
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count));
  {
    const std::lock_guard lock(status_mutex_);
    status_.rows = store_->rows();
    oldest_held_ = held_.empty() ? std::nullopt : std::optional(held_.front()->since);
  }
  queue_.settled(count);
  recovered();  // with room for further rows: what is dropped is dropped before this is written down
}

Result<domain::CommittedRows> SqliteJournal::tryRows(std::size_t& count, const SpendSums& unkept) {
  if (!store_) return fail(ErrorCode::Io, "store " + options_.path + ": it cannot be opened; see the log");
  if (auto begun = store_->begin(); !begun) return std::unexpected(begun.error());
  store_->spend().add(unkept);
  std::vector<bool> stored;
  stored.reserve(count);
  std::vector<domain::CommittedDecision*> rows;
  while (stored.size() < count) {
    rows.clear();
    while (rows.size() < kGlance && stored.size() + rows.size() < count) rows.push_back(&held_[stored.size() + rows.size()]->content);
    if (auto done = store_->insert(rows, stored); !done) return std::unexpected(done.error());
    if (queue_.changesWait()) count = stored.size();
  }
  if (auto done = timedCommit(commit_times_.decisions); !done) return std::unexpected(done.error());
  auto committed = std::make_shared<std::vector<domain::CommittedDecision>>();
  committed->reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (stored[i])
      committed->push_back(std::move(held_[i]->content));
    else
      queue_.addDropped(1);
  }
  return committed;
}

void SqliteJournal::failed(const Error& error) {
  if (!isCorruption(error)) return fault(error);
  damaged_ = true;
  replaceStore();
}

void SqliteJournal::fault(const Error& error) {
  retry_at_ = steadyNow() + kRetryAfter;
  const std::lock_guard lock(status_mutex_);
  if (status_.fault.empty()) {
    fault_since_ = wallNow();
    log::error("{}; decisions are kept in memory and written as soon as it works again", error.message);
  }
  status_.fault = error.message;
}

void SqliteJournal::recovered() {
  {
    const std::lock_guard lock(status_mutex_);
    if (status_.fault.empty()) return;
    status_.fault.clear();
  }
  const std::uint64_t lost = queue_.dropped() - dropped_before_;
  dropped_before_ = queue_.dropped();
  log::warn("store {}: it can be written again; {} decisions were lost meanwhile", options_.path, lost);
  domain::AuditEntry gap{0,
                         0,
                         "router",
                         domain::Role::Admin,
                         "journal.gap",
                         0,
                         std::to_string(lost) + " decisions were not written",
                         "the store could not be written since " + formatIso(fault_since_),
                         "ok",
                         {},
                         {}};
  (void)store_->audit().append(gap);
}

}  // namespace signalbox::journal
