// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/strings.h"
#include "base/uuid.h"

namespace signalbox {
namespace {

TEST(ClockTest, writesAndReadsTheSameTime) {
  for (const WallMicros time : {0ll, 1'763'562'590'145'123ll, -1ll, 951'782'400'000'000ll}) {
    EXPECT_EQ(parseIso(formatIso(time, 6)), time) << formatIso(time, 6);
  }
  EXPECT_EQ(formatIso(1'763'562'590'145'123), "2025-11-19T14:29:50.145Z");
  EXPECT_EQ(parseIso("2025-11-19T16:29:50+02:00"), parseIso("2025-11-19T14:29:50Z"));
  EXPECT_EQ(parseIso("2025-11-19"), parseIso("2025-11-19T00:00:00Z"));
}

TEST(ClockTest, refusesTimesThatAreNone) {
  for (const char* text : {"", "2025", "2025-02-30", "2025-11-19T25:00:00Z", "2025-11-19T10:00:00", "2025-11-19T10:00:00+25:00", "yesterday"}) {
    EXPECT_FALSE(parseIso(text)) << text;
  }
}

TEST(ClockTest, durationsAndSizesCarryUnits) {
  EXPECT_EQ(parseDuration("500ms"), Duration(500'000'000));
  EXPECT_EQ(parseDuration("1.5s"), Duration(1'500'000'000));
  EXPECT_EQ(parseDuration("10 m"), Duration(std::chrono::minutes(10)));
  EXPECT_EQ(parseSize("64KiB"), 65'536u);
  EXPECT_EQ(parseSize("1GiB"), 1u << 30);
  for (const char* text : {"500", "ms", "-1s", "1 fortnight", "nan s", "inf s"}) EXPECT_FALSE(parseDuration(text)) << text;
}

TEST(UuidTest, sortsByTimeAndNeverRepeats) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 20'000; ++i) ids.push_back(Uuid::v7());
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  const std::string text = ids.front().string();
  EXPECT_EQ(text[14], '7');
  EXPECT_EQ(Uuid::parse(text), ids.front());
  EXPECT_LT(std::abs(ids.front().millis() - wallNow() / 1000), 10'000);
  EXPECT_FALSE(Uuid::parse(text.substr(1)));
  EXPECT_FALSE(Uuid::parse("zzzzzzzz-zzzz-7zzz-8zzz-zzzzzzzzzzzz"));
}

TEST(SecretTest, showsFourCharactersOfALongOneAndNothingOfAShortOne) {
  EXPECT_EQ(Secret("sk-abcdefghijklmnop").lastFour(), "mnop");
  EXPECT_EQ(Secret("short").lastFour(), "");
  EXPECT_TRUE(equalConstantTime(Secret("a").digest(), sha256("a")));
}

TEST(StringsTest, findsTheNearestWord) {
  EXPECT_EQ(nearest("escalate-bellow", {"signal", "escalate-below", "trust-above"}), "escalate-below");
  EXPECT_EQ(nearest("xyz", {"signal", "escalate-below"}), "");
}

}  // namespace
}  // namespace signalbox
