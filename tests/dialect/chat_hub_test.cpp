// SPDX-License-Identifier: Apache-2.0
#include "dialect/chat_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "dialect/made_up.h"
#include "dialect/messages.h"
#include "dialect/openai_chat.h"
#include "dialect/responses_hub.h"

namespace signalbox::dialect {
namespace {

using testing::ElementsAre;

Conversation read(std::string_view body) {
  auto got = conversationOfChat(body);
  EXPECT_TRUE(got) << (got ? "" : got.error().message);
  return got.value_or(Conversation{});
}

std::string body(const Conversation& conversation, const Additions& add = {}, bool stream = false) {
  auto written = writeChat(conversation, "m-1", add, stream);
  EXPECT_TRUE(written) << (written ? "" : written.error().message);
  return written.value_or(WrittenRequest{}).body;
}

TEST(ChatHubTest, whatIsWrittenReadsBackTheSame) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Conversation before = MadeUp(seed).conversation();
    const std::string written = body(before);
    EXPECT_EQ(read(written), before) << seed << ": " << written;
    EXPECT_TRUE(readChatRequest(written, {})) << written;
  }
}

TEST(ChatHubTest, keepsMembersThatItDoesNotKnow) {
  const auto conversation = read(R"({"model":"auto","messages":[{"role":"user","content":"Hi"}],"chat_template_kwargs":{"a":[1]},
    "logit_bias":{"50256":-100},"metadata":{"team":"a","x-signalbox-session":"s"},"store":null})");
  EXPECT_THAT(conversation.rest, ElementsAre(std::pair("chat_template_kwargs", R"({"a":[1]})"), std::pair("logit_bias", R"({"50256":-100})"),
                                             std::pair("metadata", R"({"team":"a"})")));
  EXPECT_EQ(Json::parse(body(conversation)).at("logit_bias").at("50256"), -100);
}

// A client of another dialect may send a member that chats have and its own dialect has not.
TEST(ChatHubTest, saysNothingTwiceAndAsksForNothingThatTheClientCouldNotBeTold) {
  const auto conversation = conversationOfMessages(R"({"model":"m","max_tokens":5,"stop_sequences":["y"],"messages":[{"role":"user","content":"Hi"}],
    "stop":["x"],"n":3,"logprobs":true,"stream_options":{"include_usage":false},"max_completion_tokens":9,"functions":[],"seed":7,"min_p":0.1})");
  ASSERT_TRUE(conversation);
  const auto written = writeChat(*conversation, "m-1", {.usage = true}, true);
  ASSERT_TRUE(written);
  EXPECT_EQ(Json::parse(written->body), Json::parse(R"({"model":"m-1","messages":[{"role":"user","content":"Hi"}],"max_tokens":5,"stop":["y"],"stream":true,
    "stream_options":{"include_usage":true},"seed":7,"min_p":0.1})"));
  EXPECT_TRUE(JsonDoc::parse(written->body)) << "no member stands twice";
  EXPECT_THAT(written->dropped, ElementsAre("functions", "logprobs", "max_completion_tokens", "n", "stop", "stream_options"));
  const auto response = conversationOfResponses(R"({"model":"m","input":"Hi","messages":[{"role":"user","content":"other"}]})");
  EXPECT_EQ(Json::parse(body(*response)).at("messages"), Json::parse(R"([{"role":"user","content":"Hi"}])"));
}

TEST(ChatHubTest, readsTheOlderWayToCallFunctions) {
  const auto conversation = read(R"({"model":"m","functions":[{"name":"look","parameters":{"type":"object"}}],"function_call":{"name":"look"},"messages":[
    {"role":"user","content":"Hi"},{"role":"assistant","content":null,"function_call":{"name":"look","arguments":"{}"}},
    {"role":"function","name":"look","content":"seen"}]})");
  ASSERT_EQ(conversation.turns.size(), 3u);
  EXPECT_EQ(conversation.turns[1].calls, (std::vector<ToolCall>{{"call_1_look", "look", "{}"}}));
  EXPECT_EQ(conversation.turns[2].call_id, "call_1_look");
  EXPECT_EQ(conversation.tool_choice, (ToolChoice{ToolChoice::Kind::Named, "look"}));
}

TEST(ChatHubTest, olderCallsOfOneFunctionHaveIdsOfTheirOwn) {
  const auto conversation = read(R"({"model":"m","functions":[{"name":"look"}],"messages":[{"role":"user","content":"Hi"},
    {"role":"assistant","content":null,"function_call":{"name":"look","arguments":"{}"}},{"role":"function","name":"look","content":"one"},
    {"role":"assistant","content":null,"function_call":{"name":"look","arguments":"{}"}},{"role":"function","name":"look","content":"two"}]})");
  ASSERT_EQ(conversation.turns.size(), 5u);
  EXPECT_NE(conversation.turns[1].calls[0].id, conversation.turns[3].calls[0].id);
  EXPECT_EQ(conversation.turns[2].call_id, conversation.turns[1].calls[0].id);
  EXPECT_EQ(conversation.turns[4].call_id, conversation.turns[3].calls[0].id);
}

TEST(ChatHubTest, aTurnThatOnlyThoughtIsLeftOut) {
  Conversation in;
  in.turns = {{.role = Turn::Role::User, .parts = {{.text = "a"}}},
              {.role = Turn::Role::Assistant, .parts = {{.kind = Part::Kind::Reasoning, .text = "hm"}}},
              {.role = Turn::Role::User, .parts = {{.text = "b"}}}};
  const auto written = writeChat(in, "m", {}, false);
  ASSERT_TRUE(written);
  EXPECT_EQ(Json::parse(written->body).at("messages").size(), 2u);
  EXPECT_THAT(written->dropped, ElementsAre("reasoning"));
}

TEST(ChatHubTest, saysWhatHasNoWordInTheHub) {
  for (const auto& [text, param] : std::vector<std::pair<std::string, std::string>>{
           {R"({"messages":[{"role":"user","content":[{"type":"hologram"}]}]})", "messages.content"},
           {R"({"messages":[{"role":"assistant","audio":{"id":"a"}}]})", "messages.audio"},
           {R"({"messages":[{"role":"user","content":"x"}],"tools":[{"type":"custom","custom":{"name":"t"}}]})", "tools"}}) {
    const auto got = conversationOfChat(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, ErrorCode::NotCarried);
    EXPECT_EQ(got.error().param, param);
  }
}

TEST(ChatHubTest, asksForWhatTheGateNeeds) {
  Conversation plain = read(R"({"messages":[{"role":"user","content":"Hi"}]})");
  const auto asked = Json::parse(body(plain, {.logprobs = true, .usage = true, .top = 20}, true));
  EXPECT_EQ(asked.at("logprobs"), true);
  EXPECT_EQ(asked.at("top_logprobs"), 20);
  EXPECT_EQ(asked.at("stream_options").at("include_usage"), true);
  EXPECT_FALSE(Json::parse(body(plain)).contains("logprobs"));
}

TEST(ChatHubTest, showsWhatToolsReturnBesideTextAsTheUserWould) {
  Conversation in;
  in.turns = {{.role = Turn::Role::Assistant, .calls = {{"c1", "look", "{}"}}},
              {.role = Turn::Role::Tool, .parts = {{.text = "seen"}, {.kind = Part::Kind::Image, .url = "https://example.org/a.png"}}, .call_id = "c1"}};
  const auto messages = Json::parse(body(in)).at("messages");
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[1].at("content"), "seen");
  EXPECT_EQ(messages[2].at("role"), "user");
  EXPECT_EQ(messages[2].at("content")[0].at("image_url").at("url"), "https://example.org/a.png");
}

std::string sentence(const std::vector<Piece>& pieces) {
  std::string out;
  for (const auto& piece : pieces) {
    // What one event said may come in several, or with several others in one.
    out += std::to_string(static_cast<int>(piece.kind)) + "/" + std::to_string(piece.choice) + "/" + std::to_string(piece.index) + ":" + piece.id + piece.name + piece.text +
           std::to_string(static_cast<int>(piece.finish)) + "/" + std::to_string(piece.usage.input) + "/" + std::to_string(piece.usage.output) + "\n";
  }
  return out;
}

TEST(ChatHubTest, streamsThatAreWrittenReadBackTheSame) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto before = MadeUp(seed).pieces();
    domain::Request request;
    request.wants_stream_usage = true;
    const auto writer = chatReplyWriter(request, 1);
    std::string bytes;
    for (const auto& piece : before) bytes += writer->piece(piece);
    bytes += writer->terminal();
    const auto reader = chatReplyReader({}, {});
    AnswerState state;
    std::vector<Piece> after;
    http::SseReader events;
    ASSERT_TRUE(events.feed(bytes, [&](const http::SseEvent& event, bool) {
      const auto read = reader->event(event, state);
      EXPECT_TRUE(read) << event.data;
      if (read) after.insert(after.end(), read->begin(), read->end());
      return true;
    }));
    EXPECT_EQ(sentence(after), sentence(before)) << seed;
    EXPECT_TRUE(reader->checkEnd(state)) << seed;
  }
}

TEST(ChatHubTest, aRepeatedNameInEveryDeltaIsOneCall) {
  const auto reader = chatReplyReader({}, {});
  AnswerState state;
  std::vector<Piece> pieces;
  for (const char* data : {R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}}]})",
                           R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"}"}}]}}]})"}) {
    http::SseEvent event;
    event.data = data;
    const auto read = reader->event(event, state);
    ASSERT_TRUE(read);
    pieces.insert(pieces.end(), read->begin(), read->end());
  }
  EXPECT_EQ(std::count_if(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.kind == Piece::Kind::ToolBegin; }), 1);
}

std::vector<Piece> piecesOf(std::initializer_list<const char*> stream, AnswerState& state) {
  const auto reader = chatReplyReader({}, {});
  std::vector<Piece> pieces;
  for (const char* data : stream) {
    http::SseEvent event;
    event.data = data;
    const auto read = reader->event(event, state);
    EXPECT_TRUE(read) << data;
    if (read) pieces.insert(pieces.end(), read->begin(), read->end());
  }
  return pieces;
}

TEST(ChatHubTest, countsThatComeWithoutChoicesReachTheClient) {
  AnswerState state;
  const auto pieces = piecesOf({R"({"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})",
                                R"({"id":"c","usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}})"}, state);
  ASSERT_EQ(pieces.back().kind, Piece::Kind::Usage);
  EXPECT_EQ(pieces.back().usage.output, state.usage->output);
}

TEST(ChatHubTest, partsInDeltasAndInAnswersAreWordsAndThoughts) {
  const char* const kParts = R"([{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"yes"}])";
  AnswerState streamed;
  const std::string delta = std::string(R"({"choices":[{"index":0,"delta":{"content":)") + kParts + R"(},"finish_reason":"stop"}]})";
  const auto pieces = piecesOf({delta.c_str()}, streamed);
  ASSERT_EQ(pieces.size(), 4u);
  EXPECT_EQ(std::pair(pieces[1].kind, pieces[1].text), std::pair(Piece::Kind::Reasoning, std::string("hm")));
  EXPECT_EQ(std::pair(pieces[2].kind, pieces[2].text), std::pair(Piece::Kind::Text, std::string("yes")));
  AnswerState whole;
  const std::string answer = std::string(R"({"choices":[{"message":{"content":)") + kParts + R"(},"finish_reason":"stop"}]})";
  const auto reply = chatReplyReader({}, {})->whole(answer, whole);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->choices[0].parts, (std::vector<Part>{{.kind = Part::Kind::Reasoning, .text = "hm"}, {.text = "yes"}}));
  for (const auto* state : {&streamed, &whole}) {
    EXPECT_EQ(state->text, "yes");
    EXPECT_EQ(state->other_bytes, 2);
  }
}

TEST(ChatHubTest, whoAsksWithFunctionsIsAnsweredWithOneFunctionCall) {
  const std::string asked = R"({"model":"m","functions":[{"name":"look"}],"messages":[{"role":"user","content":"Hi"}]})";
  EXPECT_EQ(read(asked).parallel_tool_calls, false);
  const auto request = readChatRequest(asked, {});
  ASSERT_TRUE(request);
  Reply reply{.id = "r1", .model = "m-1", .created = 5};
  reply.choices = {{.calls = {{"c1", "look", "{\"a\":1}"}, {"c2", "look", "{}"}}, .finish = Finish::ToolCalls}};
  const auto whole = Json::parse(chatReplyWriter(*request, 1)->whole(reply)).at("choices").at(0);
  EXPECT_EQ(whole.at("finish_reason"), "function_call");
  EXPECT_EQ(whole.at("message").at("function_call"), Json::parse(R"({"name":"look","arguments":"{\"a\":1}"})"));
  EXPECT_FALSE(whole.at("message").contains("tool_calls"));

  using Kind = Piece::Kind;
  const auto writer = chatReplyWriter(*request, 1);
  std::string bytes;
  for (const Piece& piece : {Piece{.kind = Kind::Begin, .id = "r1", .name = "m-1"}, Piece{.kind = Kind::ToolBegin, .id = "c1", .name = "look"},
                             Piece{.kind = Kind::ToolArguments, .text = "{\"a\":"}, Piece{.kind = Kind::ToolArguments, .text = "1}"},
                             Piece{.kind = Kind::ToolBegin, .index = 1, .id = "c2", .name = "look"}, Piece{.kind = Kind::Finish, .finish = Finish::ToolCalls}}) {
    bytes += writer->piece(piece);
  }
  bytes += writer->terminal();
  EXPECT_THAT(bytes, testing::Not(testing::HasSubstr("tool_calls")));
  EXPECT_THAT(bytes, testing::HasSubstr(R"("delta":{"function_call":{"name":"look","arguments":""}})"));
  EXPECT_THAT(bytes, testing::HasSubstr(R"("finish_reason":"function_call")"));
  const auto reader = chatReplyReader({}, {});
  AnswerState state;
  std::string arguments;
  http::SseReader events;
  ASSERT_TRUE(events.feed(bytes, [&](const http::SseEvent& event, bool) {
    const auto pieces = reader->event(event, state);
    if (pieces) for (const auto& piece : *pieces) if (piece.kind == Kind::ToolArguments) arguments += piece.text;
    return true;
  }));
  EXPECT_EQ(arguments, "{\"a\":1}");
}

TEST(ChatHubTest, wholeAnswersThatAreWrittenReadBackTheSame) {
  Reply before{.id = "r1", .model = "m-1", .created = 5};
  before.choices = {{.parts = {{.kind = Part::Kind::Reasoning, .text = "hm"}, {.text = "yes"}}, .finish = Finish::Length},
                    {.calls = {{"c1", "look", "{\"a\":1}"}}, .finish = Finish::ToolCalls}};
  before.usage = domain::Usage{.input = 7, .output = 3, .cached_input = 2, .source = domain::UsageSource::Provider};
  const auto text = chatReplyWriter({}, 1)->whole(before);
  AnswerState state;
  const auto after = chatReplyReader({}, {})->whole(text, state);
  ASSERT_TRUE(after) << text;
  EXPECT_EQ(after->id, "r1");
  ASSERT_EQ(after->choices.size(), 2u);
  EXPECT_EQ(after->choices[0].parts, before.choices[0].parts);
  EXPECT_EQ(after->choices[1].calls, before.choices[1].calls);
  EXPECT_EQ(after->choices[0].finish, Finish::Length);
  EXPECT_EQ(after->usage->cached_input, 2);
  EXPECT_EQ(state.text, "yes");
  EXPECT_TRUE(state.done);
}

}  // namespace
}  // namespace signalbox::dialect
