// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include "domain/decision_json.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

using JournalTest = StoreTest;

domain::Decision fullDecision() {
  domain::Decision d = decisionAt(1'763'562'590'145'678);
  d.domain = "finance";
  d.latency_sla_ms = 500;
  d.session = "s-1";
  d.turn = 2;
  d.user_hash = "ab12";
  d.key = "app";
  d.dialect = domain::Dialect::AnthropicMessages;
  d.stream = true;
  d.prompt_hash = "0123456789abcdef";
  d.input_tokens = 120;
  d.output_tokens = 7;
  d.features = {{"chars", 812}, {"depth", 2.5}};
  d.complexity = 0.27;
  d.policy = 3;
  d.override_rule = "domain finance";
  d.explanation = "score 0.27 is below 0.30: local";
  d.escalations = 1;
  d.confidence = 0.91;
  d.verdict = domain::Verdict::Review;
  d.latency_ms = 130.25;
  d.overhead_us = 84;
  d.cost_usd = 0.00042;
  d.usage_source = domain::UsageSource::Provider;
  for (const char* tier : {"local", "mid"}) {
    domain::Attempt attempt;
    attempt.n = static_cast<int>(d.attempts.size());
    attempt.tier = tier;
    attempt.model = "llama";
    attempt.upstream = "vllm";
    attempt.ts = d.ts + 10;
    attempt.latency_ms = 61.5;
    attempt.status = 200;
    attempt.validators = "pass";
    d.attempts.push_back(attempt);
  }
  return d;
}

TEST_F(JournalTest, givesBackADecisionAsItWasHandedOver) {
  auto journal = open();
  const domain::Decision decision = fullDecision();
  ASSERT_TRUE(journal->append(decision));
  journal->flush();
  const auto read = reader(*journal)->decision(decision.id);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(domain::decisionToJson(*read, true), domain::decisionToJson(decision, true));
}

TEST_F(JournalTest, keepsItsRowsAndItsSequenceOverARestart) {
  for (int run = 0; run < 3; ++run) {
    auto journal = open();
    for (int i = 0; i < 5; ++i) journal->append(decisionAt(1000 + run * 10 + i));
  }
  auto journal = open();
  const auto rows = reader(*journal)->decisionsAfter(0, 100);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 15u);
  for (std::size_t i = 0; i < rows->size(); ++i) EXPECT_EQ((*rows)[i].seq, static_cast<std::int64_t>(i + 1));
  EXPECT_EQ(journal->status().rows, 15);
  EXPECT_EQ(journal->status().interrupted, 0);
}

TEST_F(JournalTest, showsRowsToReadersWithinATenthOfASecond) {
  auto journal = open();
  auto rows = reader(*journal);
  const domain::Decision decision = decisionAt(wallNow());
  const SteadyTime appended = steadyNow();
  journal->append(decision);
  while (!rows->decision(decision.id)) ASSERT_LT(steadyNow() - appended, patient(std::chrono::milliseconds(500)));
}

TEST_F(JournalTest, countsWhatAFullQueueRefuses) {
  JournalOptions small = options();
  small.queue_rows = 50;
  small.batch_rows = 1000;
  small.batch_wait = std::chrono::seconds(5);  // nothing is written meanwhile
  auto journal = open(small);
  int refused = 0;
  for (int i = 0; i < 80; ++i) refused += !journal->append(decisionAt(i + 1));
  EXPECT_EQ(refused, 30);
  EXPECT_EQ(journal->status().dropped, 30u);
  journal->flush();
  EXPECT_EQ(reader(*journal)->lastSeq().value_or(0), 50);
}

TEST_F(JournalTest, timesEachCommitThatIsOnDisk) {
  auto journal = open();
  const auto total = [](const SecondsHistogram& times) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : times.counts()) sum += count;
    return sum;
  };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(commitPolicy(*journal, {}));
  EXPECT_EQ(total(journal->commitTimes().changes), 3u) << "each was awaited, so each had a commit of its own";
  EXPECT_GT(journal->commitTimes().changes.sum(), 0);
  EXPECT_EQ(total(journal->commitTimes().decisions), 0u);
  for (int i = 0; i < 5; ++i) journal->append(decisionAt(wallNow()));
  journal->flush();
  const std::uint64_t groups = total(journal->commitTimes().decisions);
  EXPECT_GE(groups, 1u);
  EXPECT_LE(groups, 5u);
}

TEST_F(JournalTest, isForItsUserAlone) {
  auto journal = open();
  journal->append(decisionAt(1));
  journal->flush();
  for (const char* suffix : {"", "-wal", "-shm", ".inflight"}) {
    struct stat info {};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(JournalTest, refusesASecondRouterOnTheSameStore) {
  auto journal = open();
  const auto second = Journal::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Io);
  EXPECT_THAT(second.error().message, testing::HasSubstr("in use"));
}

TEST_F(JournalTest, saysWhatToDoAboutAFolderThatIsNotThere) {
  JournalOptions nowhere = options();
  nowhere.path = (folder_ / "no" / "such.db").string();
  const auto journal = Journal::open(nowhere);
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, ErrorCode::Io);
  EXPECT_THAT(journal.error().message,
              testing::AllOf(testing::HasSubstr("such.db"), testing::HasSubstr("check that its folder")));
}

class Recorder : public Observer {
 public:
  void decisionsCommitted(domain::CommittedRows decisions) override {
    for (const auto& d : *decisions) seqs.push_back(d.seq), scores.push_back(d.decision.score);
  }
  void regraded(const domain::Regrade& grade) override { grades.push_back(grade); }
  void decisionsRetired(WallMicros) override {}
  void policyCommitted(const domain::PolicyRevision& revision) override { revisions.push_back(revision.revision); }
  std::vector<std::int64_t> seqs;
  std::vector<std::optional<double>> scores;
  std::vector<domain::Regrade> grades;
  std::vector<domain::Revision> revisions;
};

TEST_F(JournalTest, tellsItsObserverOfEverythingOnceAndInOrder) {
  Recorder heard;
  auto journal = open();
  journal->observe(&heard);
  const domain::Decision graded = decisionAt(5);
  for (int i = 0; i < 2000; ++i) journal->append(decisionAt(i + 10));
  journal->append(graded);
  journal->flush();
  ASSERT_TRUE(addLabel(*journal, {graded.id, 0, 1.0, domain::LabelSource::File, {}}));
  ASSERT_TRUE(commitPolicy(*journal, {}));
  journal.reset();
  ASSERT_EQ(heard.seqs.size(), 2001u);
  EXPECT_TRUE(std::is_sorted(heard.seqs.begin(), heard.seqs.end()));
  EXPECT_EQ(heard.grades.size(), 1u);
  EXPECT_THAT(heard.revisions, testing::ElementsAre(1));
}

// Rows are committed on the writer's own thread.
class Priorities : public Recorder {
 public:
  void decisionsCommitted(domain::CommittedRows decisions) override {
    of_commits.push_back(::getpriority(PRIO_PROCESS, 0));
    Recorder::decisionsCommitted(std::move(decisions));
  }
  std::vector<int> of_commits;
};

TEST_F(JournalTest, letsOthersGoFirstExceptUnderABacklog) {
  constexpr int kRows = 12'000;
  JournalOptions all_at_once = options();
  all_at_once.batch_rows = kRows;
  all_at_once.batch_wait = std::chrono::seconds(60);
  Priorities heard;
  auto journal = open(all_at_once);
  journal->observe(&heard);
  for (int i = 0; i < kRows; ++i) ASSERT_TRUE(journal->append(decisionAt(i + 1)));
  journal->flush();
  ASSERT_TRUE(journal->append(decisionAt(kRows + 1)));
  journal->flush();
  journal.reset();
  const int usual = ::getpriority(PRIO_PROCESS, 0);
  EXPECT_EQ(heard.seqs.size(), kRows + 1u);
  EXPECT_TRUE(std::is_sorted(heard.seqs.begin(), heard.seqs.end()));
  EXPECT_GT(heard.of_commits.front(), usual);
  EXPECT_GT(heard.of_commits.back(), usual);
  EXPECT_THAT(heard.of_commits, testing::Contains(usual));
}

TEST_F(JournalTest, tellsWhatALabelMadeOfTheGradeAndNothingOfOneThatChangesNothing) {
  Recorder heard;
  auto journal = open();
  journal->observe(&heard);
  domain::Decision graded = decisionAt(5);
  graded.cost_usd = 0.25;
  journal->append(graded);
  journal->flush();
  ASSERT_TRUE(addLabel(*journal, {graded.id, 1, 0.5, domain::LabelSource::Judge, {}}));
  ASSERT_TRUE(addLabel(*journal, {graded.id, 2, 1.0, domain::LabelSource::Person, {}}));
  ASSERT_TRUE(addLabel(*journal, {graded.id, 3, 0.0, domain::LabelSource::File, {}}));
  journal.reset();
  ASSERT_EQ(heard.grades.size(), 2u);
  EXPECT_EQ(heard.grades[0].before, std::nullopt);
  EXPECT_EQ(heard.grades[0].after, 0.5);
  EXPECT_EQ(heard.grades[1].before, 0.5);
  EXPECT_EQ(heard.grades[1].after, 1.0);
  EXPECT_EQ(heard.grades[1].id, graded.id);
  EXPECT_EQ(heard.grades[1].ts, 5);
  EXPECT_EQ(heard.grades[1].cost_usd, 0.25);
}

TEST_F(JournalTest, keepsTheNewestLabelsOfEachSource) {
  auto journal = open();
  const domain::Decision graded = decisionAt(wallNow());
  journal->append(graded);
  journal->flush();
  ASSERT_TRUE(addLabel(*journal, {graded.id, 5, 0.25, domain::LabelSource::Person, {}}));
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(addLabel(*journal, {graded.id, 10 + i, 1.0, domain::LabelSource::File, {}}));
  const auto labels = reader(*journal)->labels(graded.id);
  ASSERT_TRUE(labels);
  ASSERT_EQ(labels->size(), 17u);
  EXPECT_EQ(labels->front().source, domain::LabelSource::Person) << "of another source";
  EXPECT_EQ(labels->at(1).ts, 34);
}

TEST_F(JournalTest, putsTheGradeOfALabelThatCameFirstIntoTheDecision) {
  Recorder heard;
  JournalOptions slow = options();
  slow.batch_wait = std::chrono::seconds(30);
  slow.batch_rows = 1000;
  auto journal = open(slow);
  journal->observe(&heard);
  const domain::Decision graded = decisionAt(5);
  journal->append(graded);
  ASSERT_TRUE(addLabel(*journal, {graded.id, 1, 1.0, domain::LabelSource::Person, {}}));
  journal.reset();
  EXPECT_THAT(heard.scores, testing::ElementsAre(testing::Optional(1.0)));
  EXPECT_TRUE(heard.grades.empty()) << "once is enough";
}

TEST_F(JournalTest, keepsALabelAndItsLineInTheAuditLogInOneCommitOrNeither) {
  auto journal = open();
  const domain::Decision graded = decisionAt(5);
  journal->append(graded);
  journal->flush();
  const auto commits = [&] {
    std::uint64_t count = 0;
    for (const auto each : journal->commitTimes().changes.counts()) count += each;
    return count;
  };
  domain::AuditEntry entry;
  entry.who = "ada";
  entry.action = "label.add";
  const auto before = commits();
  ASSERT_TRUE(addLabel(*journal, {graded.id, 1, 1.0, domain::LabelSource::Person, {}}, entry));
  EXPECT_EQ(commits(), before + 1);
  EXPECT_EQ(addLabel(*journal, {Uuid::v7(), 1, 1.0, domain::LabelSource::Person, {}}, entry).error().code,
            ErrorCode::UnknownDecision);
  const auto rows = reader(*journal);
  EXPECT_EQ(rows->audit(10, std::nullopt)->size(), 1u) << "a refused label leaves no line";
  EXPECT_EQ(rows->audit(10, std::nullopt)->at(0).action, "label.add");
  EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt);
}

}  // namespace
}  // namespace signalbox::journal
