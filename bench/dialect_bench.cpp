// SPDX-License-Identifier: Apache-2.0
// What reading and writing the OpenAI dialect costs. Cases: read and write a chat request of 1 KB; read a whole answer of 1 KB
// without and with logprobs (one label, twenty alternatives); a stream's chunk read, and looked at for what is ours.
#include <benchmark/benchmark.h>

#include "dialect/openai_chat.h"
#include "dialect/translation.h"

namespace signalbox::dialect {
namespace {

std::string requestBody() {
  return R"({"model":"auto","messages":[{"role":"system","content":"Answer with one label."},{"role":"user","content":")" +
      std::string(900, 'x') + R"("}],"temperature":0.0,"max_tokens":8})";
}

http::Headers requestHeaders() {
  http::Headers headers;
  for (const char* name : {"Host", "User-Agent", "Accept", "Content-Type", "Authorization", "x-signalbox-session"})
    headers.add(name, "v");
  return headers;
}

std::string answerBody(const std::string& logprobs, std::size_t text) {
  return R"({"id":"chatcmpl-1","object":"chat.completion","created":1727346172,"model":"m","choices":[{"index":0,"message":)"
         R"({"role":"assistant","content":")" +
      std::string(text, 'x') + R"("},"logprobs":)" + logprobs +
      R"(,"finish_reason":"stop"}],"usage":{"prompt_tokens":250,"completion_tokens":2,"total_tokens":252}})";
}

std::string labelLogprobs() {
  std::string top;
  for (int i = 0; i < 20; ++i)
    top += (i ? "," : "") + std::string(R"({"token":"LABEL","logprob":-1.25,"bytes":[76,65,66,69,76]})");
  return R"({"content":[{"token":"LABEL","logprob":-0.1,"bytes":[76,65,66,69,76],"top_logprobs":[)" + top + "]}]}";
}

void readRequest(benchmark::State& state) {
  const auto body = requestBody();
  const auto headers = requestHeaders();
  for (auto _ : state) benchmark::DoNotOptimize(readChatRequest(body, headers));
}
BENCHMARK(readRequest);

void writeRequest(benchmark::State& state) {
  const auto request = readChatRequest(requestBody(), requestHeaders()).value();
  const auto add = additionsFor(request, Evidence::Alternatives);
  for (auto _ : state) benchmark::DoNotOptimize(writeChatRequest(request, "gpt-4o-mini", add));
}
BENCHMARK(writeRequest);

void readAnswer(benchmark::State& state, bool with_logprobs) {
  const auto body = with_logprobs ? answerBody(labelLogprobs(), 5) : answerBody("null", 700);
  for (auto _ : state) benchmark::DoNotOptimize(readChatAnswer(body));
}
BENCHMARK_CAPTURE(readAnswer, plain_1k, false);
BENCHMARK_CAPTURE(readAnswer, label_with_20_alternatives, true);

void writeAnswer(benchmark::State& state) {
  const auto body = answerBody(labelLogprobs(), 5);
  const auto answer = readChatAnswer(body).value();
  const Additions add{.logprobs = true};
  for (auto _ : state) benchmark::DoNotOptimize(writeChatAnswer(body, answer, add));
}
BENCHMARK(writeAnswer);

const std::string kChunk =
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1727346172,"model":"m","system_fingerprint":"fp_1",)"
    R"("choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}],"usage":null})";

void readChunk(benchmark::State& state) {
  for (auto _ : state) {
    AnswerState stream;
    benchmark::DoNotOptimize(relayChatChunk(kChunk, {}, stream));
  }
}
BENCHMARK(readChunk);

// The null usage that the router's own wish brings is taken out again.
void relayChunk(benchmark::State& state) {
  const Additions add{.usage = true};
  for (auto _ : state) {
    AnswerState stream;
    benchmark::DoNotOptimize(relayChatChunk(kChunk, add, stream));
  }
}
BENCHMARK(relayChunk);

// The same of one that is like the one before it in the stream.
void relayChunkLikeTheLast(benchmark::State& state) {
  const auto translation = translate(domain::Dialect::OpenAiChat, domain::UpstreamApi::OpenAi, {.usage = true}, 0);
  const http::SseEvent event{.type = {}, .data = kChunk, .id = {}, .retry_ms = {}, .raw = {}};
  AnswerState stream;
  for (auto _ : state) {
    benchmark::DoNotOptimize(translation->event(event, stream));
    stream.text.clear();
  }
}
BENCHMARK(relayChunkLikeTheLast);

}  // namespace
}  // namespace signalbox::dialect
