// SPDX-License-Identifier: Apache-2.0
#include "server/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/byte_block.h"
#include "base/strings.h"

namespace signalbox::server {
namespace {

// Hop-by-hop or counted here: an answer relayed from an upstream may still carry them.
bool serversBusiness(std::string_view name) {
  switch (name.size()) {
    case 4: return equalsIgnoreCase(name, "date");
    case 7: return equalsIgnoreCase(name, "trailer") || equalsIgnoreCase(name, "upgrade");
    case 10: return equalsIgnoreCase(name, "connection") || equalsIgnoreCase(name, "keep-alive");
    case 14: return equalsIgnoreCase(name, "content-length");
    case 17: return equalsIgnoreCase(name, "transfer-encoding");
    default: return false;
  }
}

bool isControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
ByteBlock::Bits controls(ByteBlock block) { return (block.within(0, 0x1f) & ~block.equal('\t')) | block.equal(0x7f); }

bool hasControl(std::string_view text) {
  for (; text.size() >= ByteBlock::kSize; text.remove_prefix(ByteBlock::kSize)) {
    if (controls(ByteBlock::load(text.data())) != 0) return true;
  }
  return (controls(ByteBlock::loadShort(text)) & ((1U << text.size()) - 1)) != 0;
}

void appendNumber(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void appendClean(std::string& out, std::string_view text) {
  const std::size_t at = out.size();
  out.append(text);
  if (hasControl(text)) std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), isControl, ' ');
}

}  // namespace

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

void appendHead(std::string& out, const HeadFacts& facts, const http::Headers& headers) {
  out.append("HTTP/1.1 ");
  appendNumber(out, static_cast<std::uint64_t>(std::clamp(facts.status, 100, 999)));
  out.append(" ").append(reasonPhrase(facts.status)).append("\r\n");
  for (const auto& [name, value] : headers) {
    if (serversBusiness(name)) continue;
    appendClean(out, name);
    out.append(": ");
    appendClean(out, value);
    out.append("\r\n");
  }
  if (facts.framing == Framing::Length) {
    out.append("Content-Length: ");
    appendNumber(out, facts.length);
    out.append("\r\n");
  } else if (facts.framing == Framing::Chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  out.append(facts.date);
  if (facts.close) out.append("Connection: close\r\n");
  else if (facts.http10) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

}  // namespace signalbox::server
