// SPDX-License-Identifier: Apache-2.0
#include "dialect/feedback.h"

#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox::dialect {
namespace {

constexpr std::size_t kLongestNote = 1024;

std::unexpected<Error> bad(std::string message, std::string param) {
  return fail(ErrorCode::InvalidRequest, std::move(message), std::move(param));
}

// Either `score` or `correct` has to be there; a null score means unsure.
Result<std::optional<double>> readScore(JsonDoc::Node root) {
  const auto score = root["score"];
  const auto correct = root["correct"];
  if (score && correct) return bad("give 'score' or 'correct', not both", "score");
  if (correct) {
    if (const auto value = correct.boolean()) return *value ? 1.0 : 0.0;
    const auto value = correct.number();
    if (!value || (*value != 0 && *value != 1)) return bad("'correct' must be true or false", "correct");
    return *value;
  }
  if (!score) return bad("'score' (0 to 1, or null for unsure) or 'correct' (true or false) is needed", "score");
  if (score.isNull()) return std::optional<double>();
  const auto value = score.number();
  if (!value || !(*value >= 0 && *value <= 1)) return bad("'score' must be a number from 0 to 1", "score");
  return *value;
}

Result<std::string> readText(JsonDoc::Node node, std::string name) {
  if (!node || node.isNull()) return std::string();
  auto text = node.string();
  if (!text) return bad("'" + name + "' must be a string", name);
  if (text->size() > kLongestNote) return bad("'" + name + "' is longer than " + std::to_string(kLongestNote) + " bytes", name);
  return std::move(*text);
}

}  // namespace

Result<domain::Label> readFeedback(std::string_view body, WallMicros now) {
  const auto doc = JsonDoc::parse(body);
  if (!doc) return bad("the request body is not usable: " + doc.error().message, {});
  const auto root = doc->root();
  if (!root.isObject()) return bad("the request body must be a JSON object", {});
  const auto id = root["decision_id"].string();
  if (!id) return bad("'decision_id' must be the id from x-signalbox-decision-id", "decision_id");
  // A text that cannot be an id is the id of no decision.
  const auto parsed = Uuid::parse(*id);
  if (!parsed) {
    return fail(ErrorCode::UnknownDecision, "no decision has the id \"" + std::string(cutUtf8(*id, 64)) + "\"; it is in the header x-signalbox-decision-id",
                "decision_id");
  }

  domain::Label label;
  label.decision_id = *parsed;
  label.ts = now;
  const auto score = readScore(root);
  if (!score) return std::unexpected(score.error());
  label.score = *score;
  const auto source = readText(root["source"], "source");
  if (!source) return std::unexpected(source.error());
  const auto known = domain::parse<domain::LabelSource>(*source);
  // A word of the client's own ranks below those that have a rank, and is kept with the note.
  if (!source->empty()) label.source = known.value_or(domain::LabelSource::File);
  auto note = readText(root["note"], "note");
  if (!note) return std::unexpected(note.error());
  auto right = readText(root["label"], "label");
  if (!right) return std::unexpected(right.error());
  label.note = note->empty() ? std::move(*right) : std::move(*note);
  if (!source->empty() && !known) label.note = "source: " + *source + (label.note.empty() ? "" : "; " + label.note);
  return label;
}

}  // namespace signalbox::dialect
