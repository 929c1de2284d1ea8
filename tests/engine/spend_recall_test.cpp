// SPDX-License-Identifier: Apache-2.0
#include "engine/spend_recall.h"

#include "journal/store_fixture.h"

namespace signalbox::engine {
namespace {

using SpendRecallTest = journal::StoreTest;

constexpr WallMicros kMorning = 1'700'000'000'000'000, kDay = 86'400'000'000;

std::string refusal(admit::KeyBook& book, double budget, WallMicros now) {
  admit::KeyLimits limits;
  limits.usd_per_day = budget;
  admit::Holding holding;
  const auto held = book.account("app")->hold(limits, {}, SteadyTime{}, now, holding);
  if (held) book.account("app")->settle(limits, 0, 0.0, SteadyTime{}, holding);
  return held ? "" : held.error().message;
}

TEST_F(SpendRecallTest, aDayThatCannotBeReadIsRefusedUntilItCan) {
  auto journal = open();
  auto decision = journal::decisionAt(kMorning);
  decision.key = "app";
  decision.cost_usd = 3;
  journal->append(decision);
  journal->flush();
  admit::KeyBook book;
  SpendRecall recall(*journal, book);
  std::filesystem::rename(path(), path() + ".away");
  recall.look(kMorning);
  EXPECT_THAT(refusal(book, 5, kMorning), testing::HasSubstr("still being read"));
  std::filesystem::rename(path() + ".away", path());
  recall.look(kMorning);
  EXPECT_EQ(refusal(book, 5, kMorning), "");
  EXPECT_THAT(refusal(book, 3, kMorning), testing::HasSubstr("has spent it"));
  EXPECT_EQ(refusal(book, 3, kMorning + kDay), "") << "tomorrow is known before it comes";
  recall.look(kMorning);
  EXPECT_EQ(refusal(book, 5, kMorning), "") << "nothing is counted twice";
  EXPECT_THAT(refusal(book, 5, kMorning - kDay), testing::HasSubstr("still being read")) << "nobody has looked there";
  recall.look(kMorning - kDay);
  EXPECT_EQ(refusal(book, 5, kMorning - kDay), "");
}

}  // namespace
}  // namespace signalbox::engine
