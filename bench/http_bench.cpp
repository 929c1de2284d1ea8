// SPDX-License-Identifier: Apache-2.0
// What reading HTTP costs, per request or event:
//   parseGet        a small GET, whole
//   parseChat       a chat request as the official client sends it, body of N bytes, whole
//   parseChatSplit  the same in two reads: head and body
//   parseChunked    the same body in 16 chunks
//   writeHead       the head of an answer with the router's twelve fields
//   readStream      server-sent events of one token each; items are events
#include <benchmark/benchmark.h>

#include "http/framing.h"
#include "http/sse.h"
#include "server/response_head.h"

namespace signalbox {
namespace {

std::string chatHead(const std::string& framing) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n"
         "Accept: application/json\r\nContent-Type: application/json\r\nUser-Agent: OpenAI/Python 2.8.1\r\nX-Stainless-Lang: python\r\n"
         "X-Stainless-Package-Version: 2.8.1\r\nX-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\nX-Stainless-Runtime: CPython\r\n"
         "X-Stainless-Runtime-Version: 3.11.2\r\nAuthorization: Bearer 0123456789012345678901234567890123456789\r\n" +
         framing + "\r\n\r\n";
}

// REQUIRES: `bytes` is exactly one request.
void readOne(http::RequestParser& parser, std::string_view bytes) {
  while (true) {
    const auto step = parser.feed(bytes);
    bytes.remove_prefix(step.used);
    if (step.status == http::RequestParser::Status::Done) break;
    if (step.status != http::RequestParser::Status::Head) return;
  }
  benchmark::DoNotOptimize(parser.take());
}

void parseGet(benchmark::State& state) {
  const std::string text = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
  http::RequestParser parser;
  for (auto _ : state) readOne(parser, text);
}
BENCHMARK(parseGet);

void parseChat(benchmark::State& state) {
  const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
  const std::string text = chatHead("Content-Length: " + std::to_string(body.size())) + body;
  http::RequestParser parser;
  for (auto _ : state) readOne(parser, text);
}
BENCHMARK(parseChat)->Arg(1 << 10)->Arg(16 << 10);

void parseChatSplit(benchmark::State& state) {
  const std::string body(1 << 10, 'x');
  const std::string head = chatHead("Content-Length: " + std::to_string(body.size()));
  http::RequestParser parser;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parser.feed(head));
    readOne(parser, body);
  }
}
BENCHMARK(parseChatSplit);

void parseChunked(benchmark::State& state) {
  std::string text = chatHead("Transfer-Encoding: chunked");
  for (int i = 0; i < 16; ++i) text += "40\r\n" + std::string(64, 'x') + "\r\n";
  text += "0\r\n\r\n";
  http::RequestParser parser;
  for (auto _ : state) readOne(parser, text);
}
BENCHMARK(parseChunked);

void writeHead(benchmark::State& state) {
  http::Headers headers;
  headers.add("content-type", "application/json");
  for (const char* name : {"decision-id", "tier", "model", "upstream", "reason", "complexity", "confidence", "escalations", "cache", "cost-usd", "policy"})
    headers.add("x-signalbox-" + std::string(name), "0.123456789");
  std::string out;
  for (auto _ : state) {
    out.clear();
    server::appendHead(out, {200, server::Framing::Length, 1024, false, false, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"}, headers);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(writeHead);

void readStream(benchmark::State& state) {
  const std::string event = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                            "\"delta\":{\"content\":\" word\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
  http::SseReader reader;
  std::size_t bytes = 0;
  const http::SseReader::OnBlock count = [&](const http::SseEvent& seen, bool) { bytes += seen.raw.size(); return true; };
  for (auto _ : state) {
    const auto fed = reader.feed(event, count);
    benchmark::DoNotOptimize(fed.has_value());
  }
  benchmark::DoNotOptimize(bytes);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(readStream);

}  // namespace
}  // namespace signalbox
