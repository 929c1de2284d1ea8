// SPDX-License-Identifier: Apache-2.0
#include "lab/broken_answer.h"

#include <algorithm>

#include "http/gzip.h"
#include "lab/pause.h"

namespace signalbox::lab {
namespace {

constexpr std::size_t kBomb = 64u << 20;
constexpr std::size_t kPiece = 64u << 10;
constexpr std::size_t kEndless = std::size_t{1} << 30;  // a client that takes this much is past help

std::string head(const AnswerPieces& answer, const std::string& more) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + answer.content_type + "\r\nConnection: close\r\n" + more + "\r\n";
}

// As long as the client takes it.
Task<void> endlessly(server::Responder& responder) {
  const std::string piece(kPiece, 'x');
  for (std::size_t sent = 0; sent < kEndless; sent += piece.size()) {
    auto written = co_await responder.write(piece);
    if (!written) co_return;
  }
}

Task<void> endlessHeader(server::Responder& responder) {
  const std::string begun = "HTTP/1.1 200 OK\r\nX-Endless: ";
  co_await responder.startRaw(begun);
  co_await endlessly(responder);
}

Task<void> endlessLine(const AnswerPieces& answer, Duration pause, server::Responder& responder) {
  const std::string begun = head(answer, "");
  co_await responder.startRaw(begun);
  const bool stream = answer.pieces.size() > 1;
  if (!stream) {
    const std::string open = "{\"id\":\"";
    co_await responder.write(open);
  }
  for (std::size_t i = 0; stream && i < answer.pieces.size() / 2; ++i) {  // well into the answer
    auto written = co_await responder.write(answer.pieces[i]);
    if (!written) co_return;
    co_await pauseFor(pause);
  }
  if (stream) {
    const std::string field = "data: {\"id\":\"";
    co_await responder.write(field);
  }
  co_await endlessly(responder);
}

Task<void> compressed(const Fault& fault, const AnswerPieces& answer, server::Responder& responder) {
  std::string before;
  for (std::size_t i = 0; i + 1 < answer.pieces.size(); ++i) before += answer.pieces[i];
  std::string after = answer.pieces.back();
  if (answer.pieces.size() == 1) std::swap(before, after);
  const std::string body = http::gzip(before + std::string(fault.gzip_bomb ? kBomb : 0, '\n') + after);
  const std::string begun = head(answer, "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(body.size()) + "\r\n");
  co_await responder.startRaw(begun);
  auto written = co_await responder.write(body);
  if (written) co_await responder.finish();
}

Task<void> wrongLength(std::int64_t error, const AnswerPieces& answer, Duration pause, server::Responder& responder) {
  std::int64_t length = error;
  for (const auto& piece : answer.pieces) length += static_cast<std::int64_t>(piece.size());
  const std::string begun = head(answer, "Content-Length: " + std::to_string(std::max<std::int64_t>(length, 0)) + "\r\n");
  co_await responder.startRaw(begun);
  for (const auto& piece : answer.pieces) {
    auto written = co_await responder.write(piece);
    if (!written) co_return;
    co_await pauseFor(pause);
  }
  co_await responder.finish();
}

}  // namespace

AnswerPieces wholePieces(std::string body) { return {"application/json", {std::move(body)}}; }

AnswerPieces streamPieces(ChatStream stream) {
  AnswerPieces answer{"text/event-stream", {std::move(stream.opening)}};
  for (auto& token : stream.tokens) answer.pieces.push_back(std::move(token));
  answer.pieces.push_back(stream.closing + stream.done);
  return answer;
}

Task<void> sendBroken(const Fault& fault, const AnswerPieces& answer, Duration pause, server::Responder& responder) {
  if (fault.endless_header) co_await endlessHeader(responder);
  else if (fault.endless_line) co_await endlessLine(answer, pause, responder);
  else if (fault.gzip || fault.gzip_bomb) co_await compressed(fault, answer, responder);
  else co_await wrongLength(*fault.length_error, answer, pause, responder);
}

}  // namespace signalbox::lab
