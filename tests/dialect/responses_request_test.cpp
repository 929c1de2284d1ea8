// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_responses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/json.h"
#include "dialect/chat_hub.h"
#include "dialect/messages.h"
#include "dialect/responses_hub.h"

namespace signalbox::dialect {
namespace {

using testing::ElementsAre;

domain::Request read(std::string body) {
  auto request = readResponsesRequest(std::move(body), {});
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request.value_or(domain::Request{});
}

std::string with(std::string_view member) { return R"({"model":"auto","input":"hi",)" + std::string(member) + "}"; }

std::string paramOf(std::string body) {
  auto request = readResponsesRequest(body, {});
  if (!request) return "400 " + request.error().param;
  const auto got = conversationOfResponses(body);
  return got ? "carried" : "not carried " + got.error().param;
}

TEST(ResponsesRequestTest, readsWhatRoutingNeeds) {
  const auto request = read(R"({"model":"auto:tickets","instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"What is"},
      {"type":"input_image","image_url":"x"},{"type":"input_text","text":"this?"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
      {"type":"function_call_output","call_id":"c","output":"42"}],"stream":true,"max_output_tokens":5,"include":["message.output_text.logprobs"],
      "top_logprobs":3,"tools":[{"type":"function","name":"f"}],"text":{"format":{"type":"json_object"}},"metadata":{"x-signalbox-session":"s1","mine":"1"},"user":"u1"})");
  EXPECT_EQ(request.dialect, domain::Dialect::OpenAiResponses);
  ASSERT_EQ(request.messages.size(), 3u);
  EXPECT_EQ(request.messages[0].role, "system");
  EXPECT_EQ(request.messages[1].text, "What is\nthis?");
  EXPECT_EQ(request.messages[2].role, "tool");
  EXPECT_TRUE(request.stream);
  EXPECT_EQ(request.max_tokens, 5);
  EXPECT_TRUE(request.wants_logprobs);
  EXPECT_EQ(request.top_logprobs, 3);
  EXPECT_TRUE(request.has_tools);
  EXPECT_TRUE(request.structured);
  EXPECT_EQ(request.hints.session, "s1");
  EXPECT_EQ(request.hints.user, "u1");
}

TEST(ResponsesRequestTest, refusesWrongTypesByName) {
  EXPECT_EQ(paramOf(R"({"model":"m"})"), "400 input");
  EXPECT_EQ(paramOf(R"({"model":"m","input":[]})"), "400 input");
  EXPECT_EQ(paramOf(R"({"model":"m","input":["a"]})"), "400 input[0]");
  EXPECT_EQ(paramOf(R"({"model":"m","input":[{"content":"a"}]})"), "400 input[0].role");
  EXPECT_EQ(paramOf(R"({"model":"m","input":[{"role":"user"}]})"), "400 input[0].content");
  EXPECT_EQ(paramOf(R"({"model":"m","input":[{"type":"function_call","name":"f"}]})"), "400 input[0].call_id");
  EXPECT_EQ(paramOf(with(R"("temperature":"hot")")), "400 temperature");
  EXPECT_EQ(paramOf(with(R"("top_logprobs":21)")), "400 top_logprobs");
  EXPECT_EQ(paramOf(with(R"("text":{"format":{}})")), "400 text.format.type");
}

TEST(ResponsesConversationTest, refusesWhatOnlyOneProviderCanDo) {
  EXPECT_EQ(paramOf(with(R"("previous_response_id":"resp_1")")), "not carried previous_response_id");
  EXPECT_EQ(paramOf(with(R"("conversation":"conv_1")")), "not carried conversation");
  EXPECT_EQ(paramOf(with(R"("background":true)")), "not carried background");
  EXPECT_EQ(paramOf(R"({"model":"m","prompt":{"id":"p"}})"), "not carried prompt");
  for (const std::string type : {"web_search", "file_search", "computer_use_preview", "code_interpreter", "mcp", "image_generation", "custom"}) {
    EXPECT_EQ(paramOf(with(R"("tools":[{"type":"function","name":"f"},{"type":")" + type + R"("}])")), "not carried tools[1]") << type;
  }
  EXPECT_EQ(paramOf(with(R"("tool_choice":{"type":"web_search"})")), "not carried tool_choice");
  EXPECT_EQ(paramOf(R"({"model":"m","input":[{"type":"item_reference","id":"x"}]})"), "not carried input[0]");
  EXPECT_EQ(paramOf(with(R"("store":true,"background":false,"truncation":"auto","previous_response_id":null,"stream_options":{"include_obfuscation":false})")), "carried");
}

TEST(ResponsesConversationTest, readsItemsAsTurns) {
  const auto got = conversationOfResponses(R"({"model":"m","instructions":"I","input":[{"role":"developer","content":"D"},{"type":"message","role":"user","content":"U"},
      {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"R"}],"encrypted_content":"sig"},
      {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"A","annotations":[]}]},
      {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"x\":1}"},{"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},
      {"type":"function_call_output","call_id":"c1","output":"one"},{"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]},
      {"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},{"type":"input_file","filename":"f.pdf","file_data":"data:application/pdf;base64,BBBB"}]}]})");
  ASSERT_TRUE(got) << got.error().message;
  std::vector<Turn::Role> roles;
  for (const auto& turn : got->turns) roles.push_back(turn.role);
  using Role = Turn::Role;
  ASSERT_THAT(roles, ElementsAre(Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool, Role::Tool, Role::User));
  const Turn& model = got->turns[3];
  ASSERT_EQ(model.parts.size(), 2u);
  EXPECT_EQ(model.parts[0], (Part{.kind = Part::Kind::Reasoning, .text = "R", .signature = "sig"}));
  EXPECT_EQ(model.parts[1].text, "A");
  EXPECT_THAT(model.calls, ElementsAre(ToolCall{"c1", "f", R"({"x":1})"}, ToolCall{"c2", "g", "{}"}));
  EXPECT_EQ(got->turns[4].call_id, "c1");
  EXPECT_EQ(got->turns[5].parts[0].text, "two");
  EXPECT_EQ(got->turns[6].parts[0].media_type, "image/png");
  EXPECT_EQ(got->turns[6].parts[0].detail, "low");
  EXPECT_EQ(got->turns[6].parts[1].name, "f.pdf");
}

TEST(ResponsesConversationTest, readsParameters) {
  const auto got = conversationOfResponses(with(R"("tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},{"type":"function","name":"g"}],
      "tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"g"}]},"parallel_tool_calls":false,
      "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true},"verbosity":"low"},"max_output_tokens":9,"temperature":0.5,"top_p":0.25,
      "include":["message.output_text.logprobs"],"top_logprobs":2,"reasoning":{"effort":"low","summary":"auto"},"user":"u","metadata":{"a":"b"},"prompt_cache_key":"k","tomorrow":[1])"));
  ASSERT_TRUE(got);
  ASSERT_EQ(got->tools.size(), 1u) << "those that are not allowed are left out";
  EXPECT_EQ(got->tools[0].name, "g");
  EXPECT_EQ(got->tool_choice.kind, ToolChoice::Kind::Required);
  EXPECT_EQ(got->parallel_tool_calls, false);
  EXPECT_EQ(got->format.kind, AnswerFormat::Kind::JsonSchema);
  EXPECT_EQ(got->format.schema, R"({"type":"object"})");
  EXPECT_EQ(got->max_tokens, 9);
  EXPECT_EQ(got->top_p, 0.25);
  EXPECT_EQ(got->top_logprobs, 2);
  EXPECT_EQ(got->reasoning_effort, "low");
  using Member = std::pair<std::string, std::string>;
  EXPECT_THAT(got->rest, ElementsAre(Member{"verbosity", "\"low\""}, Member{"prompt_cache_key", "\"k\""}, Member{"tomorrow", "[1]"}));
}

// Any request: questions, what was said and called, and what tools gave.
Json anyRequest(std::mt19937& random) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Json input = Json::array();
  for (int i = 1 + pick(3); i > 0; --i) {
    const std::string id = std::to_string(i);
    input.push_back({{"role", pick(2) ? "user" : "developer"}, {"content", "text " + id}});
    if (pick(2)) continue;
    if (pick(2)) input.push_back({{"role", "assistant"}, {"content", Json::array({{{"type", "output_text"}, {"text", "said " + id}}})}});
    for (int c = 1 + pick(2); c > 0; --c) {
      input.push_back({{"type", "function_call"}, {"call_id", "c" + id + std::to_string(c)}, {"name", "f"}, {"arguments", "{\"a\":1}"}});
    }
    input.push_back({{"type", "function_call_output"}, {"call_id", "c" + id + "1"}, {"output", "result"}});
  }
  Json body{{"model", "m"}, {"input", input}};
  if (pick(2)) body["instructions"] = "be brief";
  if (pick(2)) body["temperature"] = pick(4) / 4.0;
  if (pick(2)) body["max_output_tokens"] = 1 + pick(99);
  if (pick(2)) body["tools"] = Json::array({{{"type", "function"}, {"name", "f"}, {"parameters", {{"type", "object"}}}}});
  if (body.contains("tools") && pick(2)) body["tool_choice"] = {{"type", "function"}, {"name", "f"}};
  return body;
}

// The older word for it is known everywhere.
Conversation withoutDevelopers(Conversation in) {
  for (auto& turn : in.turns) {
    if (turn.role == Turn::Role::Developer) turn.role = Turn::Role::System;
  }
  return in;
}

// What goes to a server of chats comes back as the same conversation.
TEST(ResponsesRoundTripTest, aChatSaysWhatTheRequestSaid) {
  std::mt19937 random(99);
  for (int round = 0; round < 300; ++round) {
    Json body = anyRequest(random);
    if (random() % 2) body["reasoning"] = {{"effort", "low"}};
    if (random() % 2) body["text"] = {{"format", {{"type", "json_schema"}, {"name", "n"}, {"schema", {{"type", "object"}}}, {"strict", true}}}};
    const auto said = conversationOfResponses(body.dump());
    ASSERT_TRUE(said) << said.error().message;
    const auto written = writeChat(*said, "m", {}, false);
    ASSERT_TRUE(written) << written.error().message;
    const auto again = conversationOfChat(written->body);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(*again, withoutDevelopers(*said)) << body.dump() << "\n" << written->body;
  }
}

// Who said what, in the order of the messages; what the system said stands apart from it at Anthropic.
std::string minutes(const Conversation& conversation) {
  std::string system, rest;
  char last = ' ';
  const auto add = [&](char who, const std::string& what) {
    if (who != last) rest += std::exchange(last, who) + std::string(":");
    rest += what + ";";
  };
  for (const auto& turn : conversation.turns) {
    const bool of_system = turn.role == Turn::Role::System || turn.role == Turn::Role::Developer;
    for (const auto& part : turn.parts) {
      if (of_system) system += part.text + ";";
      else if (turn.role == Turn::Role::Tool) add('u', "result of " + turn.call_id + " " + part.text);
      else add(turn.role == Turn::Role::User ? 'u' : 'a', part.text);
    }
    for (const auto& call : turn.calls) add('a', "call " + call.id + " " + call.name + call.arguments);
  }
  return system + "|" + rest;
}

TEST(ResponsesRoundTripTest, aMessageSaysWhatTheRequestSaid) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    Json body = anyRequest(random);
    body["input"].insert(body["input"].begin(), Json{{"role", "user"}, {"content", "first"}});  // where there is none, one is made up
    const auto said = conversationOfResponses(body.dump());
    ASSERT_TRUE(said) << said.error().message;
    const auto written = writeMessages(*said, "m", {}, false);
    ASSERT_TRUE(written) << written.error().message;
    const auto again = conversationOfMessages(written->body);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(minutes(*again), minutes(*said)) << body.dump() << "\n" << written->body;
    ASSERT_EQ(again->max_tokens.value_or(0), said->max_tokens.value_or(4096));
    ASSERT_EQ(again->temperature, said->temperature);
  }
}

}  // namespace
}  // namespace signalbox::dialect
