// SPDX-License-Identifier: Apache-2.0
// Streams as a provider really sent them, from $SIGNALBOX_DATA/openai_api.
#include <gtest/gtest.h>

#include "dialect/openai_chat.h"
#include "dialect/recorded_streams.h"

namespace signalbox::dialect {
namespace {

TEST(RecordedStreamTest, areReadToTheirEnd) {
  const auto streams = recordedStreams();
  if (streams.empty()) GTEST_SKIP() << "SIGNALBOX_DATA is not set";
  for (const auto& [name, payloads] : streams) {
    AnswerState state;
    for (const auto& data : payloads) ASSERT_TRUE(relayChatChunk(data, {}, state)) << name << ": " << data;
    EXPECT_TRUE(checkStreamEnd(state)) << name;
    EXPECT_TRUE(!state.text.empty() || state.has_tool_calls) << name;
  }
}

TEST(RecordedStreamTest, areRelayedByteForByteWhenNothingIsOurs) {
  const auto streams = recordedStreams();
  if (streams.empty()) GTEST_SKIP() << "SIGNALBOX_DATA is not set";
  for (const auto& [name, payloads] : streams) {
    for (const auto& data : payloads) {
      AnswerState state;
      const auto relayed = relayChatChunk(data, {}, state);
      ASSERT_TRUE(relayed) << name;
      EXPECT_EQ(relayed->kind, RelayedChunk::Kind::AsItCame) << name;
    }
  }
}

// What was added for us is gone, and the rest of the stream reads as before.
TEST(RecordedStreamTest, loseOnlyUsageAndLogprobs) {
  const auto streams = recordedStreams();
  if (streams.empty()) GTEST_SKIP() << "SIGNALBOX_DATA is not set";
  const Additions all{.logprobs = true, .usage = true};
  for (const auto& [name, payloads] : streams) {
    AnswerState before;
    AnswerState after;
    for (const auto& data : payloads) {
      const auto relayed = relayChatChunk(data, all, before);
      ASSERT_TRUE(relayed);
      if (relayed->kind == RelayedChunk::Kind::Dropped) continue;
      const std::string left = relayed->kind == RelayedChunk::Kind::Changed ? relayed->text : data;
      ASSERT_TRUE(relayChatChunk(left, {}, after)) << left;
    }
    EXPECT_EQ(after.text, before.text) << name;
    EXPECT_EQ(after.finish_reason, before.finish_reason) << name;
    EXPECT_TRUE(after.evidence.empty()) << name;
    EXPECT_FALSE(after.usage) << name;
    EXPECT_TRUE(checkStreamEnd(after)) << name;
  }
}

}  // namespace
}  // namespace signalbox::dialect
