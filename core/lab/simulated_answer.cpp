// SPDX-License-Identifier: Apache-2.0
#include "lab/simulated_answer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lab/random.h"

namespace signalbox::lab {
namespace {

// Another answer of the same task, the same one each time for this row and model.
std::string anotherAnswer(const std::vector<std::string>& answers, const std::string& answer, std::uint64_t draw) {
  if (answers.size() < 2) return "wrong";
  const std::size_t own = static_cast<std::size_t>(std::ranges::find(answers, answer) - answers.begin());
  const std::size_t at = Random(draw).below(answers.size() - 1);
  return answers[at < own ? at : at + 1];
}

std::string textOf(const Outcomes& outcomes, const OutcomeRow& row, const Record& record, std::uint64_t draw) {
  if (record.reply) return *record.reply;
  if (!row.answer) return record.right() ? "right" : "wrong";
  return record.right() ? *row.answer : anotherAnswer(outcomes.answers(row.task), *row.answer, draw);
}

// Cuts the text and finds the labels it competes with.
void shape(SimulatedAnswer& answer, const std::vector<std::string>& labels, std::optional<std::int64_t> output_tokens) {
  // One answer alone is no choice between labels.
  const bool is_label = labels.size() > 1 && std::ranges::find(labels, answer.text) != labels.end();
  answer.output_tokens = output_tokens.value_or(text::estimateTokens(answer.text));
  answer.tokens = cutTokens(answer.text, is_label ? 1 : answer.output_tokens);
  for (const auto& label : labels) {
    if (label != answer.text) answer.others.push_back(label);
  }
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

}  // namespace

double clampProbability(double p) { return std::clamp(p, kLeastProbability, 1.0); }

double SimulatedAnswer::probability(std::size_t token) const {
  return surprise.empty() ? *token_prob : clampProbability(std::exp(std::log(*token_prob) * surprise[token]));
}

void makeUneven(SimulatedAnswer& answer, double sigma, std::uint64_t seed) {
  if (!answer.token_prob || answer.tokens.size() < 2 || sigma <= 0) return;
  Random random(seed);
  answer.surprise.resize(answer.tokens.size());
  for (double& weight : answer.surprise) weight = std::exp(sigma * random.normal());
  const double mean = std::accumulate(answer.surprise.begin(), answer.surprise.end(), 0.0) / static_cast<double>(answer.surprise.size());
  for (double& weight : answer.surprise) weight /= mean;
}

std::int64_t inputTokens(const std::vector<domain::Message>& messages) {
  std::size_t bytes = 0;
  for (const auto& message : messages) bytes += message.text.size();
  return static_cast<std::int64_t>((bytes + 3) / 4);
}

SimulatedAnswer recordedAnswer(const Outcomes& outcomes, const OutcomeRow& row, const Record& record, std::string_view model,
                               std::uint64_t seed) {
  SimulatedAnswer answer;
  answer.text = textOf(outcomes, row, record, mixSeed(mixSeed(seed, row.id), model));
  if (record.token_prob) answer.token_prob = clampProbability(*record.token_prob);
  answer.input_tokens = record.input_tokens.value_or(inputTokens(row.messages));
  shape(answer, outcomes.labels(row.task), record.output_tokens);
  return answer;
}

SimulatedAnswer madeUpAnswer(const Outcomes& outcomes, const OutcomeRow* row, const std::vector<domain::Message>& messages,
                             std::string_view model, std::uint64_t seed) {
  static const std::vector<std::string> none;
  std::uint64_t draw = mixSeed(seed, model);
  for (const auto& message : messages) draw = mixSeed(draw, message.text);
  Random random(draw);
  const auto& labels = row ? outcomes.labels(row->task) : none;
  SimulatedAnswer answer;
  answer.text = labels.empty() ? "A made-up answer, number " + std::to_string(random.below(1000)) + "." : labels[random.below(labels.size())];
  answer.token_prob = clampProbability(0.5 + 0.5 * random.uniform());
  answer.input_tokens = inputTokens(messages);
  shape(answer, labels, std::nullopt);
  return answer;
}

std::vector<std::string> cutTokens(std::string_view text, std::int64_t count) {
  std::vector<std::string> tokens;
  if (text.empty() || count <= 0) return tokens;
  const std::size_t pieces = std::min(static_cast<std::size_t>(count), text.size());
  tokens.reserve(pieces);
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= pieces; ++i) {
    std::size_t end = std::max(begin + 1, text.size() * i / pieces);
    while (end < text.size() && continues(text[end])) ++end;
    if (end > text.size()) break;
    tokens.emplace_back(text.substr(begin, end - begin));
    begin = end;
    if (begin == text.size()) break;
  }
  return tokens;
}

}  // namespace signalbox::lab
