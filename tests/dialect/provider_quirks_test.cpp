// SPDX-License-Identifier: Apache-2.0
// What providers do beside their specification, and what of one provider's words another does not take.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/json.h"
#include "dialect/client_dialect.h"
#include "dialect/translation.h"
#include "http/sse.h"

namespace signalbox::dialect {
namespace {

using domain::Dialect;
using domain::UpstreamApi;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

struct Asked {
  std::unique_ptr<Translation> translation;
  Result<Translation::Outgoing> sent;
};

Asked ask(Dialect client, UpstreamApi api, std::string body, const http::Headers& headers = {}, std::string_view model = "m-1", const Additions& add = {}) {
  const auto request = readRequest(client, std::move(body), headers);
  if (!request) return {nullptr, std::unexpected(request.error())};
  auto translation = translate(client, api, add, 1);
  auto sent = translation->request(*request, model, request->stream);
  return {std::move(translation), std::move(sent)};
}

Json sent(const Asked& asked) { return asked.sent ? Json::parse(asked.sent->body) : Json(asked.sent.error().message); }

constexpr std::string_view kChat = R"({"model":"auto","messages":[{"role":"user","content":"Q"}]})";
constexpr std::string_view kMessages = R"({"model":"auto","max_tokens":5,"messages":[{"role":"user","content":"Q"}]})";

// The events of an OpenAI-kind upstream to a client; the error that ends them, where one does.
struct Heard {
  std::string text;
  std::optional<Error> error;
  AnswerState state;
};
Heard hear(Dialect client, std::vector<std::string> choices, const Additions& add = {}) {
  const std::string body(client == Dialect::AnthropicMessages ? kMessages : kChat);
  const auto asked = ask(client, UpstreamApi::OpenAi, body.substr(0, body.size() - 1) + ",\"stream\":true}", {}, "m-1", add);
  Heard heard;
  for (const auto& choice : choices) {
    const std::string data = R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[)" + choice + "]}";
    http::SseEvent event;
    event.data = data;
    const auto relayed = asked.translation->event(event, heard.state);
    if (!relayed) {
      heard.error = relayed.error();
      break;
    }
    heard.text += relayed->text;
  }
  return heard;
}

std::string call(std::string_view members) { return R"({"index":0,"delta":{"tool_calls":[{)" + std::string(members) + "}]}}"; }

std::vector<Json> begunCalls(const std::string& text) {
  std::vector<Json> begun;
  http::SseReader reader;
  std::ignore = reader.feed(text, [&](const http::SseEvent& event, bool has_data) {
    const Json data = has_data ? Json::parse(event.data) : Json();
    if (has_data && data.value("type", "") == "content_block_start" && data["content_block"]["type"] == "tool_use") begun.push_back(data["content_block"]);
    return true;
  });
  return begun;
}

TEST(ProviderQuirksTest, callsThatAllHaveIndexZeroAreCallsOfTheirOwn) {
  const auto heard = hear(Dialect::AnthropicMessages, {call(R"("index":0,"id":"call_a","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"})"),
                                                       call(R"("index":0,"id":"call_b","type":"function","function":{"name":"get_time","arguments":"{\"tz\":\"UTC\"}"})")});
  const auto begun = begunCalls(heard.text);
  ASSERT_EQ(begun.size(), 2u) << heard.text;
  EXPECT_EQ(begun[0]["name"], "get_weather");
  EXPECT_EQ(begun[1]["name"], "get_time");
  EXPECT_NE(begun[0]["id"], begun[1]["id"]);
}

TEST(ProviderQuirksTest, anIdThatIsMadeUpForEveryDeltaIsOneCall) {
  const auto heard = hear(Dialect::AnthropicMessages, {call(R"("index":0,"id":"x1","function":{"name":"f","arguments":""})"), call(R"("index":0,"id":"x2","function":{"arguments":"{}"})"),
                                                       call(R"("index":1,"id":"y1","function":{"name":"g","arguments":"{}"})")});
  EXPECT_EQ(begunCalls(heard.text).size(), 2u) << heard.text;
}

TEST(ProviderQuirksTest, anAnswerThatItsProviderBrokeOffIsNotComplete) {
  for (const std::string word : {"error", "abort", "insufficient_system_resource"}) {
    for (const Dialect client : {Dialect::OpenAiChat, Dialect::OpenAiResponses, Dialect::AnthropicMessages}) {
      const std::string body = client == Dialect::OpenAiResponses ? R"({"model":"auto","input":"Q"})" : std::string(client == Dialect::OpenAiChat ? kChat : kMessages);
      AnswerState state;
      const auto whole = ask(client, UpstreamApi::OpenAi, body).translation->whole(
          R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"half"},"finish_reason":")" + word + "\"}]}", state);
      ASSERT_FALSE(whole) << word;
      EXPECT_EQ(whole.error().code, ErrorCode::UpstreamTruncated);
    }
    const auto heard = hear(Dialect::AnthropicMessages, {R"({"index":0,"delta":{"content":"ha"}})", R"({"index":0,"delta":{},"finish_reason":")" + word + "\"}"});
    ASSERT_TRUE(heard.error) << word;
    EXPECT_THAT(heard.error->message, HasSubstr(word));
  }
  const auto heard = hear(Dialect::AnthropicMessages, {R"({"index":0,"delta":{"content":"a"},"finish_reason":"model_length"})"});
  EXPECT_FALSE(heard.error);
}

TEST(ProviderQuirksTest, probabilitiesOfThoughtsAreNoneOfTheAnswer) {
  const auto token = [](const std::string& text, double logprob) { return R"({"token":")" + text + R"(","logprob":)" + std::to_string(logprob) + R"(,"top_logprobs":[]})"; };
  const std::string all = token("hm", -2.5) + "," + token("\\n", -2.5) + "," + token("A", -0.02) + "," + token("<|im_end|>", -0.5);
  AnswerState state;
  ASSERT_TRUE(ask(Dialect::OpenAiChat, UpstreamApi::OpenAi, std::string(kChat)).translation->whole(
      R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"hm","content":"A"},"finish_reason":"stop","logprobs":{"content":[)" + all + "]}}]}", state));
  ASSERT_EQ(state.evidence.size(), 1u);
  EXPECT_NEAR(state.evidence.front().logprob, -0.02, 1e-9);
  AnswerState other;
  ASSERT_TRUE(ask(Dialect::OpenAiChat, UpstreamApi::OpenAi, std::string(kChat)).translation->whole(
      R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","reasoning":"hm","content":"B"},"finish_reason":"stop","logprobs":{"content":[)" + all + "]}}]}", other));
  EXPECT_TRUE(other.evidence.empty()) << "they do not spell the answer";
  const auto heard = hear(Dialect::OpenAiChat, {R"({"index":0,"delta":{"reasoning_content":"hm"},"logprobs":{"content":[)" + token("hm", -2.5) + "]}}",
                                                R"({"index":0,"delta":{"content":"A"},"logprobs":{"content":[)" + token("A", -0.02) + "]}}"}, {.logprobs = true});
  ASSERT_EQ(heard.state.evidence.size(), 1u);
  EXPECT_EQ(heard.state.evidence.front().token, "A");
}

TEST(ProviderQuirksTest, thoughtsOfAnotherModelAreNotSentToWhoKnowsOnlyItsOwn) {
  const auto asked = ask(Dialect::AnthropicMessages, UpstreamApi::Anthropic, R"({"model":"auto","max_tokens":5,"messages":[{"role":"user","content":"Q"},
    {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":""},{"type":"text","text":"A"}]},{"role":"user","content":"R"},
    {"role":"assistant","content":[{"type":"thinking","thinking":"u"}]},{"role":"user","content":"S"},
    {"role":"assistant","content":[{"type":"thinking","thinking":"own","signature":"sig"},{"type":"text","text":"B"}]},{"role":"user","content":"T"}]})");
  const auto messages = sent(asked).at("messages");
  EXPECT_EQ(messages.size(), 6u) << messages.dump();
  EXPECT_EQ(messages.at(1).at("content"), Json::parse(R"([{"type":"text","text":"A"}])"));
  EXPECT_THAT(messages.dump(), HasSubstr("\"own\""));
  EXPECT_THAT(messages.dump(), Not(HasSubstr("\"u\"")));
  EXPECT_THAT(asked.sent->dropped, ElementsAre("thinking"));
}

TEST(ProviderQuirksTest, whiteSpaceAloneIsNoTextForAnthropic) {
  const auto asked = ask(Dialect::OpenAiChat, UpstreamApi::Anthropic, R"({"model":"auto","messages":[{"role":"user","content":"Q"},
    {"role":"assistant","content":"\n\n","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":" "},
    {"role":"assistant","content":"x  "},{"role":"system","content":"be brief"}]})");
  const auto messages = sent(asked).at("messages");
  EXPECT_EQ(messages.at(1).at("content").size(), 1u) << messages.dump();
  EXPECT_FALSE(messages.at(2).at("content").at(0).contains("content")) << messages.dump();
  EXPECT_EQ(messages.at(3).at("content").at(0).at("text"), "x") << "the last words end in no white space";
}

TEST(ProviderQuirksTest, lengthsAreAskedForInTheWordThatTheModelTakes) {
  for (const auto& [model, newer] : std::vector<std::pair<std::string, bool>>{{"gpt-6-sol", true}, {"gpt-5-mini", true}, {"gpt-10", true}, {"o3", true}, {"gpt-chat-latest", true},
                                                                              {"gpt-4o", false}, {"gpt-35-turbo", false}, {"gpt-3.5-turbo", false}, {"gpt-4.1", false}, {"gpt-oss-20b", false}, {"olmo", false}, {"qwen3", false}})
    EXPECT_EQ(sent(ask(Dialect::AnthropicMessages, UpstreamApi::OpenAi, std::string(kMessages), {}, model)).contains("max_completion_tokens"), newer) << model;
}

TEST(ProviderQuirksTest, whatCannotBeReadIsRefusedAndNotLeftOut) {
  for (const std::string output : {R"("output":{"temp":21})", R"("output":42)", R"("status":"completed")"}) {
    const auto asked = ask(Dialect::OpenAiResponses, UpstreamApi::OpenAi, R"({"model":"auto","input":[{"role":"user","content":"Q"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
      {"type":"function_call_output","call_id":"c",)" + output + "}]}");
    ASSERT_FALSE(asked.sent) << output;
    EXPECT_EQ(asked.sent.error().param, "input[2].output");
  }
  const auto asked = ask(Dialect::OpenAiChat, UpstreamApi::Anthropic, R"({"model":"auto","messages":[{"role":"user","content":"Q"}],"response_format":{"type":"grammar","grammar":"root ::= [0-9]"}})");
  ASSERT_FALSE(asked.sent);
  EXPECT_EQ(asked.sent.error().param, "response_format");
}

TEST(ProviderQuirksTest, theWordsOfAPreviewGoWithWhatTheyAreFor) {
  http::Headers headers;
  headers.add("anthropic-beta", "context-management-2025-06-27");
  EXPECT_THAT(ask(Dialect::OpenAiChat, UpstreamApi::Anthropic, std::string(kChat), headers).sent->headers, Contains(Pair("anthropic-beta", "context-management-2025-06-27")));
  EXPECT_TRUE(ask(Dialect::OpenAiChat, UpstreamApi::OpenAi, std::string(kChat), headers).sent->headers.empty());
}

TEST(ProviderQuirksTest, tokensWrittenToACacheAreCountedByTheirName) {
  AnswerState state;
  const std::string answer = R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"A"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":1,
    "total_tokens":1001,"prompt_tokens_details":{"cached_tokens":100,"cache_write_tokens":800}}})";
  const auto told = ask(Dialect::AnthropicMessages, UpstreamApi::OpenAi, std::string(kMessages)).translation->whole(answer, state);
  ASSERT_TRUE(told && state.usage);
  EXPECT_EQ(state.usage->cache_write, 800);
  EXPECT_EQ(Json::parse(*told).at("usage").at("cache_creation_input_tokens"), 800);
}

TEST(ProviderQuirksTest, aStreamIsCompleteWhenEachOfItsChoicesIs) {
  const std::string first = R"({"index":0,"delta":{"content":"a"},"finish_reason":"stop"})";
  const auto complete = [](const Heard& heard) { return !heard.error && ask(Dialect::OpenAiChat, UpstreamApi::OpenAi, std::string(kChat)).translation->checkEnd(heard.state).has_value(); };
  const auto ended = [&](std::vector<std::string> choices) {
    auto heard = hear(Dialect::OpenAiChat, std::move(choices));
    heard.state.done = true;
    return complete(heard);
  };
  EXPECT_FALSE(ended({first, R"({"index":1,"delta":{"content":"b"}})"}));
  EXPECT_TRUE(ended({first, R"({"index":1,"delta":{"content":"b"}})", R"({"index":1,"delta":{},"finish_reason":"length"})"}));
  EXPECT_TRUE(ended({first, R"({"index":1,"delta":{"content":"b"},"finish_reason":"stop"})", R"({"index":1,"delta":{}})"}));
  EXPECT_FALSE(ended({first, R"({"index":1,"delta":{"content":"b"},"finish_reason":"abort"})"}));
}

TEST(ProviderQuirksTest, callsGoBackWithWhatTheirProviderWantsBesideThem) {
  const std::string body = R"({"model":"auto","max_tokens":5,"messages":[{"role":"user","content":"Q"},
    {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"f","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"1"},{"type":"tool_result","tool_use_id":"b","content":"2"}]},
    {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"3"}]}]})";
  const auto turns = [&](std::string_view model) {
    std::vector<Json> said;
    const Json request = sent(ask(Dialect::AnthropicMessages, UpstreamApi::OpenAi, body, {}, model));
    for (const Json& message : request.at("messages")) {
      if (message["role"] == "assistant") said.push_back(message);
    }
    return said;
  };
  for (const std::string model : {"deepseek-v4-pro", "deepseek-ai/DeepSeek-V3.2", "kimi-k2.6"}) {
    const auto said = turns(model);
    EXPECT_EQ(said.at(0).value("reasoning_content", ""), "hm") << model;
    EXPECT_EQ(said.at(1).value("reasoning_content", ""), " ") << model << ": of another model, and nothing at all is refused";
  }
  const Json signature = Json::parse(R"({"google":{"thought_signature":"skip_thought_signature_validator"}})");
  for (const std::string model : {"gemini-3-pro", "google/gemini-3.5-flash", "models/gemini-4"}) {
    const auto said = turns(model);
    EXPECT_EQ(said.at(0)["tool_calls"][0].value("extra_content", Json()), signature) << model;
    EXPECT_FALSE(said.at(0)["tool_calls"][1].contains("extra_content")) << model;
    EXPECT_EQ(said.at(1)["tool_calls"][0].value("extra_content", Json()), signature) << model;
    EXPECT_FALSE(said.at(0).contains("reasoning_content"));
  }
  for (const std::string model : {"gpt-5", "gemini-2.5-pro", "qwen3"}) {
    EXPECT_THAT(Json(turns(model)).dump(), Not(testing::ContainsRegex("reasoning_content|extra_content"))) << model;
  }
}

TEST(ProviderQuirksTest, thoughtsAndForcedCallsDoNotGoTogetherAtAnthropic) {
  const auto with = [](std::string_view members) {
    std::string body(kChat);
    body.insert(body.size() - 1, std::string(R"(,"thinking":{"type":"enabled","budget_tokens":2000})").append(members));
    return ask(Dialect::OpenAiChat, UpstreamApi::Anthropic, std::move(body));
  };
  constexpr std::string_view kSchema = R"(,"response_format":{"type":"json_schema","json_schema":{"name":"my answer","schema":{"type":"object"}}})";
  const auto forced = with(kSchema);
  EXPECT_FALSE(sent(forced).contains("thinking")) << sent(forced).dump();
  EXPECT_THAT(forced.sent->dropped, Contains("thinking"));
  EXPECT_EQ(sent(forced).at("tools").at(0).at("name"), "my_answer");
  const auto free = sent(with(""));
  EXPECT_EQ(free.at("thinking").at("budget_tokens"), 2000);
  EXPECT_EQ(free.at("max_tokens"), 4096 + 2000) << "thoughts are part of what is counted";
}

TEST(ProviderQuirksTest, idsThatDifferStayDifferent) {
  const auto calls = [](const std::string& id) { return R"({"id":")" + id + R"(","type":"function","function":{"name":"f","arguments":"{}"}})"; };
  const auto messages = sent(ask(Dialect::OpenAiChat, UpstreamApi::Anthropic, R"({"model":"auto","messages":[{"role":"user","content":"Q"},{"role":"assistant","tool_calls":[)" +
    calls("a.b") + "," + calls("a:b") + "," + calls("a_b") + R"(]},{"role":"tool","tool_call_id":"a.b","content":"1"},{"role":"tool","tool_call_id":"a:b","content":"2"},{"role":"tool","tool_call_id":"a_b","content":"3"}]})")).at("messages");
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.insert(messages.at(1).at("content").at(i).at("id"));
    EXPECT_EQ(messages.at(1).at("content").at(i).at("id"), messages.at(2).at("content").at(i).at("tool_use_id"));
  }
  EXPECT_EQ(ids.size(), 3u) << messages.dump();
  EXPECT_TRUE(ids.contains("a_b")) << "one that may stay as it is does";
}

TEST(ProviderQuirksTest, dataOfManyWritingsIsTheSameData) {
  const auto source = [](const std::string& part) {
    const auto asked = ask(Dialect::OpenAiChat, UpstreamApi::Anthropic, R"({"model":"auto","messages":[{"role":"user","content":[)" + part + "]}]}");
    return asked.sent ? sent(asked).at("messages").at(0).at("content").at(0).at("source").dump() : asked.sent.error().message;
  };
  const auto image = [](const std::string& url) { return R"({"type":"image_url","image_url":{"url":")" + url + "\"}}"; };
  const auto file = [](const std::string& data) { return R"({"type":"file","file":{"filename":"a","file_data":")" + data + "\"}}"; };
  const std::string png = Json{{"type", "base64"}, {"media_type", "image/png"}, {"data", "QUJD"}}.dump();
  EXPECT_EQ(Json::parse(source(image("data:image/png;base64,QUJD"))), Json::parse(png));
  EXPECT_EQ(Json::parse(source(image("data:image/png;charset=utf-8;base64,QUJD"))), Json::parse(png));
  EXPECT_EQ(Json::parse(source(image("data:image/png,A%42C"))), Json::parse(png));
  EXPECT_EQ(Json::parse(source(file("data:text/plain;charset=utf-8;base64,QUJD"))).at("data"), "ABC");
  EXPECT_EQ(Json::parse(source(file("data:,ABC"))).at("data"), "ABC");
  EXPECT_EQ(Json::parse(source(file("JVBERi0xLjQK"))).at("media_type"), "application/pdf");
}

TEST(ProviderQuirksTest, searchesThatAProviderCountsInOtherWordsAreSearches) {
  for (const std::string word : {"num_search_queries", "num_sources_used"}) {
    AnswerState state;
    ASSERT_TRUE(ask(Dialect::OpenAiChat, UpstreamApi::OpenAi, std::string(kChat)).translation->whole(
        R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"A"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,")" + word + "\":4}}", state));
    EXPECT_EQ(state.usage->web_searches, 4) << word;
  }
  const auto request = readRequest(Dialect::OpenAiChat, std::string(kChat).insert(kChat.size() - 1, R"(,"web_search_options":{})"), {});
  EXPECT_TRUE(request && request->searches);
  EXPECT_FALSE(readRequest(Dialect::OpenAiChat, std::string(kChat), {})->searches);
}

}  // namespace
}  // namespace signalbox::dialect
