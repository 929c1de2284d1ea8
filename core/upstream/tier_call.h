// SPDX-License-Identifier: Apache-2.0
// A tier is asked: its deployments in order until one of them gives something to commit to. What was tried is told to the nested
// Host, whose owner writes it down.
#pragma once
#include <memory>

#include "upstream/exchange.h"

namespace signalbox::upstream {

class Host {
 public:
  virtual ~Host() = default;
  // What to ask this deployment for beside what the client wants.
  [[nodiscard]] virtual dialect::Additions additions(const domain::Deployment& deployment) = 0;
  // A failed attempt; the successful one is the caller's to record once it has ended.
  virtual void attemptFailed(const Exchange& exchange, const domain::Attempt& attempt, const Error& error) = 0;
  // What became of the tier beside attempts, for people: who was passed over, what was not tried any more.
  virtual void note(const std::string& words) = 0;
};

struct TierCall {
  const domain::Tier* tier = nullptr;
  const domain::Request* request = nullptr;
  bool stream = false;             // ask for a stream
  // Of a stream, what is read before anything of it can reach the client: until then one that breaks off may be asked for elsewhere.
  // Null: its first token.
  Exchange::Enough enough = nullptr;
  Duration wait = Duration::max();  // for that much, after the first words
  bool short_answer = false;       // short by nature: the tier's timeout holds for the whole of it
  double timeout_scale = 1.0;      // 0.5 + complexity
  bool probe = false;              // of the router's own, to keep the deployment warm: one attempt
  std::string_view key{};          // whose turn it is where requests wait for a place; outlives the call
};

// The first deployment that answers, opened, and read as far as `enough` wants; those that are open, cooling or refused the credential
// are passed over. The error is that of the tier as a whole: a request that the upstream refused is returned at once; every one limited:
// UpstreamRateLimited with the smallest wait; every one open: Unavailable with a wait; only timeouts: UpstreamTimeout; else the last.
[[nodiscard]] Task<Result<std::unique_ptr<Exchange>>> callTier(Client& client, TierCall call, Host& host);

// Whether another deployment or tier may be tried after this error.
[[nodiscard]] bool mayFailOver(const Error& error);
// The error of several failed attempts taken together, as above. REQUIRES: at least one.
[[nodiscard]] Error combine(const std::vector<Error>& errors);

}  // namespace signalbox::upstream
