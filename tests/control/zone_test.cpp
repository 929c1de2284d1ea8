// SPDX-License-Identifier: Apache-2.0
#include "control/zone.h"

#include <gtest/gtest.h>

namespace signalbox::control {
namespace {

constexpr WallMicros kHour = 3'600'000'000;

TEST(ZoneTest, readsBucketWidthsAndWritesThemBack) {
  EXPECT_EQ(parseBucket("none").value(), 0);
  EXPECT_EQ(parseBucket("1s").value(), 1'000'000);
  EXPECT_EQ(parseBucket("15m").value(), kHour / 4);
  EXPECT_EQ(parseBucket("6h").value(), 6 * kHour);
  EXPECT_EQ(parseBucket("7d").value(), 168 * kHour);
  for (const char* text : {"none", "1s", "90s", "15m", "6h", "7d"}) EXPECT_EQ(bucketText(parseBucket(text).value()), text);
  for (const char* text : {"", "m", "0m", "-1h", "1.5h", "1w", "1h ", "99999999999999999999d"}) {
    EXPECT_FALSE(parseBucket(text)) << text;
  }
}

TEST(ZoneTest, takesUtcAndOffsets) {
  EXPECT_EQ(zoneOffset("UTC", 0).value(), 0);
  EXPECT_EQ(zoneOffset("+02:00", 0).value(), 2 * kHour);
  EXPECT_EQ(zoneOffset("-03:30", 0).value(), -3 * kHour - kHour / 2);
  EXPECT_EQ(offsetText(-3 * kHour - kHour / 2), "-03:30");
  EXPECT_EQ(offsetText(2 * kHour), "+02:00");
  for (const char* text : {"", "+2:00", "+15:00", "02:00", "+0a:00", "../../etc/passwd", "/etc/passwd", "No/Such"}) {
    EXPECT_FALSE(zoneOffset(text, 0)) << text;
  }
}

TEST(ZoneTest, knowsSummerAndWinterOfANamedZone) {
  const auto winter = zoneOffset("Europe/Berlin", parseIso("2026-01-15T12:00:00Z").value());
  if (!winter) GTEST_SKIP() << "no time zone files on this machine";
  EXPECT_EQ(*winter, kHour);
  EXPECT_EQ(zoneOffset("Europe/Berlin", parseIso("2026-07-15T12:00:00Z").value()).value(), 2 * kHour);
  EXPECT_EQ(zoneOffset("Europe/Berlin", parseIso("2026-03-29T00:59:59Z").value()).value(), kHour);
  EXPECT_EQ(zoneOffset("Europe/Berlin", parseIso("2026-03-29T01:00:00Z").value()).value(), 2 * kHour);
}

TEST(ZoneTest, aContinentIsNone) {
  for (const std::string_view zone : {"Europe", "posix", "America/Argentina"}) EXPECT_FALSE(zoneOffset(zone, 0)) << zone;
}

}  // namespace
}  // namespace signalbox::control
