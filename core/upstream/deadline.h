// SPDX-License-Identifier: Apache-2.0
// Deadlines of one worker, all on one timer: setting one and calling it off again costs no system call. One thread.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/task.h"

namespace signalbox::upstream {

class Deadline;

class Deadlines {
 public:
  explicit Deadlines(const Executor& executor);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

 private:
  friend class Deadline;
  using Entries = std::multimap<SteadyTime, Deadline*>;
  void arm();
  void onTimer();

  boost::asio::steady_timer timer_;
  SteadyTime armed_for_ = SteadyTime::max();
  Entries entries_;
  std::shared_ptr<bool> alive_;
};

// Calls `expired` at `when`, once, unless it is destroyed before; it may be destroyed in that call. Outlived by its Deadlines.
class Deadline {
 public:
  Deadline(Deadlines& all, SteadyTime when, std::function<void()> expired);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  friend class Deadlines;
  Deadlines& all_;
  std::function<void()> expired_;
  std::optional<Deadlines::Entries::iterator> entry_;  // none once it has fired
};

}  // namespace signalbox::upstream
