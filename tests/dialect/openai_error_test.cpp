// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox::dialect {
namespace {

using testing::HasSubstr;
using testing::Not;

Json errorOf(const http::Response& response) { return Json::parse(response.body).at("error"); }

TEST(OpenAiErrorTest, looksLikeTheProvidersErrors) {
  const auto response = errorResponse({ErrorCode::ModelNotFound, "no model \"x\"; offered are auto", "model", {}, 0, 0});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.get("content-type"), "application/json");
  const auto error = errorOf(response);
  EXPECT_EQ(error.at("message"), "no model \"x\"; offered are auto");
  EXPECT_EQ(error.at("type"), "invalid_request_error");
  EXPECT_EQ(error.at("param"), "model");
  EXPECT_EQ(error.at("code"), "model_not_found");
  EXPECT_TRUE(errorOf(errorResponse({ErrorCode::Internal, "m", {}, {}, 0, 0})).at("param").is_null());
}

TEST(OpenAiErrorTest, saysWhenToComeBackInWholeSeconds) {
  EXPECT_EQ(errorResponse({ErrorCode::Overloaded, "m", {}, {}, 0, 1.2}).headers.get("retry-after"), "2");
  EXPECT_FALSE(errorResponse({ErrorCode::Overloaded, "m", {}, {}, 0, 0}).headers.has("retry-after"));
}

TEST(OpenAiErrorTest, passesTheClientsOwnMistakesThrough) {
  const std::string body =
      R"({"error":{"message":"Web search options not supported with this model.","param":"web_search_options","code":null}})";
  for (const int status : {400, 404, 413, 422}) {
    const auto response = errorResponse(readUpstreamError(status, body));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, body);
  }
  const auto text = errorResponse(readUpstreamError(400, "bad request"));
  EXPECT_EQ(text.status, 400);
  EXPECT_EQ(errorOf(text).at("code"), "upstream_rejected");
}

TEST(OpenAiErrorTest, namesTheProvidersStatusAndClass) {
  const auto response = errorResponse(readUpstreamError(503, R"({"error":{"message":"try later","type":"overloaded_error"}})"));
  EXPECT_EQ(response.status, 502);
  EXPECT_EQ(errorOf(response).at("param"), "503");
  EXPECT_EQ(errorOf(response).at("code"), "overloaded_error");
  EXPECT_THAT(std::string(errorOf(response).at("message")), HasSubstr("try later"));
  EXPECT_EQ(errorOf(errorResponse(readUpstreamError(500, "<html>"))).at("code"), "upstream_error");
  EXPECT_EQ(errorOf(errorResponse(readUpstreamError(500, R"({"error":{"message":"m","code":500}})"))).at("code"), "500");
}

TEST(OpenAiErrorTest, neverEchoesACredential) {
  const auto auth = readUpstreamError(401, R"({"error":{"message":"Incorrect API key provided: sk-abc***wxyz"}})");
  EXPECT_EQ(auth.code, ErrorCode::UpstreamAuth);
  EXPECT_THAT(auth.message, Not(HasSubstr("sk-")));
  const auto server = readUpstreamError(
      500, R"({"error":{"message":"bad key sk-proj-abcdefgh1234 in Bearer 0123456789abcdef0123456789abcdef."}})");
  EXPECT_THAT(server.message, Not(HasSubstr("sk-proj")));
  EXPECT_THAT(server.message, Not(HasSubstr("0123456789abcdef")));
  EXPECT_THAT(server.message, HasSubstr("bad key [removed] in Bearer"));
}

TEST(OpenAiErrorTest, knowsALimitFromAFault) {
  const auto limited = readUpstreamError(429, R"({"error":{"message":"slow down"}})", 7);
  EXPECT_EQ(limited.code, ErrorCode::UpstreamRateLimited);
  EXPECT_EQ(errorResponse(limited).headers.get("retry-after"), "7");
  EXPECT_EQ(readUpstreamError(529, "").code, ErrorCode::UpstreamError);
  EXPECT_EQ(readUpstreamError(403, "").code, ErrorCode::UpstreamAuth);
}

TEST(OpenAiErrorTest, cutsLongMessagesBetweenCharacters) {
  std::string message;
  for (int i = 0; i < 400; ++i) message += "é";
  const auto cut = scrub(message);
  EXPECT_LE(cut.size(), 304u);
  EXPECT_NO_THROW((void)Json(cut).dump());
}

TEST(OpenAiErrorTest, aLongMessageOfWideCharactersStaysReadable) {
  // Cut at any byte of a character, however far the characters are out of step with the limit.
  for (std::size_t lead = 0; lead < 4; ++lead) {
    std::string message(lead, 'x');
    for (int i = 0; i < 200; ++i) message += "\xe8\xaf\xb7";
    const auto cut = scrub(message);
    EXPECT_LE(cut.size(), 303u);
    EXPECT_TRUE(isValidUtf8(cut)) << lead;
    EXPECT_EQ(quoteJson(cut).find("\xef\xbf\xbd"), std::string::npos) << lead;
  }
}

}  // namespace
}  // namespace signalbox::dialect
