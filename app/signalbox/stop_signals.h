// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM (and another, if need be), waited for instead of handled, so that a command can tidy up in peace. Make one before any thread is
// started: the signals are blocked from then on, in this thread and in every thread it starts.
#pragma once
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <ctime>

namespace signalbox::app {

class StopSignals {
 public:
  // `and_also`: another signal to wait for, 0 = none.
  explicit StopSignals(int and_also = 0) {
    ::sigemptyset(&set_);
    if (and_also != 0) ::sigaddset(&set_, and_also);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  // The signal that came.
  int wait() const {
    int signal = 0;
    while (::sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }
  // The signal that came within `patience`, else 0.
  int waitFor(std::chrono::nanoseconds patience) const {
    const timespec time{static_cast<time_t>(patience.count() / 1'000'000'000), patience.count() % 1'000'000'000};
    const int signal = ::sigtimedwait(&set_, nullptr, &time);
    return signal > 0 ? signal : 0;
  }

 private:
  sigset_t set_{};
};

}  // namespace signalbox::app
