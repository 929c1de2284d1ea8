// SPDX-License-Identifier: Apache-2.0
// One worker's way to a place at an upstream, as something its tasks can await; see admit/places.h. Lives on the worker's thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admit/places.h"
#include "base/error.h"
#include "base/task.h"

namespace signalbox::upstream {

// A place that is taken; left when this goes, or before that.
class Place {
 public:
  Place() = default;
  explicit Place(std::shared_ptr<admit::Places> places) : places_(std::move(places)) {}
  ~Place() { leave(); }
  Place(Place&& other) noexcept : places_(std::move(other.places_)), since_(other.since_) {}
  Place& operator=(Place&& other) noexcept {
    if (this == &other) return *this;
    leave();
    places_ = std::move(other.places_);
    since_ = other.since_;
    return *this;
  }
  // From now on there is a request in it. How long one takes is learnt from places that had one.
  void begin() { since_ = steadyNow(); }
  void leave() {
    const auto places = std::exchange(places_, nullptr);
    if (!places) return;
    if (since_) places->leave(steadyNow() - *since_);
    else places->leave(std::nullopt);
  }

 private:
  std::shared_ptr<admit::Places> places_;
  std::optional<SteadyTime> since_;
};

// A place now; nullopt where somebody waits already, or there is none.
[[nodiscard]] std::optional<Place> placeNow(const std::shared_ptr<admit::Places>& places);

// Somebody to wait for.
struct Line {
  std::string upstream;
  std::shared_ptr<admit::Places> places;
};
// There is none at any of these, and when to come back: Overloaded. REQUIRES: at least one.
[[nodiscard]] Error noPlace(const std::vector<Line>& lines);
struct PlaceAt {
  std::size_t line = 0;  // index
  Place place;
};
// Waits in all of these lines for the turn of the key, since `since` and in each no longer than it allows: the first place that
// is free. Overloaded as above, also where waiting would take too long; ClientGone when the task is called off meanwhile.
[[nodiscard]] Task<Result<PlaceAt>> awaitPlace(std::vector<Line> lines, std::string key, SteadyTime since);
// What tells the workers of places apart.
[[nodiscard]] const void* homeOf(const Executor& executor);

}  // namespace signalbox::upstream
