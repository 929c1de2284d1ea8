// SPDX-License-Identifier: Apache-2.0
// The journal's thread: changes first, then rows in groups, then the house.
#include "base/log.h"
#include "journal/sqlite_journal.h"

namespace signalbox::journal {
namespace {

constexpr std::size_t kMostInGroup = 4096;                         // rows of one transaction under backlog
constexpr std::size_t kGlance = 64;                                // rows between looks whether a change waits
constexpr std::int64_t kRetireStep = 2048;                         // decisions deleted at a time
constexpr std::int64_t kLogPagesIdle = 512, kLogPagesBusy = 8192;  // when the log is moved into the database
constexpr Duration kPatience = std::chrono::milliseconds(100);
constexpr Duration kRetryAfter = std::chrono::milliseconds(250);
constexpr Duration kStatusEvery = std::chrono::milliseconds(100);

}  // namespace

void SqliteJournal::run() {
  for (;;) {
    const bool can_write = steadyNow() >= retry_at_;
    WriteQueue::Work work = queue_.take(!held_.empty() && can_write, can_write ? kPatience : kRetryAfter);
    if (!work.changes.empty()) runChanges(std::move(work.changes));
    for (auto& row : work.rows) held_.push_back(std::move(row));
    if (!held_.empty() && steadyNow() >= retry_at_) writeRows();
    if (work.closed && (held_.empty() || !status().fault.empty())) break;
    keepHouse(held_.empty());
  }
  if (!held_.empty()) {
    log::error("store {}: {} decisions could not be written before the end; the next start marks them interrupted", options_.path,
               held_.size());
  }
  refreshStatus();
  if (store_) store_->checkpoint(true);
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
  auto committed = tryRows(count);
  if (!committed) {
    if (store_) store_->rollback();
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
  recovered();
  queue_.settled(count);
}

Result<domain::CommittedRows> SqliteJournal::tryRows(std::size_t& count) {
  if (!store_) return fail(ErrorCode::Io, "store " + options_.path + ": it cannot be opened; see the log");
  if (auto begun = store_->begin(); !begun) return std::unexpected(begun.error());
  std::vector<bool> stored(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto inserted = store_->insert(held_[i]->content);
    if (!inserted) return std::unexpected(inserted.error());
    stored[i] = *inserted;
    if (i % kGlance == kGlance - 1 && queue_.changesWait()) count = i + 1;
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
  if (isCorruption(error)) return replaceStore();
  fault(error);
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

// The damaged file goes aside; the sequence, the live policy and what waits to be written go on in a new one.
void SqliteJournal::replaceStore() {
  const std::int64_t last_seq = store_ ? store_->lastSeq() : last_seq_;
  last_seq_ = last_seq;
  store_.reset();
  generation_->fetch_add(1);
  auto store = Store::open(options_.path);
  if (!store) return fault(store.error());
  (*store)->continueAfter(last_seq);
  Result<void> done = (*store)->begin();
  if (done && live_) done = (*store)->policies().restore(*live_);
  if (done) done = noteReplacement(**store);
  if (done) done = (*store)->commit();
  if (!done) return fault(done.error());
  store_ = std::move(*store);
  generation_->fetch_add(1);
}

Result<void> SqliteJournal::noteReplacement(Store& store) {
  if (store.quarantined().empty()) return {};
  domain::AuditEntry entry{0,
                           0,
                           "router",
                           domain::Role::Admin,
                           "journal.replaced",
                           0,
                           {},
                           "the store was damaged and moved to " + store.quarantined(),
                           "ok",
                           {},
                           {}};
  return store.audit().append(entry);
}

void SqliteJournal::keepHouse(bool idle) {
  if (!store_) {
    if (steadyNow() >= retry_at_) replaceStore();
    return;
  }
  if (store_->logPages() >= (idle ? kLogPagesIdle : kLogPagesBusy)) store_->checkpoint(false);
  if (steadyNow() < status_at_ + kStatusEvery) return;
  status_at_ = steadyNow();
  const WallMicros oldest = wallNow() - std::chrono::duration_cast<std::chrono::microseconds>(options_.max_age).count();
  if (const auto gone = store_->retire(oldest, options_.max_bytes, kRetireStep); gone && *gone == kRetireStep) status_at_ = {};
  refreshStatus();
}

void SqliteJournal::refreshStatus() {
  const auto bytes = store_ ? store_->bytes() : Result<std::int64_t>(0);
  const std::lock_guard lock(status_mutex_);
  status_.rows = store_ ? store_->rows() : 0;
  if (bytes) status_.bytes = *bytes;
}

}  // namespace signalbox::journal
