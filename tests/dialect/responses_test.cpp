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
    const auto request = read(with(R"("include":["reasoning.encrypted_content"],"metadata":{"k":"v","x-signalbox-session":"s"})"));
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

TEST(ResponsesWriterTest, aStreamCutAnywhereIsNeverComplete) {
  std::mt19937 random(7);
  const auto request = read(with(R"("stream":true)"));
  const auto writer = responsesReplyWriter(request, 77);
  std::string text;
  for (const auto& piece : piecesOf(anyReply(random), random)) text += writer->piece(piece);
  text += writer->terminal();
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    const auto events = eventsOf(std::string_view(text).substr(0, cut));
    ASSERT_TRUE(events.empty() || (events.back()["type"] != "response.completed" && events.back()["type"] != "response.incomplete")) << cut;
  }
}

// What a provider wants to see again of its thoughts comes back to it as it was, streamed or whole.
TEST(ResponsesRoundTripTest, thoughtsComeBackToWhoeverThoughtThem) {
  Reply reply{.id = "msg_1", .model = "m"};
  reply.choices = {{.parts = {{.kind = Part::Kind::Reasoning, .text = "one", .signature = "s1"},
                              {.kind = Part::Kind::Reasoning, .data = "kept", .redacted = true},
                              {.kind = Part::Kind::Reasoning, .text = "two", .signature = "s2"},
                              {.text = "yes"}},
                    .finish = Finish::Stop}};
  const auto request = read(with(R"("include":["reasoning.encrypted_content"])"));
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
  const auto writer = responsesReplyWriter(read(with(R"("stream":true)")), 5);
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
    const auto writer = responsesReplyWriter(read(asked ? with(R"("include":["message.output_text.logprobs"])") : with(R"("stream":true)")), 5);
    std::string text = writer->piece({.kind = Piece::Kind::Begin, .id = "c", .name = "m"});
    for (const std::string token : {"A", "B"}) {
      text += writer->piece({.kind = Piece::Kind::Text, .text = token});
      text += writer->piece({.kind = Piece::Kind::Logprobs, .text = R"({"token":")" + token + R"(","logprob":-1,"bytes":[],"top_logprobs":[]})"});
    }
    text += writer->piece({.kind = Piece::Kind::Finish, .finish = Finish::Stop}) + writer->terminal();
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

TEST(ResponsesWriterTest, aFailureIsToldAndNeverCompleted) {
  const auto writer = responsesReplyWriter(read(with(R"("stream":true)")), 5);
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
  const auto request = read(with(R"("instructions":"I","temperature":0.5,"tools":[{"type":"function","name":"f","parameters":{}}],"tool_choice":"required","store":true,"text":{"verbosity":"low"})"));
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
