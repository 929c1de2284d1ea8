// SPDX-License-Identifier: Apache-2.0
// One worker's way to a place at an upstream, as something its tasks can await; see admit/places.h. Lives on the worker's thread.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "admit/places.h"
#include "base/error.h"
#include "base/task.h"

namespace signalbox::upstream {

// A place that is taken; left when this goes, or before that.
class Place {
 public:
  Place() = default;
  explicit Place(std::shared_ptr<admit::Places> places) : places_(std::move(places)), since_(steadyNow()) {}
  ~Place() { leave(); }
  Place(Place&& other) noexcept : places_(std::move(other.places_)), since_(other.since_) {}
  Place& operator=(Place&& other) noexcept {
    if (this == &other) return *this;
    leave();
    places_ = std::move(other.places_);
    since_ = other.since_;
    return *this;
  }
  void leave() {
    if (const auto places = std::exchange(places_, nullptr)) places->leave(steadyNow() - since_);
  }

 private:
  std::shared_ptr<admit::Places> places_;
  SteadyTime since_{};
};

// A place now; nullopt where somebody waits already, or there is none.
[[nodiscard]] std::optional<Place> placeNow(const std::shared_ptr<admit::Places>& places);
// There is none, and when to come back: Overloaded.
[[nodiscard]] Error noPlace(const std::string& upstream, const admit::Places& places);
// Waits for the turn of the key. Overloaded as above, also where waiting would take too long; ClientGone when the task is called off
// meanwhile.
[[nodiscard]] Task<Result<Place>> awaitPlace(std::shared_ptr<admit::Places> places, std::string upstream, std::string key);
// What tells the workers of places apart.
[[nodiscard]] const void* homeOf(const Executor& executor);

}  // namespace signalbox::upstream
