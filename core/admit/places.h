// SPDX-License-Identifier: Apache-2.0
// Places at one upstream: so many requests at once, so many waiting for one of them to end, and the others are told at once that
// there is no place. Waiting is fair between keys: they take turns, and where the line is full, the one with the most in it gives
// way. Thread-safe; time is an argument.
#pragma once
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"

namespace signalbox::admit {

class Places {
 public:
  struct Limits {
    std::size_t in_flight = 256;
    std::size_t pending = 256;
    Duration queue = std::chrono::seconds(1);  // the longest wait
  };
  // One who waits.
  class Waiter {
   public:
    enum class State : std::uint8_t { Waiting, Granted, Shed };
    Waiter(std::string of, const void* where) : key(std::move(of)), home(where) {}
    virtual ~Waiter() = default;
    // Its state has changed. Called from any thread while the line is locked: it must only pass the word on.
    virtual void told() = 0;
    const std::string key;
    const void* const home;  // whose end it does not outlive

   private:
    friend class Places;
    State state_ = State::Waiting;  // under the lock
  };

  explicit Places(Limits limits) : limits_(limits) {}
  // From now on. Nobody inside is sent away; whoever waits gets a place that is more.
  void change(Limits limits);

  // A place now, where nobody waits for one.
  [[nodiscard]] bool tryEnter();
  // A place, or one in the line, or none; told() comes only after Waiting. Whoever would wait for longer than the limit, as requests
  // go lately, is shed at once.
  [[nodiscard]] Waiter::State enter(const std::shared_ptr<Waiter>& waiter);
  // What has become of one who waits.
  [[nodiscard]] Waiter::State stateOf(const Waiter& waiter) const;
  // Gives up; Granted where a place has come meanwhile, which is then to be left.
  [[nodiscard]] Waiter::State giveUp(Waiter& waiter);
  // A place is free again after so long; nullopt: it was never used.
  void leave(std::optional<Duration> held);
  // Nobody of this home is told any more.
  void abandon(const void* home);

  [[nodiscard]] std::size_t inFlight() const;
  [[nodiscard]] std::size_t pending() const;
  [[nodiscard]] Duration longestWait() const;

 private:
  struct Line {  // of one key
    std::string key;
    std::deque<std::shared_ptr<Waiter>> waiting;
  };
  [[nodiscard]] std::size_t turnsBefore(const std::string& key) const;
  [[nodiscard]] bool makeRoomFor(const std::string& key);
  void grantAll();

  Limits limits_;
  mutable std::mutex mutex_;
  std::list<Line> lines_;  // in the order of their turns; none is empty
  std::size_t in_flight_ = 0, pending_ = 0;
  double held_s_ = 0;  // of the last requests, smoothed; 0: none has ended yet
};

}  // namespace signalbox::admit
