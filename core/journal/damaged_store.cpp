// SPDX-License-Identifier: Apache-2.0
// What the journal's thread does when SQLite calls the file corrupt, and what it keeps so that a new one can go on.
#include <filesystem>

#include "journal/quarantine.h"
#include "journal/sqlite_journal.h"

namespace signalbox::journal {

// The damaged file goes aside; the sequence, the policies and what waits to be written go on in a new one. Opening alone would
// not do: it sees the schema and the ends of the main table, and the damage may be anywhere.
void SqliteJournal::replaceStore() {
  if (store_) last_seq_ = store_->lastSeq();
  store_.reset();
  generation_->fetch_add(1);
  if (auto moved = moveAside(); !moved) return fault(moved.error());
  auto store = Store::open(options_.path);
  if (!store) return fault(store.error());
  if (!(*store)->quarantined().empty()) aside_ = (*store)->quarantined();
  (*store)->continueAfter(last_seq_);
  if (auto done = furnish(**store); !done) return fault(done.error());
  aside_.clear();
  forgetUntil(wallNow());
  store_ = std::move(*store);
  generation_->fetch_add(1);
}

Result<void> SqliteJournal::moveAside() {
  // A file that is no longer there was moved away by hand.
  if (damaged_ && std::filesystem::exists(options_.path)) {
    auto moved = quarantine(options_.path);
    if (!moved) return std::unexpected(std::move(moved.error()));
    aside_ = std::move(*moved);
  }
  damaged_ = false;
  return {};
}

// Policies go where there are none: an attempt before this one may have got further than it knew.
Result<void> SqliteJournal::furnish(Store& store) {
  const auto live = store.policies().live();
  if (!live) return std::unexpected(live.error());
  Result<void> done = store.begin();
  if (done && !*live && confirmed_) done = store.policies().restore(*confirmed_);
  if (done && !*live && live_) done = store.policies().restore(*live_);
  if (done) done = noteReplacement(store);
  if (done) done = store.commit();
  return done;
}

Result<void> SqliteJournal::noteReplacement(Store& store) {
  if (aside_.empty()) return {};
  if (auto done = store.spend().beginAnew(wallNow()); !done) return done;
  domain::AuditEntry entry;
  entry.who = "router";
  entry.role = domain::Role::Admin;
  entry.action = "journal.replaced";
  entry.reason = "the store was damaged and moved to " + aside_;
  entry.outcome = "ok";
  return store.audit().append(entry);
}

void SqliteJournal::forgetUntil(WallMicros oldest) {
  {
    const std::lock_guard lock(status_mutex_);
    status_.kept_since = oldest;
  }
  if (Observer* observer = observer_.load(std::memory_order_acquire)) observer->decisionsRetired(oldest);
}

void SqliteJournal::obey(const domain::PolicyRevision& live) {
  if (live.confirmed) {
    confirmed_.reset();
  } else if (live_ && live_->confirmed) {
    confirmed_ = std::move(live_);
    confirmed_->state = domain::RevisionState::Ended;
  }
  live_ = live;
}

}  // namespace signalbox::journal
