// SPDX-License-Identifier: Apache-2.0
// What is left after kill -9, a damaged file, a full disk, and too much of everything.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <thread>

#include "journal/inflight_file.h"
#include "journal/sqlite.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

using RecoveryTest = StoreTest;

// The child writes decisions, labels and policies as fast as it can and says on the pipe what was acknowledged, until it is
// killed.
[[noreturn]] void writeUntilKilled(const JournalOptions& options, int pipe) {
  auto journal = Journal::open(options);
  if (!journal) _exit(3);
  for (;;) {
    domain::Decision d = decisionAt(wallNow());
    (*journal)->begin(d.id);
    (*journal)->append(d);
    if (d.id.bytes[15] % 16 == 0) {
      domain::Label label{d.id, 0, 1.0, domain::LabelSource::Person, {}};
      (*journal)->addLabel(label, std::nullopt, [pipe, id = d.id.string()](Result<void> done) {
        if (done) (void)!::write(pipe, ("L" + id + "\n").c_str(), 38);
      });
      PolicyCommit commit;
      commit.who = "child";
      (*journal)->commitPolicy(commit, [pipe](Result<domain::PolicyRevision> done) {
        if (done) {
          const std::string line = "P" + std::to_string(done->revision) + "\n";
          (void)!::write(pipe, line.c_str(), line.size());
        }
      });
    }
  }
}

std::string killAfter(const JournalOptions& options, std::chrono::milliseconds life) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) writeUntilKilled(options, ends[1]);
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  // Its life begins with its first word.
  for (auto end = SteadyTime::max(); steadyNow() < end;) {
    const auto n = ::read(ends[0], buffer, sizeof buffer);
    if (n <= 0) break;
    if (said.empty()) end = steadyNow() + life;
    said.append(buffer, static_cast<std::size_t>(n));
  }
  ::kill(child, SIGKILL);
  for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  return said.substr(0, said.rfind('\n') + 1);
}

TEST_F(RecoveryTest, losesNothingAcknowledgedInTwelveKills) {
  for (int round = 0; round < 12; ++round) {
    const std::string said = killAfter(options(), std::chrono::milliseconds(20 + 7 * round));
    const auto began = steadyNow();
    const auto start = std::clock();  // of the processor: others may be at work
    auto journal = open();
    ASSERT_TRUE(journal);
    EXPECT_LT(std::chrono::seconds((std::clock() - start) / CLOCKS_PER_SEC), patient(std::chrono::seconds(5)));
    EXPECT_LT(steadyNow() - began, patient(std::chrono::seconds(30)));  // but it must not wait for anything either
    auto rows = reader(*journal);
    std::istringstream lines(said);
    domain::Revision acknowledged = 0;
    int labels = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line[0] == 'P') {
        acknowledged = std::stoll(line.substr(1));
      } else {
        const auto id = Uuid::parse(line.substr(1));
        ASSERT_TRUE(id);
        EXPECT_EQ(rows->labels(*id)->size(), 1u);
        const auto decision = rows->decision(*id);
        ASSERT_TRUE(decision) << "a label's decision is there, be it as interrupted";
        EXPECT_EQ(decision->score, 1.0);
        ++labels;
      }
    }
    EXPECT_GT(labels, 0);
    EXPECT_GE(rows->policy(std::nullopt)->revision, acknowledged);
    EXPECT_EQ(*rows->auditBrokenAt(), std::nullopt);
    DecisionQuery interrupted;
    interrupted.where = *domain::whereFromJson(Json{{"outcome", "interrupted"}});
    EXPECT_GE(*rows->countDecisions(interrupted), journal->status().interrupted);
  }
}

TEST_F(RecoveryTest, saysWhichDecisionsAreMissing) {
  const Uuid begun = Uuid::v7(), stored = Uuid::v7();
  {
    auto journal = open();
    domain::Decision d = decisionAt(5);
    d.id = stored;
    journal->begin(stored);
    journal->append(d);
    journal->begin(begun);  // and never finished
    EXPECT_TRUE(journal->isQueued(begun));
  }
  auto journal = open();
  EXPECT_EQ(journal->status().interrupted, 1);
  auto rows = reader(*journal);
  EXPECT_EQ(rows->decision(begun)->outcome, domain::Outcome::Interrupted);
  EXPECT_EQ(rows->decision(begun)->ts, begun.millis() * 1000);
  EXPECT_EQ(rows->decision(stored)->outcome, domain::Outcome::Ok);
  rows.reset();
  journal.reset();
  EXPECT_EQ(open()->status().interrupted, 0) << "once is enough";
}

TEST_F(RecoveryTest, movesADamagedStoreAsideAndGoesOn) {
  { std::ofstream(path()) << std::string(8192, 'x'); }
  auto journal = open();
  ASSERT_TRUE(journal);
  ASSERT_TRUE(journal->append(decisionAt(1)));
  journal->flush();
  EXPECT_EQ(reader(*journal)->lastSeq().value_or(0), 1);
  int aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().string().find(".corrupt-") == std::string::npos) continue;
    ++aside;
    EXPECT_EQ(entry.file_size(), 8192u) << "nothing of it is deleted";
  }
  EXPECT_EQ(aside, 1);
  EXPECT_EQ(reader(*journal)->audit(1, std::nullopt)->at(0).action, "journal.replaced");
}

// A limit on file size is what a full disk looks like from inside. In a child, because the limit is the process's.
TEST_F(RecoveryTest, keepsDecisionsWhileTheDiskIsFullAndWritesThemWhenItIsNot) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto journal = Journal::open(options());
    if (!journal) _exit(2);
    const rlimit small{64 * 1024, RLIM_INFINITY}, none{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 3000; ++i) (*journal)->append(decisionAt(i + 1));
    const SteadyTime start = steadyNow();
    while ((*journal)->status().fault.empty()) {
      if (steadyNow() - start > std::chrono::seconds(20)) _exit(4);
      std::this_thread::yield();
    }
    const auto refused = commitPolicy(**journal, {});
    if (refused || refused.error().code != ErrorCode::Io) _exit(5);
    ::setrlimit(RLIMIT_FSIZE, &none);
    while (!(*journal)->status().fault.empty()) {
      if (steadyNow() - start > std::chrono::seconds(40)) _exit(6);
      std::this_thread::yield();
    }
    (*journal)->flush();
    if ((*journal)->status().dropped != 0) _exit(7);
    if ((*(*journal)->reader())->lastSeq().value_or(0) != 3000) _exit(8);
    journal->reset();
    _exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(RecoveryTest, forgetsTheOldestWhenThereIsTooMuch) {
  JournalOptions small = options();
  small.max_bytes = 600'000;
  auto journal = open(small);
  auto rows = reader(*journal);
  std::int64_t handed = 0;
  const SteadyTime start = steadyNow();
  do {
    ASSERT_LT(steadyNow() - start, patient(std::chrono::seconds(30)));
    for (int i = 0; i < 500; ++i) journal->append(decisionAt(++handed));
    journal->flush();
  } while (rows->decisionsAfter(0, 1)->at(0).seq == 1);
  EXPECT_EQ(reader(*journal)->lastSeq().value_or(0), handed) << "the newest stay and the sequence goes on";
}

TEST_F(RecoveryTest, forgetsWhatIsTooOldWithItsAttemptsAndLabels) {
  JournalOptions young = options();
  const domain::Decision old = decisionAt(wallNow() - 3'600'000'000), fresh = decisionAt(wallNow());
  {
    auto journal = open(young);
    domain::Decision with_attempt = old;
    with_attempt.attempts.emplace_back();
    journal->append(with_attempt);
    journal->append(fresh);
    journal->flush();
    ASSERT_TRUE(addLabel(*journal, {old.id, 0, 1.0, domain::LabelSource::File, {}}));
  }
  young.max_age = std::chrono::minutes(10);
  auto journal = open(young);
  auto rows = reader(*journal);
  const SteadyTime start = steadyNow();
  while (rows->decision(old.id)) ASSERT_LT(steadyNow() - start, patient(std::chrono::seconds(10)));
  EXPECT_TRUE(rows->decision(fresh.id));
  while (journal->status().retired == 0) ASSERT_LT(steadyNow() - start, patient(std::chrono::seconds(10)));
  EXPECT_EQ(journal->status().retired, 1);
  EXPECT_EQ(journal->status().kept_since, fresh.ts);
  EXPECT_TRUE(rows->labels(old.id)->empty());
  auto db = Database::open(path(), Database::Mode::ReadOnly);
  EXPECT_EQ(*db->number("SELECT count(*) FROM attempts"), 0);
  EXPECT_EQ(*db->number("SELECT count(*) FROM attempt_rows"), 0);
}

TEST_F(RecoveryTest, letsReadersSeeWholeGroupsWhileOthersWrite) {
  auto journal = open();
  std::atomic<bool> done{false};
  std::vector<std::thread> writers, readers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        domain::Decision d = decisionAt(wallNow());
        d.attempts.resize(2);
        journal->begin(d.id);
        journal->append(std::move(d));
      }
    });
  }
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      auto rows = reader(*journal);
      std::int64_t last = 0;
      while (!done) {
        const auto page = rows->decisionsAfter(last, 500);
        ASSERT_TRUE(page) << page.error().message;
        for (const auto& row : *page) ASSERT_EQ(row.seq, ++last) << "no gap, no repetition";
        if (!page->empty()) {
          ASSERT_EQ(rows->decision(page->back().decision.id)->attempts.size(), 2u);
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  journal->flush();
  done = true;
  for (auto& each : readers) each.join();
  EXPECT_EQ(journal->status().rows, 6000);
  EXPECT_EQ(journal->status().dropped, 0u);
}

TEST_F(RecoveryTest, stopsALongQuestionAtItsDeadlineOrWhenTold) {
  auto journal = open();
  for (int i = 0; i < 20'000; ++i) journal->append(decisionAt(i + 1));
  journal->flush();
  auto rows = reader(*journal);
  DecisionQuery slow;
  slow.where = *domain::whereFromJson(Json::parse(R"({"explanation": {"contains": "never there"}})"));
  slow.deadline = Duration(1);
  EXPECT_EQ(rows->countDecisions(slow).error().code, ErrorCode::Cancelled);
  slow.deadline.reset();
  ASSERT_TRUE(rows->countDecisions(slow)) << "and answers the next one";
  std::atomic<bool> stopped{false};
  std::thread other([&] {
    while (!stopped) rows->interrupt();
  });
  Result<void> scanned;
  const SteadyTime start = steadyNow();
  while (scanned && steadyNow() - start < std::chrono::seconds(20))
    scanned = rows->scan({}, true, [](const auto&) { return true; });
  stopped = true;
  other.join();
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().code, ErrorCode::Cancelled);
}

TEST_F(RecoveryTest, remembersIdsInTheMappedFile) {
  const std::string file = (folder_ / "ids").string();
  std::vector<Uuid> ids;
  for (int i = 0; i < 4000; ++i) ids.push_back(Uuid::v7());
  {
    auto inflight = InflightFile::open(file, 16'384);
    ASSERT_TRUE(inflight) << inflight.error().message;
    for (const Uuid& id : ids) ASSERT_TRUE((*inflight)->add(id));
    for (std::size_t i = 0; i < ids.size(); i += 2) (*inflight)->remove(ids[i]);
    EXPECT_FALSE((*inflight)->contains(ids[0]));
    EXPECT_TRUE((*inflight)->contains(ids[1]));
    EXPECT_FALSE(InflightFile::open(file, 16'384)) << "one router a store";
  }
  auto again = InflightFile::open(file, 64);
  std::vector<Uuid> odd;
  for (std::size_t i = 1; i < ids.size(); i += 2) odd.push_back(ids[i]);
  EXPECT_EQ((*again)->leftBehind(), odd);
  (*again)->clear();
  EXPECT_TRUE((*again)->leftBehind().empty());
}

}  // namespace
}  // namespace signalbox::journal
