// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/strings.h"
#include "gate/gate.h"

namespace signalbox::gate {
namespace {

using domain::TokenEvidence;

std::string_view withoutLeadingSpace(std::string_view text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

// A logarithm above 0 is a rounding error of the server.
double probability(double logprob) { return std::exp(std::min(logprob, 0.0)); }

bool allFinite(const TokenEvidence& evidence) {
  return std::all_of(evidence.begin(), evidence.end(), [](const auto& token) { return std::isfinite(token.logprob); });
}

double meanToken(const TokenEvidence& evidence) {
  double sum = 0;
  for (const auto& token : evidence) sum += std::min(token.logprob, 0.0);
  return std::exp(sum / static_cast<double>(evidence.size()));
}

double minToken(const TokenEvidence& evidence) {
  double least = 0;
  for (const auto& token : evidence) least = std::min(least, token.logprob);
  return std::exp(least);
}

// The probability of each label, read along the answer's own path of tokens.
class LabelMass {
 public:
  explicit LabelMass(const std::vector<std::string>& labels) : labels_(labels), mass_(labels.size(), 0.0) {}

  // Walks the answer until its label is complete. What follows is white space and says nothing about the label.
  void read(const TokenEvidence& evidence, std::size_t answer) {
    const std::string& label = labels_[answer];
    std::string prefix;  // of the answer, without leading white space
    double path = 1;     // the probability of that prefix
    for (const auto& token : evidence) {
      for (const auto& other : token.top) {
        if (other.token == token.token) continue;
        has_alternatives_ = true;
        addAlternative(prefix, path * probability(other.logprob), other.token);
      }
      prefix += prefix.empty() ? withoutLeadingSpace(token.token) : std::string_view(token.token);
      path *= probability(token.logprob);
      if (trim(prefix) == label) break;
    }
    mass_[answer] += path;
  }

  // Of each label; nullopt where the server told of no alternative at all.
  [[nodiscard]] std::optional<std::vector<double>> shares() const {
    if (!has_alternatives_ || sum() <= 0) return std::nullopt;
    std::vector<double> shares(mass_.size());
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = share(i);
    return shares;
  }

  // Without alternatives the other labels may have all the rest: the answer's own probability is the least that its share can be.
  [[nodiscard]] double share(std::size_t answer) const {
    if (!has_alternatives_) return mass_[answer];
    return sum() > 0 ? mass_[answer] / sum() : 0.0;
  }

 private:
  // `probability` is that of the answer's prefix followed by this token instead. Every label that goes on like this has it: a
  // label's own later tokens are not looked at.
  void addAlternative(std::string_view prefix, double probability, std::string_view token) {
    const auto rest = prefix.empty() ? withoutLeadingSpace(token) : token;
    if (domain::isEndToken(rest) || trim(rest).empty()) {
      addTo(prefix, probability);  // the answer would have ended here
      return;
    }
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const std::string_view label = labels_[i];
      if (label.starts_with(prefix) && label.substr(prefix.size()).starts_with(rest)) mass_[i] += probability;
    }
  }

  void addTo(std::string_view label, double probability) {
    const auto found = std::find(labels_.begin(), labels_.end(), label);
    if (found != labels_.end()) mass_[static_cast<std::size_t>(found - labels_.begin())] += probability;
  }

  [[nodiscard]] double sum() const { return std::accumulate(mass_.begin(), mass_.end(), 0.0); }

  const std::vector<std::string>& labels_;
  std::vector<double> mass_;
  bool has_alternatives_ = false;
};

// Which label the answer is; nullopt: none of them.
std::optional<std::size_t> labelOf(const TokenEvidence& evidence, const std::vector<std::string>& labels) {
  std::string text;
  for (const auto& token : evidence) text += token.token;
  const auto found = std::find(labels.begin(), labels.end(), trim(text));
  if (found == labels.end()) return std::nullopt;
  return static_cast<std::size_t>(found - labels.begin());
}

// What the answer says of the labels; REQUIRES: it is the label `answer`.
LabelMass massOf(const TokenEvidence& evidence, const std::vector<std::string>& labels, std::size_t answer) {
  LabelMass mass(labels);
  mass.read(evidence, answer);
  return mass;
}

std::optional<double> topClass(const TokenEvidence& evidence, const std::vector<std::string>& labels) {
  if (labels.empty()) return std::nullopt;
  const auto answer = labelOf(evidence, labels);
  return answer ? massOf(evidence, labels, *answer).share(*answer) : 0.0;
}

}  // namespace

std::optional<LabelShares> labelShares(const TokenEvidence& evidence, const std::vector<std::string>& labels) {
  if (evidence.empty() || !allFinite(evidence)) return std::nullopt;
  const auto answer = labelOf(evidence, labels);
  if (!answer) return std::nullopt;
  auto shares = massOf(evidence, labels, *answer).shares();
  if (!shares) return std::nullopt;
  return LabelShares{std::move(*shares), *answer};
}

std::optional<double> confidence(domain::Signal signal, const TokenEvidence& evidence, const std::vector<std::string>& labels) {
  if (evidence.empty() || !allFinite(evidence)) return std::nullopt;
  switch (signal) {
    case domain::Signal::TopClass: return topClass(evidence, labels);
    case domain::Signal::MeanToken: return meanToken(evidence);
    case domain::Signal::MinToken: return minToken(evidence);
    default: return std::nullopt;  // these need calls of their own; policy/compile() refuses them
  }
}

}  // namespace signalbox::gate
