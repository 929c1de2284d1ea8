// SPDX-License-Identifier: Apache-2.0
// What the journal's thread does between groups: checkpoints, the deletion of what is too old or too much, and its status.
#include "base/log.h"
#include "base/strings.h"
#include "journal/sqlite_journal.h"

namespace signalbox::journal {
namespace {

constexpr std::int64_t kRetireStep = 2048;                         // decisions deleted at a time
constexpr std::int64_t kLogPagesIdle = 512, kLogPagesBusy = 8192;  // when the log is moved into the database
constexpr Duration kStatusEvery = std::chrono::milliseconds(100);
constexpr Duration kTellEvery = std::chrono::hours(24);

std::string inDays(Duration duration) {
  const double days = std::chrono::duration<double, std::ratio<86'400>>(duration).count();
  return days >= 1 ? shortest(days) + "d" : formatDuration(duration);
}

}  // namespace

void SqliteJournal::keepHouse(bool idle) {
  if (!store_) {
    if (steadyNow() >= retry_at_) replaceStore();
    return;
  }
  if (store_->logPages() >= (idle ? kLogPagesIdle : kLogPagesBusy)) store_->checkpoint(false);
  if (steadyNow() < status_at_ + kStatusEvery) return;
  status_at_ = steadyNow();
  retire();
  refreshStatus();
}

void SqliteJournal::retire() {
  const WallMicros now = retirement_clock_.read(wallNow(), steadyNow());
  const WallMicros oldest = now - std::chrono::duration_cast<std::chrono::microseconds>(options_.max_age).count();
  const auto gone = store_->retire(oldest, now, options_.max_bytes, kRetireStep);
  if (!gone && isCorruption(gone.error())) return failed(gone.error());
  if (!gone || *gone == 0) return;
  if (*gone == kRetireStep) status_at_ = {};  // there may be more
  const auto kept = store_->keptSince();
  if (!kept || !*kept) return;
  forgetUntil(**kept);  // first: whoever hears that rows have gone asks since when there are any
  std::int64_t so_far = 0;
  {
    const std::lock_guard lock(status_mutex_);
    so_far = status_.retired += *gone;
  }
  if (retirement_told_at_ && steadyNow() < *retirement_told_at_ + kTellEvery) return;
  retirement_told_at_ = steadyNow();
  log::info(
      "store {}: the oldest decisions are being deleted, because they are older than store.keep ({}) or the store is "
      "larger than store.most ({} MiB); {} so far, and the oldest that is left is of {}",
      options_.path, inDays(options_.max_age), options_.max_bytes >> 20, so_far, formatIso(**kept));
}

void SqliteJournal::refreshStatus() {
  const auto bytes = store_ ? store_->bytes() : Result<std::int64_t>(0);
  const std::lock_guard lock(status_mutex_);
  status_.rows = store_ ? store_->rows() : 0;
  if (bytes) status_.bytes = *bytes;
}

}  // namespace signalbox::journal
