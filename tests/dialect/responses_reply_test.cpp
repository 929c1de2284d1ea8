// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/json.h"
#include "dialect/openai_responses.h"
#include "dialect/responses_hub.h"
#include "dialect/translation.h"

namespace signalbox::dialect {
namespace {

using testing::ElementsAre;

// A streamed or whole request of a client that asked for `member` too.
domain::Request requestWith(std::string_view member) {
  return readResponsesRequest(R"({"model":"auto","input":"hi",)" + std::string(member) + "}", {}).value();
}

// Any answer: its parts and calls in the order in which the whole answer has them.
Reply anyReply(std::mt19937& random) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const std::array<std::string, 5> words{"a", "ñ", "\"quoted\"\n", "{\"x\":", "  "};
  const auto text = [&] {
    std::string all;
    for (int i = 1 + pick(4); i > 0; --i) all += words[static_cast<std::size_t>(pick(5))];
    return all;
  };
  Reply reply{.id = pick(4) ? "chatcmpl-" + std::to_string(pick(99)) : "", .model = "m", .created = pick(2) * 1234};
  Choice choice;
  for (int i = pick(3); i > 0; --i) choice.parts.push_back({.kind = Part::Kind::Reasoning, .text = text(), .signature = "sig" + std::to_string(i)});
  if (!pick(4)) choice.parts.push_back({.kind = Part::Kind::Reasoning, .data = "kept", .redacted = true});
  if (choice.parts.empty() && pick(2)) choice.parts.push_back({.kind = Part::Kind::Reasoning, .text = text()});
  if (pick(4)) choice.parts.push_back({.text = text()});
  if (!pick(5)) choice.parts.push_back({.kind = Part::Kind::Refusal, .text = text()});
  for (int i = pick(3); i > 0; --i) choice.calls.push_back({"call_" + std::to_string(i), "f" + std::to_string(i), text()});
  choice.finish = std::array{Finish::Stop, Finish::Length, Finish::ToolCalls, Finish::ContentFilter}[static_cast<std::size_t>(pick(4))];
  reply.choices.push_back(choice);
  if (pick(2)) reply.usage = domain::Usage{.input = pick(50), .output = pick(50), .cached_input = 1, .reasoning = 2};
  return reply;
}

std::vector<Piece> piecesOf(const Reply& reply, std::mt19937& random) {
  std::vector<Piece> pieces{{.kind = Piece::Kind::Begin, .id = reply.id, .name = reply.model, .created = reply.created}};
  const auto cut = [&](Piece piece, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = std::min(text.size(), at + 1 + random() % 4);
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
      piece.text = text.substr(at, end - at);
      pieces.push_back(piece);
      at = end;
    }
  };
  const Choice& choice = reply.choices.front();
  for (const auto& part : choice.parts) {
    const auto kind = part.kind == Part::Kind::Reasoning ? Piece::Kind::Reasoning : part.kind == Part::Kind::Refusal ? Piece::Kind::Refusal : Piece::Kind::Text;
    cut({.kind = kind}, part.text);
    if (part.redacted) pieces.push_back({.kind = Piece::Kind::Redacted, .text = part.data});
    if (!part.signature.empty()) pieces.push_back({.kind = Piece::Kind::Signature, .text = part.signature});
  }
  for (std::size_t i = 0; i < choice.calls.size(); ++i) {
    pieces.push_back({.kind = Piece::Kind::ToolBegin, .index = static_cast<int>(i), .id = choice.calls[i].id, .name = choice.calls[i].name});
    cut({.kind = Piece::Kind::ToolArguments, .index = static_cast<int>(i)}, choice.calls[i].arguments);
  }
  pieces.push_back({.kind = Piece::Kind::Finish, .finish = choice.finish});
  if (reply.usage) pieces.push_back({.kind = Piece::Kind::Usage, .usage = *reply.usage});
  return pieces;
}

std::vector<Json> eventsOf(std::string_view text) {
  std::vector<Json> events;
  http::SseReader reader;
  std::ignore = reader.feed(text, [&](const http::SseEvent& event, bool) {
    events.push_back(*parseJson(event.data));
    EXPECT_EQ(events.back()["type"], event.type);
    return true;
  });
  return events;
}

// The response that a client has put together from a stream, by the rules of the API; null without a terminal event.
Json accumulated(const std::vector<Json>& events) {
  Json output = Json::array();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Json& event = events[i];
    const std::string type = event["type"];
    EXPECT_EQ(event["sequence_number"], i);
    if (type == "response.completed" || type == "response.incomplete") {
      Json response = event["response"];
      EXPECT_EQ(response["output"], output) << "what was told piece by piece";
      EXPECT_EQ(i + 1, events.size());
      return response;
    }
    if (!event.contains("output_index")) continue;
    const std::size_t at = event["output_index"];
    if (type == "response.output_item.added") {
      EXPECT_EQ(at, output.size());
      output.push_back(event["item"]);
      continue;
    }
    Json& item = output[at];
    if (type == "response.output_item.done") {
      Json told = item;
      told["status"] = event["item"]["status"];
      if (event["item"].contains("encrypted_content")) told["encrypted_content"] = event["item"]["encrypted_content"];
      EXPECT_EQ(told, event["item"]);
      item = event["item"];
      continue;
    }
    EXPECT_EQ(event["item_id"], item["id"]);
    if (type == "response.content_part.added") item["content"].push_back(event["part"]);
    if (type == "response.content_part.done") {
      EXPECT_EQ(item["content"].back(), event["part"]);
    }
    if (type == "response.reasoning_summary_part.added") item["summary"].push_back(event["part"]);
    const auto add = [&](Json& text) { text = text.get<std::string>() + event["delta"].get<std::string>(); };
    if (type == "response.output_text.delta") {
      add(item["content"][event["content_index"].get<std::size_t>()]["text"]);
      for (const auto& token : event["logprobs"]) item["content"].back()["logprobs"].push_back(token);
    }
    if (type == "response.refusal.delta") add(item["content"][event["content_index"].get<std::size_t>()]["refusal"]);
    if (type == "response.reasoning_summary_text.delta") add(item["summary"][0]["text"]);
    if (type == "response.function_call_arguments.delta") add(item["arguments"]);
  }
  return nullptr;
}

TEST(ResponsesWriterTest, aStreamPutTogetherIsTheWholeAnswer) {
  std::mt19937 random(20260);
  for (int round = 0; round < 400; ++round) {
    const auto request = requestWith(R"("include":["reasoning.encrypted_content"],"metadata":{"k":"v","x-signalbox-session":"s"})");
    const Reply reply = anyReply(random);
    const auto whole = parseJson(responsesReplyWriter(request, 77)->whole(reply));
    ASSERT_TRUE(whole);
    const auto writer = responsesReplyWriter(request, 77);
    std::string text;
    for (const auto& piece : piecesOf(reply, random)) text += writer->piece(piece);
    text += writer->terminal();
    ASSERT_EQ(accumulated(eventsOf(text)), *whole) << text;
    EXPECT_EQ((*whole)["metadata"], (Json{{"k", "v"}}));
  }
}

// What a chat's stream becomes of thoughts, text and calls, and whether it was told as complete.
std::pair<std::string, bool> told(std::string_view upstream) {
  const auto translation = translate(domain::Dialect::OpenAiResponses, domain::UpstreamApi::OpenAi, {}, 77);
  EXPECT_TRUE(translation->request(requestWith(R"("stream":true)"), "m", true));
  AnswerState state;
  std::string text;
  http::SseReader reader;
  const auto fed = reader.feed(upstream, [&](const http::SseEvent& event, bool has_data) {
    if (!has_data) return true;
    const auto got = translation->event(event, state);
    if (got) text += got->text;
    return got.has_value() && !state.done;
  });
  const auto end = fed ? translation->checkEnd(state) : std::unexpected(fed.error());
  text += end ? translation->terminal(nullptr) : translation->failure(end.error());
  const auto events = eventsOf(text);
  const bool complete = !events.empty() && (events.back()["type"] == "response.completed" || events.back()["type"] == "response.incomplete");
  EXPECT_EQ(complete, !accumulated(events).is_null());
  return {text, complete};
}

TEST(ResponsesWriterTest, aStreamCutAnywhereIsNeverComplete) {
  std::string stream;
  for (const std::string choice : {R"("delta":{"role":"assistant","reasoning_content":"hm"})", R"("delta":{"content":"[DO\u004eE]"})",
                                   R"("delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{\"a\":"}}]})",
                                   R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]})", R"("delta":{},"finish_reason":"tool_calls")"}) {
    stream += http::sseEvent(R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,)" + choice + "}]}");
  }
  stream += http::sseEvent("[DONE]");
  for (std::size_t cut = 0; cut + 2 < stream.size(); ++cut) {
    const auto [text, complete] = told(std::string_view(stream).substr(0, cut));
    ASSERT_FALSE(complete) << cut;
    ASSERT_EQ(text.find("event: response.completed"), std::string::npos) << cut;
  }
  EXPECT_TRUE(told(stream).second);
}

// What a provider wants to see again of its thoughts comes back to it as it was, streamed or whole.
TEST(ResponsesRoundTripTest, thoughtsComeBackToWhoeverThoughtThem) {
  Reply reply{.id = "msg_1", .model = "m"};
  reply.choices = {{.parts = {{.kind = Part::Kind::Reasoning, .text = "one", .signature = "s1"},
                              {.kind = Part::Kind::Reasoning, .data = "kept", .redacted = true},
                              {.kind = Part::Kind::Reasoning, .text = "two", .signature = "s2"},
                              {.text = "yes"}},
                    .finish = Finish::Stop}};
  const auto request = requestWith(R"("include":["reasoning.encrypted_content"])");
  std::mt19937 random(1);
  const auto writer = responsesReplyWriter(request, 1);
  std::string text;
  for (const auto& piece : piecesOf(reply, random)) text += writer->piece(piece);
  text += writer->terminal();
  const Json streamed = eventsOf(text).back()["response"];
  for (const Json& response : {*parseJson(responsesReplyWriter(request, 1)->whole(reply)), streamed}) {
    Json input = response["output"];
    input.push_back({{"role", "user"}, {"content", "And?"}});
    const auto again = conversationOfResponses(Json{{"model", "m"}, {"input", input}}.dump());
    ASSERT_TRUE(again);
    ASSERT_EQ(again->turns.size(), 2u) << response.dump();
    EXPECT_EQ(again->turns[0].parts, reply.choices[0].parts);
  }
}

TEST(ResponsesWriterTest, tellsEventsInTheirOrder) {
  const auto writer = responsesReplyWriter(requestWith(R"("stream":true)"), 5);
  std::string text;
  for (const auto& piece : {Piece{.kind = Piece::Kind::Begin, .id = "c", .name = "m"}, Piece{.kind = Piece::Kind::Reasoning, .text = "hm"}, Piece{.kind = Piece::Kind::Text, .text = "Hi"},
                            Piece{.kind = Piece::Kind::ToolBegin, .id = "c1", .name = "f"}, Piece{.kind = Piece::Kind::ToolArguments, .text = "{}"},
                            Piece{.kind = Piece::Kind::Finish, .finish = Finish::ToolCalls}}) {
    text += writer->piece(piece);
  }
  text += writer->terminal();
  std::vector<std::string> types;
  for (const auto& event : eventsOf(text)) types.push_back(event["type"].get<std::string>().substr(9));
  EXPECT_THAT(types, ElementsAre("created", "in_progress", "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
                                 "reasoning_summary_part.done", "output_item.done", "output_item.added", "content_part.added", "output_text.delta", "output_text.done",
                                 "content_part.done", "output_item.done", "output_item.added", "function_call_arguments.delta", "function_call_arguments.done",
                                 "output_item.done", "completed"));
}

TEST(ResponsesWriterTest, probabilitiesGoWithTheirTextAndOnlyToWhoAsked) {
  for (const bool asked : {false, true}) {
    const auto writer = responsesReplyWriter(requestWith(asked ? R"("include":["message.output_text.logprobs"])" : R"("stream":true)"), 5);
    std::string text = writer->piece({.kind = Piece::Kind::Begin, .id = "c", .name = "m"});
    for (const std::string token : {"A", "B"}) {
      text += writer->piece({.kind = Piece::Kind::Text, .text = token});
      text += writer->piece({.kind = Piece::Kind::Logprobs, .text = R"({"token":")" + token + R"(","logprob":-1,"bytes":[],"top_logprobs":[]})"});
    }
    text += writer->piece({.kind = Piece::Kind::Finish, .finish = Finish::Stop});
    text += writer->terminal();
    std::vector<std::size_t> with_them;
    for (const auto& event : eventsOf(text)) {
      if (event["type"] != "response.output_text.delta") continue;
      with_them.push_back(event["logprobs"].size());
      if (asked) {
        EXPECT_EQ(event["logprobs"][0]["token"], event["delta"]);
      }
    }
    EXPECT_THAT(with_them, ElementsAre(asked ? 1u : 0u, asked ? 1u : 0u));
  }
}

// Thoughts and calls are made of tokens too, whose probabilities have no place in a response.
TEST(ResponsesWriterTest, probabilitiesWithoutATextMakeNoMessage) {
  const auto request = requestWith(R"("include":["message.output_text.logprobs"])");
  const std::string logprob = R"({"token":"x","logprob":-1,"bytes":[],"top_logprobs":[]})";
  const auto writer = responsesReplyWriter(request, 5);
  std::string text = writer->piece({.kind = Piece::Kind::Begin, .id = "c", .name = "m"});
  for (const auto& piece : {Piece{.kind = Piece::Kind::Reasoning, .text = "h"}, Piece{.kind = Piece::Kind::Reasoning, .text = "m"}, Piece{.kind = Piece::Kind::ToolBegin, .id = "c1", .name = "f"},
                            Piece{.kind = Piece::Kind::ToolArguments, .text = "{}"}}) {
    text += writer->piece(piece);
    text += writer->piece({.kind = Piece::Kind::Logprobs, .text = logprob});
  }
  text += writer->piece({.kind = Piece::Kind::Finish, .finish = Finish::ToolCalls});
  text += writer->terminal();
  const Reply reply{.id = "c", .model = "m", .choices = {{.parts = {{.kind = Part::Kind::Reasoning, .text = "hm"}}, .calls = {{"c1", "f", "{}"}}, .finish = Finish::ToolCalls, .logprobs = logprob}}};
  const Json whole = *parseJson(responsesReplyWriter(request, 5)->whole(reply));
  EXPECT_EQ(accumulated(eventsOf(text)), whole);
  std::vector<std::string> types;
  for (const auto& item : whole["output"]) types.push_back(item["type"]);
  EXPECT_THAT(types, ElementsAre("reasoning", "function_call"));
}

TEST(ResponsesWriterTest, aFailureIsToldAndNeverCompleted) {
  const auto writer = responsesReplyWriter(requestWith(R"("stream":true)"), 5);
  std::string text = writer->piece({.kind = Piece::Kind::Begin, .id = "c", .name = "m"});
  text += writer->piece({.kind = Piece::Kind::Text, .text = "Hi"});
  text += writer->failure({ErrorCode::UpstreamTruncated, "it broke off", {}, {}, 0, 0});
  const auto events = eventsOf(text);
  ASSERT_GE(events.size(), 2u);
  const Json& error = events[events.size() - 2];
  EXPECT_EQ(error["type"], "error");
  EXPECT_EQ(error["code"], "upstream_truncated");
  EXPECT_EQ(error["error"]["message"], "it broke off");
  EXPECT_EQ(events.back()["type"], "response.failed");
  EXPECT_EQ(events.back()["response"]["status"], "failed");
  EXPECT_EQ(accumulated(events), nullptr);
}

TEST(ResponsesWriterTest, echoesParametersAndSaysWhatItCost) {
  const auto request = requestWith(R"("instructions":"I","temperature":0.5,"tools":[{"type":"function","name":"f","parameters":{}}],"tool_choice":"required","store":true,"text":{"verbosity":"low"})");
  const Reply reply{.id = "x", .model = "m", .choices = {{.parts = {{.text = "Hi"}}, .finish = Finish::Length}}, .usage = domain::Usage{.input = 9, .output = 4, .cached_input = 3, .reasoning = 2}};
  const auto body = *parseJson(responsesReplyWriter(request, 5)->whole(reply));
  EXPECT_EQ(body["status"], "incomplete");
  EXPECT_EQ(body["incomplete_details"]["reason"], "max_output_tokens");
  EXPECT_EQ(body["output"][0]["status"], "incomplete");
  EXPECT_EQ(body["instructions"], "I");
  EXPECT_EQ(body["temperature"], 0.5);
  EXPECT_EQ(body["tool_choice"], "required");
  EXPECT_EQ(body["tools"][0]["name"], "f");
  EXPECT_EQ(body["store"], false) << "nothing is kept";
  EXPECT_EQ(body["text"], (Json{{"format", {{"type", "text"}}}, {"verbosity", "low"}}));
  EXPECT_EQ(body["usage"], *parseJson(R"({"input_tokens":9,"input_tokens_details":{"cached_tokens":3,"cache_write_tokens":0},"output_tokens":4,
                                          "output_tokens_details":{"reasoning_tokens":2},"total_tokens":13})"));
  EXPECT_TRUE(body["error"].is_null());
  EXPECT_TRUE(body["id"].get<std::string>().starts_with("resp_"));
}

}  // namespace
}  // namespace signalbox::dialect
