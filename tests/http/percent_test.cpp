// SPDX-License-Identifier: Apache-2.0
#include "http/percent.h"

#include <gtest/gtest.h>

namespace signalbox::http {
namespace {

TEST(PercentTest, decodesWhatIsEncodedAndNothingElse) {
  EXPECT_EQ(percentDecoded("openai%2Fgpt-4o"), "openai/gpt-4o");
  EXPECT_EQ(percentDecoded("Z%c3%BCrich%20"), "Z\xc3\xbcrich ");
  EXPECT_EQ(percentDecoded("a/b"), "a/b");
  for (const std::string same : {"", "%", "%2", "a%", "%g0", "%-1", "%+1", "% 1"}) EXPECT_EQ(percentDecoded(same), same);
}

}  // namespace
}  // namespace signalbox::http
