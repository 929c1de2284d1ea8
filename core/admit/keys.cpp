// SPDX-License-Identifier: Apache-2.0
#include "admit/keys.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::admit {
namespace {

std::string_view presentedKey(const http::Headers& headers) {
  const std::string_view authorization = headers.get("authorization");
  constexpr std::string_view kBearer = "bearer ";
  if (authorization.size() > kBearer.size() && equalsIgnoreCase(authorization.substr(0, kBearer.size()), kBearer)) {
    return trim(authorization.substr(kBearer.size()));
  }
  return headers.get("x-api-key");
}

}  // namespace

bool Client::mayUse(std::string_view workload) const {
  return workloads.empty() || std::find(workloads.begin(), workloads.end(), workload) != workloads.end();
}

KeyRing::KeyRing(const std::vector<config::ClientKey>& keys, const Secret& client_token, KeyBook& book) {
  for (const auto& key : keys) {
    entries_.push_back({key.key.digest(), {key.name, key.workloads, KeyLimits::of(key), book.account(key.name)}});
  }
  if (keys.empty()) {
    entries_.push_back({client_token.digest(), {"local", {}, {}, book.account("local")}});
    where_ = "the token in the file that `signalbox serve` named when it started";
  } else {
    where_ = "one of the keys of the router's configuration";
  }
}

Result<const Client*> KeyRing::authenticate(const http::Headers& headers) const {
  const std::string_view presented = presentedKey(headers);
  if (presented.empty()) {
    return fail(ErrorCode::Unauthenticated, "no API key: send " + where_ + " as `Authorization: Bearer …` or `x-api-key`");
  }
  const Sha256 digest = sha256(presented);
  const Client* found = nullptr;
  for (const auto& entry : entries_) {
    if (equalConstantTime(entry.digest, digest)) found = &entry.client;
  }
  if (found == nullptr) return fail(ErrorCode::Unauthenticated, "this API key is not known here: use " + where_);
  return found;
}

}  // namespace signalbox::admit
