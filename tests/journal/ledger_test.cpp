// SPDX-License-Identifier: Apache-2.0
#include "journal/ledger.h"

#include <thread>

#include "base/json.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

using LedgerTest = StoreTest;

PolicyCommit change(domain::Revision base, const std::string& diff) {
  PolicyCommit commit;
  commit.base = base;
  commit.document.json = Json{{"workloads", Json::array({Json{{"name", diff}}})}};
  commit.who = "ada";
  commit.role = domain::Role::Tuner;
  commit.diff = diff;
  return commit;
}

TEST_F(LedgerTest, countsRevisionsUpAndKeepsOneLive) {
  auto journal = open();
  EXPECT_EQ(commitPolicy(*journal, change(0, "first"))->revision, 1);
  EXPECT_EQ(commitPolicy(*journal, change(1, "second"))->revision, 2);
  auto rows = reader(*journal);
  EXPECT_EQ(rows->policy(std::nullopt)->revision, 2);
  EXPECT_EQ(rows->policy(1)->state, domain::RevisionState::Ended);
  EXPECT_EQ(rows->policy(1)->document.json["workloads"][0]["name"], "first");
  const auto history = rows->policyHistory(0, INT64_MAX, 10, std::nullopt);
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ(history->front().revision, 2);
  EXPECT_EQ(rows->policy(9).error().code, ErrorCode::NotFound);
}

TEST_F(LedgerTest, refusesAChangeOfARevisionThatIsNoLongerLive) {
  auto journal = open();
  ASSERT_TRUE(commitPolicy(*journal, change(0, "first")));
  ASSERT_TRUE(commitPolicy(*journal, change(1, "gate 0.75 to 0.70")));
  const auto late = commitPolicy(*journal, change(1, "late"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Conflict);
  const Json detail = Json::parse(late.error().detail);
  EXPECT_EQ(detail["live"], 2);
  EXPECT_EQ(detail["who"], "ada");
  EXPECT_EQ(detail["diff"], "gate 0.75 to 0.70");
  EXPECT_TRUE(detail.contains("ts"));
  EXPECT_EQ(reader(*journal)->audit(10, std::nullopt)->size(), 2u);
}

TEST_F(LedgerTest, confirmsTheLiveRevisionOnce) {
  auto journal = open();
  ASSERT_TRUE(commitPolicy(*journal, change(0, "first")));
  PolicyCommit dead_man = change(1, "second");
  dead_man.confirm_by = wallNow() + 600'000'000;
  EXPECT_FALSE(commitPolicy(*journal, dead_man)->confirmed);
  auto rows = reader(*journal);
  EXPECT_EQ(rows->lastConfirmedPolicy()->revision, 1);
  const auto confirm = [&](domain::Revision revision) {
    return await<void>([&](auto reply) { journal->confirmPolicy(revision, "ada", domain::Role::Tuner, std::move(reply)); });
  };
  EXPECT_EQ(confirm(1).error().code, ErrorCode::Conflict);
  EXPECT_TRUE(confirm(2));
  EXPECT_TRUE(confirm(2));
  EXPECT_EQ(rows->lastConfirmedPolicy()->revision, 2);
  EXPECT_FALSE(rows->policy(2)->confirm_by.has_value());
  EXPECT_EQ(rows->audit(10, std::nullopt)->size(), 3u);
}

TEST_F(LedgerTest, chainsTheAuditLogAndFindsAChangedRow) {
  {
    auto journal = open();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(commitPolicy(*journal, change(0, "change " + std::to_string(i))));
    auto rows = reader(*journal);
    EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt);
    const auto entries = *rows->audit(10, std::nullopt);
    ASSERT_EQ(entries.size(), 5u);
    EXPECT_EQ(entries.back().prev_hash, std::string(64, '0'));
    EXPECT_EQ(entries.front().prev_hash, entries.at(1).hash);
  }
  auto db = Database::open(path(), Database::Mode::ReadWrite);
  ASSERT_TRUE(db->run("UPDATE audit SET who = 'mallory' WHERE seq = 3"));
  db = Database();
  auto journal = open();
  EXPECT_EQ(*reader(*journal)->auditBrokenAt(), 3);
}

TEST_F(LedgerTest, findsWhatWasChangedBetweenTwoLooks) {
  auto journal = open();
  auto rows = reader(*journal);
  EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt) << "an empty chain";
  const auto write = [&](int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(commitPolicy(*journal, change(0, "change " + Uuid::v7().string())));
  };
  const auto tamper = [&](const std::string& sql) {
    auto db = Database::open(path(), Database::Mode::ReadWrite);
    ASSERT_TRUE(db->run(sql));
  };
  write(3);
  EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt);
  write(2);
  EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt);
  tamper("UPDATE audit SET who = 'mallory' WHERE seq = 5");
  EXPECT_EQ(*rows->auditBrokenAt(), 5) << "the last that was seen";
  EXPECT_EQ(*rows->auditBrokenAt(), 5);
  tamper("UPDATE audit SET who = 'ada' WHERE seq = 5");
  EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt);
  tamper("UPDATE audit SET who = 'mallory' WHERE seq = 2");
  while (*rows->auditBrokenAt() != 2) std::this_thread::yield();
  tamper("UPDATE audit SET who = 'ada' WHERE seq = 2");
  EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt);
  tamper("DELETE FROM audit WHERE seq > 3");
  EXPECT_EQ(*rows->auditBrokenAt(), 5) << "the end is missing";
}

// Worked out by hand, so that other programs can verify the chain from the table alone.
TEST_F(LedgerTest, hashesTheCanonicalJsonOfTheRow) {
  auto journal = open();
  domain::AuditEntry entry;
  entry.ts = 1'700'000'000'000'001;
  entry.who = "ada";
  entry.role = domain::Role::Admin;
  entry.action = "token.rotate";
  entry.outcome = "ok";
  ASSERT_TRUE(await<void>([&](auto reply) { journal->audit(entry, std::move(reply)); }));
  const std::string zeros(64, '0');
  const std::string text = R"({"action":"token.rotate","diff":"","outcome":"ok","prev_hash":")" + zeros +
      R"(","reason":"","revision":0,"role":"admin","seq":1,"ts":1700000000000001,"who":"ada"})";
  EXPECT_EQ(reader(*journal)->audit(1, std::nullopt)->at(0).hash, sha256Hex(text));
}

TEST_F(LedgerTest, derivesTheScoreFromTheBestLabel) {
  auto journal = open();
  const domain::Decision decision = decisionAt(1);
  journal->append(decision);
  journal->flush();
  auto rows = reader(*journal);
  const auto after = [&](WallMicros ts, std::optional<double> score, domain::LabelSource source) {
    EXPECT_TRUE(addLabel(*journal, {decision.id, ts, score, source, {}}));
    return rows->decision(decision.id)->score;
  };
  EXPECT_EQ(after(1, 0.0, domain::LabelSource::File), 0.0);
  EXPECT_EQ(after(2, 1.0, domain::LabelSource::Validator), 1.0);
  EXPECT_EQ(after(3, 0.0, domain::LabelSource::Judge), 1.0) << "a validator outranks a judge";
  EXPECT_EQ(after(4, std::nullopt, domain::LabelSource::Person), 1.0) << "unsure is not counted";
  EXPECT_EQ(after(6, 0.25, domain::LabelSource::Person), 0.25);
  EXPECT_EQ(after(5, 1.0, domain::LabelSource::Person), 0.25) << "the latest of equal rank counts";
  EXPECT_EQ(rows->decision(decision.id)->score_source, domain::LabelSource::Person);
  EXPECT_EQ(rows->labels(decision.id)->size(), 6u);
}

TEST_F(LedgerTest, takesALabelForADecisionThatIsStillQueuedAndNoOther) {
  JournalOptions slow = options();
  slow.batch_wait = std::chrono::seconds(5);
  slow.batch_rows = 1000;
  auto journal = open(slow);
  const domain::Decision decision = decisionAt(1);
  journal->append(decision);
  EXPECT_TRUE(journal->isQueued(decision.id));
  ASSERT_TRUE(addLabel(*journal, {decision.id, 0, 1.0, domain::LabelSource::Person, "good"}));
  EXPECT_EQ(addLabel(*journal, {Uuid::v7(), 0, 1.0, domain::LabelSource::Person, {}}).error().code, ErrorCode::UnknownDecision);
  journal->flush();
  EXPECT_FALSE(journal->isQueued(decision.id));
  EXPECT_EQ(reader(*journal)->decision(decision.id)->score, 1.0);
}

TEST_F(LedgerTest, doesNotLetChangesWaitForAGroupOfRows) {
  JournalOptions slow = options();
  slow.batch_wait = std::chrono::seconds(30);
  slow.batch_rows = 1000;
  auto journal = open(slow);
  journal->append(decisionAt(1));
  const SteadyTime asked = steadyNow();
  ASSERT_TRUE(commitPolicy(*journal, change(0, "first")));
  EXPECT_LT(steadyNow() - asked, patient(std::chrono::seconds(2)));
}

}  // namespace
}  // namespace signalbox::journal
