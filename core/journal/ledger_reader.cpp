// SPDX-License-Identifier: Apache-2.0
// The reader's questions about labels, policies and the audit chain.
#include "journal/sqlite_reader.h"

namespace signalbox::journal {
namespace {

template <class Read>
auto all(Statement& statement, Read read) -> Result<std::vector<decltype(read(statement))>> {
  std::vector<decltype(read(statement))> out;
  for (;;) {
    const auto more = statement.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return out;
    out.push_back(read(statement));
  }
}

}  // namespace

Result<std::vector<domain::Label>> SqliteReader::labels(const domain::DecisionId& id) {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  auto rows = db_->prepare("SELECT ts, score, source, note FROM label_rows WHERE decision_id = ? ORDER BY ts, rowid");
  if (!rows) return std::unexpected(rows.error());
  rows->bindCopy(1, id.string());
  return all(*rows, [&](const Statement& row) {
    domain::Label label;
    label.decision_id = id;
    label.ts = row.integer(0);
    if (!row.isNull(1)) label.score = row.real(1);
    label.source = static_cast<domain::LabelSource>(row.integer(2));
    label.note = row.text(3);
    return label;
  });
}

Result<domain::PolicyRevision> SqliteReader::onePolicy(const std::string& condition, const std::string& what) {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  auto row = db_->prepare("SELECT " + std::string(kRevisionColumns) + " FROM policy_revisions WHERE " + condition +
                          " ORDER BY revision DESC LIMIT 1");
  if (!row) return std::unexpected(row.error());
  const auto found = row->step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(ErrorCode::NotFound, "the store has no " + what);
  return readRevision(*row);
}

Result<domain::PolicyRevision> SqliteReader::policy(std::optional<domain::Revision> revision) {
  if (!revision) return onePolicy("state = 'live'", "live policy yet");
  return onePolicy("revision = " + std::to_string(*revision), "policy revision " + std::to_string(*revision));
}

Result<domain::PolicyRevision> SqliteReader::lastConfirmedPolicy() { return onePolicy("confirmed = 1", "confirmed policy yet"); }

Result<std::vector<domain::PolicyRevision>> SqliteReader::policyHistory(WallMicros since, WallMicros until, std::size_t limit,
                                                                        std::optional<domain::Revision> before) {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  // Listings go without the documents.
  auto rows = db_->prepare(
      "SELECT revision, state, ts, who, reason, diff, restores, confirmed, confirm_by, '' FROM policy_revisions "
      "WHERE ts >= ? AND ts < ? AND revision < ? ORDER BY revision DESC LIMIT ?");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(1, since);
  rows->bind(2, until);
  rows->bind(3, before.value_or(INT64_MAX));
  rows->bind(4, static_cast<std::int64_t>(limit));
  return all(*rows, readRevision);
}

Result<std::vector<domain::AuditEntry>> SqliteReader::audit(std::size_t limit, std::optional<std::int64_t> before) {
  if (auto done = ready(); !done) return std::unexpected(done.error());
  auto rows = db_->prepare("SELECT " + std::string(kAuditColumns) + " FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(1, before.value_or(INT64_MAX));
  rows->bind(2, static_cast<std::int64_t>(limit));
  return all(*rows, readAudit);
}

// From the last link that it knows. All links again once that took less than a hundredth of the time since: a long chain is not hashed
// for every glance at its end, and a short one is.
Result<std::optional<std::int64_t>> SqliteReader::auditBrokenAt() {
  constexpr int kShareOfTime = 100;
  if (auto done = ready(); !done) return std::unexpected(done.error());
  const SteadyTime began = steadyNow();
  const bool all = !followed_ || began >= follow_all_at_;
  const auto from = all ? ChainLink{0, domain::auditGenesis()} : *std::exchange(followed_, std::nullopt);
  auto rows = db_->prepare("SELECT " + std::string(kAuditColumns) + " FROM audit WHERE seq >= ? ORDER BY seq");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(1, from.seq);
  ChainLink last = from;
  bool found = from.seq == 0;
  for (;;) {
    const auto more = rows->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    domain::AuditEntry entry = readAudit(*rows);
    const bool follows = found ? entry.seq == last.seq + 1 && entry.prev_hash == last.hash : entry.seq == from.seq && entry.hash == from.hash;
    if (!follows || entry.hash != domain::auditHash(entry)) return found ? last.seq + 1 : from.seq;
    found = true;
    last = {entry.seq, std::move(entry.hash)};
  }
  if (!found) return from.seq;
  followed_ = std::move(last);
  if (all) follow_all_at_ = steadyNow() + kShareOfTime * (steadyNow() - began);
  return std::nullopt;
}

}  // namespace signalbox::journal
