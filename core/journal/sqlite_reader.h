// SPDX-License-Identifier: Apache-2.0
// Questions to the store over a query-only connection of its own. See reader.h.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>

#include "journal/ledger.h"
#include "journal/reader.h"
#include "journal/row_codec.h"
#include "journal/where_sql.h"

namespace signalbox::journal {

class SqliteReader final : public Reader {
 public:
  // `generation` counts the files that stood at `path`; when it moves the reader opens the new one.
  [[nodiscard]] static Result<std::unique_ptr<SqliteReader>> open(std::string path, std::shared_ptr<std::atomic<int>> generation);

  Result<std::vector<domain::CommittedDecision>> decisions(const DecisionQuery& query) override;
  Result<std::int64_t> countDecisions(const DecisionQuery& query) override;
  Result<domain::Decision> decision(const domain::DecisionId& id) override;
  Result<void> scan(const DecisionQuery& query, bool attempts,
                    const std::function<bool(const domain::CommittedDecision&)>& row) override;
  Result<void> probes(WallMicros since, WallMicros until, const std::function<void(const domain::Attempt&)>& row) override;
  Result<std::vector<domain::CommittedDecision>> decisionsAfter(std::int64_t last, std::size_t limit) override;
  Result<std::int64_t> lastSeq() override;
  Result<std::vector<domain::Label>> labels(const domain::DecisionId& id) override;
  Result<domain::PolicyRevision> policy(std::optional<domain::Revision> revision) override;
  Result<std::vector<domain::PolicyRevision>> policyHistory(WallMicros since, WallMicros until, std::size_t limit,
                                                            std::optional<domain::Revision> before) override;
  Result<domain::PolicyRevision> lastConfirmedPolicy() override;
  Result<std::vector<domain::AuditEntry>> audit(std::size_t limit, std::optional<std::int64_t> before) override;
  Result<std::optional<std::int64_t>> auditBrokenAt() override;
  Result<std::string> storeId() override;
  Result<DaySpend> spend(std::int64_t day) override;
  void interrupt() override;

 private:
  SqliteReader(std::string path, std::shared_ptr<std::atomic<int>> generation)
      : path_(std::move(path)), generation_(std::move(generation)) {}
  [[nodiscard]] Result<void> connect();
  // Before each question: the right file, and its deadline.
  [[nodiscard]] Result<void> ready(std::optional<Duration> deadline = {});
  [[nodiscard]] Result<Statement> select(std::string_view what, const DecisionQuery& query, std::string_view order, bool limited);
  [[nodiscard]] Result<void> fillAttempts(std::int64_t seq, domain::Decision& decision);
  [[nodiscard]] Result<domain::PolicyRevision> onePolicy(const std::string& condition, const std::string& what);

  const std::string path_;
  const std::shared_ptr<std::atomic<int>> generation_;
  int opened_ = -1;
  std::mutex connection_;  // interrupt() against reopening
  std::optional<Database> db_;
  WordReader words_;
  Statement by_id_, attempts_;
  std::optional<SteadyTime> deadline_;
  // The audit chain, as far as it was followed last; all of it again after a while.
  struct ChainLink {
    std::int64_t seq = 0;
    std::string hash;
  };
  std::optional<ChainLink> followed_;
  SteadyTime follow_all_at_{};
};

}  // namespace signalbox::journal
