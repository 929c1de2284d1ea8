// SPDX-License-Identifier: Apache-2.0
#include "dialect/translation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "base/json.h"
#include "dialect/client_dialect.h"
#include "http/sse.h"

namespace signalbox::dialect {
namespace {

using domain::Dialect;
using domain::UpstreamApi;
using testing::ElementsAre;

std::string question(Dialect client, bool stream) {
  const std::string end = std::string(",\"stream\":") + (stream ? "true" : "false") + "}";
  switch (client) {
    case Dialect::OpenAiResponses: return R"({"model":"auto","input":"Say yes")" + end;
    case Dialect::OpenAiCompletions: return R"({"model":"auto","prompt":"Say yes")" + end;
    case Dialect::AnthropicMessages: return R"({"model":"auto","max_tokens":9,"messages":[{"role":"user","content":"Say yes"}])" + end;
    default: return R"({"model":"auto","messages":[{"role":"user","content":"Say yes"}])" + end;
  }
}

// What upstreams answer: "yes", 7 tokens for 3.
std::string answer(std::string_view path) {
  if (path == "/messages") {
    return R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"yes"}],"stop_reason":"end_turn","usage":{"input_tokens":7,"output_tokens":3}})";
  }
  const std::string usage = R"("usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}})";
  if (path == "/completions") return R"({"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":"yes","logprobs":null,"finish_reason":"stop"}],)" + usage;
  return R"({"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],)" + usage;
}

std::string stream(std::string_view path) {
  if (path == "/messages") {
    return http::sseEvent(R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":7,"output_tokens":1}}})", "message_start") +
           http::sseEvent(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})", "content_block_start") +
           http::sseEvent(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ye"}})", "content_block_delta") +
           http::sseEvent(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"s"}})", "content_block_delta") +
           http::sseEvent(R"({"type":"content_block_stop","index":0})", "content_block_stop") +
           http::sseEvent(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}})", "message_delta") +
           http::sseEvent(R"({"type":"message_stop"})", "message_stop");
  }
  const bool legacy = path == "/completions";
  const std::string head = R"({"id":"c","object":")" + std::string(legacy ? "text_completion" : "chat.completion.chunk") + R"(","created":1,"model":"m",)";
  const auto said = [&](const std::string& text, const std::string& finish) {
    const std::string words = legacy ? "\"text\":\"" + text + "\"" : R"("delta":{"content":")" + text + "\"}";
    return http::sseEvent(head + R"("choices":[{"index":0,)" + words + ",\"finish_reason\":" + finish + "}]}");
  };
  return said("ye", "null") + said("s", "null") + said("", "\"stop\"") + http::sseEvent(head + R"("choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}})") +
         http::sseEvent("[DONE]");
}

std::string textOf(Dialect client, const Json& body) {
  switch (client) {
    case Dialect::OpenAiResponses: return body.at("output").at(0).at("content").at(0).at("text");
    case Dialect::OpenAiCompletions: return body.at("choices").at(0).at("text");
    case Dialect::AnthropicMessages: return body.at("content").at(0).at("text");
    default: return body.at("choices").at(0).at("message").at("content");
  }
}

// What a client would put together, and whether it was told that this is all.
std::pair<std::string, bool> heard(Dialect client, const std::string& bytes) {
  std::string text;
  bool all = false;
  http::SseReader reader;
  std::ignore = reader.feed(bytes, [&](const http::SseEvent& event, bool has_data) {
    if (!has_data) return true;
    if (event.data == "[DONE]") {
      all = true;
      return true;
    }
    const Json data = Json::parse(event.data);
    const std::string type = data.value("type", "");
    if (client == Dialect::AnthropicMessages || client == Dialect::OpenAiResponses) {
      all = all || type == "message_stop" || type == "response.completed" || type == "response.incomplete";
      if (type == "content_block_delta") text += data.at("delta").value("text", "");
      if (type == "response.output_text.delta") text += data.at("delta").get<std::string>();
    } else {
      for (const auto& choice : data.at("choices")) text += client == Dialect::OpenAiCompletions ? choice.value("text", "") : choice.at("delta").value("content", "");
    }
    return true;
  });
  return {text, all};
}

struct Pair {
  Dialect client;
  UpstreamApi upstream;
  Completions completions = Completions::Native;
  std::string path;
};

std::ostream& operator<<(std::ostream& out, const Pair& pair) { return out << static_cast<int>(pair.client) << pair.path; }

class EveryPairTest : public testing::TestWithParam<Pair> {
 protected:
  // Asked and ready for the answer; the upstream's path is `path_`.
  std::unique_ptr<Translation> asked(bool streamed) {
    const auto& pair = GetParam();
    const auto request = readRequest(pair.client, question(pair.client, streamed), {});
    EXPECT_TRUE(request) << (request ? "" : request.error().message);
    Additions add{.usage = streamed};
    add.completions = pair.completions;
    auto translation = translate(pair.client, pair.upstream, add, 1);
    const auto sent = translation->request(*request, "m-1", streamed);
    EXPECT_TRUE(sent) << (sent ? "" : sent.error().message);
    path_ = sent ? sent->path : "";
    sent_ = sent ? Json::parse(sent->body) : Json();
    return translation;
  }

  // The client's bytes of what has come until `end`; their last events only where the upstream's stream is complete.
  std::string relayed(std::string_view bytes, AnswerState& state, bool& complete) {
    const auto translation = asked(true);
    std::string out;
    bool ok = true;
    http::SseReader reader;
    ok = reader.feed(bytes, [&](const http::SseEvent& event, bool has_data) {
      if (!has_data) return true;
      const auto got = translation->event(event, state);
      if (!got) return ok = false;
      if (state.done) {
        ok = translation->checkEnd(state).has_value();
        if (ok) out += translation->terminal(&event);
        return ok;
      }
      if (got->kind == Translation::Relayed::Kind::AsItCame) out += event.raw;
      if (got->kind == Translation::Relayed::Kind::Data) out += http::sseEvent(got->text);
      if (got->kind == Translation::Relayed::Kind::Events) out += got->text;
      return true;
    }).has_value() && ok;
    complete = ok && translation->checkEnd(state).has_value();
    return out;
  }

  std::string path_;
  Json sent_;
};

TEST_P(EveryPairTest, carriesAQuestion) {
  std::ignore = asked(false);
  EXPECT_EQ(path_, GetParam().path);
  EXPECT_EQ(sent_.at("model"), "m-1");
  EXPECT_THAT(sent_.dump(), testing::HasSubstr("Say yes"));
}

TEST_P(EveryPairTest, tellsAWholeAnswer) {
  const auto translation = asked(false);
  AnswerState state;
  const auto told = translation->whole(answer(path_), state);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(textOf(GetParam().client, Json::parse(*told)), "yes");
  EXPECT_EQ(state.text, "yes");
  ASSERT_TRUE(state.usage);
  EXPECT_EQ(state.usage->input, 7);
  EXPECT_EQ(state.usage->output, 3);
}

TEST_P(EveryPairTest, tellsAStream) {
  AnswerState state;
  bool complete = false;
  const std::string bytes = relayed(stream(GetParam().path), state, complete);
  EXPECT_TRUE(complete);
  EXPECT_EQ(heard(GetParam().client, bytes), (std::pair<std::string, bool>("yes", true))) << bytes;
  EXPECT_EQ(state.text, "yes");
  EXPECT_EQ(state.usage->output, 3);
}

TEST_P(EveryPairTest, aStreamCutAtAnyByteIsNotComplete) {
  const std::string all = stream(GetParam().path);
  for (std::size_t end = 0; end + 2 < all.size(); ++end) {
    AnswerState state;
    bool complete = true;
    const std::string bytes = relayed(std::string_view(all).substr(0, end), state, complete);
    ASSERT_FALSE(complete) << end;
    ASSERT_FALSE(heard(GetParam().client, bytes).second) << end;
  }
}

INSTANTIATE_TEST_SUITE_P(Dialects, EveryPairTest,
                         testing::Values(Pair{Dialect::OpenAiChat, UpstreamApi::OpenAi, {}, "/chat/completions"},
                                         Pair{Dialect::OpenAiChat, UpstreamApi::Anthropic, {}, "/messages"},
                                         Pair{Dialect::AnthropicMessages, UpstreamApi::OpenAi, {}, "/chat/completions"},
                                         Pair{Dialect::AnthropicMessages, UpstreamApi::Anthropic, {}, "/messages"},
                                         Pair{Dialect::OpenAiResponses, UpstreamApi::OpenAi, {}, "/chat/completions"},
                                         Pair{Dialect::OpenAiResponses, UpstreamApi::Anthropic, {}, "/messages"},
                                         Pair{Dialect::OpenAiCompletions, UpstreamApi::OpenAi, Completions::Native, "/completions"},
                                         Pair{Dialect::OpenAiCompletions, UpstreamApi::OpenAi, Completions::Chat, "/chat/completions"},
                                         Pair{Dialect::OpenAiCompletions, UpstreamApi::Anthropic, {}, "/messages"}));

// The tier stands beside the usage, in a chat's answer and in the last chunk of its stream.
TEST(TranslationTest, theTierThatAProviderNamesIsOfTheUsage) {
  const std::string chat = R"({"id":"c","object":"chat.completion","created":1,"model":"m","service_tier":"TIER","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],)"
                           R"("usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}})";
  const std::string last = R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","service_tier":"TIER","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}})";
  const std::vector<std::pair<std::string, domain::ServiceTier>> kTiers{
      {"flex", domain::ServiceTier::Batch}, {"priority", domain::ServiceTier::Priority}, {"default", domain::ServiceTier::Standard}};
  for (const Dialect client : {Dialect::OpenAiChat, Dialect::OpenAiResponses}) {
    for (const auto& [word, tier] : kTiers) {
      const auto with = [&word = word](std::string text) { return text.replace(text.find("TIER"), 4, word); };
      const auto request = readRequest(client, question(client, true), {});
      const auto translation = translate(client, UpstreamApi::OpenAi, Additions{.usage = true}, 1);
      ASSERT_TRUE(translation->request(*request, "m", true));
      AnswerState whole, streamed;
      ASSERT_TRUE(translation->whole(with(chat), whole));
      ASSERT_TRUE(whole.usage);
      EXPECT_EQ(whole.usage->tier, tier) << word;
      http::SseEvent event;
      event.data = with(last);
      ASSERT_TRUE(translation->event(event, streamed));
      ASSERT_TRUE(streamed.usage);
      EXPECT_EQ(streamed.usage->tier, tier) << word;
    }
  }
}

Result<Translation::Outgoing> sent(Dialect client, UpstreamApi upstream, std::string body) {
  const auto request = readRequest(client, std::move(body), {});
  if (!request) return std::unexpected(request.error());
  return translate(client, upstream, {}, 1)->request(*request, "m", false);
}

// What stands deeper in a request and has no place in the other dialect is named like what stands at its top.
TEST(TranslationTest, namesWhatIsLeftOutOfMessagesAndTools) {
  const auto chat = sent(Dialect::OpenAiChat, UpstreamApi::Anthropic, R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Hi","mood":"good"}],"colour":1},
    {"role":"assistant","content":"x","annotations":[],"provider_specific_fields":{},"function_call":null},{"role":"user","content":"y"}],
    "tools":[{"type":"function","function":{"name":"f","examples":[1]},"defer":true}]})");
  ASSERT_TRUE(chat);
  EXPECT_THAT(chat->dropped, ElementsAre("messages.colour", "messages.content.mood", "tools.defer", "tools.examples"));
  const auto messages = sent(Dialect::AnthropicMessages, UpstreamApi::OpenAi, R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[
    {"type":"document","source":{"type":"text","data":"x"},"citations":{"enabled":true},"context":"a book"}]}],"tools":[{"name":"f","input_schema":{"type":"object"},"defer_loading":true}]})");
  ASSERT_TRUE(messages);
  EXPECT_THAT(messages->dropped, ElementsAre("messages.content.citations", "messages.content.context", "tools.defer_loading"));
  const auto response = sent(Dialect::OpenAiResponses, UpstreamApi::OpenAi, R"({"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"x","mood":1}],"phase":"commentary"}],
    "tools":[{"type":"function","name":"f","defer_loading":true}]})");
  ASSERT_TRUE(response);
  EXPECT_THAT(response->dropped, ElementsAre("input.content.mood", "input.phase", "tools.defer_loading"));
}

// Newer models refuse temperature and top_p together; what says nothing is left out without a word.
TEST(TranslationTest, oneOfTemperatureAndTopPGoesToAnthropic) {
  const auto asked = [](std::string_view members) { return sent(Dialect::OpenAiChat, UpstreamApi::Anthropic, R"({"model":"m","messages":[{"role":"user","content":"x"}],)" + std::string(members) + "}"); };
  const auto both = asked(R"("temperature":0.5,"top_p":0.9)");
  EXPECT_FALSE(Json::parse(both->body).contains("top_p"));
  EXPECT_EQ(Json::parse(both->body).at("temperature"), 0.5);
  EXPECT_THAT(both->dropped, ElementsAre("top_p"));
  EXPECT_THAT(asked(R"("temperature":0.5,"top_p":1)")->dropped, testing::IsEmpty());
  const auto alone = asked(R"("top_p":0.9)");
  EXPECT_EQ(Json::parse(alone->body).at("top_p"), 0.9);
  EXPECT_THAT(alone->dropped, testing::IsEmpty());
  const std::string own = R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}],"temperature":0.5,"top_p":0.9})";
  EXPECT_EQ(sent(Dialect::AnthropicMessages, UpstreamApi::Anthropic, own)->body, own);
}

// Some servers give a call no id; its result must find it all the same, in every dialect, and in later turns.
TEST(TranslationTest, callsWithoutAnIdAreGivenOneEach) {
  const std::string call = R"({"type":"function","function":{"name":"f","arguments":"{}"}})";
  const std::string body = R"({"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[)" + call + "," + call +
                           R"(]},"finish_reason":"tool_calls"}]})";
  const std::string chunk = R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}},)"
                            R"({"index":1,"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})";
  for (const Dialect client : {Dialect::OpenAiResponses, Dialect::AnthropicMessages}) {
    const auto asked = [&](const std::string& question) {
      auto translation = translate(client, UpstreamApi::OpenAi, {}, 1);
      EXPECT_TRUE(translation->request(*readRequest(client, question, {}), "m", false));
      return translation;
    };
    const auto idsOf = [&](const std::unique_ptr<Translation>& translation) {
      AnswerState state;
      const Json told = Json::parse(*translation->whole(body, state));
      std::vector<std::string> ids;
      for (const auto& item : told.at(client == Dialect::OpenAiResponses ? "output" : "content")) ids.push_back(item.at(client == Dialect::OpenAiResponses ? "call_id" : "id"));
      return ids;
    };
    const auto ids = idsOf(asked(question(client, false)));
    ASSERT_EQ(ids.size(), 2u);
    EXPECT_NE(ids[0], ids[1]);
    EXPECT_FALSE(ids[0].empty());
    AnswerState state;
    http::SseEvent event;
    event.data = chunk;
    const auto streamed = asked(question(client, true))->event(event, state);
    ASSERT_TRUE(streamed);
    for (const auto& id : ids) EXPECT_THAT(streamed->text, testing::HasSubstr(id)) << "streamed and whole say the same";
    const std::string later = client == Dialect::OpenAiResponses
                                  ? R"({"model":"m","input":[{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"x"}]})"
                                  : R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"x"}]})";
    EXPECT_NE(idsOf(asked(later))[0], ids[0]) << "the same id in another answer, where a server numbers none of them";
  }
}

// Azure's first event is about the filters that the prompt went through.
TEST(TranslationTest, theFirstEventThatSaysSomethingNamesTheAnswer) {
  for (const Dialect client : {Dialect::OpenAiResponses, Dialect::AnthropicMessages}) {
    const auto translation = translate(client, UpstreamApi::OpenAi, {}, 1);
    ASSERT_TRUE(translation->request(*readRequest(client, question(client, true), {}), "m", true));
    AnswerState state;
    std::string text;
    for (const std::string_view data : {R"({"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]})",
                                        R"({"id":"chatcmpl-7","object":"chat.completion.chunk","created":1,"model":"gpt-4o-real","choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":null}]})"}) {
      http::SseEvent event;
      event.data = data;
      const auto relayed = translation->event(event, state);
      ASSERT_TRUE(relayed);
      text += relayed->text;
    }
    EXPECT_THAT(text, testing::HasSubstr(R"("model":"gpt-4o-real")"));
  }
}

// What is kept of an answer until its end is bounded, streamed or whole.
TEST(TranslationTest, anAnswerOfEndlessPartsIsRefused) {
  for (const Dialect client : {Dialect::OpenAiResponses, Dialect::AnthropicMessages}) {
    const auto translation = translate(client, UpstreamApi::OpenAi, {}, 1);
    ASSERT_TRUE(translation->request(*readRequest(client, question(client, true), {}), "m", true));
    AnswerState state;
    Result<Translation::Relayed> relayed;
    for (int i = 0; i < 20'000 && relayed; ++i) {
      http::SseEvent event;
      event.data = R"({"id":"c","model":"m","choices":[{"index":0,"delta":{")" + std::string(i % 2 ? "content" : "reasoning_content") + R"(":"x"},"finish_reason":null}]})";
      relayed = translation->event(event, state);
    }
    ASSERT_FALSE(relayed);
    EXPECT_EQ(relayed.error().code, ErrorCode::UpstreamMalformed);
    std::string calls;
    for (int i = 0; i < 10'001; ++i) calls += std::string(i ? "," : "") + R"({"id":"c)" + std::to_string(i) + R"(","function":{"name":"f","arguments":"{}"}})";
    AnswerState whole;
    EXPECT_FALSE(translation->whole(R"({"id":"c","model":"m","choices":[{"index":0,"message":{"content":null,"tool_calls":[)" + calls + R"(]},"finish_reason":"tool_calls"}]})", whole));
  }
}

// The least processor time of a few runs, in seconds, of a stream with this many calls whose arguments come mixed, the first one's never whole.
double timeOfCalls(Dialect client, int calls) {
  double least = 1e9;
  for (int run = 0; run < 5; ++run) {
    const auto translation = translate(client, UpstreamApi::OpenAi, {}, 1);
    EXPECT_TRUE(translation->request(*readRequest(client, question(client, true), {}), "m", true));
    AnswerState state;
    const auto start = std::clock();
    for (int round = 0; round < 4; ++round) {
      http::SseEvent event;
      for (int i = 0; i < calls; ++i) {
        event.data += (i ? "," : "") + std::string(R"({"index":)") + std::to_string(i) + R"(,"id":"c","function":{"name":"f","arguments":"{"}})";
      }
      event.data = R"({"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[)" + event.data + "]}}]}";
      EXPECT_TRUE(translation->event(event, state));
    }
    least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return least;
}

// No piece of a stream walks over all that came before it.
TEST(TranslationTest, tenTimesTheCallsTakeNoHundredTimesAsLong) {
  constexpr double kMost = 40;  // of 10: what lies between growing with the number and with its square
  for (const Dialect client : {Dialect::OpenAiResponses, Dialect::AnthropicMessages}) EXPECT_LT(timeOfCalls(client, 9000), kMost * timeOfCalls(client, 900));
}

TEST(TranslationTest, embeddingsAreNotAskedOfWhoHasNone) {
  const std::string body = R"({"model":"auto","input":"x"})";
  EXPECT_EQ(sent(Dialect::OpenAiEmbeddings, UpstreamApi::OpenAi, body)->path, "/embeddings");
  const auto refused = sent(Dialect::OpenAiEmbeddings, UpstreamApi::Anthropic, body);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotCarried);
}

TEST(TranslationTest, namesMembersAsTheClientDoes) {
  const auto anthropic = [](std::string_view member) { return sent(Dialect::OpenAiResponses, UpstreamApi::Anthropic, R"({"model":"m","input":"x",)" + std::string(member) + "}"); };
  const auto probabilities = anthropic(R"("include":["message.output_text.logprobs"])");
  ASSERT_FALSE(probabilities);
  EXPECT_EQ(probabilities.error().code, ErrorCode::NotCarried);
  EXPECT_EQ(probabilities.error().param, "include");
  EXPECT_THAT(probabilities.error().message, testing::StartsWith("'include': "));
  const auto list = anthropic(R"("text":{"format":{"type":"json_schema","name":"n","schema":{"type":"array"}}})");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().param, "text.format");
  const auto dropped = anthropic(R"("reasoning":{"effort":"low","summary":"auto"},"store":true,"truncation":"auto","max_tool_calls":2,"text":{"verbosity":"low"},"include":["web"])");
  ASSERT_TRUE(dropped);
  EXPECT_THAT(dropped->dropped, testing::UnorderedElementsAre("reasoning.effort", "reasoning.summary", "store", "truncation", "max_tool_calls", "text.verbosity", "include.web"));
  const auto completion = sent(Dialect::OpenAiCompletions, UpstreamApi::Anthropic, R"({"model":"m","prompt":"x","frequency_penalty":1,"seed":2})");
  ASSERT_TRUE(completion);
  EXPECT_THAT(completion->dropped, ElementsAre("frequency_penalty", "seed"));
  const auto suffix = sent(Dialect::OpenAiCompletions, UpstreamApi::Anthropic, R"({"model":"m","prompt":"x","suffix":"y"})");
  ASSERT_FALSE(suffix);
  EXPECT_EQ(suffix.error().param, "suffix");
}

}  // namespace
}  // namespace signalbox::dialect
