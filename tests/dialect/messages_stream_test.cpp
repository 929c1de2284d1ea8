// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "dialect/made_up.h"
#include "dialect/messages.h"

namespace signalbox::dialect {
namespace {

// As the provider sends it: a ping, thoughts with their signature, text, two calls of which one has no arguments.
const std::string kStream =
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude\",\"content\":[],"
    "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":12,\"cache_read_input_tokens\":5,\"cache_creation_input_tokens\":3,\"output_tokens\":1}}}\n\n"
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n"
    "event: ping\ndata: {\"type\": \"ping\"}\n\n"
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Hm.\"}}\n\n"
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}}\n\n"
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"Grüße\"}}\n\n"
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n"
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"look\",\"input\":{}}}\n\n"
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\"}}\n\n"
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"1}\"}}\n\n"
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":2}\n\n"
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":3,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"wait\",\"input\":{}}}\n\n"
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":3}\n\n"
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":40}}\n\n"
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

struct Relay {
  std::string bytes;
  AnswerState state;
  bool ok = true;
  int idle = 0;  // events that were no progress
};

Relay relayNatively(const std::string& stream, std::size_t cut) {
  Relay relay;
  const auto translation = messagesToMessages();
  http::SseReader reader;
  const auto take = [&](const http::SseEvent& event, bool has_data) {
    if (!has_data) return true;
    const auto steps = relay.state.steps;
    const auto got = translation->event(event, relay.state);
    relay.ok = relay.ok && got.has_value();
    if (got && relay.state.steps == steps) ++relay.idle;
    relay.bytes += relay.state.done ? translation->terminal(&event) : std::string(event.raw);
    return true;
  };
  EXPECT_TRUE(reader.feed(stream.substr(0, cut), take));
  EXPECT_TRUE(reader.feed(stream.substr(cut), take));
  relay.ok = relay.ok && translation->checkEnd(relay.state).has_value();
  return relay;
}

TEST(MessagesStreamTest, isRelayedByteForByteHoweverItIsCut) {
  for (std::size_t cut = 0; cut <= kStream.size(); ++cut) {
    const auto relay = relayNatively(kStream, cut);
    ASSERT_TRUE(relay.ok) << cut;
    ASSERT_EQ(relay.bytes, kStream) << cut;
  }
}

TEST(MessagesStreamTest, gathersWhatRoutingReads) {
  const auto relay = relayNatively(kStream, 0);
  const auto& state = relay.state;
  EXPECT_EQ(state.text, "Grüße");
  EXPECT_EQ(state.other_bytes, 3 + 7) << "a thought, and what a tool is called with";
  EXPECT_TRUE(state.has_tool_calls);
  EXPECT_EQ(state.finish_reason, "tool_use");
  EXPECT_EQ(state.model, "claude");
  EXPECT_EQ(relay.idle, 1) << "a ping is no progress";
  ASSERT_TRUE(state.usage);
  EXPECT_EQ(state.usage->input, 20) << "what came from and went to the cache is a part of it";
  EXPECT_EQ(state.usage->cached_input, 5);
  EXPECT_EQ(state.usage->cache_write, 3);
  EXPECT_EQ(state.usage->output, 40);
}

TEST(MessagesStreamTest, noPrefixIsComplete) {
  for (std::size_t end = 0; end + 2 < kStream.size(); ++end) {
    const auto relay = relayNatively(kStream.substr(0, end), 0);
    ASSERT_FALSE(relay.ok) << end;
  }
}

TEST(MessagesStreamTest, countsThatCannotBeTrueAreNotBelieved) {
  std::string lie = kStream;
  lie.replace(lie.find("\"output_tokens\":40"), 18, "\"output_tokens\":-4");
  EXPECT_FALSE(relayNatively(lie, 0).state.usage);
}

TEST(MessagesStreamTest, anErrorEventIsTheUpstreams) {
  const auto translation = messagesToMessages();
  AnswerState state;
  http::SseEvent event;
  event.type = "error";
  event.data = R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  const auto got = translation->event(event, state);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::UpstreamError);
  EXPECT_THAT(got.error().detail, testing::HasSubstr("overloaded_error"));
  event.data = "{\"type\":\"conte";
  EXPECT_EQ(translation->event(event, state).error().code, ErrorCode::UpstreamMalformed);
}

std::vector<Piece> piecesOf(const std::string& stream, AnswerState& state, const Conversation& conversation = {}) {
  const auto reader = messagesReplyReader(conversation, {});
  std::vector<Piece> pieces;
  http::SseReader events;
  EXPECT_TRUE(events.feed(stream, [&](const http::SseEvent& event, bool) {
    const auto read = reader->event(event, state);
    EXPECT_TRUE(read) << event.data;
    if (read) pieces.insert(pieces.end(), read->begin(), read->end());
    return true;
  }));
  EXPECT_TRUE(reader->checkEnd(state));
  return pieces;
}

TEST(MessagesStreamTest, readByTheHubNoPrefixIsComplete) {
  for (std::size_t end = 0; end + 2 < kStream.size(); ++end) {
    const auto reader = messagesReplyReader({}, {});
    AnswerState state;
    http::SseReader events;
    ASSERT_TRUE(events.feed(kStream.substr(0, end), [&](const http::SseEvent& event, bool has_data) {
      if (!has_data) return true;
      const auto read = reader->event(event, state);
      EXPECT_TRUE(read) << event.data;
      return read.has_value();
    }));
    ASSERT_FALSE(reader->checkEnd(state)) << end;
  }
}

std::string sentence(const std::vector<Piece>& pieces) {
  std::string out;
  for (const auto& piece : pieces) {
    out += std::to_string(static_cast<int>(piece.kind)) + "/" + std::to_string(piece.index) + ":" + piece.id + piece.name + piece.text +
           std::to_string(static_cast<int>(piece.finish)) + "/" + std::to_string(piece.usage.input) + "/" + std::to_string(piece.usage.output) + "\n";
  }
  return out;
}

TEST(MessagesStreamTest, writtenAgainItReadsBackTheSame) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto before = MadeUp(seed).pieces();
    before.front().id = "msg_" + before.front().id;
    const auto writer = messagesReplyWriter({}, 1);
    std::string bytes;
    for (const auto& piece : before) bytes += writer->piece(piece);
    bytes += writer->terminal();
    AnswerState state;
    EXPECT_EQ(sentence(piecesOf(bytes, state)), sentence(before)) << seed << "\n" << bytes;
    EXPECT_TRUE(relayNatively(bytes, 0).ok);
  }
}

TEST(MessagesStreamTest, callsWhosePartsComeMixedAreWrittenOneAfterTheOther) {
  const auto writer = messagesReplyWriter({}, 1);
  std::string bytes = writer->piece({.kind = Piece::Kind::Begin, .id = "x", .name = "m"});
  bytes += writer->piece({.kind = Piece::Kind::ToolBegin, .index = 0, .id = "a", .name = "one"});
  bytes += writer->piece({.kind = Piece::Kind::ToolArguments, .index = 0, .text = "{\"n\":"});
  bytes += writer->piece({.kind = Piece::Kind::ToolBegin, .index = 1, .id = "b", .name = "two"});
  bytes += writer->piece({.kind = Piece::Kind::ToolArguments, .index = 1, .text = "{}"});
  bytes += writer->piece({.kind = Piece::Kind::ToolArguments, .index = 0, .text = "1}"});
  bytes += writer->piece({.kind = Piece::Kind::Finish, .finish = Finish::ToolCalls});
  bytes += writer->terminal();
  AnswerState state;
  std::vector<std::string> arguments(2);
  for (const auto& piece : piecesOf(bytes, state)) {
    if (piece.kind == Piece::Kind::ToolArguments) arguments[static_cast<std::size_t>(piece.index)] += piece.text;
  }
  EXPECT_THAT(arguments, testing::ElementsAre("{\"n\":1}", "{}"));
}

TEST(MessagesStreamTest, wordsBetweenThePiecesOfACallComeBehindIt) {
  const auto writer = messagesReplyWriter({}, 1);
  std::string bytes = writer->piece({.kind = Piece::Kind::Begin, .id = "x", .name = "m"});
  bytes += writer->piece({.kind = Piece::Kind::ToolBegin, .index = 0, .id = "a", .name = "one"});
  bytes += writer->piece({.kind = Piece::Kind::ToolArguments, .index = 0, .text = R"({"a":"}\"",)"});
  bytes += writer->piece({.kind = Piece::Kind::Text, .text = "so "});
  bytes += writer->piece({.kind = Piece::Kind::Text, .text = "far"});
  bytes += writer->piece({.kind = Piece::Kind::ToolBegin, .index = 1, .id = "b", .name = "two"});
  bytes += writer->piece({.kind = Piece::Kind::ToolArguments, .index = 0, .text = "\"b\":[1]}"});
  EXPECT_THAT(bytes, testing::HasSubstr("far")) << "it waits no longer than it must";
  bytes += writer->piece({.kind = Piece::Kind::ToolArguments, .index = 1, .text = "{\"never\":"});
  bytes += writer->piece({.kind = Piece::Kind::Finish, .finish = Finish::ToolCalls});
  bytes += writer->terminal();
  AnswerState state;
  std::vector<std::string> arguments(2);
  for (const auto& piece : piecesOf(bytes, state)) {
    if (piece.kind == Piece::Kind::ToolArguments) arguments.at(static_cast<std::size_t>(piece.index)) += piece.text;
  }
  EXPECT_THAT(arguments, testing::ElementsAre(R"({"a":"}\"","b":[1]})", "{\"never\":")) << bytes;
  EXPECT_EQ(state.text, "so far");
}

TEST(MessagesStreamTest, aThoughtThatOnlyItsProviderReadsIsKept) {
  std::string stream = kStream;
  const std::string first = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1";
  stream.insert(stream.find(first), "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":9,\"content_block\":"
                                    "{\"type\":\"redacted_thinking\",\"data\":\"kept\"}}\n\n");
  AnswerState state;
  std::string kept;
  for (const auto& piece : piecesOf(stream, state)) kept += piece.kind == Piece::Kind::Redacted ? piece.text : "";
  EXPECT_EQ(kept, "kept");
}

TEST(MessagesStreamTest, aCallOfTheAnswerToolIsTheAnswersText) {
  Conversation conversation;
  conversation.format = {AnswerFormat::Kind::JsonSchema, "look", {}, R"({"type":"object"})", true};
  AnswerState state;
  std::string text;
  int calls = 0;
  for (const auto& piece : piecesOf(kStream, state, conversation)) {
    if (piece.kind == Piece::Kind::Text) text += piece.text;
    if (piece.kind == Piece::Kind::ToolBegin) ++calls;
  }
  EXPECT_EQ(text, "Grüße{\"a\":1}");
  EXPECT_EQ(calls, 1) << "the other one is a call";
  EXPECT_EQ(state.text, text);
}

// Streamed or whole, to routing and to the client.
TEST(MessagesAnswerTest, anEmptyObjectAsAnswerIsOne) {
  Conversation conversation;
  conversation.format = {AnswerFormat::Kind::JsonSchema, "look", {}, R"({"type":"object"})", true};
  for (const std::string input : {"{}", R"({"a":1})"}) {
    AnswerState whole;
    const auto reply = messagesReplyReader(conversation, {})->whole(
        R"({"type":"message","model":"m","content":[{"type":"tool_use","id":"t","name":"look","input":)" + input + R"(}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}})", whole);
    ASSERT_TRUE(reply);
    EXPECT_EQ(whole.text, input);
    EXPECT_EQ(reply->choices[0].parts, (std::vector<Part>{{.text = input}}));
    for (const bool at_once : {true, false}) {
      std::string stream = kStream;
      const std::string before = R"("name":"look","input":{})";
      if (at_once) stream.replace(stream.find(before), before.size(), R"("name":"look","input":)" + input);
      for (int i = 0; i < 2; ++i) {
        const auto from = stream.find("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2");
        stream.erase(from, stream.find("\n\n", from) + 2 - from);
      }
      AnswerState streamed;
      std::string text;
      for (const auto& piece : piecesOf(stream, streamed, conversation)) text += piece.kind == Piece::Kind::Text ? piece.text : "";
      EXPECT_EQ(text, "Grüße" + (at_once ? input : "{}"));
      EXPECT_EQ(streamed.text, text);
    }
  }
}

TEST(MessagesAnswerTest, wholeAnswersThatAreWrittenReadBackTheSame) {
  Reply before{.id = "msg_1", .model = "m-1"};
  before.choices = {{.parts = {{.kind = Part::Kind::Reasoning, .text = "hm"}, {.text = "yes"}}, .calls = {{"c1", "look", "{\"a\":1}"}}, .finish = Finish::ToolCalls}};
  before.usage = domain::Usage{.input = 7, .output = 3, .cached_input = 2, .source = domain::UsageSource::Provider};
  const auto text = messagesReplyWriter({}, 1)->whole(before);
  EXPECT_EQ(Json::parse(text).at("usage").at("input_tokens"), 5);
  AnswerState state;
  const auto after = messagesReplyReader({}, {})->whole(text, state);
  ASSERT_TRUE(after) << text;
  EXPECT_EQ(after->choices[0].parts, before.choices[0].parts);
  EXPECT_EQ(after->choices[0].calls, before.choices[0].calls);
  EXPECT_EQ(after->usage->input, 7);
  EXPECT_EQ(state.text, "yes");
  EXPECT_TRUE(state.has_tool_calls && state.done);
}

TEST(MessagesStreamTest, theInputIsCountedBeforeTheEnd) {
  const auto relay = relayNatively(kStream.substr(0, kStream.find("event: message_delta")), 0);
  EXPECT_FALSE(relay.state.usage);
  ASSERT_TRUE(relay.state.begun);
  EXPECT_EQ(relay.state.begun->input, 20);
}

TEST(MessagesAnswerTest, callsEndInTheirOwnWordWhateverTheUpstreamCallsTheEnd) {
  Reply reply{.id = "1", .choices = {{.calls = {{"c1", "look", "{}"}}, .finish = Finish::Stop}}};
  EXPECT_EQ(Json::parse(messagesReplyWriter({}, 1)->whole(reply)).at("stop_reason"), "tool_use");
  reply.choices[0].finish = Finish::Length;
  EXPECT_EQ(Json::parse(messagesReplyWriter({}, 1)->whole(reply)).at("stop_reason"), "max_tokens");
  const auto writer = messagesReplyWriter({}, 1);
  std::ignore = writer->piece({.kind = Piece::Kind::ToolBegin, .id = "c1", .name = "look"});
  std::ignore = writer->piece({.kind = Piece::Kind::Finish, .finish = Finish::Stop});
  EXPECT_THAT(writer->terminal(), testing::HasSubstr(R"("stop_reason":"tool_use")"));
}

TEST(MessagesAnswerTest, aRefusalIsOneWhateverItsWords) {
  AnswerState state;
  ASSERT_TRUE(messagesToMessages()->whole(R"({"type":"message","role":"assistant","model":"m","content":[],"stop_reason":"refusal","usage":{"input_tokens":1,"output_tokens":0}})", state));
  EXPECT_TRUE(state.refused);
  AnswerState other;
  EXPECT_EQ(messagesToMessages()->whole(R"({"type":"error","error":{"type":"api_error","message":"x"}})", other).error().code, ErrorCode::UpstreamError);
  EXPECT_EQ(messagesToMessages()->whole(R"({"choices":[]})", other).error().code, ErrorCode::UpstreamMalformed);
}

}  // namespace
}  // namespace signalbox::dialect
