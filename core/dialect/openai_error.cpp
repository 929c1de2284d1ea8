// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_error.h"

#include <cctype>
#include <cmath>

#include "base/strings.h"
#include "dialect/evidence.h"
#include "domain/error_status.h"

namespace signalbox::dialect {
namespace {

constexpr std::size_t kLongestMessage = 300;

bool isWordByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '*'; }

// Keys are long words with a known beginning, or so long and mixed that no word of a language is like them.
bool looksSecret(std::string_view word) {
  for (const std::string_view head :
       {"sk-", "pk-", "rk-", "gsk_", "xai-", "hf_", "AIza", "eyJ", "sbx_", "sb-", "r8_", "nvapi-"}) {
    if (word.size() >= head.size() + 4 && word.starts_with(head)) return true;
  }
  if (word.size() < 32) return false;
  bool digit = false;
  bool letter = false;
  for (const char c : word) {
    digit = digit || std::isdigit(static_cast<unsigned char>(c));
    letter = letter || std::isalpha(static_cast<unsigned char>(c));
  }
  return digit && letter;
}

std::string orNull(std::string_view text) { return text.empty() ? "null" : quoteJson(text); }

// A code may be a string, a number or null, as servers differ.
std::string codeText(JsonDoc::Node node) {
  if (auto text = node.string()) return std::move(*text);
  return node && node.kind() == JsonDoc::Kind::Number ? std::string(node.raw()) : std::string();
}

struct Said {
  std::string message;
  std::string kind;  // the provider's class of error
  bool is_error_object = false;
};

Said readMember(JsonDoc::Node error) {
  if (auto text = error.string()) return {std::move(*text), {}, false};
  if (!error.isObject()) return {};
  Said said{error["message"].stringOr(""), error["type"].stringOr(""), true};
  if (said.kind.empty()) said.kind = codeText(error["code"]);
  return said;
}

Said readBody(std::string_view body) {
  const auto doc = JsonDoc::parse(body);
  if (!doc || !doc->root().isObject()) return {};
  const auto root = doc->root();
  if (const auto error = root["error"]) return readMember(error);
  return {root["message"].stringOr(root["detail"].stringOr("")), root["type"].stringOr(""), false};
}

ErrorCode codeOf(int status) {
  switch (status) {
    case 400:
    case 404:
    case 413:
    case 422: return ErrorCode::UpstreamRejected;
    case 401:
    case 403: return ErrorCode::UpstreamAuth;
    case 429: return ErrorCode::UpstreamRateLimited;
    default: return ErrorCode::UpstreamError;
  }
}

}  // namespace

std::unexpected<Error> malformedAnswer(std::string_view kind, std::string_view what) {
  return fail(ErrorCode::UpstreamMalformed, "the upstream's answer is not " + std::string(kind) + ": " + std::string(what));
}

Result<void> checkAnswer(JsonDoc::Node root, std::string_view kind) {
  if (!root.isObject()) return malformedAnswer(kind, "it is not an object");
  if (const auto error = root["error"]; error && !error.isNull()) return std::unexpected(readErrorMember(error.raw()));
  return {};
}

Result<JsonDoc> readAnswer(std::string_view body, std::string_view kind) {
  auto doc = JsonDoc::parse(body, kAnswerLimits);
  if (!doc) return malformedAnswer(kind, doc.error().message);
  if (const auto checked = checkAnswer(doc->root(), kind); !checked) return std::unexpected(checked.error());
  return doc;
}

std::string scrub(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() <= kLongestMessage;) {
    std::size_t end = i;
    while (end < text.size() && isWordByte(text[end])) ++end;
    const auto word = text.substr(i, end - i);
    out += looksSecret(word) ? std::string_view("[removed]") : word;
    if (end < text.size()) out += text[end++];
    i = end;
  }
  return out.size() <= kLongestMessage ? out : std::string(cutUtf8(out, kLongestMessage)).append("…");
}

Error readErrorMember(std::string_view raw) {
  Error error{ErrorCode::UpstreamError, "the upstream answered with an error", {}, {}, 0, 0};
  const auto doc = JsonDoc::parse(raw);
  if (!doc) return error;
  const auto said = readMember(doc->root());
  if (!said.message.empty()) error.message += ": " + scrub(said.message);
  error.detail = "{\"class\":" + orNull(scrub(said.kind)) + "}";
  return error;
}

Error readUpstreamError(int status, std::string_view body, double retry_after_s) {
  Error error;
  error.code = codeOf(status);
  error.status = status;
  error.retry_after_s = retry_after_s;
  const auto number = std::to_string(status);
  if (error.code == ErrorCode::UpstreamAuth) {
    error.message = "the upstream refused the router's credential (" + number + ")";
    error.param = number;
    return error;
  }
  const auto said = readBody(body);
  error.message = "the upstream answered " + number;
  if (!said.message.empty()) error.message += ": " + scrub(said.message);
  if (error.code == ErrorCode::UpstreamRejected) {
    if (said.is_error_object) error.detail = body;
  } else {
    error.param = number;
    error.detail = "{\"class\":" + orNull(scrub(said.kind)) + "}";
  }
  return error;
}

std::string errorCode(const Error& error) {
  if (error.code == ErrorCode::UpstreamError && !error.detail.empty()) {
    if (const auto doc = JsonDoc::parse(error.detail)) {
      if (auto kind = doc->root()["class"].string(); kind && !kind->empty()) return std::move(*kind);
    }
  }
  return std::string(domain::errorStatus(error.code).code);
}

std::string openAiErrorBody(std::string_view body) {
  const auto doc = JsonDoc::parse(body);
  const auto error = doc ? doc->root()["error"] : JsonDoc::Node();
  const auto type = error["type"].stringOr("");
  const auto code = codeText(error["code"]);
  return "{\"error\":{\"message\":" + quoteJson(error["message"].stringOr("")) + ",\"type\":" + orNull(type) + ",\"param\":" +
      orNull(error["param"].stringOr("")) + ",\"code\":" + orNull(code.empty() ? type : code) + "}}";
}

std::string errorBody(const Error& error) {
  const auto entry = domain::errorStatus(error.code);
  return "{\"error\":{\"message\":" + quoteJson(error.message) + ",\"type\":" + quoteJson(entry.type) +
      ",\"param\":" + orNull(error.param) + ",\"code\":" + quoteJson(errorCode(error)) + "}}";
}

http::Response errorResponse(const Error& error) {
  http::Response response;
  const bool passed = error.code == ErrorCode::UpstreamRejected;
  response.status = passed && error.status != 0 ? error.status : domain::errorStatus(error.code).http;
  response.headers.add("Content-Type", "application/json");
  if (error.retry_after_s > 0) {
    response.headers.add("Retry-After", std::to_string(static_cast<long long>(std::ceil(error.retry_after_s))));
  }
  response.body = passed && !error.detail.empty() ? error.detail : errorBody(error);
  return response;
}

}  // namespace signalbox::dialect
