// SPDX-License-Identifier: Apache-2.0
// The writing connection: transactions, decision rows, ledgers, retention and checkpoints. Lives on the journal's thread; opened
// on the caller's before that thread starts.
#pragma once
#include <span>
#include <unordered_set>

#include "domain/event.h"
#include "journal/inflight_file.h"
#include "journal/ledger.h"
#include "journal/row_codec.h"
#include "journal/spend_ledger.h"

namespace signalbox::journal {

class Store {
 public:
  // Opens or creates the database. A damaged file is moved aside to PATH.corrupt-TIME; `quarantined` says where to, else empty.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& path);
  ~Store();
  [[nodiscard]] const std::string& quarantined() const { return quarantined_; }

  // One transaction at a time. After a failure roll back.
  [[nodiscard]] Result<void> begin() { return begin_.run(); }
  [[nodiscard]] Result<void> commit();
  void rollback();

  // An empty store goes on with the sequence of the one that it replaces.
  void continueAfter(std::int64_t seq) {
    if (last_seq_ == 0) first_seq_ = seq + 1;
    last_seq_ = committed_seq_ = std::max(seq, last_seq_);
  }
  // Gives each its seq, and the score where a label came first; whether it is in is added to `stored`: a row that cannot be stored
  // (its id is there already) is left out.
  [[nodiscard]] Result<void> insert(std::span<domain::CommittedDecision* const> rows, std::vector<bool>& stored);
  [[nodiscard]] Result<bool> insert(domain::CommittedDecision& row);
  [[nodiscard]] Result<void> insertProbe(const domain::Attempt& probe);
  // Accepts a label for a stored decision, or for one that `queued` knows; what it made of the stored one. UnknownDecision.
  [[nodiscard]] Result<std::optional<domain::Regrade>> insert(const domain::Label& label, const InflightFile& queued);
  // A row of this id is still to come and may have labels from before.
  void expectLabels(const Uuid& id) { labelled_ahead_.insert(id.string()); }
  [[nodiscard]] AuditLedger& audit() { return audit_; }
  [[nodiscard]] PolicyLedger& policies() { return policies_; }
  [[nodiscard]] SpendLedger& spend() { return spend_; }

  // Deletes up to `most` of the oldest decisions that are too old or too many bytes; how many went. In its own transaction.
  [[nodiscard]] Result<std::int64_t> retire(WallMicros oldest, WallMicros now, std::int64_t max_bytes, std::int64_t most);
  // When the oldest decision was made, where older ones are gone.
  [[nodiscard]] Result<std::optional<WallMicros>> keptSince();
  // When the newest decision was made; 0 without any.
  [[nodiscard]] Result<WallMicros> newest() { return db_.number("SELECT ts FROM decision_rows ORDER BY seq DESC LIMIT 1"); }
  // Moves the log into the database. `whole`: and waits for readers, and truncates the log.
  void checkpoint(bool whole);
  [[nodiscard]] std::int64_t logPages() const { return log_pages_; }
  [[nodiscard]] std::int64_t rows() const { return last_seq_ - first_seq_ + 1; }
  [[nodiscard]] std::int64_t lastSeq() const { return last_seq_; }
  [[nodiscard]] Result<std::int64_t> bytes();  // of what is kept, and of its log as far as it is not moved into the database

 private:
  explicit Store(Database db) : db_(std::move(db)) {}
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] Result<std::size_t> insertTogether(std::span<domain::CommittedDecision* const> rows);
  [[nodiscard]] Result<void> insertAttempts();
  [[nodiscard]] Result<void> gradeFromBefore(domain::CommittedDecision& row);
  [[nodiscard]] Result<std::int64_t> kept();  // bytes of rows and indexes
  [[nodiscard]] std::int64_t lasting();       // of which nothing is ever deleted: policies, audit, spend, words
  [[nodiscard]] Result<std::int64_t> firstToKeep(WallMicros oldest, WallMicros now, std::int64_t before);

  Database db_;
  std::string quarantined_;
  WordWriter words_;
  RowWriter writer_{words_};
  AuditLedger audit_;
  PolicyLedger policies_{audit_};
  LabelLedger labels_;
  SpendLedger spend_;
  Statement begin_, commit_, insert_decision_, insert_decisions_, insert_attempt_, insert_attempts_, insert_probe_, page_count_, free_count_;
  std::vector<std::pair<std::int64_t, const domain::Attempt*>> attempts_;  // of the rows being inserted, with their keys
  std::unordered_set<std::string> labelled_ahead_;  // ids whose label came before their row
  std::vector<std::string> graded_;                 // of those, the ones whose row is in this transaction
  SteadyTime lasting_at_{};
  std::int64_t lasting_ = 0;
  std::int64_t last_probe_ = 0;
  std::int64_t first_seq_ = 1, last_seq_ = 0, committed_seq_ = 0;
  int log_pages_ = 0;
};

}  // namespace signalbox::journal
