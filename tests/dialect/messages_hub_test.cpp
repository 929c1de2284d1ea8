// SPDX-License-Identifier: Apache-2.0
#include "dialect/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/json.h"
#include "dialect/chat_hub.h"
#include "dialect/made_up.h"

namespace signalbox::dialect {
namespace {

using testing::ElementsAre;

WrittenRequest written(const Conversation& conversation, bool stream = false) {
  auto out = writeMessages(conversation, "m-1", {}, stream);
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out.value_or(WrittenRequest{});
}

Json body(const Conversation& conversation) { return Json::parse(written(conversation).body); }

Conversation asking(std::string text = "Hi") { return {.turns = {{.role = Turn::Role::User, .parts = {{.text = std::move(text)}}}}}; }

// What Anthropic's messages cannot tell apart: two texts in one user's turn stay two, but its length is always given, white
// space is no place to stop, temperature and top_p do not go together, and how calls may run is told only where there are tools.
Conversation asItComesBack(Conversation in) {
  if (!in.max_tokens) in.max_tokens = 4096;
  if (in.temperature) in.top_p.reset();
  std::erase_if(in.stop, [](const std::string& word) { return word.find_first_not_of(" \t\n") == std::string::npos; });
  if (in.parallel_tool_calls && in.tool_choice.kind == ToolChoice::Kind::Unset) in.tool_choice.kind = ToolChoice::Kind::Auto;
  if (in.tool_choice.kind == ToolChoice::Kind::None) in.parallel_tool_calls.reset();
  if (!in.tools.empty()) return in;
  for (const auto& turn : in.turns) {
    for (const auto& call : turn.calls) {
      const bool known = std::any_of(in.tools.begin(), in.tools.end(), [&](const Tool& tool) { return tool.name == call.name; });
      if (!known) in.tools.push_back({.name = call.name, .parameters = R"({"type":"object","properties":{}})"});
    }
  }
  if (!in.tools.empty()) in.tool_choice.kind = ToolChoice::Kind::None;
  return in;
}

TEST(MessagesHubTest, whatIsWrittenReadsBackTheSame) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Conversation before = MadeUp(seed).conversation();
    const auto text = written(before).body;
    const auto after = conversationOfMessages(text);
    ASSERT_TRUE(after) << text;
    EXPECT_EQ(*after, asItComesBack(before)) << seed << ": " << text;
    EXPECT_TRUE(readMessagesRequest(text, {})) << text;
  }
}

TEST(MessagesHubTest, joinsTurnsOfOneRoleWithResultsFirst) {
  Conversation in;
  in.turns = {{.role = Turn::Role::Developer, .parts = {{.text = "Be brief."}}},
              {.role = Turn::Role::User, .parts = {{.text = "a"}}},
              {.role = Turn::Role::Assistant, .calls = {{"c:1", "look", "{}"}, {"c2", "look", "broken"}}},
              {.role = Turn::Role::Tool, .parts = {{.text = "one"}}, .call_id = "c:1"},
              {.role = Turn::Role::Tool, .parts = {{.text = "two"}}, .call_id = "c2", .failed = true},
              {.role = Turn::Role::User, .parts = {{.text = "b"}, {.text = ""}}}};
  const auto sent = body(in);
  EXPECT_EQ(sent.at("system")[0].at("text"), "Be brief.");
  ASSERT_EQ(sent.at("messages").size(), 3u);
  const auto& calls = sent.at("messages")[1].at("content");
  EXPECT_TRUE(calls[0].at("id").get<std::string>().starts_with("c_1_")) << calls[0].dump();
  EXPECT_EQ(calls[1].at("input").at("INVALID_JSON"), "broken");
  const auto& last = sent.at("messages")[2].at("content");
  ASSERT_EQ(last.size(), 3u) << "an empty text is left out: " << last.dump();
  EXPECT_EQ(last[0].at("tool_use_id"), calls[0].at("id"));
  EXPECT_EQ(last[1].at("is_error"), true);
  EXPECT_EQ(last[2].at("text"), "b");
  EXPECT_EQ(sent.at("tool_choice").at("type"), "none") << "calls of the past need their tools";
}

TEST(MessagesHubTest, beginsWithAQuestion) {
  Conversation only_system{.turns = {{.role = Turn::Role::System, .parts = {{.text = "Greet."}}}}};
  EXPECT_EQ(body(only_system).at("messages")[0].at("content")[0].at("text"), "Greet.");
  Conversation answer_first{.turns = {{.role = Turn::Role::Assistant, .parts = {{.text = "Once upon a time \n"}}}}};
  const auto messages = body(answer_first).at("messages");
  EXPECT_EQ(messages[0].at("role"), "user");
  EXPECT_EQ(messages[1].at("content")[0].at("text"), "Once upon a time");
}

TEST(MessagesHubTest, carriesPicturesAndFiles) {
  Conversation in = asking();
  in.turns[0].parts = {{.kind = Part::Kind::Image, .url = "data:image/png;base64,aGVsbG8="},
                       {.kind = Part::Kind::File, .media_type = "application/pdf", .data = "JVBERg==", .name = "a.pdf"},
                       {.kind = Part::Kind::File, .media_type = "text/plain", .data = toBase64("plain wörds"), .name = "a.txt"}};
  const auto content = body(in).at("messages")[0].at("content");
  EXPECT_EQ(content[0].at("source").at("media_type"), "image/png");
  EXPECT_EQ(content[1].at("type"), "document");
  EXPECT_EQ(content[2].at("source").at("data"), "plain wörds");
}

TEST(MessagesHubTest, saysWhatCannotBeCarried) {
  const auto refused = [](Conversation in) {
    const auto out = writeMessages(in, "m", {}, false);
    EXPECT_FALSE(out);
    EXPECT_EQ(out ? ErrorCode::Internal : out.error().code, ErrorCode::NotCarried);
    return out ? std::string() : out.error().param;
  };
  auto many = asking();
  many.n = 2;
  EXPECT_EQ(refused(many), "n");
  auto probabilities = asking();
  probabilities.logprobs = true;
  EXPECT_EQ(refused(probabilities), "logprobs");
  auto sound = asking();
  sound.turns[0].parts.push_back({.kind = Part::Kind::Audio, .media_type = "audio/wav", .data = "aGVsbG8="});
  EXPECT_EQ(refused(sound), "messages.content");
  auto spoken = asking();
  spoken.rest.emplace_back("modalities", R"(["text","audio"])");
  EXPECT_EQ(refused(spoken), "modalities");
  auto list = asking();
  list.format = {AnswerFormat::Kind::JsonSchema, "list", {}, R"({"type":"array"})", true};
  EXPECT_EQ(refused(list), "response_format");
}

TEST(MessagesHubTest, namesWhatIsLeftOut) {
  auto in = asking();
  in.seed = 1;
  in.temperature = 1.5;
  in.stop = {"\n", "END"};
  in.rest = {{"logit_bias", "{}"}, {"thinking", R"({"type":"adaptive"})"}};
  const auto out = written(in);
  EXPECT_THAT(out.dropped, ElementsAre("logit_bias", "seed", "stop", "temperature above 1"));
  const auto sent = Json::parse(out.body);
  EXPECT_EQ(sent.at("temperature"), 1.0);
  EXPECT_EQ(sent.at("thinking").at("type"), "adaptive");
  EXPECT_EQ(sent.at("max_tokens"), 4096);
  EXPECT_THAT(sent.at("stop_sequences"), ElementsAre("END"));
}

TEST(MessagesHubTest, asksForAShapeByATool) {
  auto in = asking();
  in.format = {AnswerFormat::Kind::JsonSchema, "weather", {}, R"({"type":"object"})", true};
  auto sent = body(in);
  EXPECT_EQ(sent.at("tool_choice"), (Json{{"type", "tool"}, {"name", "weather"}, {"disable_parallel_tool_use", true}}));
  in.tools = {{.name = "weather"}};
  sent = body(in);
  EXPECT_EQ(answerTool(in), "weather_");
  EXPECT_EQ(sent.at("tool_choice").at("type"), "any") << "its own tools may still be called";
  in.tool_choice.kind = ToolChoice::Kind::Required;
  EXPECT_EQ(answerTool(in), "") << "a call has no shape";
}

TEST(MessagesHubTest, readsWhatOnlyAnthropicHasAsDroppedOrRefused) {
  const auto read = conversationOfMessages(R"({"model":"m","max_tokens":5,"thinking":{"type":"adaptive"},"service_tier":"auto","output_config":{"effort":"low",
    "format":{"type":"json_schema","schema":{"type":"object"}}},"metadata":{"user_id":"u","x-signalbox-session":"s"},"extra":1,
    "messages":[{"role":"user","content":[{"type":"search_result","title":"T","source":"S","content":[{"type":"text","text":"found"}]}]}]})");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->dropped, ElementsAre("output_config.effort", "service_tier", "thinking"));
  EXPECT_EQ(read->format.kind, AnswerFormat::Kind::JsonSchema);
  EXPECT_EQ(read->user, "u");
  EXPECT_THAT(read->rest, ElementsAre(std::pair("extra", "1")));
  EXPECT_EQ(read->turns[0].parts[0].text, "T\nS\nfound");
  for (const auto& [text, param] : std::vector<std::pair<std::string, std::string>>{
           {R"({"messages":[],"tools":[{"type":"web_search_20250305","name":"web_search"}]})", "tools"},
           {R"({"messages":[],"mcp_servers":[{}]})", "mcp_servers"},
           {R"({"messages":[{"role":"user","content":[{"type":"hologram"}]}]})", "messages.content"},
           {R"({"messages":[{"role":"oracle","content":"x"}]})", "messages.role"}}) {
    const auto refused = conversationOfMessages(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::NotCarried);
    EXPECT_EQ(refused.error().param, param);
  }
}

TEST(MessagesHubTest, keepsMarksOfTheCacheWhereTheProviderHasOneAndNamesThemElsewhere) {
  const std::string mark = R"("cache_control":{"type":"ephemeral"})";
  const std::string text = R"({"model":"m","max_tokens":5,"top_k":3,"messages":[{"role":"user","content":"Hi"},
    {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"look","input":{},)" + mark + R"(}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"seen",)" + mark + R"(},
      {"type":"document","source":{"type":"content","content":"words"},)" + mark + "}]}]}";
  const auto read = conversationOfMessages(text);
  ASSERT_TRUE(read);
  const auto again = Json::parse(written(*read).body);
  EXPECT_EQ(again.at("messages")[1].at("content")[0].at("cache_control").at("type"), "ephemeral");
  EXPECT_EQ(again.at("messages")[2].at("content")[0].at("cache_control").at("type"), "ephemeral");
  EXPECT_EQ(again.at("messages")[2].at("content")[1].at("cache_control").at("type"), "ephemeral");
  EXPECT_EQ(again.at("top_k"), 3);
  const auto chat = writeChat(*read, "m", {}, false);
  ASSERT_TRUE(chat);
  EXPECT_THAT(chat->dropped, ElementsAre("cache_control", "top_k"));
  EXPECT_EQ(chat->body.find("cache_control"), std::string::npos);
  EXPECT_EQ(chat->body.find("top_k"), std::string::npos);
}

TEST(MessagesHubTest, anAnswerInAShapeIsGivenOnce) {
  Conversation in = asking();
  in.format = {AnswerFormat::Kind::JsonSchema, "n", {}, R"({"properties":{}})", {}};
  EXPECT_EQ(body(in).at("tool_choice"), Json::parse(R"({"type":"tool","name":"n","disable_parallel_tool_use":true})"));
  EXPECT_EQ(body(in).at("tools")[0].at("input_schema"), Json::parse(R"({"properties":{},"type":"object"})"));
  in.tools = {{.name = "look"}};
  EXPECT_EQ(body(in).at("tool_choice"), Json::parse(R"({"type":"any"})")) << "calls of the client's own may come together";
}

TEST(MessagesHubTest, aToolWithoutParametersTakesAnObject) {
  Conversation in = asking();
  in.tools = {{.name = "a", .parameters = "{}"}, {.name = "b"}, {.name = "c", .parameters = R"({"type":"object","properties":{"x":{}}})"}};
  const Json tools = body(in).at("tools");
  EXPECT_EQ(tools[0].at("input_schema"), Json::parse(R"({"type":"object"})"));
  EXPECT_EQ(tools[1].at("input_schema"), Json::parse(R"({"type":"object","properties":{}})"));
  EXPECT_EQ(tools[2].at("input_schema"), Json::parse(in.tools[2].parameters));
}

}  // namespace
}  // namespace signalbox::dialect
