// SPDX-License-Identifier: Apache-2.0
#include "journal/ledger.h"

#include "base/json.h"

namespace signalbox::journal {
namespace {

std::unexpected<Error> conflict(const std::optional<domain::PolicyRevision>& live, domain::Revision asked) {
  Error error;
  error.code = ErrorCode::Conflict;
  const domain::Revision now = live ? live->revision : 0;
  error.message = "revision " + std::to_string(asked) + " is not live: revision " + std::to_string(now) +
      " is; look at its changes and apply again";
  Json detail{{"live", now}};
  if (live) {
    detail["who"] = live->who;
    detail["ts"] = formatIso(live->ts, 6);
    detail["diff"] = live->diff;
  }
  error.detail = detail.dump();
  return std::unexpected(std::move(error));
}

// One row of a prepared SELECT, or nullopt; the statement is ready again afterwards.
template <class Read>
auto oneRow(Statement& select, Read read) -> Result<std::optional<decltype(read(select))>> {
  const auto found = select.step();
  if (!found) return std::unexpected(found.error());
  std::optional<decltype(read(select))> value;
  if (*found) value = read(select);
  select.reset();
  return value;
}

}  // namespace

domain::PolicyRevision readRevision(const Statement& row) {
  domain::PolicyRevision revision;
  revision.revision = row.integer(0);
  revision.state = domain::parseRevisionState(row.text(1)).value_or(domain::RevisionState::Ended);
  revision.ts = row.integer(2);
  revision.who = row.text(3);
  revision.reason = row.text(4);
  revision.diff = row.text(5);
  if (!row.isNull(6)) revision.restores = row.integer(6);
  revision.confirmed = row.integer(7) != 0;
  if (!row.isNull(8)) revision.confirm_by = row.integer(8);
  if (!row.text(9).empty()) {
    Json document = Json::parse(row.text(9), nullptr, false);
    if (!document.is_discarded()) revision.document.json = std::move(document);
  }
  return revision;
}

domain::AuditEntry readAudit(const Statement& row) {
  domain::AuditEntry entry;
  entry.seq = row.integer(0);
  entry.ts = row.integer(1);
  entry.who = row.text(2);
  entry.role = domain::parse<domain::Role>(row.text(3)).value_or(domain::Role::Viewer);
  entry.action = row.text(4);
  entry.revision = row.integer(5);
  entry.diff = row.text(6);
  entry.reason = row.text(7);
  entry.outcome = row.text(8);
  entry.prev_hash = row.text(9);
  entry.hash = row.text(10);
  return entry;
}

Result<void> AuditLedger::open(Database& db) {
  return db.prepare({{&insert_, "INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
                     {&last_, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"}});
}

Result<void> AuditLedger::append(domain::AuditEntry& entry) {
  const auto last = oneRow(last_, [](const Statement& row) { return std::pair(row.integer(0), std::string(row.text(1))); });
  if (!last) return std::unexpected(last.error());
  entry.seq = *last ? (*last)->first + 1 : 1;
  entry.prev_hash = *last ? (*last)->second : domain::auditGenesis();
  if (entry.ts == 0) entry.ts = wallNow();
  entry.hash = domain::auditHash(entry);
  insert_.bind(1, entry.seq);
  insert_.bind(2, entry.ts);
  insert_.bind(3, std::string_view(entry.who));
  insert_.bind(4, domain::name(entry.role));
  insert_.bind(5, std::string_view(entry.action));
  insert_.bind(6, entry.revision);
  insert_.bind(7, std::string_view(entry.diff));
  insert_.bind(8, std::string_view(entry.reason));
  insert_.bind(9, std::string_view(entry.outcome));
  insert_.bind(10, std::string_view(entry.prev_hash));
  insert_.bind(11, std::string_view(entry.hash));
  return insert_.run();
}

Result<void> PolicyLedger::open(Database& db) {
  const std::string columns(kRevisionColumns);
  const auto newest = [&](const char* where) {
    return "SELECT " + columns + " FROM policy_revisions WHERE " + where + " ORDER BY revision DESC LIMIT 1";
  };
  return db.prepare({{&live_, newest("state = 'live'")},
                     {&last_confirmed_, newest("confirmed = 1")},
                     {&last_, "SELECT max(revision) FROM policy_revisions"},
                     {&end_, "UPDATE policy_revisions SET state = ?, confirm_by = NULL WHERE state = 'live'"},
                     {&insert_, "INSERT INTO policy_revisions VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
                     {&confirm_, "UPDATE policy_revisions SET confirmed = 1, confirm_by = NULL WHERE revision = ?"}});
}

Result<std::optional<domain::PolicyRevision>> PolicyLedger::live() { return oneRow(live_, readRevision); }
Result<std::optional<domain::PolicyRevision>> PolicyLedger::lastConfirmed() { return oneRow(last_confirmed_, readRevision); }

Result<void> PolicyLedger::insert(const domain::PolicyRevision& revision) {
  const std::string document = revision.document.json.dump();
  insert_.bind(1, revision.revision);
  insert_.bind(2, domain::name(revision.state));
  insert_.bind(3, revision.ts);
  insert_.bind(4, std::string_view(revision.who));
  insert_.bind(5, std::string_view(revision.reason));
  insert_.bind(6, std::string_view(revision.diff));
  insert_.bind(7, revision.restores);
  insert_.bind(8, std::int64_t{revision.confirmed});
  insert_.bind(9, revision.confirm_by);
  insert_.bindCopy(10, document);
  return insert_.run();
}

Result<void> PolicyLedger::restore(const domain::PolicyRevision& revision) { return insert(revision); }

Result<domain::PolicyRevision> PolicyLedger::commit(const PolicyCommit& commit) {
  const auto before = live();
  if (!before) return std::unexpected(before.error());
  if (commit.base != 0 && commit.base != (*before ? (*before)->revision : 0)) return conflict(*before, commit.base);
  const auto last = oneRow(last_, [](const Statement& row) { return row.integer(0); });
  if (!last) return std::unexpected(last.error());
  end_.bind(1, domain::name(commit.previous_becomes));
  if (auto ended = end_.run(); !ended) return std::unexpected(ended.error());

  domain::PolicyRevision revision;
  revision.revision = last->value_or(0) + 1;
  revision.ts = wallNow();
  revision.who = commit.who;
  revision.reason = commit.reason;
  revision.diff = commit.diff;
  revision.restores = commit.restores;
  revision.confirmed = !commit.confirm_by;
  revision.confirm_by = commit.confirm_by;
  revision.document = commit.document;
  if (auto done = insert(revision); !done) return std::unexpected(done.error());

  domain::AuditEntry entry{
      0, revision.ts, commit.who, commit.role, commit.action, revision.revision, commit.diff, commit.reason, "ok", {}, {}};
  if (auto done = audit_.append(entry); !done) return std::unexpected(done.error());
  return revision;
}

Result<std::optional<domain::PolicyRevision>> PolicyLedger::confirm(domain::Revision revision, const std::string& who,
                                                                    domain::Role role) {
  auto now = live();
  if (!now) return std::unexpected(now.error());
  if (!*now || (*now)->revision != revision) return conflict(*now, revision);
  if ((*now)->confirmed) return std::nullopt;
  confirm_.bind(1, revision);
  if (auto done = confirm_.run(); !done) return std::unexpected(done.error());
  domain::AuditEntry entry{0, 0, who, role, "policy.confirm", revision, {}, {}, "ok", {}, {}};
  if (auto done = audit_.append(entry); !done) return std::unexpected(done.error());
  (*now)->confirmed = true;
  (*now)->confirm_by.reset();
  return now;
}

Result<void> LabelLedger::open(Database& db) {
  return db.prepare({{&exists_, "SELECT 1 FROM decision_rows WHERE id = ?"},
                     {&insert_, "INSERT INTO label_rows(decision_id, ts, score, source, note) VALUES(?, ?, ?, ?, ?)"},
                     {&trim_, "DELETE FROM label_rows WHERE rowid IN (SELECT rowid FROM label_rows WHERE decision_id = ? AND source = ? "
                              "ORDER BY ts DESC, rowid DESC LIMIT -1 OFFSET " + std::to_string(kMostLabels) + ")"},
                     {&score_, "SELECT score FROM decision_rows WHERE id = ?"},
                     // The enum's order is the order of rank.
                     {&regrade_,
                      "UPDATE decision_rows SET (score, score_source) = (SELECT score, source FROM label_rows WHERE decision_id "
                      "= ?1 AND score IS NOT NULL ORDER BY source, ts DESC, rowid DESC LIMIT 1) WHERE id = ?1 "
                      "RETURNING ts, cost_usd, score, score_source"}});
}

Result<bool> LabelLedger::decisionExists(const std::string& id) {
  exists_.bind(1, std::string_view(id));
  auto found = exists_.step();
  exists_.reset();
  return found;
}

Result<void> LabelLedger::insert(const domain::Label& label) {
  const std::string id = label.decision_id.string();
  insert_.bindCopy(1, id);
  insert_.bind(2, label.ts);
  insert_.bind(3, label.score);
  insert_.bind(4, static_cast<std::int64_t>(label.source));
  label.note.empty() ? insert_.bindNull(5) : insert_.bindCopy(5, label.note);
  if (auto done = insert_.run(); !done) return done;
  trim_.bindCopy(1, id);
  trim_.bind(2, static_cast<std::int64_t>(label.source));
  return trim_.run();
}

Result<std::optional<LabelLedger::Graded>> LabelLedger::regrade(const domain::DecisionId& id) {
  const auto real = [](const Statement& row, int column) {
    return row.isNull(column) ? std::nullopt : std::optional(row.real(column));
  };
  const std::string text = id.string();
  score_.bindCopy(1, text);
  const auto before = oneRow(score_, [&](const Statement& row) { return real(row, 0); });
  if (!before) return std::unexpected(before.error());
  if (!*before) return std::nullopt;
  regrade_.bindCopy(1, text);
  return oneRow(regrade_, [&](const Statement& row) {
    Graded graded{{id, row.integer(0), real(row, 1), **before, real(row, 2)}, std::nullopt};
    if (!row.isNull(3)) graded.source = static_cast<domain::LabelSource>(row.integer(3));
    return graded;
  });
}

}  // namespace signalbox::journal
