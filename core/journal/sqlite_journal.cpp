// SPDX-License-Identifier: Apache-2.0
#include "journal/sqlite_journal.h"

#include <pthread.h>

#include "base/log.h"
#include "journal/sqlite_reader.h"

namespace signalbox::journal {
namespace {

domain::CommittedDecision interruptedRow(const Uuid& id, const std::string& router) {
  domain::CommittedDecision row;
  row.decision.id = id;
  row.decision.ts = id.millis() * 1000;
  row.decision.router = router;
  row.decision.outcome = domain::Outcome::Interrupted;
  row.decision.explanation = "begun before the router ended without warning; what became of it is not known";
  return row;
}

// Fine where a disk's flush usually lies, so that percentiles can be read off.
const std::vector<double> kCommitSeconds{0.0001, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075,
                                         0.01,   0.015,  0.02,   0.03,   0.05,    0.1,   0.25,   0.5,   1,     2.5,   10};

// Both lanes' replies carry their value past the commit.
template <class T>
std::shared_ptr<Result<T>> pendingResult() {
  return std::make_shared<Result<T>>(fail(ErrorCode::Internal, "the change was not run"));
}

}  // namespace

CommitTimes::CommitTimes() : changes(kCommitSeconds), decisions(kCommitSeconds) {}

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options) {
  auto journal = SqliteJournal::open(std::move(options));
  if (!journal) return std::unexpected(std::move(journal.error()));
  return std::unique_ptr<Journal>(std::move(*journal));
}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(JournalOptions options) {
  auto inflight = InflightFile::open(options.path + ".inflight", 2 * options.queue_rows);
  if (!inflight) return std::unexpected(std::move(inflight.error()));
  auto store = Store::open(options.path);
  if (!store) return std::unexpected(std::move(store.error()));
  std::unique_ptr<SqliteJournal> journal(new SqliteJournal(std::move(options), std::move(*inflight), std::move(*store)));
  auto recovered = journal->recover();
  if (!recovered && isCorruption(recovered.error())) {
    journal->failed(recovered.error());
    if (journal->store_) recovered = journal->recover();
  }
  if (!recovered) return std::unexpected(std::move(recovered.error()));
  const auto start = [self = journal.get()](Shift shift, const char* name) {
    std::thread thread([self, shift] { self->run(shift); });
    pthread_setname_np(thread.native_handle(), name);
    return thread;
  };
  journal->calm_ = start(Shift::Calm, "journal");
  journal->hurried_ = start(Shift::Hurried, "journal-backlog");
  return journal;
}

SqliteJournal::SqliteJournal(JournalOptions options, std::unique_ptr<InflightFile> inflight, std::unique_ptr<Store> store)
    : options_(std::move(options)),
      inflight_(std::move(inflight)),
      store_(std::move(store)),
      queue_({options_.queue_rows, options_.batch_rows, options_.batch_wait}),
      aside_(store_->quarantined()) {}

SqliteJournal::~SqliteJournal() {
  queue_.close();
  for (std::thread* thread : {&calm_, &hurried_}) {
    if (thread->joinable()) thread->join();
  }
}

Result<void> SqliteJournal::recover() {
  auto live = store_->policies().live();
  if (!live) return std::unexpected(live.error());
  auto confirmed = store_->policies().lastConfirmed();
  if (!confirmed) return std::unexpected(confirmed.error());
  live_ = std::move(*live);
  if (live_ && !live_->confirmed) confirmed_ = std::move(*confirmed);
  const auto newest = store_->newest();
  if (!newest) return std::unexpected(newest.error());
  if (*newest > 0) retirement_clock_ = RetirementClock(*newest);
  const auto missing = inflight_->leftBehind();
  if (auto begun = store_->begin(); !begun) return begun;
  std::int64_t interrupted = 0;
  for (const Uuid& id : missing) {
    store_->expectLabels(id);
    auto row = interruptedRow(id, options_.router);
    const auto inserted = store_->insert(row);
    if (!inserted) return std::unexpected(inserted.error());
    interrupted += *inserted;  // else its row was committed just before the end
  }
  if (auto done = noteReplacement(*store_); !done) return done;
  if (auto done = store_->commit(); !done) return done;
  aside_.clear();
  inflight_->clear();
  if (interrupted > 0) {
    log::warn("store {}: {} decisions were begun before the router ended without warning; they are marked interrupted",
              options_.path, interrupted);
  }
  status_.interrupted = interrupted;
  const auto kept = store_->keptSince();
  if (!kept) return std::unexpected(kept.error());
  status_.kept_since = *kept;
  refreshStatus();
  return {};
}

bool SqliteJournal::append(domain::Decision&& decision) {
  const domain::DecisionId id = decision.id;
  decision.score.reset();  // labels give it
  decision.score_source.reset();
  if (!inflight_->contains(id)) inflight_->add(id);  // one that was not begun
  std::unique_ptr<Row> row(new Row{{0, std::move(decision)}, steadyNow()});  // moved once: it is large
  if (queue_.push(row)) return true;
  {
    // The row is lost; what it cost is owed all the same.
    const std::lock_guard lock(unkept_mutex_);
    unkept_spend_.add(row->content.decision);
  }
  inflight_->remove(id);
  return false;
}

void SqliteJournal::appendProbe(domain::Attempt probe) {
  push({[probe = std::move(probe)](Store& store) { return store.insertProbe(probe); }, [](const Result<void>&) {}});
}

void SqliteJournal::push(Change change) {
  const auto settle = change.settle;
  if (!queue_.push(std::move(change))) settle(fail(ErrorCode::ShuttingDown, "the store is closing"));
}

void SqliteJournal::addLabel(domain::Label label, std::optional<domain::AuditEntry> entry, Reply<void> reply) {
  auto result = pendingResult<std::optional<domain::Regrade>>();
  auto run = [this, label = std::move(label), entry = std::move(entry), result](Store& store) mutable -> Result<void> {
    if (label.ts == 0) label.ts = wallNow();
    *result = store.insert(label, *inflight_);
    if (!*result && result->error().code == ErrorCode::Io) return std::unexpected(result->error());
    if (!*result || !entry) return {};
    return store.audit().append(*entry);
  };
  push({std::move(run), [this, result, reply = std::move(reply)](const Result<void>& committed) {
          if (!committed) return reply(std::unexpected(committed.error()));
          if (!*result) return reply(std::unexpected(result->error()));
          const auto& grade = **result;
          Observer* observer = observer_.load(std::memory_order_acquire);
          if (observer && grade && grade->before != grade->after) observer->regraded(*grade);
          reply({});
        }});
}

void SqliteJournal::commitPolicy(PolicyCommit commit, Reply<domain::PolicyRevision> reply) {
  auto result = pendingResult<domain::PolicyRevision>();
  push({[commit = std::move(commit), result](Store& store) -> Result<void> {
          *result = store.policies().commit(commit);
          if (!*result && result->error().code == ErrorCode::Io) return std::unexpected(result->error());
          return {};
        },
        [this, result, reply = std::move(reply)](const Result<void>& committed) {
          if (!committed) *result = std::unexpected(committed.error());
          if (*result) {
            obey(**result);
            if (Observer* observer = observer_.load(std::memory_order_acquire)) observer->policyCommitted(**result);
          }
          reply(std::move(*result));
        }});
}

void SqliteJournal::confirmPolicy(domain::Revision revision, std::string who, domain::Role role, Reply<void> reply) {
  auto result = pendingResult<std::optional<domain::PolicyRevision>>();
  push({[revision, who = std::move(who), role, result](Store& store) -> Result<void> {
          *result = store.policies().confirm(revision, who, role);
          if (!*result && result->error().code == ErrorCode::Io) return std::unexpected(result->error());
          return {};
        },
        [this, result, reply = std::move(reply)](const Result<void>& committed) {
          if (!committed) return reply(std::unexpected(committed.error()));
          if (!*result) return reply(std::unexpected(result->error()));
          if (**result) {
            obey(***result);
            if (Observer* observer = observer_.load(std::memory_order_acquire)) observer->policyCommitted(*live_);
          }
          reply({});
        }});
}

void SqliteJournal::audit(domain::AuditEntry entry, Reply<void> reply) {
  auto shared = std::make_shared<domain::AuditEntry>(std::move(entry));
  push({[shared](Store& store) { return store.audit().append(*shared); },
        [reply = std::move(reply)](const Result<void>& committed) { reply(committed); }});
}

domain::JournalStatus SqliteJournal::status() const {
  const auto queued = queue_.oldest();
  const std::lock_guard lock(status_mutex_);
  domain::JournalStatus status = status_;
  status.dropped = queue_.dropped();
  const auto oldest = oldest_held_ ? oldest_held_ : queued;
  if (oldest) status.lag_ms = std::chrono::duration<double, std::milli>(steadyNow() - *oldest).count();
  return status;
}

Result<std::unique_ptr<Reader>> SqliteJournal::reader() {
  auto reader = SqliteReader::open(options_.path, generation_);
  if (!reader) return std::unexpected(std::move(reader.error()));
  return std::unique_ptr<Reader>(std::move(*reader));
}

void SqliteJournal::flush() {
  queue_.flush([this] {
    const std::lock_guard lock(status_mutex_);
    return !status_.fault.empty();
  });
}

}  // namespace signalbox::journal
