// SPDX-License-Identifier: Apache-2.0
// The dictionary of repeated texts is bounded, and one client cannot use it up.
#include "journal/words.h"
#include "journal/sqlite.h"
#include "journal/store.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

using WordsTest = StoreTest;

TEST_F(WordsTest, aClientWithEverNewModelNamesLeavesRoomForOurOwn) {
  constexpr std::size_t kRequests = kMostForeignWords + 100;
  auto journal = open();
  for (std::size_t i = 0; i < kRequests; ++i) {
    domain::Decision d = decisionAt(static_cast<WallMicros>(i + 1));
    d.requested_model = "made-up-" + std::to_string(i);
    journal->append(std::move(d));
  }
  journal->flush();
  domain::Decision late = decisionAt(kRequests + 1);
  late.workload = "new-workload";
  late.requested_model = "made-up-" + std::to_string(kRequests - 1);
  journal->append(late);
  domain::Decision same = decisionAt(kRequests + 2);
  same.workload = late.requested_model;  // now it is one of our own words, too
  journal->append(same);
  same.id = Uuid::v7();
  same.requested_model = late.requested_model;
  journal->append(same);
  journal->flush();
  EXPECT_EQ(journal->status().dropped, 0u);

  auto db = Database::open(path(), Database::Mode::ReadOnly);
  EXPECT_EQ(*db->number("SELECT count(*) FROM words WHERE word = 'new-workload'"), 1);
  EXPECT_EQ(*db->number("SELECT count(*) FROM words WHERE word = 'made-up-0'"), 1);
  const auto rows = reader(*journal);
  EXPECT_EQ(rows->decision(late.id)->requested_model, late.requested_model);
  DecisionQuery asked;
  asked.where = *domain::whereFromJson(Json{{"requested_model", late.requested_model}});
  EXPECT_EQ(rows->countDecisions(asked).value_or(0), 3) << "as it is, and by its number";
}

}  // namespace
}  // namespace signalbox::journal
