// SPDX-License-Identifier: Apache-2.0
// Whom an answer says that its words are from reaches every client that has a word for it; whatever has none is named.
#include "dialect/citations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "dialect/client_dialect.h"
#include "dialect/translation.h"

namespace signalbox::dialect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using enum domain::Dialect;

struct Answered {
  std::string text;
  AnswerState state;
};

std::unique_ptr<Translation> translation(domain::Dialect client, domain::UpstreamApi upstream) {
  const bool responses = client == OpenAiResponses;
  const std::string body = responses ? R"({"model":"m","input":"Hi"})" : R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]})";
  const auto request = readRequest(client, body, {});
  EXPECT_TRUE(request);
  auto made = translate(client, upstream, {}, 1);
  EXPECT_TRUE(made->request(*request, "m", false));
  return made;
}

Answered whole(domain::Dialect client, domain::UpstreamApi upstream, const std::string& body) {
  Answered answered;
  auto text = translation(client, upstream)->whole(body, answered.state);
  EXPECT_TRUE(text);
  if (text) answered.text = std::move(*text);
  return answered;
}

Answered streamed(domain::Dialect client, domain::UpstreamApi upstream, const std::vector<std::string>& payloads) {
  Answered answered;
  const auto made = translation(client, upstream);
  for (const auto& data : payloads) {
    http::SseEvent event;
    event.data = data;
    const auto relayed = made->event(event, answered.state);
    EXPECT_TRUE(relayed) << data;
    if (relayed) answered.text += relayed->text;
  }
  return answered;
}

const std::string kChat = R"({"id":"c","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Grüße, see here",
  "annotations":[{"type":"url_citation","url_citation":{"start_index":7,"end_index":15,"url":"https://example.org/a","title":"A"}}],
  "images":[{"type":"image_url"}],"audio":null}}]})";
const std::string kMessage = R"({"id":"c","type":"message","role":"assistant","model":"m","stop_reason":"end_turn","content":[{"type":"text","text":"Grüße, "},
  {"type":"web_search_tool_result","content":[]},
  {"type":"text","text":"see here","citations":[{"type":"web_search_result_location","url":"https://example.org/a","title":"A","cited_text":"x","encrypted_index":"e"},
                                                {"type":"char_location","cited_text":"y","document_index":0}]}]})";
const Json kPlace{{"start_index", 7}, {"end_index", 15}, {"url", "https://example.org/a"}, {"title", "A"}};

TEST(CitationsTest, reachResponses) {
  Json wanted = kPlace;
  wanted["type"] = "url_citation";
  for (const auto& [upstream, body] : {std::pair{domain::UpstreamApi::OpenAi, kChat}, std::pair{domain::UpstreamApi::Anthropic, kMessage}}) {
    const auto answered = whole(OpenAiResponses, upstream, body);
    const Json response = Json::parse(answered.text);
    Json all = Json::array();
    for (const auto& item : response["output"]) {
      for (const auto& part : item["content"]) {
        for (const auto& annotation : part["annotations"]) all.push_back(annotation);
      }
    }
    EXPECT_EQ(all, Json::array({wanted})) << answered.text;
  }
}

TEST(CitationsTest, ofMessagesReachChats) {
  const auto answered = whole(OpenAiChat, domain::UpstreamApi::Anthropic, kMessage);
  EXPECT_EQ(Json::parse(answered.text)["choices"][0]["message"]["annotations"], (Json::array({{{"type", "url_citation"}, {"url_citation", kPlace}}})));
  EXPECT_THAT(answered.state.dropped, ElementsAre("web_search_tool_result", "citations")) << "a place in a document has no address";
}

TEST(CitationsTest, whatAClientHasNoWordForIsNamed) {
  EXPECT_THAT(whole(OpenAiResponses, domain::UpstreamApi::OpenAi, kChat).state.dropped, ElementsAre("images"));
  EXPECT_THAT(whole(AnthropicMessages, domain::UpstreamApi::OpenAi, kChat).state.dropped, ElementsAre("images", "citations"));
  const auto as_it_came = whole(OpenAiChat, domain::UpstreamApi::OpenAi, kChat);
  EXPECT_EQ(as_it_came.text, kChat);
  EXPECT_THAT(as_it_came.state.dropped, IsEmpty());
}

TEST(CitationsTest, ofStreamsComeBehindTheirText) {
  const auto chat = streamed(OpenAiResponses, domain::UpstreamApi::OpenAi,
                             {R"({"id":"c","choices":[{"index":0,"delta":{"content":"Grüße, see here"}}]})",
                              R"({"id":"c","choices":[{"index":0,"delta":{"annotations":[{"type":"url_citation","url_citation":{"start_index":7,"end_index":15,"url":"https://example.org/a","title":"A"}}]}}]})",
                              R"({"id":"c","choices":[{"index":0,"delta":{"images":[1]},"finish_reason":"stop"}]})"});
  EXPECT_THAT(chat.text, HasSubstr(R"("type":"response.output_text.annotation.added")"));
  EXPECT_THAT(chat.text, HasSubstr(R"("annotation_index":0,"annotation":{"type":"url_citation","start_index":7,"end_index":15,"url":"https://example.org/a","title":"A"})"));
  EXPECT_THAT(chat.state.dropped, ElementsAre("images"));

  const auto messages = streamed(OpenAiChat, domain::UpstreamApi::Anthropic,
                                 {R"({"type":"message_start","message":{"id":"c","model":"m"}})", R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Grüße, "}})",
                                  R"({"type":"content_block_stop","index":0})", R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})",
                                  R"({"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://example.org/a","title":"A"}}})",
                                  R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"see here"}})", R"({"type":"content_block_stop","index":1})"});
  EXPECT_THAT(messages.text, HasSubstr(R"("delta":{"annotations":[{"type":"url_citation","url_citation":{"start_index":7,"end_index":15,"url":"https://example.org/a","title":"A"}}]})"));
  EXPECT_LT(messages.text.find("see here"), messages.text.find("annotations"));
  EXPECT_THAT(messages.state.dropped, IsEmpty());
}

}  // namespace
}  // namespace signalbox::dialect
