// SPDX-License-Identifier: Apache-2.0
#include "lab/fault_script.h"

#include <gmock/gmock.h>

namespace signalbox::lab {
namespace {

TEST(FaultScriptTest, takesItsStepsInOrder) {
  const auto script = FaultScript::parse("2*ok; 3*status=503,retry-after=1.5; delay=20ms");
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_FALSE(script->at(1).status);
  EXPECT_EQ(script->at(2).status, 503);
  EXPECT_EQ(script->at(4).retry_after_s, 1.5);
  EXPECT_EQ(script->at(5).delay, std::chrono::milliseconds(20));
  EXPECT_EQ(script->at(5000).delay, std::chrono::milliseconds(20)) << "the last one goes on for ever";
}

TEST(FaultScriptTest, aSemicolonAtTheEndIsNoStep) {
  EXPECT_EQ(FaultScript::parse("status=503; ")->at(1000).status, 503);
  const auto script = FaultScript::parse("ok; status=503; repeat;");
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_EQ(script->at(101).status, 503);
}

TEST(FaultScriptTest, countsThatNobodyCanReachAreRefused) {
  EXPECT_FALSE(FaultScript::parse("18446744073709551615*ok; 1*ok; repeat"));
  EXPECT_TRUE(FaultScript::parse("1000000000*ok; 1*ok; repeat"));
}

TEST(FaultScriptTest, isWellAgainAfterACountedLastStep) {
  const auto script = FaultScript::parse("no-usage; 2*no-logprobs");
  EXPECT_TRUE(script->at(0).no_usage);
  EXPECT_TRUE(script->at(2).no_logprobs);
  EXPECT_FALSE(script->at(3).no_logprobs);
}

TEST(FaultScriptTest, startsAgainWhenToldTo) {
  const auto script = FaultScript::parse("ok; reset-after=2; repeat");
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_FALSE(script->at(100).reset_after);
  EXPECT_EQ(script->at(101).reset_after, 2u);
}

TEST(FaultScriptTest, isWellWhenEmpty) {
  EXPECT_FALSE(FaultScript::parse("")->at(0).status);
  EXPECT_FALSE(FaultScript{}.at(9).junk_json);
}

TEST(FaultScriptTest, knowsLiesAndBrokenFramings) {
  const auto script = FaultScript::parse("usage=negative; usage=huge; usage=total; length=-20; length=7; gzip-bomb; endless-line; endless-header; gzip");
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_EQ(script->at(0).usage_lie, UsageLie::Negative);
  EXPECT_EQ(script->at(2).usage_lie, UsageLie::Total);
  EXPECT_FALSE(script->at(2).breaksFraming());
  EXPECT_EQ(script->at(3).length_error, -20);
  EXPECT_EQ(script->at(4).length_error, 7);
  for (std::uint64_t i = 3; i < 9; ++i) EXPECT_TRUE(script->at(i).breaksFraming()) << i;
}

TEST(FaultScriptTest, hasABadCertificateOnlyAlone) {
  EXPECT_TRUE(FaultScript::parse(" bad-certificate ")->badCertificate());
  EXPECT_FALSE(FaultScript::parse("ok")->badCertificate());
  EXPECT_FALSE(FaultScript::parse("bad-certificate; ok"));
}

TEST(FaultScriptTest, namesWhatItDoesNotUnderstand) {
  EXPECT_THAT(FaultScript::parse("explode").error().message, testing::HasSubstr("unknown fault `explode`"));
  for (const char* text : {"status", "status=9", "delay=soon", "0*ok", "x*ok", "ok=1", "repeat", "repeat; ok", "stall-after=-1", "usage=odd", "usage", "length=0", "length"}) {
    EXPECT_FALSE(FaultScript::parse(text)) << text;
  }
}

}  // namespace
}  // namespace signalbox::lab
