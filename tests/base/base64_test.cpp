// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <gtest/gtest.h>

namespace signalbox {
namespace {

TEST(Base64Test, readsBackTheSame) {
  for (const std::string& bytes : {std::string(), std::string("a"), std::string("ab"), std::string("abc"), std::string("abcd"), std::string("\xff\x00\x10", 3)}) {
    EXPECT_EQ(fromBase64(toBase64(bytes)), bytes);
  }
  EXPECT_EQ(toBase64("hello"), "aGVsbG8=");
}

TEST(Base64Test, takesTheTextWithoutItsPaddingAndNothingElse) {
  EXPECT_EQ(fromBase64("aGVsbG8"), "hello");
  EXPECT_FALSE(fromBase64("a b!"));
}

}  // namespace
}  // namespace signalbox
