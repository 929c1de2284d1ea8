// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_walk.h"

#include <algorithm>
#include <utility>

namespace signalbox::upstream {
namespace {

// Two attempts in a tier, three where they can go to different providers.
std::size_t attemptsIn(const domain::Tier& tier) {
  const auto& all = tier.deployments;
  const bool several = std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.upstream != all.front().upstream; });
  return several ? 3 : 2;
}

}  // namespace

bool mayPass(const Error& error) {
  constexpr int kOverloaded = 529;
  const int status = error.status;
  return error.code == ErrorCode::UpstreamError && (status == 500 || status == 502 || status == 503 || status == kOverloaded);
}

Duration jitteredWait(std::size_t n, double random) {
  constexpr auto kFirst = std::chrono::milliseconds(100);
  return std::chrono::duration_cast<Duration>(kFirst * static_cast<double>(n) * (0.5 + random));
}

// A provider that wants to be left alone for longer than anybody would wait is not asked again.
bool TierWalk::mayWait(SteadyTime now, Duration wait) const {
  constexpr auto kLongest = std::chrono::seconds(2);
  return wait <= Duration{} || (wait <= kLongest && now + wait < deadline_);
}

TierWalk::TierWalk(const domain::Tier& tier, Protection& protection, SteadyTime deadline, Room room)
    : tier_(tier), protection_(protection), deadline_(deadline), room_(std::move(room)), most_(attemptsIn(tier)), places_(tier.deployments.size(), Place::Untried) {}

void TierWalk::skip(std::size_t at, const Closed& closed) {
  places_[at] = Place::Skipped;
  const auto known = std::ranges::find(skipped_, at, &Skipped::deployment);
  if (known == skipped_.end()) skipped_.push_back({at, closed});
  else known->closed = closed;
}

std::optional<TierWalk::Step> TierWalk::permitted(std::size_t at, SteadyTime now, bool nobody_else) {
  auto permit = protection_.of(tier_.deployments[at]).admit(now, nobody_else);
  if (!permit) {
    if (unasked(at)) skip(at, permit.error());
    return std::nullopt;
  }
  return Step{at, std::move(*permit), {}, attempts_ == 0};
}

std::optional<TierWalk::Step> TierWalk::take(std::size_t at, SteadyTime now, bool nobody_else, Duration wait) {
  auto step = permitted(at, now, nobody_else);
  if (step) step->wait = wait;
  // A place is for whoever is asked, and not for whoever waits to be.
  if (!step || wait > Duration{} || !room_ || room_(at)) return step;
  if (places_[at] != Place::Again) places_[at] = Place::Full;
  return std::nullopt;
}

bool TierWalk::someFull() const { return std::ranges::find(places_, Place::Full) != places_.end(); }

std::vector<std::size_t> TierWalk::full() const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; attempts_ == 0 && i < places_.size(); ++i) {
    if (places_[i] == Place::Full) all.push_back(i);
  }
  return all;
}

std::optional<TierWalk::Step> TierWalk::placed(std::size_t deployment, SteadyTime now) {
  places_[deployment] = Place::Untried;
  auto step = permitted(deployment, now, false);
  if (!step && !someFull()) step = permitted(deployment, now, true);
  if (step) choose(*step);
  return step;
}

std::optional<TierWalk::Step> TierWalk::pick(SteadyTime now, double random) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (!unasked(i)) continue;
    const bool same_provider = last_again_ && tier_.deployments[*last_].upstream == tier_.deployments[i].upstream;
    const Duration wait = same_provider ? std::max(asked_to_wait_, jitteredWait(attempts_, random)) : Duration{};
    if (!mayWait(now, wait)) continue;
    if (auto step = take(i, now, false, wait)) return step;
  }
  for (std::size_t i = 0; attempts_ == 0 && !someFull() && i < places_.size(); ++i) {
    if (places_[i] == Place::Asked) continue;
    if (auto step = take(i, now, true)) return step;
  }
  const Duration wait = std::max(asked_to_wait_, jitteredWait(attempts_, random));
  for (std::size_t i = 0; attempts_ > 0 && mayWait(now, wait) && i < places_.size(); ++i) {
    if (places_[i] != Place::Again) continue;
    if (auto step = take(i, now, false, wait)) return step;
  }
  return std::nullopt;
}

std::optional<TierWalk::Step> TierWalk::next(SteadyTime now, double random) {
  if (attempts_ >= most_) return std::nullopt;
  auto step = pick(now, random);
  if (!step) return step;
  if (!step->first && !protection_.budget(tier_.deployments[*last_].upstream).spend()) {
    budget_spent_ = true;
    return std::nullopt;
  }
  choose(*step);
  return step;
}

bool TierWalk::mayStill(const Step& step, SteadyTime now) const {
  return step.permit.trial() || protection_.of(tier_.deployments[step.deployment]).usable(now);
}

void TierWalk::choose(const Step& step) {
  if (step.first) protection_.budget(tier_.deployments[step.deployment].upstream).chosen();
  places_[step.deployment] = Place::Asked;
  before_last_ = std::exchange(last_, step.deployment);
  ++attempts_;
}

void TierWalk::failed(const Error& error) {
  last_again_ = mayPass(error);
  asked_to_wait_ = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(error.retry_after_s));
  if (last_again_) places_[*last_] = Place::Again;
}

std::optional<TierWalk::Step> TierWalk::beside(SteadyTime now) {
  for (std::size_t i = 0; attempts_ < most_ && i < places_.size(); ++i) {
    if (!unasked(i)) continue;
    auto step = take(i, now, false);
    if (!step) continue;
    places_[i] = Place::Asked;
    ++attempts_;
    return step;
  }
  return std::nullopt;
}

void TierWalk::passedOver() {
  --attempts_;
  last_ = before_last_;
  if (attempts_ > 0) protection_.budget(tier_.deployments[*last_].upstream).giveBack();  // which paid for it
}

Error TierWalk::refusal(double random) const {
  const auto all = [&](Closed::Why why) {
    return std::all_of(skipped_.begin(), skipped_.end(), [&](const Skipped& one) { return one.closed.why == why; });
  };
  Duration least = Duration::max();
  for (const Skipped& one : skipped_) least = std::min(least, one.closed.wait);
  const double wait = std::chrono::duration<double>(least).count();
  const auto& only = tier_.deployments.front();
  const std::string who = tier_.deployments.size() == 1 ? only.upstream + "/" + only.model : "every deployment of the tier " + tier_.name;
  if (all(Closed::Why::Limited)) return {ErrorCode::UpstreamRateLimited, who + " is limited by its provider", {}, {}, 0, wait};
  if (all(Closed::Why::Disabled)) {
    return {ErrorCode::UpstreamAuth, who + " has refused the router's credential, which is not used until it is accepted again", {}, {}, 0, 0};
  }
  // A tier that is open is tried each second. Clients that come back together would be the next rush, so they are told different times.
  constexpr double kSpread = 2;
  return {ErrorCode::Unavailable, who + " is failing and left alone for the moment", {}, {}, 0, 1 + kSpread * random};
}

}  // namespace signalbox::upstream
