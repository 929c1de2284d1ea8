// SPDX-License-Identifier: Apache-2.0
// What the journal's thread does between groups: checkpoints, the deletion of what is too old or too much, and its status.
#include "journal/sqlite_journal.h"

namespace signalbox::journal {
namespace {

constexpr std::int64_t kRetireStep = 2048;                         // decisions deleted at a time
constexpr std::int64_t kLogPagesIdle = 512, kLogPagesBusy = 8192;  // when the log is moved into the database
constexpr Duration kStatusEvery = std::chrono::milliseconds(100);

}  // namespace

void SqliteJournal::keepHouse(bool idle) {
  if (!store_) {
    if (steadyNow() >= retry_at_) replaceStore();
    return;
  }
  if (store_->logPages() >= (idle ? kLogPagesIdle : kLogPagesBusy)) store_->checkpoint(false);
  if (steadyNow() < status_at_ + kStatusEvery) return;
  status_at_ = steadyNow();
  const WallMicros oldest = wallNow() - std::chrono::duration_cast<std::chrono::microseconds>(options_.max_age).count();
  const auto gone = store_->retire(oldest, options_.max_bytes, kRetireStep);
  if (!gone && isCorruption(gone.error())) failed(gone.error());
  if (gone && *gone == kRetireStep) status_at_ = {};
  refreshStatus();
}

void SqliteJournal::refreshStatus() {
  const auto bytes = store_ ? store_->bytes() : Result<std::int64_t>(0);
  const std::lock_guard lock(status_mutex_);
  status_.rows = store_ ? store_->rows() : 0;
  if (bytes) status_.bytes = *bytes;
}

}  // namespace signalbox::journal
