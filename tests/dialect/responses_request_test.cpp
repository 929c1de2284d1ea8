// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_responses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>

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

TEST(ResponsesConversationTest, aChoiceAmongToolsThatAreNoObjectsIsRefused) {
  const auto got = conversationOfResponses(with(R"("tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"name":"f"},0]})"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(got.error().param, "tool_choice.tools[1]");
}

TEST(ResponsesConversationTest, metadataOfTheClientsOwnIsNamedAsLeftOut) {
  EXPECT_THAT(conversationOfResponses(with(R"("metadata":{"team":"a","x-signalbox-session":"s"})"))->dropped, ElementsAre("metadata"));
  EXPECT_THAT(conversationOfResponses(with(R"("metadata":{"x-signalbox-session":"s"})"))->dropped, testing::IsEmpty());
}

// The shortest of a few runs, in seconds.
double timeOf(const std::string& body) {
  double least = 1e9;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const auto got = conversationOfResponses(body);
    EXPECT_TRUE(got);
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return least;
}

// Whatever a request is made of, reading it takes time by its length and not by the square of it: a worker serves others meanwhile.
TEST(ResponsesConversationTest, tenTimesTheRequestTakesNoHundredTimesAsLong) {
  const auto choosing = [](int tools) {
    std::string all, allowed;
    for (int i = 0; i < tools; ++i) {
      const std::string comma = i ? "," : "", name = "tool_" + std::to_string(i);
      all += comma + R"({"type":"function","name":")" + name + R"("})";
      allowed += comma + R"({"name":")" + name + R"("})";
    }
    return with(R"("tools":[)" + all + R"(],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[)" + allowed + "]}");
  };
  const auto unknown = [](int members) {
    std::string all;
    for (int i = 0; i < members; ++i) all += R"(,"member_)" + std::to_string(i) + R"(":1)";
    return with(R"("tools":[{"type":"function","name":"f")" + all + "}]");
  };
  constexpr double kMost = 40;  // of 10: what lies between growing with the length and with its square
  EXPECT_LT(timeOf(choosing(3000)), kMost * timeOf(choosing(300)));
  EXPECT_LT(timeOf(unknown(9000)), kMost * timeOf(unknown(900)));
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
    // Calls and their results in any order that says each result after its call, with words of everybody's between them.
    std::vector<std::string> open;
    for (int c = 1 + pick(3); c > 0 || !open.empty();) {
      if (c > 0 && (open.empty() || pick(2))) {
        open.push_back("c" + id + std::to_string(c--));
        input.push_back({{"type", "function_call"}, {"call_id", open.back()}, {"name", "f"}, {"arguments", "{\"a\":1}"}});
      } else {
        input.push_back({{"type", "function_call_output"}, {"call_id", open.front()}, {"output", "result"}});
        open.erase(open.begin());
      }
      if (!pick(4)) input.push_back({{"type", "reasoning"}, {"summary", Json::array({{{"type", "summary_text"}, {"text", "hm"}}})}});
      if (!pick(4)) input.push_back({{"role", "assistant"}, {"content", "between " + id}});
      if (!pick(6)) input.push_back({{"role", "user"}, {"content", "wait " + id}});
    }
  }
  Json body{{"model", "m"}, {"input", input}};
  if (pick(2)) body["instructions"] = "be brief";
  if (pick(2)) body["temperature"] = pick(4) / 4.0;
  if (pick(2)) body["max_output_tokens"] = 1 + pick(99);
  if (pick(2)) body["tools"] = Json::array({{{"type", "function"}, {"name", "f"}, {"parameters", {{"type", "object"}}}}});
  if (body.contains("tools") && pick(2)) body["tool_choice"] = {{"type", "function"}, {"name", "f"}};
  return body;
}

// As a chat has it: the older word for developers is known everywhere, and thoughts are no part of it.
Conversation asChat(Conversation in) {
  for (auto& turn : in.turns) {
    if (turn.role == Turn::Role::Developer) turn.role = Turn::Role::System;
    std::erase_if(turn.parts, [](const Part& part) { return part.kind == Part::Kind::Reasoning; });
  }
  std::erase_if(in.turns, [](const Turn& turn) { return turn.role == Turn::Role::Assistant && turn.parts.empty() && turn.calls.empty(); });
  return in;
}

// The rule of every provider: behind a turn with calls come the results of them all, and nothing else between.
void expectResultsBehindTheirCalls(const std::vector<Turn>& turns, const std::string& request) {
  for (std::size_t i = 0; i < turns.size(); ++i) {
    std::multiset<std::string> made, given;
    for (const auto& call : turns[i].calls) made.insert(call.id);
    if (turns[i].role == Turn::Role::Tool) continue;
    for (std::size_t k = i + 1; k < turns.size() && turns[k].role == Turn::Role::Tool; ++k) given.insert(turns[k].call_id);
    ASSERT_EQ(made, given) << request;
  }
}

TEST(ResponsesConversationTest, whateverStandsBetweenCallsTheirResultsFollowThem) {
  const auto got = conversationOfResponses(R"({"model":"m","input":[{"role":"user","content":"U"},{"type":"reasoning","summary":[{"type":"summary_text","text":"r1"}]},
      {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"reasoning","summary":[{"type":"summary_text","text":"r2"}]},
      {"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"one"},{"role":"user","content":"wait"},
      {"type":"function_call_output","call_id":"c2","output":"two"},{"role":"assistant","content":"A"}]})");
  ASSERT_TRUE(got);
  using Role = Turn::Role;
  std::vector<Role> roles;
  for (const auto& turn : got->turns) roles.push_back(turn.role);
  ASSERT_THAT(roles, ElementsAre(Role::User, Role::Assistant, Role::Tool, Role::Tool, Role::User, Role::Assistant));
  EXPECT_EQ(got->turns[1].parts.size(), 2u);
  EXPECT_EQ(got->turns[1].calls.size(), 2u);
  EXPECT_EQ(got->turns[4].parts[0].text, "wait");
}

// A call that nobody answers is as it came: nothing waits for its result.
TEST(ResponsesConversationTest, aCallWithoutAResultHoldsNothingUp) {
  const auto got = conversationOfResponses(R"({"model":"m","input":[{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"role":"user","content":"wait"},
      {"type":"function_call","call_id":"c2","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c2","output":"two"}]})");
  ASSERT_TRUE(got);
  ASSERT_EQ(got->turns.size(), 4u);
  EXPECT_EQ(got->turns[1].role, Turn::Role::User);
  EXPECT_EQ(got->turns[2].calls.at(0).id, "c2");
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
    ASSERT_EQ(*again, asChat(*said)) << body.dump() << "\n" << written->body;
    expectResultsBehindTheirCalls(again->turns, body.dump());
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
      if (part.kind == Part::Kind::Reasoning) continue;  // without a signature nobody takes it back
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
