// SPDX-License-Identifier: Apache-2.0
#include "http/grammar.h"

#include <algorithm>
#include <array>

namespace signalbox::http::grammar {
namespace {

enum : std::uint8_t { kToken = 1, kValue = 2, kTarget = 4, kHost = 8, kHex = 16 };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&](std::string_view chars, int bits) {
    for (const char c : chars) table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(bits);
  };
  for (int c = 0; c < 256; ++c) {
    if ((c >= 0x20 && c != 0x7f) || c == '\t') table[c] |= kValue;
    if (c > 0x20 && c < 0x7f && c != '#') table[c] |= kTarget;
  }
  mark("0123456789abcdefABCDEF", kToken | kHost | kHex);
  mark("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", kToken | kHost);
  mark("!#$%&'*+-.^_`|~", kToken);
  mark("-._", kHost);
  return table;
}();

bool all(std::string_view text, std::uint8_t bit) {
  return std::all_of(text.begin(), text.end(), [bit](char c) { return (kClasses[static_cast<unsigned char>(c)] & bit) != 0; });
}

bool isDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// REQUIRES: `expected` is lower case.
bool is(std::string_view text, std::string_view expected) {
  return text.size() == expected.size() &&
         std::equal(text.begin(), text.end(), expected.begin(), [](char a, char b) { return lower(a) == b; });
}

std::string_view strip(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool isPort(std::string_view text) { return text.size() <= 5 && isDigits(text); }

// Splits "http://host/path" and leaves the origin form; false when it is not absolute form.
bool cutAbsolute(RequestLine& line) {
  std::string_view rest = line.target;
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos || !(is(rest.substr(0, colon), "http") || is(rest.substr(0, colon), "https"))) return false;
  rest.remove_prefix(colon);
  if (!rest.starts_with("://")) return false;
  rest.remove_prefix(3);
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  line.authority = rest.substr(0, slash);
  line.target = rest.substr(slash);
  if (line.target.empty()) line.target = "/";
  return line.target.front() == '/';
}

}  // namespace

bool isTokenChar(char c) { return (kClasses[static_cast<unsigned char>(c)] & kToken) != 0; }
bool isToken(std::string_view text) { return !text.empty() && all(text, kToken); }
bool isFieldValue(std::string_view text) { return all(text, kValue); }

bool isAuthority(std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!std::all_of(host.begin(), host.end(), [](char c) { return c == ':' || c == '.' || (kClasses[static_cast<unsigned char>(c)] & kHex); }))
      return false;
  } else {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
      host = text.substr(0, colon);
      port = text.substr(colon);
    }
    if (!all(host, kHost)) return false;
  }
  if (host.empty()) return false;
  return port.empty() || (port.front() == ':' && isPort(port.substr(1)));
}

Refusal readRequestLine(std::string_view line, RequestLine& out) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return {400, "The request line must be: method, space, target, space, version."};
  out.method = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (out.method.size() > 32 || !isToken(out.method)) return {400, "The method is not a token."};
  if (version.size() != 8 || !version.starts_with("HTTP/") || !isDigits(version.substr(5, 1)) || version[6] != '.' || !isDigits(version.substr(7)))
    return {400, "The request line must end with HTTP/1.1 or HTTP/1.0."};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return {505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  out.http10 = version.back() == '0';
  if (out.target.empty() || !all(out.target, kTarget)) return {400, "The request target holds a character that must be percent-encoded."};
  if (out.target == "*") return out.method == "OPTIONS" ? kFine : Refusal{400, "The target * is for OPTIONS only."};
  if (out.target.front() == '/') return kFine;
  if (!cutAbsolute(out)) return {400, "The request target must begin with a slash."};
  if (!isAuthority(out.authority)) return {400, "The host of the request target is malformed."};
  return kFine;
}

Refusal readFieldLine(std::string_view line, FieldLine& out) {
  if (line.front() == ' ' || line.front() == '\t') return {400, "A field must not be folded over lines, nor begin with white space."};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return {400, "A field line has no colon."};
  out.name = line.substr(0, colon);
  if (!isToken(out.name)) return {400, "A field name holds a character that is not allowed, or white space before the colon."};
  out.value = strip(line.substr(colon + 1));
  if (!isFieldValue(out.value)) return {400, "A field value holds a control character."};
  return kFine;
}

std::optional<std::uint64_t> readChunkSize(std::string_view line, std::size_t& extension_bytes) {
  const std::size_t digits = std::min(line.find(';'), line.size());
  if (digits == 0 || digits > 15 || !all(line.substr(0, digits), kHex)) return std::nullopt;
  std::uint64_t size = 0;
  for (const char c : line.substr(0, digits)) size = size * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : lower(c) - 'a' + 10);
  const std::string_view extensions = line.substr(digits);
  extension_bytes = extensions.size();
  if (!std::all_of(extensions.begin(), extensions.end(), [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; })) return std::nullopt;
  return size;
}

namespace {

struct Seen {
  std::string_view host, length, coding;
  int hosts = 0, lengths = 0, codings = 0;
  bool close = false, keep_alive = false, upgrade = false, websocket = false;
};

void readConnection(std::string_view value, Seen& seen) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const std::string_view option = strip(value.substr(0, comma));
    seen.close |= is(option, "close");
    seen.keep_alive |= is(option, "keep-alive");
    seen.upgrade |= is(option, "upgrade");
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

Refusal readLength(const Seen& seen, std::uint64_t max_body, RequestParser::Facts& facts) {
  if (seen.lengths > 1) return {400, "Content-Length is given more than once."};
  const bool leading_zero = seen.length.size() > 1 && seen.length.front() == '0';
  if (!isDigits(seen.length) || leading_zero) return {400, "Content-Length must be a plain decimal number."};
  if (seen.length.size() > 18) return {413, "The body is larger than is accepted here."};
  for (const char c : seen.length) facts.length = facts.length * 10 + static_cast<std::uint64_t>(c - '0');
  if (facts.length > max_body) return {413, "The body is larger than is accepted here."};
  return kFine;
}

// Fields whose value alone decides; the rest is counted in `seen`.
Refusal readField(std::string_view name, std::string_view value, Seen& seen, RequestParser::Facts& facts) {
  switch (name.size()) {
    case 4:
      if (is(name, "host")) { ++seen.hosts; seen.host = value; }
      break;
    case 6:
      if (is(name, "expect")) {
        if (!is(value, "100-continue")) return {417, "Only the expectation 100-continue is understood."};
        facts.expects_continue = true;
      }
      break;
    case 7:
      if (is(name, "upgrade")) seen.websocket |= is(value, "websocket");
      break;
    case 10:
      if (is(name, "connection")) readConnection(value, seen);
      break;
    case 14:
      if (is(name, "content-length")) { ++seen.lengths; seen.length = value; }
      break;
    case 16:
      if (is(name, "content-encoding") && !is(value, "identity")) return {415, "Send the body without Content-Encoding."};
      break;
    case 17:
      if (is(name, "transfer-encoding")) { ++seen.codings; seen.coding = value; }
      break;
    default: break;
  }
  return kFine;
}

}  // namespace

Refusal readFacts(const Request& request, std::string_view authority, std::uint64_t max_body, RequestParser::Facts& facts) {
  Seen seen;
  Refusal later = kFine;  // 415 and 417 give way to what makes the message's end doubtful
  for (const auto& [name, value] : request.headers) {
    const Refusal refusal = readField(name, value, seen, facts);
    if (fine(later)) later = refusal;
  }
  if (seen.hosts > 1) return {400, "Host is given more than once."};
  if (seen.hosts == 0 && !facts.http10) return {400, "Host is missing."};
  if (seen.hosts == 1 && !isAuthority(seen.host)) return {400, "Host is malformed."};
  if (!authority.empty() && seen.hosts == 1 && !std::equal(authority.begin(), authority.end(), seen.host.begin(), seen.host.end(),
                                                         [](char a, char b) { return lower(a) == lower(b); }))
    return {400, "Host and the request target name different hosts."};
  if (seen.codings > 0) {
    if (facts.http10) return {400, "Transfer-Encoding is not part of HTTP/1.0."};
    if (seen.codings > 1 || !is(seen.coding, "chunked")) return {400, "The only Transfer-Encoding is exactly one: chunked."};
    if (seen.lengths > 0) return {400, "Content-Length and Transfer-Encoding must not both be given."};
    facts.chunked = true;
  }
  if (seen.lengths > 0) {
    const Refusal refusal = readLength(seen, max_body, facts);
    if (!fine(refusal)) return refusal;
  }
  facts.keep_alive = !seen.close && (!facts.http10 || seen.keep_alive);
  if (facts.http10) facts.expects_continue = false;
  facts.websocket = seen.upgrade && seen.websocket && !facts.http10 && request.method == "GET";
  if (facts.websocket && (facts.chunked || facts.length > 0)) return {400, "An upgrade must not carry a body."};
  return later;
}

}  // namespace signalbox::http::grammar
