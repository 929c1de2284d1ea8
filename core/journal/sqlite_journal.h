// SPDX-License-Identifier: Apache-2.0
// The journal on SQLite: a thread that owns the writing connection, fed by two lanes; under a backlog another one. See journal.h.
#pragma once
#include <deque>
#include <mutex>
#include <thread>

#include "journal/inflight_file.h"
#include "journal/retirement_clock.h"
#include "journal/shifts.h"
#include "journal/store.h"
#include "journal/write_queue.h"

namespace signalbox::journal {

class SqliteJournal final : public Journal {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SqliteJournal>> open(JournalOptions options);
  ~SqliteJournal() override;

  void observe(Observer* observer) override { observer_.store(observer, std::memory_order_release); }
  void begin(const domain::DecisionId& id) override { inflight_->add(id); }
  using Journal::append;
  bool append(domain::Decision&& decision) override;
  void appendProbe(domain::Attempt probe) override;
  [[nodiscard]] bool isQueued(const domain::DecisionId& id) const override { return inflight_->contains(id); }
  void addLabel(domain::Label label, std::optional<domain::AuditEntry> entry, Reply<void> reply) override;
  void commitPolicy(PolicyCommit commit, Reply<domain::PolicyRevision> reply) override;
  void confirmPolicy(domain::Revision revision, std::string who, domain::Role role, Reply<void> reply) override;
  void audit(domain::AuditEntry entry, Reply<void> reply) override;
  [[nodiscard]] domain::JournalStatus status() const override;
  [[nodiscard]] const CommitTimes& commitTimes() const override { return commit_times_; }
  [[nodiscard]] Result<std::unique_ptr<Reader>> reader() override;
  void flush() override;

 private:
  SqliteJournal(JournalOptions options, std::unique_ptr<InflightFile> inflight, std::unique_ptr<Store> store);
  [[nodiscard]] Result<void> recover();
  void run(Shift shift);
  [[nodiscard]] bool round();  // false when all is written that will be
  void runChanges(std::vector<Change> changes);
  [[nodiscard]] Result<void> tryChanges(std::vector<Change>& changes);
  [[nodiscard]] Result<void> timedCommit(SecondsHistogram& times);
  void writeRows();
  // `count` of the held rows, or fewer when a change came meanwhile.
  [[nodiscard]] Result<domain::CommittedRows> tryRows(std::size_t& count, const SpendSums& unkept);
  void failed(const Error& error);
  void recovered();
  void fault(const Error& error);
  void replaceStore();
  [[nodiscard]] Result<void> moveAside();
  [[nodiscard]] Result<void> furnish(Store& store);
  [[nodiscard]] Result<void> noteReplacement(Store& store);
  void forgetUntil(WallMicros oldest);
  void obey(const domain::PolicyRevision& live);
  void keepHouse(bool idle);
  void retire();
  void refreshStatus();
  void push(Change change);

  const JournalOptions options_;
  std::unique_ptr<InflightFile> inflight_;
  std::unique_ptr<Store> store_;  // null only while a damaged one is being replaced
  std::atomic<Observer*> observer_{nullptr};
  std::shared_ptr<std::atomic<int>> generation_ = std::make_shared<std::atomic<int>>(0);  // of the file, for readers
  WriteQueue queue_;
  std::deque<std::unique_ptr<Row>> held_;  // taken from the queue and not yet committed
  bool damaged_ = false;                   // SQLite called the file corrupt, and it is still in its place
  std::string aside_;                      // where a damaged file went, until the audit log says so
  // What survives a damaged store: the live policy, the last confirmed one where the live one is not, and the sequence.
  std::optional<domain::PolicyRevision> live_, confirmed_;
  std::int64_t last_seq_ = 0;
  SteadyTime retry_at_{}, status_at_{};
  RetirementClock retirement_clock_;
  std::optional<SteadyTime> retirement_told_at_;
  WallMicros fault_since_ = 0;
  std::uint64_t dropped_before_ = 0;  // when the last gap was written down
  CommitTimes commit_times_;
  std::mutex unkept_mutex_;
  SpendSums unkept_spend_;  // of rows that found no room; goes with the next ones that did
  mutable std::mutex status_mutex_;
  domain::JournalStatus status_;
  std::optional<SteadyTime> oldest_held_;  // guarded by status_mutex_
  Shifts shifts_;
  std::thread calm_, hurried_;             // last: they use all of the above, one at a time
};

}  // namespace signalbox::journal
