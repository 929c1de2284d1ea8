// SPDX-License-Identifier: Apache-2.0
#include "dialect/anthropic_error.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "dialect/openai_error.h"

namespace signalbox::dialect {
namespace {

Error errorOf(ErrorCode code, std::string param = {}) { return {code, "it was so", std::move(param), {}, 0, 0}; }

TEST(AnthropicErrorTest, saysWhatKindItIsByTheStatusAndTheCodeBeside) {
  const std::vector<std::tuple<ErrorCode, int, std::string>> kKinds{{ErrorCode::InvalidRequest, 400, "invalid_request_error"}, {ErrorCode::ModelNotFound, 404, "not_found_error"},
                                                                    {ErrorCode::Overloaded, 429, "rate_limit_error"},          {ErrorCode::UpstreamTimeout, 504, "timeout_error"},
                                                                    {ErrorCode::UpstreamMalformed, 502, "api_error"}};
  for (const auto& [code, status, type] : kKinds) {
    const auto response = anthropicErrorResponse(errorOf(code, "tools"));
    EXPECT_EQ(response.status, status);
    const Json body = Json::parse(response.body);
    EXPECT_EQ(body.at("type"), "error");
    EXPECT_EQ(body.at("error").at("type"), type);
    EXPECT_EQ(body.at("error").at("message"), "it was so");
    EXPECT_EQ(body.at("error").at("param"), "tools");
    EXPECT_EQ(body.at("error").at("code"), errorCode(errorOf(code)));
    EXPECT_TRUE(isAnthropicError(response.body));
  }
  EXPECT_FALSE(Json::parse(anthropicErrorBody(errorOf(ErrorCode::Internal))).at("error").contains("param"));
}

TEST(AnthropicErrorTest, theProvidersOwnWordsPassAndThoseOfOthersAreToldInItsShape) {
  const std::string own = R"({"type":"error","error":{"type":"invalid_request_error","message":"too long"}})";
  EXPECT_EQ(anthropicErrorResponse(readUpstreamError(413, own)).body, own);
  const auto other = anthropicErrorResponse(readUpstreamError(413, R"({"error":{"message":"too long","type":"invalid_request_error","code":"length"}})"));
  EXPECT_EQ(other.status, 413);
  EXPECT_TRUE(isAnthropicError(other.body)) << other.body;
  EXPECT_EQ(Json::parse(other.body).at("error"), (Json{{"type", "request_too_large"}, {"message", "too long"}, {"code", "length"}}));
  const Json back = Json::parse(openAiErrorBody(own));
  EXPECT_EQ(back, (Json{{"error", {{"message", "too long"}, {"type", "invalid_request_error"}, {"param", nullptr}, {"code", "invalid_request_error"}}}}));
}

TEST(AnthropicErrorTest, anOverloadedProviderIsOne) {
  const auto body = Json::parse(anthropicErrorBody(readUpstreamError(529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})")));
  EXPECT_EQ(body.at("error").at("type"), "overloaded_error");
}

TEST(AnthropicErrorTest, aStreamEndsBadlyInAnEventOfItsOwn) {
  const auto error = errorOf(ErrorCode::UpstreamTruncated);
  EXPECT_EQ(anthropicErrorEvent(error), "event: error\ndata: " + anthropicErrorBody(error) + "\n\n");
}

TEST(AnthropicErrorTest, nothingElseIsTakenForOne) {
  for (const char* body : {"", "{", "[]", R"({"type":"error"})", R"({"type":"error","error":"x"})", R"({"error":{"type":"api_error"}})"}) EXPECT_FALSE(isAnthropicError(body)) << body;
}

}  // namespace
}  // namespace signalbox::dialect
