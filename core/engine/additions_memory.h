// SPDX-License-Identifier: Apache-2.0
// What deployments have refused of what the router asks for beside what the client asked for: the usage of a stream, token
// probabilities, alternatives to them. Each is remembered by itself, for requests with and without tools apart (providers refuse
// combinations), taken away in steps, and only after a second request was refused over it: one odd request decides for nobody.
// Deployments that know chats only are remembered beside, because that is the same to all requests. Some minutes later it is asked
// for again. Thread-safe; the hot path reads one atomic as long as nothing was refused.
#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "dialect/openai_chat.h"
#include "domain/event.h"
#include "domain/tier.h"

namespace signalbox::engine {

class AdditionsMemory {
 public:
  // To whom a request goes, as far as it matters here.
  struct Asked {
    domain::Deployment deployment;
    bool tools = false;
  };
  explicit AdditionsMemory(Duration kept = std::chrono::minutes(10)) : kept_(kept) {}

  // `wanted` without what is known to be refused.
  [[nodiscard]] dialect::Additions within(const Asked& asked, dialect::Additions wanted) const;
  // What to ask for next, one after the other, when a request with `refused` was: nothing at all, and once that is known to help,
  // ever less, one thing at a time.
  [[nodiscard]] std::vector<dialect::Additions> next(const Asked& asked, dialect::Additions refused) const;
  // A request that was refused with `refused` was answered with `answered`, the step after it. True when something is asked for no
  // longer from now on.
  bool learn(const Asked& asked, const dialect::Additions& refused, const dialect::Additions& answered, const std::string& words);
  // A deployment whose completions were refused answered a chat instead.
  void learnLackOfCompletions(const domain::Deployment& deployment, const std::string& words);
  [[nodiscard]] bool lacksCompletions(const domain::Deployment& deployment) const;
  // What is in force for an upstream.
  [[nodiscard]] std::vector<domain::RefusedAddition> of(const std::string& upstream) const;

 private:
  // How much is asked for of the probabilities.
  static constexpr int kAll = 20, kFew = 5, kTokensOnly = 0, kNone = -1;
  struct Refusal {
    SteadyTime until = SteadyTime::min();
    WallMicros until_wall = 0;
    std::string words;
  };
  struct Known {
    Asked asked;
    SteadyTime suspected_until = SteadyTime::min();
    Refusal usage;
    Refusal probabilities;
    Refusal completions;
    int most = kAll;  // while `probabilities` holds
  };
  [[nodiscard]] std::vector<Known>::const_iterator find(const Asked& asked) const;
  [[nodiscard]] Known& entry(const Asked& asked);
  [[nodiscard]] Refusal refusal(const std::string& words) const;

  Duration kept_;
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::vector<Known> all_;
};

}  // namespace signalbox::engine
