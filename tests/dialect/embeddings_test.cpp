// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_embeddings.h"

#include <gtest/gtest.h>

namespace signalbox::dialect {
namespace {

TEST(EmbeddingsTest, keepsEveryByteButTheModel) {
  const auto request = readEmbeddingsRequest(R"({"input":[[1, 2],[3]], "model":"auto","encoding_format":"base64","dimensions":8,"tomorrow":{}})", {});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->messages.size(), 1u);
  const auto sent = relayEmbeddings(domain::UpstreamApi::OpenAi)->request(*request, "e-1", false);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->path, "/embeddings");
  EXPECT_EQ(sent->body, R"({"input":[[1, 2],[3]], "model":"e-1","encoding_format":"base64","dimensions":8,"tomorrow":{}})");
}

TEST(EmbeddingsTest, refusesWrongTypesByName) {
  const auto param = [](std::string body) { return readEmbeddingsRequest(std::move(body), {}).error().param; };
  EXPECT_EQ(param(R"({"model":"m"})"), "input");
  EXPECT_EQ(param(R"({"model":"m","input":7})"), "input");
  EXPECT_EQ(param(R"({"model":"m","input":[]})"), "input");
  EXPECT_EQ(param(R"({"model":"m","input":["a",{}]})"), "input[1]");
  EXPECT_EQ(param(R"({"model":"m","input":[[1],[]]})"), "input[1]");
  EXPECT_EQ(param(R"({"model":"m","input":"a","dimensions":"8"})"), "dimensions");
}

TEST(EmbeddingsTest, pricesWhatWasRead) {
  AnswerState state;
  const std::string body = R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":"AAAA"}],"model":"e","usage":{"prompt_tokens":5,"total_tokens":5}})";
  const auto relayed = relayEmbeddings(domain::UpstreamApi::OpenAi)->whole(body, state);
  ASSERT_TRUE(relayed);
  EXPECT_EQ(*relayed, body);
  ASSERT_TRUE(state.usage);
  EXPECT_EQ(state.usage->input, 5);
  EXPECT_EQ(state.usage->output, 0);
  for (const std::string lie : {R"({"prompt_tokens":-1})", R"({"prompt_tokens":5,"total_tokens":4})", "null"}) {
    AnswerState other;
    ASSERT_TRUE(relayEmbeddings(domain::UpstreamApi::OpenAi)->whole(R"({"data":[],"usage":)" + lie + "}", other));
    EXPECT_FALSE(other.usage) << lie;
  }
}

TEST(EmbeddingsTest, refusesWhatIsNone) {
  AnswerState state;
  const auto translation = relayEmbeddings(domain::UpstreamApi::OpenAi);
  EXPECT_EQ(translation->whole("{", state).error().code, ErrorCode::UpstreamMalformed);
  EXPECT_EQ(translation->whole(R"({"choices":[]})", state).error().code, ErrorCode::UpstreamMalformed);
  EXPECT_EQ(translation->whole(R"({"error":{"message":"no"}})", state).error().code, ErrorCode::UpstreamError);
}

TEST(EmbeddingsTest, areNotCarriedToAnApiWithoutThem) {
  const auto request = readEmbeddingsRequest(R"({"model":"m","input":"a"})", {});
  const auto sent = relayEmbeddings(domain::UpstreamApi::Anthropic)->request(*request, "m", false);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::NotCarried);
}

}  // namespace
}  // namespace signalbox::dialect
