// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace signalbox::dialect {
namespace {

const std::string kPlain = R"({"model":"auto","messages":[{"role":"user","content":"hi"}]})";

domain::Request read(std::string body, const http::Headers& headers = {}) {
  auto request = readChatRequest(std::move(body), headers);
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request.value_or(domain::Request{});
}

Error refused(std::string body, const http::Headers& headers = {}) {
  const auto request = readChatRequest(std::move(body), headers);
  EXPECT_FALSE(request);
  return request ? Error{} : request.error();
}

std::string with(std::string_view member) {
  return R"({"model":"auto","messages":[{"role":"user","content":"hi"}],)" + std::string(member) + "}";
}

TEST(ChatRequestTest, readsWhatRoutingNeeds) {
  const auto request = read(R"({"model":"auto:tickets","messages":[{"role":"system","content":"Be brief."},
      {"role":"user","content":[{"type":"text","text":"What is"},{"type":"image_url","image_url":{"url":"x"}},
      {"type":"text","text":"this?"}]},{"role":"assistant","content":null,"tool_calls":[]}],"stream":true,"max_tokens":5,
      "n":2,"logprobs":true,"top_logprobs":3,"stream_options":{"include_usage":true},"tools":[{"type":"function"}],
      "tool_choice":"required","user":"u1"})");
  EXPECT_EQ(request.model, "auto:tickets");
  ASSERT_EQ(request.messages.size(), 3u);
  EXPECT_EQ(request.messages[0].text, "Be brief.");
  EXPECT_EQ(request.messages[1].text, "What is\nthis?");
  EXPECT_EQ(request.messages[2].text, "");
  EXPECT_TRUE(request.stream);
  EXPECT_EQ(request.max_tokens, 5);
  EXPECT_EQ(request.n, 2);
  EXPECT_TRUE(request.wants_logprobs);
  EXPECT_EQ(request.top_logprobs, 3);
  EXPECT_TRUE(request.wants_stream_usage);
  EXPECT_TRUE(request.has_tools);
  EXPECT_TRUE(request.structured);
  EXPECT_EQ(request.hints.user, "u1");
}

TEST(ChatRequestTest, isStructuredOnlyWhenAShapeIsAskedFor) {
  EXPECT_FALSE(read(kPlain).structured);
  EXPECT_FALSE(read(with(R"("response_format":{"type":"text"})")).structured);
  EXPECT_TRUE(read(with(R"("response_format":{"type":"json_object"})")).structured);
  EXPECT_FALSE(read(with(R"("tool_choice":"auto")")).structured);
  EXPECT_TRUE(read(with(R"("tool_choice":{"type":"function","function":{"name":"f"}})")).structured);
}

TEST(ChatRequestTest, refusesWrongTypesByName) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("temperature":"hot")", "temperature"},
      {R"("stream":1)", "stream"},
      {R"("max_tokens":"10")", "max_tokens"},
      {R"("max_tokens":1.5)", "max_tokens"},
      {R"("n":0)", "n"},
      {R"("top_logprobs":-1)", "top_logprobs"},
      {R"("logprobs":5)", "logprobs"},
      {R"("stop":7)", "stop"},
      {R"("tools":{})", "tools"},
      {R"("metadata":[])", "metadata"},
      {R"("response_format":"json")", "response_format"},
      {R"("response_format":{})", "response_format.type"},
      {R"("stream_options":{"include_usage":"yes"})", "stream_options.include_usage"},
  };
  for (const auto& [member, param] : cases) {
    const auto error = refused(with(member));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << member;
    EXPECT_EQ(error.param, param) << member;
    EXPECT_THAT(error.message, testing::HasSubstr("'" + param + "'")) << member;
  }
}

TEST(ChatRequestTest, refusesMessagesWithoutAShape) {
  EXPECT_EQ(refused(R"({"messages":[{"role":"user","content":"hi"}]})").param, "model");
  EXPECT_EQ(refused(R"({"model":"","messages":[{"role":"user","content":"hi"}]})").param, "model");
  EXPECT_EQ(refused(R"({"model":"auto"})").param, "messages");
  EXPECT_EQ(refused(R"({"model":"auto","messages":[]})").param, "messages");
  EXPECT_EQ(refused(R"({"model":"auto","messages":["hi"]})").param, "messages[0]");
  EXPECT_EQ(refused(R"({"model":"auto","messages":[{"content":"hi"}]})").param, "messages[0].role");
  EXPECT_EQ(refused(R"({"model":"auto","messages":[{"role":"user","content":"a"},{"role":"user"}]})").param,
            "messages[1].content");
  EXPECT_EQ(refused(R"({"model":"auto","messages":[{"role":"user","content":[{"type":"text"}]}]})").param,
            "messages[0].content[0].text");
  EXPECT_EQ(refused("[]").code, ErrorCode::InvalidRequest);
  EXPECT_EQ(refused(R"({"model":"auto",)").code, ErrorCode::InvalidRequest);
  EXPECT_EQ(refused("").code, ErrorCode::InvalidRequest);
}

TEST(ChatRequestTest, nullStandsForNotGiven) {
  const auto request = read(with(R"("stream":null,"logprobs":null,"top_logprobs":null,"tools":null,"stream_options":null,
      "response_format":null,"metadata":null,"n":null,"max_tokens":null,"temperature":null)"));
  EXPECT_FALSE(request.stream);
  EXPECT_FALSE(request.has_tools);
  EXPECT_FALSE(request.max_tokens);
  EXPECT_EQ(request.n, 1);
}

TEST(ChatRequestTest, aLengthBelowZeroIsNoLimit) {
  EXPECT_FALSE(read(with(R"("max_tokens":-1)")).max_tokens);
  EXPECT_FALSE(read(with(R"("max_tokens":5,"max_completion_tokens":-1)")).max_tokens) << "the newer word is the one that holds";
  EXPECT_EQ(read(with(R"("max_tokens":0)")).max_tokens, 0);
  EXPECT_EQ(read(with(R"("max_tokens":5,"max_completion_tokens":null)")).max_tokens, 5);
}

TEST(ChatRequestTest, headersWinOverMetadata) {
  http::Headers headers;
  headers.add("X-Signalbox-Workload", "tickets");
  headers.add("x-signalbox-latency-sla-ms", "150");
  const auto request =
      read(with(R"("metadata":{"x-signalbox-workload":"chat","x-signalbox-session":"s1","x-signalbox-no-cache":"1",
      "x-signalbox-explain":true,"X-Signalbox-Domain":"legal"})"),
           headers);
  EXPECT_EQ(request.hints.workload, "tickets");
  EXPECT_EQ(request.hints.session, "s1");
  EXPECT_EQ(request.hints.domain, "legal");
  EXPECT_EQ(request.hints.latency_sla_ms, 150);
  EXPECT_TRUE(request.hints.no_cache);
  EXPECT_TRUE(request.hints.explain);
}

TEST(ChatRequestTest, refusesHintsThatCannotBeRead) {
  http::Headers slow;
  slow.add("x-signalbox-latency-sla-ms", "soon");
  EXPECT_EQ(refused(kPlain, slow).param, "x-signalbox-latency-sla-ms");
  EXPECT_EQ(refused(with(R"("metadata":{"x-signalbox-explain":"maybe"})")).param, "x-signalbox-explain");
  EXPECT_EQ(refused(with(R"("metadata":{"x-signalbox-session":{}})")).param, "metadata.x-signalbox-session");
  EXPECT_EQ(refused(with(R"("metadata":{"x-signalbox-session":")" + std::string(300, 's') + "\"}")).param, "x-signalbox-session");
}

TEST(ChatRequestTest, keepsHeadersForPoliciesButNoCredentials) {
  http::Headers headers;
  headers.add("X-Team", " billing ");
  headers.add("Authorization", "Bearer secret");
  headers.add("x-api-key", "secret");
  headers.add("x-signalbox-session", "s1");
  const auto request = read(kPlain, headers);
  ASSERT_EQ(request.headers.size(), 1u);
  EXPECT_EQ(request.headers[0], std::make_pair(std::string("x-team"), std::string("billing")));
}

TEST(ChatRequestTest, sendsTheSameBytesWhenNothingIsOurs) {
  const std::string odd =
      "{ \"messages\" :[{\"content\":\"\\u00e9\",\"role\":\"user\"}],\"seed\":1e2,\n\"x-new\":{\"a\":[1.50]},\"model\":\"m\"}\n";
  EXPECT_EQ(writeChatRequest(read(odd), "m", {}), odd);
}

TEST(ChatRequestTest, replacesTheModelAndNothingElse) {
  EXPECT_EQ(writeChatRequest(read(R"({"temperature":0.70,"model" : "auto","messages":[{"role":"user","content":"hi"}]})"),
                             "gpt-4o", {}),
            R"({"temperature":0.70,"model" : "gpt-4o","messages":[{"role":"user","content":"hi"}]})");
}

TEST(ChatRequestTest, takesHintsOutOfMetadata) {
  const auto sent = [](std::string_view metadata) { return writeChatRequest(read(with(metadata)), "auto", {}); };
  EXPECT_EQ(sent(R"("metadata":{"x-signalbox-session":"s","team":"a"})"), with(R"("metadata":{"team":"a"})"));
  EXPECT_EQ(sent(R"("metadata":{"team":"a","x-signalbox-session":"s","x-signalbox-user":"u"})"),
            with(R"("metadata":{"team":"a"})"));
  EXPECT_EQ(sent(R"("metadata":{"x-signalbox-user":"u","x-signalbox-session":"s"})"), kPlain);
  EXPECT_EQ(sent(R"("metadata":{"x-signalbox-user":"u"},"seed":1)"), with(R"("seed":1)"));
}

TEST(ChatRequestTest, addsOnlyWhatTheGateNeeds) {
  const auto plain = read(kPlain);
  EXPECT_FALSE(additionsFor(plain, Evidence::None).any());
  EXPECT_EQ(writeChatRequest(plain, "auto", additionsFor(plain, Evidence::Alternatives)),
            with(R"("logprobs":true,"top_logprobs":20)"));
  const auto own = read(with(R"("logprobs":true,"top_logprobs":2)"));
  const auto tokens = additionsFor(own, Evidence::Tokens);
  EXPECT_FALSE(tokens.any());
  const auto raised = additionsFor(own, Evidence::Alternatives);
  EXPECT_FALSE(raised.logprobs);
  EXPECT_TRUE(raised.top_logprobs);
  EXPECT_EQ(raised.keep, 2);
  EXPECT_EQ(writeChatRequest(own, "auto", raised), with(R"("logprobs":true,"top_logprobs":20)"));
  const auto off = read(with(R"("logprobs":false,"top_logprobs":null)"));
  EXPECT_EQ(writeChatRequest(off, "auto", additionsFor(off, Evidence::Tokens)), with(R"("logprobs":true,"top_logprobs":1)"));
}

TEST(ChatRequestTest, asksStreamsForTheirUsage) {
  const auto sent = [](std::string_view members) {
    const auto request = read(with(members));
    return writeChatRequest(request, "auto", additionsFor(request, Evidence::None));
  };
  EXPECT_EQ(sent(R"("stream":true)"), with(R"("stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(sent(R"("stream":true,"stream_options":{})"), with(R"("stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(sent(R"("stream":true,"stream_options":null)"), with(R"("stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(sent(R"("stream":true,"stream_options":{"include_usage":false})"),
            with(R"("stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(sent(R"("stream":true,"stream_options":{"x":1})"),
            with(R"("stream":true,"stream_options":{"x":1,"include_usage":true})"));
  EXPECT_EQ(sent(R"("stream":true,"stream_options":{"include_usage":true})"),
            with(R"("stream":true,"stream_options":{"include_usage":true})"));
}

TEST(ChatRequestTest, turnsAStreamIntoAWholeAnswerOnDemand) {
  const auto request = read(with(R"("stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(writeChatRequest(request, "auto", {}, false), with(R"("stream":false,"stream_options":null)"));
  EXPECT_EQ(writeChatRequest(read(kPlain), "auto", {}, true), with(R"("stream":true)"));
}

// Every mix of members in every order stays valid JSON, and everything that is not ours is still there.
TEST(ChatRequestTest, keepsUnknownMembersInEveryOrder) {
  std::vector<std::string> members{R"("messages":[{"role":"user","content":"hi"}])", R"("model":"auto")",
                                   R"("metadata":{"x-signalbox-user":"u"})", R"("stream":true)", R"("x":1.0e5)"};
  std::sort(members.begin(), members.end());
  do {
    std::string body = "{";
    for (const auto& member : members) body += (body.size() > 1 ? "," : "") + member;
    const auto request = read(body + "}");
    const auto sent = writeChatRequest(request, "m2", additionsFor(request, Evidence::Alternatives));
    const auto json = Json::parse(sent);
    EXPECT_EQ(json.at("model"), "m2");
    EXPECT_FALSE(json.contains("metadata"));
    EXPECT_EQ(json.at("logprobs"), true);
    EXPECT_EQ(json.at("stream_options").at("include_usage"), true);
    EXPECT_THAT(sent, testing::HasSubstr(R"("x":1.0e5)"));
  } while (std::next_permutation(members.begin(), members.end()));
}

}  // namespace
}  // namespace signalbox::dialect
