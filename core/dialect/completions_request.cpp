// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "dialect/field_types.h"
#include "dialect/openai_completions.h"
#include "dialect/prompts.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

using namespace field_types;

constexpr std::array<Field, 19> kFields{{
    {"best_of", kInteger},
    {"echo", kBool},
    {"frequency_penalty", kNumber},
    {"logit_bias", kObject},
    {"logprobs", kInteger},
    {"max_tokens", kInteger},
    {"metadata", kObject},
    {"model", kString},
    {"n", kInteger},
    {"presence_penalty", kNumber},
    {"prompt", kString | kArray},
    {"seed", kInteger},
    {"stop", kString | kArray},
    {"stream", kBool},
    {"stream_options", kObject},
    {"suffix", kString},
    {"temperature", kNumber},
    {"top_p", kNumber},
    {"user", kString},
}};

Result<void> readNumbers(JsonDoc::Node root, std::size_t prompts, domain::Request& request) {
  if (const auto logprobs = root["logprobs"]; logprobs) {
    request.spans.logprobs = spanOf(logprobs);
    if (!logprobs.isNull()) {
      const auto top = wholeNumber(logprobs).value_or(0);
      if (top < 0 || top > 1000) return fail(ErrorCode::InvalidRequest, "'logprobs' must be from 0 to 1000", "logprobs");
      request.wants_logprobs = true;
      request.top_logprobs = static_cast<int>(top);
    }
  }
  const auto n = wholeNumber(root["n"]).value_or(1), best_of = wholeNumber(root["best_of"]).value_or(n);
  if (n < 1 || n > 128) return fail(ErrorCode::InvalidRequest, "'n' must be from 1 to 128", "n");
  if (best_of < 1 || best_of > 128) return fail(ErrorCode::InvalidRequest, "'best_of' must be from 1 to 128", "best_of");
  request.n = static_cast<int>(std::max(n, best_of)) * static_cast<int>(prompts);
  request.max_tokens = tokenLimit(root["max_tokens"]);
  return {};
}

}  // namespace

Result<domain::Request> readCompletionsRequest(std::string body, const http::Headers& headers) {
  domain::Request request;
  request.dialect = domain::Dialect::OpenAiCompletions;
  request.body = std::move(body);
  const auto doc = readTyped(kFields, request);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  std::size_t asked = 0;
  if (const auto prompt = root["prompt"]; given(prompt)) {
    const auto prompts = readPrompts("prompt", prompt);
    if (!prompts) return std::unexpected(prompts.error());
    takePrompts(*prompts, request);
    asked = prompts->size();
  } else {
    return wrongType("prompt", "a string or an array", prompt);
  }
  if (const auto read = readNumbers(root, asked, request); !read) return std::unexpected(read.error());
  if (const auto read = readStreamOptions(root["stream_options"], request); !read) return std::unexpected(read.error());
  request.stream = root["stream"].boolean().value_or(false);
  if (const auto stream = root["stream"]) request.spans.stream = spanOf(stream);
  if (const auto read = readHintsAndHeaders(headers, root, root["metadata"], root["user"], request); !read) return std::unexpected(read.error());
  return request;
}

}  // namespace signalbox::dialect
