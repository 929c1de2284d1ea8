// SPDX-License-Identifier: Apache-2.0
#include "dialect/hide_secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace signalbox::dialect {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HideSecretTest, replacesItInStringsAndLeavesEveryOtherByte) {
  const Secret key("canary/0123456789");
  const std::string said = R"({"error" : {"message":"headers: Authorization: Bearer canary/0123456789, Accept: */*","list":[1, "canary/0123456789"]}})";
  EXPECT_EQ(hideSecret(said, key), R"({"error" : {"message":"headers: Authorization: Bearer [removed], Accept: */*","list":[1, "[removed]"]}})");
  const std::string other = R"({"error":{"message":"caf\u00e9 \/ no key"}})";
  EXPECT_EQ(hideSecret(other, key), other);
  EXPECT_EQ(hideSecret("<html>canary/0123456789</html>", key), "<html>[removed]</html>");
}

TEST(HideSecretTest, findsItHoweverItIsEscaped) {
  const Secret key("canary/0123456789");
  for (const char* spelled : {R"(canary\/0123456789)", R"(\u0063anary/0123456789)", R"(c\u0061nary\u002f0123456789)"}) {
    const auto hidden = hideSecret(std::string(R"({"error":{"message":")") + spelled + "\"}}", key);
    EXPECT_EQ(Json::parse(hidden).at("error").at("message"), "[removed]") << spelled;
  }
}

TEST(HideSecretTest, keepsNothingWhereAMembersNameQuotesIt) {
  EXPECT_EQ(hideSecret(R"({"error":{"message":"m"},"headers":{"Bearer canary-0123456789":1}})", Secret("canary-0123456789")), "");
}

TEST(HideSecretTest, keepsNothingOfWhatIsNoJsonAndHasItEscaped) {
  const Secret key("canary/0123456789");
  for (const char* said : {R"({"error":{"message":"key canary\/0123456789 is)", R"({"a":1,"a":"canary\/0123456789"})", R"({"error":"\u0063anary\u002F0123456789)"})
    EXPECT_EQ(hideSecret(said, key), "") << said;
  EXPECT_EQ(hideSecret(R"({"error":"C:\users \u00e9 and more)", key), R"({"error":"C:\users \u00e9 and more)") << "cut off, without it";
}

TEST(HideSecretTest, findsItAmongNumbers) {
  EXPECT_THAT(hideSecret(R"({"error":{"message":"m","key":1234567890}})", Secret("1234567890")), Not(HasSubstr("1234567890")));
}

TEST(HideSecretTest, aShortPlaceholderIsReplacedOnlyAsAWordOfItsOwn) {
  EXPECT_EQ(hideSecret(R"({"none":"none of nonesuch: none-such, none"})", Secret("nope")), R"({"none":"none of nonesuch: none-such, none"})");
  EXPECT_EQ(hideSecret(R"("EMPTY is not EMPTYING")", Secret("EMPTY")), R"("[removed] is not EMPTYING")");
  EXPECT_EQ(hideSecret("null", Secret("null")), "null") << "JSON, not a quotation";
  EXPECT_EQ(hideSecret("anything", Secret()), "anything");
}

}  // namespace
}  // namespace signalbox::dialect
