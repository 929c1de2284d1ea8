// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_embeddings.h"

#include <array>

#include "dialect/evidence.h"
#include "dialect/field_types.h"
#include "dialect/openai_error.h"
#include "dialect/prompts.h"
#include "dialect/request_edits.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

using namespace field_types;

constexpr std::array<Field, 6> kFields{{
    {"dimensions", kInteger},
    {"encoding_format", kString},
    {"input", kString | kArray},
    {"metadata", kObject},
    {"model", kString},
    {"user", kString},
}};

constexpr std::string_view kKind = "a list of embeddings";

std::unexpected<Error> malformed(std::string_view what) { return malformedAnswer(kKind, what); }

class EmbeddingsRelay final : public Translation {
 public:
  explicit EmbeddingsRelay(domain::UpstreamApi upstream) : upstream_(upstream) {}

  Result<Outgoing> request(const domain::Request& request, std::string_view model, bool) override {
    if (upstream_ != domain::UpstreamApi::OpenAi) return fail(ErrorCode::NotCarried, "this model's provider has no embeddings; ask for a model that makes them", "model");
    RequestEdits edits(request, model, {}, std::nullopt);
    return Outgoing{.path = "/embeddings", .body = edits.apply()};
  }

  Result<std::string> whole(std::string_view body, AnswerState& state) override {
    const auto doc = readAnswer(body, kKind);
    if (!doc) return std::unexpected(doc.error());
    const auto root = doc->root();
    if (!root["data"].isArray()) return malformed("it has no data");
    state.saw_choice = state.done = true;
    state.model = root["model"].stringOr("");
    state.usage = readInputUsage(root["usage"]);
    return std::string(body);
  }

  // Nobody asks for a stream of them.
  Result<Relayed> event(const http::SseEvent&, AnswerState&) override { return malformed("it is a stream"); }
  bool ends(const http::SseEvent&) const override { return false; }
  Result<void> checkEnd(const AnswerState&) const override { return malformed("it is a stream"); }
  std::string terminal(const http::SseEvent*) override { return {}; }
  Error error(int status, std::string_view body, double retry_after_s) const override { return readUpstreamError(status, body, retry_after_s); }

 private:
  domain::UpstreamApi upstream_;
};

}  // namespace

Result<domain::Request> readEmbeddingsRequest(std::string body, const http::Headers& headers) {
  domain::Request request;
  request.dialect = domain::Dialect::OpenAiEmbeddings;
  request.body = std::move(body);
  const auto doc = readTyped(kFields, request);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  if (!given(root["input"])) return wrongType("input", "a string or an array", root["input"]);
  const auto inputs = readPrompts("input", root["input"]);
  if (!inputs) return std::unexpected(inputs.error());
  takePrompts(*inputs, request);
  if (const auto read = readHintsAndHeaders(headers, root, root["metadata"], root["user"], request); !read) return std::unexpected(read.error());
  return request;
}

std::unique_ptr<Translation> relayEmbeddings(domain::UpstreamApi upstream) { return std::make_unique<EmbeddingsRelay>(upstream); }

}  // namespace signalbox::dialect
