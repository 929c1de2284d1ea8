// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_completions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "dialect/completions_hub.h"
#include "dialect/openai_chat.h"

namespace signalbox::dialect {
namespace {

using testing::HasSubstr;

domain::Request read(std::string body, const http::Headers& headers = {}) {
  auto request = readCompletionsRequest(std::move(body), headers);
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request.value_or(domain::Request{});
}

std::string paramOfRefused(std::string body) {
  const auto request = readCompletionsRequest(std::move(body), {});
  EXPECT_FALSE(request);
  return request ? std::string("accepted") : request.error().param;
}

std::string with(std::string_view member) { return R"({"model":"auto","prompt":"Say hi",)" + std::string(member) + "}"; }

std::string whole(Translation& translation, std::string_view body, AnswerState& state) {
  const auto answer = translation.whole(body, state);
  EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
  return answer.value_or("");
}

const std::string kLogprobs = R"({"tokens":["A","B"],"token_logprobs":[-0.1,-0.2],"top_logprobs":[{"A":-0.1,"C":-3,"D":-4},{"B":-2,"E":-0.2}],"text_offset":[0,1]})";

std::string answer(std::string_view logprobs) {
  return R"({"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"text":"AB","index":0,"logprobs":)" + std::string(logprobs) +
         R"(,"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":2,"total_tokens":4}})";
}

TEST(CompletionsRequestTest, readsWhatRoutingNeeds) {
  const auto request = read(R"({"model":"auto","prompt":"Say hi","max_tokens":7,"n":2,"logprobs":3,"stream":true,"user":"u","stream_options":{"include_usage":true}})");
  EXPECT_EQ(request.dialect, domain::Dialect::OpenAiCompletions);
  ASSERT_EQ(request.messages.size(), 1u);
  EXPECT_EQ(request.messages[0].role, "user");
  EXPECT_EQ(request.messages[0].text, "Say hi");
  EXPECT_EQ(request.max_tokens, 7);
  EXPECT_EQ(request.n, 2);
  EXPECT_TRUE(request.wants_logprobs);
  EXPECT_EQ(request.top_logprobs, 3);
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.wants_stream_usage);
  EXPECT_EQ(request.hints.user, "u");
}

TEST(CompletionsRequestTest, readsEveryKindOfPrompt) {
  EXPECT_EQ(read(R"({"model":"m","prompt":["a","b"]})").messages[0].text, "a\nb");
  EXPECT_EQ(read(R"({"model":"m","prompt":[1,2,3]})").messages[0].text, "[1,2,3]");
  EXPECT_EQ(read(R"({"model":"m","prompt":[[1,2],[3]]})").messages[0].text, "[1,2]\n[3]");
  EXPECT_EQ(read(R"({"model":"m","prompt":[[1,2],"three",[4]]})").token_numbers, 3);
  EXPECT_EQ(read(R"({"model":"m","prompt":"three"})").token_numbers, 0);
}

// Tokens are set aside for all of them, told or not.
TEST(CompletionsRequestTest, countsTheAnswersThatAreMade) {
  EXPECT_EQ(read(with(R"("n":2,"best_of":5)")).n, 5);
  EXPECT_EQ(read(with(R"("best_of":null)")).n, 1);
  EXPECT_EQ(read(R"({"model":"m","prompt":["a","b","c"],"n":2})").n, 6);
  EXPECT_EQ(read(R"({"model":"m","prompt":[1,2,3]})").n, 1);
  EXPECT_EQ(paramOfRefused(with(R"("best_of":0)")), "best_of");
  EXPECT_EQ(paramOfRefused(with(R"("best_of":129)")), "best_of");
}

TEST(CompletionsRequestTest, refusesWrongTypesByName) {
  EXPECT_EQ(paramOfRefused(R"({"model":"m"})"), "prompt");
  EXPECT_EQ(paramOfRefused(R"({"model":"m","prompt":{}})"), "prompt");
  EXPECT_EQ(paramOfRefused(R"({"model":"m","prompt":[]})"), "prompt");
  EXPECT_EQ(paramOfRefused(R"({"model":"m","prompt":["a",7]})"), "prompt[1]");
  EXPECT_EQ(paramOfRefused(R"({"model":"m","prompt":[1,"a"]})"), "prompt[1]");
  EXPECT_EQ(paramOfRefused(with(R"("logprobs":true)")), "logprobs");
  EXPECT_EQ(paramOfRefused(with(R"("n":0)")), "n");
  EXPECT_EQ(paramOfRefused(with(R"("stream":"yes")")), "stream");
}

TEST(CompletionsTest, editsOnlyWhatMustChange) {
  const auto request = read(R"({"model":"auto",  "prompt":"x","tomorrow":[1, 2]})");
  const auto sent = completionsToCompletions({})->request(request, "m-1", false);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->path, "/completions");
  EXPECT_EQ(sent->body, R"({"model":"m-1",  "prompt":"x","tomorrow":[1, 2]})");
}

TEST(CompletionsTest, asksForEvidenceAndTakesItOutAgain) {
  const auto request = read(with(R"("stream":false)"));
  const Additions add = additionsFor(request, Evidence::Alternatives);
  EXPECT_TRUE(add.logprobs);
  const auto translation = completionsToCompletions(add);
  EXPECT_THAT(translation->request(request, "m", false)->body, HasSubstr(R"("logprobs":5)"));
  AnswerState state;
  const auto relayed = parseJson(whole(*translation, answer(kLogprobs), state));
  EXPECT_TRUE((*relayed)["choices"][0]["logprobs"].is_null());
  EXPECT_EQ(state.text, "AB");
  EXPECT_EQ(state.finish_reason, "stop");
  ASSERT_EQ(state.evidence.size(), 2u);
  EXPECT_EQ(state.evidence[0].token, "A");
  EXPECT_DOUBLE_EQ(state.evidence[1].logprob, -0.2);
  EXPECT_EQ(state.evidence[0].top.size(), 3u);
  EXPECT_EQ(state.usage->input, 2);
}

TEST(CompletionsTest, cutsAlternativesToThoseAskedForAndKeepsTheChosenToken) {
  const auto request = read(with(R"("logprobs":1)"));
  const auto translation = completionsToCompletions(additionsFor(request, Evidence::Alternatives));
  EXPECT_THAT(translation->request(request, "m", false)->body, HasSubstr(R"("logprobs":5)"));
  AnswerState state;
  const auto relayed = parseJson(whole(*translation, answer(kLogprobs), state));
  const auto& top = (*relayed)["choices"][0]["logprobs"]["top_logprobs"];
  EXPECT_EQ(top[0], (Json{{"A", -0.1}}));
  EXPECT_EQ(top[1], (Json{{"B", -2}, {"E", -0.2}})) << "the most likely one, and the chosen one";
}

TEST(CompletionsTest, readsLogprobsInTheFormOfChatsToo) {
  AnswerState state;
  Additions add;
  add.logprobs = true;
  const auto relayed = whole(*completionsToCompletions(add), answer(R"({"content":[{"token":"A","logprob":-0.5}]})"), state);
  EXPECT_EQ(state.evidence.size(), 1u);
  EXPECT_THAT(relayed, HasSubstr(R"("logprobs":null)"));
}

TEST(CompletionsTest, trustsNoEvidenceWhereATokenHasNone) {
  AnswerState state;
  std::ignore = whole(*completionsToCompletions({}), answer(R"({"tokens":["A","B"],"token_logprobs":[null,-0.2],"top_logprobs":null,"text_offset":[0,1]})"), state);
  EXPECT_TRUE(state.evidence.empty());
}

TEST(CompletionsTest, relaysAStreamByteForByteButForWhatIsOurs) {
  Additions add;
  add.usage = true;
  const auto translation = completionsToCompletions(add);
  AnswerState state;
  http::SseEvent event;
  event.data = R"({"id":"c","choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":null}],"usage":null})";
  auto relayed = translation->event(event, state);
  ASSERT_TRUE(relayed);
  EXPECT_EQ(relayed->text, R"({"id":"c","choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":null}]})");
  event.data = R"({"id":"c","choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}]})";
  relayed = translation->event(event, state);
  EXPECT_EQ(relayed->kind, Translation::Relayed::Kind::AsItCame);
  event.data = R"({"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})";
  relayed = translation->event(event, state);
  EXPECT_EQ(relayed->kind, Translation::Relayed::Kind::Dropped);
  EXPECT_FALSE(translation->checkEnd(state)) << "not without [DONE]";
  event.data = "[DONE]";
  ASSERT_TRUE(translation->event(event, state));
  EXPECT_TRUE(translation->checkEnd(state));
  EXPECT_EQ(state.text, "Hi");
  EXPECT_EQ(state.usage->output, 1);
}

TEST(CompletionsTest, refusesWhatIsNoCompletion) {
  AnswerState state;
  for (const std::string body : {"{", "[]", R"({"choices":[]})", R"({"choices":[{"message":{}}]})"}) {
    const auto got = completionsToCompletions({})->whole(body, state);
    ASSERT_FALSE(got) << body;
    EXPECT_EQ(got.error().code, ErrorCode::UpstreamMalformed);
  }
  EXPECT_EQ(completionsToCompletions({})->whole(R"({"error":{"message":"no"}})", state).error().code, ErrorCode::UpstreamError);
}

TEST(CompletionsTest, knowsWhoHasChatsOnly) {
  const auto error = [](int status, std::string_view body) { return readUpstreamError(status, body); };
  EXPECT_TRUE(lacksCompletions(error(404, R"({"detail":"Not Found"})")));
  EXPECT_TRUE(lacksCompletions(error(405, "")));
  EXPECT_TRUE(lacksCompletions(error(501, "")));
  EXPECT_TRUE(lacksCompletions(error(400, R"({"error":{"message":"This is a chat model and not supported in the v1/completions endpoint."}})")));
  EXPECT_FALSE(lacksCompletions(error(400, R"({"error":{"message":"max_tokens is too large"}})")));
  EXPECT_FALSE(lacksCompletions(error(500, "")));
}

TEST(CompletionsHubTest, saysThePromptAsTheUser) {
  const auto read = conversationOfCompletions(R"({"model":"m","prompt":"Say hi","stop":["x","y"],"temperature":0.5,"seed":3,"logprobs":2,"n":2,"best_of":2,"tomorrow":{"a":1}})");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->turns.size(), 1u);
  EXPECT_EQ(read->turns[0].role, Turn::Role::User);
  EXPECT_EQ(read->turns[0].parts[0].text, "Say hi");
  EXPECT_EQ(read->max_tokens, 16) << "the specification's default";
  EXPECT_THAT(read->stop, testing::ElementsAre("x", "y"));
  EXPECT_EQ(read->seed, 3);
  EXPECT_EQ(read->top_logprobs, 2);
  EXPECT_EQ(read->n, 2);
  ASSERT_EQ(read->rest.size(), 1u);
  EXPECT_EQ(read->rest[0].first, "tomorrow");
}

TEST(CompletionsHubTest, carriesNothingThatAChatCannotSay) {
  for (const auto& [member, param] : std::vector<std::pair<std::string, std::string>>{
           {R"("suffix":"end")", "suffix"}, {R"("echo":true)", "echo"}, {R"("best_of":4)", "best_of"}, {R"("logit_bias":{"50":1})", "logit_bias"}}) {
    const auto got = conversationOfCompletions(with(member));
    ASSERT_FALSE(got) << member;
    EXPECT_EQ(got.error().code, ErrorCode::NotCarried);
    EXPECT_EQ(got.error().param, param);
  }
  EXPECT_EQ(conversationOfCompletions(R"({"model":"m","prompt":["a","b"]})").error().param, "prompt");
  EXPECT_EQ(conversationOfCompletions(R"({"model":"m","prompt":[1,2]})").error().param, "prompt");
  EXPECT_TRUE(conversationOfCompletions(with(R"("suffix":null,"echo":false,"best_of":1,"logit_bias":{})")));
}

TEST(CompletionsHubTest, writesAWholeAnswerWithItsProbabilities) {
  const auto writer = completionsReplyWriter(read(with(R"("logprobs":1)")), 99);
  Reply reply{.id = "chatcmpl-7", .model = "m", .choices = {{.parts = {{.text = "añb"}}, .finish = Finish::Length}}, .usage = domain::Usage{.input = 3, .output = 2}};
  reply.choices[0].logprobs = R"({"token":"añ","logprob":-0.5,"top_logprobs":[{"token":"o","logprob":-1},{"token":"o","logprob":-2}]},{"token":"b","logprob":-0.1,"top_logprobs":[]})";
  const auto body = parseJson(writer->whole(reply));
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["id"], "cmpl-7");
  EXPECT_EQ((*body)["object"], "text_completion");
  EXPECT_EQ((*body)["created"], 99);
  const auto& choice = (*body)["choices"][0];
  EXPECT_EQ(choice["text"], "añb");
  EXPECT_EQ(choice["finish_reason"], "length");
  EXPECT_EQ(choice["logprobs"], *parseJson(R"({"tokens":["añ","b"],"token_logprobs":[-0.5,-0.1],"top_logprobs":[{"o":-1,"añ":-0.5},{"b":-0.1}],"text_offset":[0,2]})"));
  EXPECT_EQ((*body)["usage"]["total_tokens"], 5);
}

TEST(CompletionsHubTest, writesAStream) {
  const auto writer = completionsReplyWriter(read(with(R"("stream":true,"stream_options":{"include_usage":true})")), 99);
  std::string out = writer->piece({.kind = Piece::Kind::Begin, .id = "msg_1", .name = "m"});
  EXPECT_EQ(out, "");
  out += writer->piece({.kind = Piece::Kind::Reasoning, .text = "hm"});
  out += writer->piece({.kind = Piece::Kind::Text, .text = "Hi"});
  out += writer->piece({.kind = Piece::Kind::Finish, .finish = Finish::Stop});
  out += writer->piece({.kind = Piece::Kind::Usage, .usage = {.input = 1, .output = 2}});
  EXPECT_THAT(out, HasSubstr(R"("text":"Hi")"));
  EXPECT_THAT(out, HasSubstr(R"("usage":null)"));
  EXPECT_THAT(out, testing::Not(HasSubstr("hm")));
  const auto end = writer->terminal();
  EXPECT_THAT(end, HasSubstr(R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3})"));
  EXPECT_THAT(end, testing::EndsWith("data: [DONE]\n\n"));
}

TEST(CompletionsConversationTest, everyDigitOfASeedStays) {
  EXPECT_EQ(conversationOfCompletions(R"({"model":"m","prompt":"x","seed":9007199254740993})")->seed, 9'007'199'254'740'993);
  EXPECT_EQ(conversationOfCompletions(R"({"model":"m","prompt":"x","seed":7.0})")->seed, 7);
}

TEST(CompletionsConversationTest, metadataOfTheClientsOwnIsNamedAsLeftOut) {
  EXPECT_THAT(conversationOfCompletions(R"({"model":"m","prompt":"x","metadata":{"team":"a"}})")->dropped, testing::ElementsAre("metadata"));
  EXPECT_THAT(conversationOfCompletions(R"({"model":"m","prompt":"x","metadata":{"x-signalbox-session":"s"}})")->dropped, testing::IsEmpty());
}

}  // namespace
}  // namespace signalbox::dialect
