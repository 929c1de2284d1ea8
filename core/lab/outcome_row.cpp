// SPDX-License-Identifier: Apache-2.0
// One line of an outcomes file.
#include <cmath>

#include "base/json_doc.h"
#include "lab/outcomes.h"

namespace signalbox::lab {
namespace {

using Node = JsonDoc::Node;

std::unexpected<Error> wrong(const std::string& field, const std::string& allowed) {
  return fail(ErrorCode::InvalidInput, "`" + field + "` must be " + allowed, field);
}

Result<std::optional<double>> readNumber(Node object, const std::string& where, std::string_view key, double least, double most,
                                         const std::string& allowed) {
  const Node node = object[key];
  if (!node || node.isNull()) return std::nullopt;
  const auto value = node.number();
  if (!value || !std::isfinite(*value) || *value < least || *value > most) return wrong(where + std::string(key), allowed);
  return value;
}

Result<std::optional<std::int64_t>> readCount(Node object, const std::string& where, std::string_view key) {
  const Node node = object[key];
  if (!node || node.isNull()) return std::nullopt;
  const auto value = node.integer();
  if (!value || *value < 0) return wrong(where + std::string(key), "a whole number ≥ 0");
  return value;
}

// Takes a value or hands the error on.
#define SIGNALBOX_TAKE(target, expression)                                   \
  do {                                                                       \
    auto taken = (expression);                                               \
    if (!taken) return std::unexpected(std::move(taken.error()));            \
    target = *taken;                                                         \
  } while (false)

Result<Record> readRecord(Node node, const std::string& model) {
  const std::string where = "models." + model + ".";
  if (!node.isObject()) return wrong("models." + model, "an object with `correct`");
  Record record;
  std::optional<double> correct;
  SIGNALBOX_TAKE(correct, readNumber(node, where, "correct", 0, 1, "a number from 0 to 1"));
  if (!correct) return wrong(where + "correct", "a number from 0 to 1, and is missing");
  record.correct = *correct;
  SIGNALBOX_TAKE(record.token_prob, readNumber(node, where, "token_prob", 0, 1, "a probability from 0 to 1"));
  SIGNALBOX_TAKE(record.stated_confidence, readNumber(node, where, "stated_confidence", 0, 1, "a probability from 0 to 1"));
  SIGNALBOX_TAKE(record.cost_usd, readNumber(node, where, "cost_usd", 0, 1e9, "US dollars, at least 0"));
  SIGNALBOX_TAKE(record.latency_ms, readNumber(node, where, "latency_ms", 0, 1e9, "milliseconds, at least 0"));
  SIGNALBOX_TAKE(record.input_tokens, readCount(node, where, "input_tokens"));
  SIGNALBOX_TAKE(record.output_tokens, readCount(node, where, "output_tokens"));
  if (const Node reply = node["reply"]; reply && !reply.isNull()) {
    if (!reply.isString()) return wrong(where + "reply", "a string");
    record.reply = reply.string();
  }
  return record;
}
#undef SIGNALBOX_TAKE

Result<std::vector<domain::Message>> readMessages(Node root) {
  const Node prompt = root["prompt"];
  const Node list = root["messages"];
  if (prompt.isString() && !list) return std::vector<domain::Message>{{"user", *prompt.string()}};
  if (prompt || !list.isArray() || list.size() == 0) return wrong("prompt", "a string, or `messages` a list of messages");
  std::vector<domain::Message> messages;
  for (Node node = list.first(); node; node = node.next()) {
    const auto role = node["role"].string();
    const auto text = node["content"].string();
    if (!role || !text) return wrong("messages", "a list of {\"role\", \"content\"} with strings");
    messages.push_back({*role, *text});
  }
  return messages;
}

}  // namespace

Result<OutcomeRow> parseOutcomeRow(std::string_view line) {
  auto doc = JsonDoc::parse(line);
  if (!doc) return std::unexpected(std::move(doc.error()));
  const Node root = doc->root();
  if (!root.isObject()) return fail(ErrorCode::InvalidInput, "a line must be a JSON object");
  OutcomeRow row;
  row.id = root["id"].stringOr("");
  if (row.id.empty()) return wrong("id", "a string that is not empty");
  row.set = root["set"].stringOr("");
  row.task = root["task"].stringOr("");
  auto messages = readMessages(root);
  if (!messages) return std::unexpected(std::move(messages.error()));
  row.messages = std::move(*messages);
  if (const Node answer = root["answer"]; answer && !answer.isNull()) {
    if (!answer.isString()) return wrong("answer", "a string");
    row.answer = answer.string();
  }
  const Node models = root["models"];
  if (!models.isObject()) return wrong("models", "an object from model name to what it did");
  for (Node node = models.first(); node; node = node.next()) {
    auto record = readRecord(node, node.key());
    if (!record) return std::unexpected(std::move(record.error()));
    row.models.emplace(node.key(), std::move(*record));
  }
  return row;
}

}  // namespace signalbox::lab
