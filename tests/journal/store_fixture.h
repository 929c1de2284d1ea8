// SPDX-License-Identifier: Apache-2.0
// A folder of its own for each test's store, decisions to put there, and replies that can be awaited.
#pragma once
#include <gmock/gmock.h>

#include <filesystem>
#include <future>
#include <random>

#include "base/sha256.h"
#include "journal/journal.h"
#include "patience.h"

namespace signalbox::journal {

class StoreTest : public testing::Test {
 protected:
  StoreTest() : folder_(std::filesystem::temp_directory_path() / randomToken("journal-")) {
    std::filesystem::create_directories(folder_);
  }
  ~StoreTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string path() const { return (folder_ / "store.db").string(); }
  [[nodiscard]] JournalOptions options() const {
    JournalOptions options;
    options.path = path();
    options.router = "north";
    options.max_age = std::chrono::hours(24 * 365 * 100);  // tests write about 1970
    return options;
  }
  [[nodiscard]] std::unique_ptr<Journal> open() { return open(options()); }
  [[nodiscard]] static std::unique_ptr<Journal> open(JournalOptions options) {
    auto journal = Journal::open(std::move(options));
    EXPECT_TRUE(journal) << journal.error().message;
    return journal ? std::move(*journal) : nullptr;
  }
  [[nodiscard]] static std::unique_ptr<Reader> reader(Journal& journal) {
    auto reader = journal.reader();
    EXPECT_TRUE(reader) << reader.error().message;
    return reader ? std::move(*reader) : nullptr;
  }
  std::filesystem::path folder_;
};

inline domain::Decision decisionAt(WallMicros ts) {
  domain::Decision d;
  d.id = Uuid::v7();
  d.ts = ts;
  d.router = "north";
  d.requested_model = "auto";
  d.workload = "tickets";
  d.final_tier = d.start_tier = "local";
  d.reason = domain::Reason::Cascade;
  d.status = 200;
  return d;
}

// Calls `ask(reply)` and waits for the reply.
template <class T, class Ask>
Result<T> await(Ask ask) {
  std::promise<Result<T>> answered;
  ask([&](Result<T> result) { answered.set_value(std::move(result)); });
  return answered.get_future().get();
}

inline Result<domain::PolicyRevision> commitPolicy(Journal& journal, PolicyCommit commit) {
  return await<domain::PolicyRevision>([&](auto reply) { journal.commitPolicy(std::move(commit), std::move(reply)); });
}

inline Result<void> addLabel(Journal& journal, domain::Label label, std::optional<domain::AuditEntry> entry = std::nullopt) {
  return await<void>([&](auto reply) { journal.addLabel(std::move(label), std::move(entry), std::move(reply)); });
}

}  // namespace signalbox::journal
