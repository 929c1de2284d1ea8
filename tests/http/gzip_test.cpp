// SPDX-License-Identifier: Apache-2.0
#include "http/gzip.h"

#include <gtest/gtest.h>

namespace signalbox::http {
namespace {

struct Unpacked {
  bool fine = true, complete = false;
  std::string text;
};

Unpacked unpack(std::string_view packed, std::size_t step, InflateLimits limits = {}) {
  Inflater inflater(limits);
  Unpacked out;
  for (std::size_t at = 0; out.fine && at < packed.size(); at += step) out.fine = inflater.feed(packed.substr(at, step), out.text);
  out.complete = inflater.complete();
  return out;
}

std::string varied(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761u) + ",";
  return text;
}

TEST(GzipTest, unpacksWhatWasPackedHoweverItIsCut) {
  const std::string text = varied(100'000);
  const std::string packed = gzip(text);
  EXPECT_LT(packed.size(), text.size());
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, packed.size()}) {
    const auto out = unpack(packed, step);
    EXPECT_TRUE(out.fine && out.complete) << step;
    EXPECT_EQ(out.text, text) << step;
  }
}

TEST(GzipTest, readsMembersThatFollowEachOther) {
  const auto out = unpack(gzip("one ") + gzip("two"), 5);
  EXPECT_TRUE(out.complete);
  EXPECT_EQ(out.text, "one two");
}

TEST(GzipTest, knowsThatTheEndIsMissing) {
  const std::string packed = gzip(varied(1000));
  const auto out = unpack(packed.substr(0, packed.size() - 9), 100);
  EXPECT_TRUE(out.fine);
  EXPECT_FALSE(out.complete);
}

TEST(GzipTest, refusesWhatIsNotCompressedAndWhatWasChanged) {
  EXPECT_FALSE(unpack("{\"plain\": true}", 100).fine);
  std::string changed = gzip(varied(1000));
  changed[changed.size() - 6] = static_cast<char>(changed[changed.size() - 6] ^ 1);  // of its checksum
  EXPECT_FALSE(unpack(changed, 100).fine);
}

TEST(GzipTest, stopsAtItsLimits) {
  const std::string bomb = gzip(std::string(4u << 20, '\n'));
  const auto ratio = unpack(bomb, 512);
  EXPECT_FALSE(ratio.fine);
  EXPECT_LE(ratio.text.size(), 100 * bomb.size());
  const auto size = unpack(gzip(varied(3'000'000)), 4096, {.max_bytes = 1u << 20, .max_ratio = 100});
  EXPECT_FALSE(size.fine);
  EXPECT_LE(size.text.size(), 1u << 20);
  EXPECT_TRUE(unpack(gzip(varied(900'000)), 4096, {.max_bytes = 1u << 20, .max_ratio = 100}).complete);
}

}  // namespace
}  // namespace signalbox::http
