// SPDX-License-Identifier: Apache-2.0
#include "engine/additions_memory.h"

#include <algorithm>

namespace signalbox::engine {
namespace {

bool asksProbabilities(const dialect::Additions& add) { return add.logprobs || add.top_logprobs; }

void dropProbabilities(dialect::Additions& add) { add.logprobs = add.top_logprobs = false; }

// As the wire and /metrics name it.
std::string_view nameOf(int most) { return most > 0 ? "top_logprobs>5" : most == 0 ? "top_logprobs" : "logprobs"; }

}  // namespace

std::vector<AdditionsMemory::Known>::const_iterator AdditionsMemory::find(const Asked& asked) const {
  return std::find_if(all_.begin(), all_.end(), [&](const Known& known) {
    return known.asked.tools == asked.tools && known.asked.deployment == asked.deployment;
  });
}

AdditionsMemory::Known& AdditionsMemory::entry(const Asked& asked) {
  if (const auto known = find(asked); known != all_.end()) return all_[static_cast<std::size_t>(known - all_.begin())];
  Known& fresh = all_.emplace_back();
  fresh.asked = asked;
  any_.store(true, std::memory_order_release);
  return fresh;
}

AdditionsMemory::Refusal AdditionsMemory::refusal(const std::string& words) const {
  return {steadyNow() + kept_, wallNow() + std::chrono::duration_cast<std::chrono::microseconds>(kept_).count(), words};
}

dialect::Additions AdditionsMemory::within(const Asked& asked, dialect::Additions wanted) const {
  if (!any_.load(std::memory_order_acquire)) return wanted;
  const std::lock_guard lock(mutex_);
  const auto known = find(asked);
  if (known == all_.end()) return wanted;
  const SteadyTime now = steadyNow();
  if (known->usage.until > now) wanted.usage = false;
  if (known->probabilities.until <= now || wanted.top <= known->most) return wanted;
  // Alternatives are read or not, but a token's own probability is not taken for the label's.
  const bool only_tokens = wanted.top == 1 && wanted.logprobs;
  if (known->most > 0 || (known->most == kTokensOnly && only_tokens)) {
    wanted.top = known->most;
    if (wanted.top_logprobs && wanted.keep >= wanted.top) wanted.top_logprobs = false;
  } else {
    dropProbabilities(wanted);
  }
  return wanted;
}

std::vector<dialect::Additions> AdditionsMemory::next(const Asked& asked, dialect::Additions refused) const {
  bool suspected = false;
  {
    const std::lock_guard lock(mutex_);
    const auto known = find(asked);
    suspected = known != all_.end() && known->suspected_until > steadyNow();
  }
  std::vector<dialect::Additions> steps;
  if (suspected && asksProbabilities(refused)) {
    if (refused.usage) {
      refused.usage = false;
      steps.push_back(refused);
    }
    const bool only_tokens = refused.top == 1 && refused.logprobs;
    if (refused.top > kFew && refused.keep < kFew) {
      refused.top = kFew;
      steps.push_back(refused);
    } else if (only_tokens) {
      refused.top = kTokensOnly;
      steps.push_back(refused);
    }
  }
  steps.emplace_back();
  return steps;
}

bool AdditionsMemory::learn(const Asked& asked, const dialect::Additions& refused, const dialect::Additions& answered, const std::string& words) {
  const std::lock_guard lock(mutex_);
  Known& known = entry(asked);
  const SteadyTime now = steadyNow();
  const bool suspected = known.suspected_until > now;
  known.suspected_until = now + 2 * kept_;  // longer than what is in force: what is asked for again and refused again is known at once
  const bool usage = refused.usage && !answered.usage;
  const bool probabilities = asksProbabilities(refused) && (!asksProbabilities(answered) || answered.top < refused.top);
  if (!suspected || usage == probabilities) return false;  // which of two it was is found out when it happens again
  if (usage) {
    known.usage = refusal(words);
    return true;
  }
  // Where alternatives were wanted, nothing is known of probabilities without them.
  const bool only_tokens = refused.top <= 1 && refused.logprobs;
  int most = asksProbabilities(answered) ? answered.top : kTokensOnly;
  if (!asksProbabilities(answered) && only_tokens) most = kNone;
  if (known.probabilities.until > now) most = std::min(most, known.most);
  known.most = most;
  known.probabilities = refusal(words);
  return true;
}

void AdditionsMemory::learnLackOfCompletions(const domain::Deployment& deployment, const std::string& words) {
  const std::lock_guard lock(mutex_);
  entry({deployment, false}).completions = refusal(words);
}

bool AdditionsMemory::lacksCompletions(const domain::Deployment& deployment) const {
  if (!any_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock(mutex_);
  const auto known = find({deployment, false});
  return known != all_.end() && known->completions.until > steadyNow();
}

std::vector<domain::RefusedAddition> AdditionsMemory::of(const std::string& upstream) const {
  std::vector<domain::RefusedAddition> list;
  if (!any_.load(std::memory_order_acquire)) return list;
  const std::lock_guard lock(mutex_);
  const SteadyTime now = steadyNow();
  for (const Known& known : all_) {
    if (known.asked.deployment.upstream != upstream) continue;
    const auto add = [&](std::string_view what, const Refusal& refusal) {
      if (refusal.until > now) list.push_back({known.asked.deployment.model, std::string(what), known.asked.tools, refusal.until_wall, refusal.words});
    };
    add("completions", known.completions);
    add("usage", known.usage);
    add(nameOf(known.most), known.probabilities);
  }
  return list;
}

}  // namespace signalbox::engine
