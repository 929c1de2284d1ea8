// SPDX-License-Identifier: Apache-2.0
// libcurl's multi interface driven by one worker's executor: sockets and timers are watched by Asio, finished transfers are
// handed back, and waiting coroutines are resumed outside curl's own calls (curl refuses to be entered from its callbacks).
// One per worker; every call on that worker's thread.
#pragma once
#include <curl/curl.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/task.h"

namespace signalbox::upstream {

class CurlLoop {
 public:
  explicit CurlLoop(Executor executor);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // Starts a prepared easy handle; `finished` is called once, outside curl, unless remove() comes first.
  using Finished = std::function<void(CURLcode)>;
  void add(CURL* easy, Finished finished);
  void remove(CURL* easy);
  void resume(CURL* easy);  // after a write callback paused it

  // Runs `ready` soon on this thread, after the current curl call has returned.
  void defer(std::function<void()> ready);

  // One timer for all deadlines. The handle stays valid until it fires or is cancelled.
  using DeadlineMap = std::multimap<SteadyTime, std::function<void()>>;
  using DeadlineHandle = DeadlineMap::iterator;
  [[nodiscard]] DeadlineHandle setDeadline(SteadyTime when, std::function<void()> expired);
  void cancelDeadline(DeadlineHandle handle) { deadlines_.erase(handle); }

  [[nodiscard]] Executor executor() const { return executor_; }
  // Socket hooks for every easy handle: addresses are vetted before connecting.
  void prepare(CURL* easy);

 private:
  struct Watch;
  static int onSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
  static int onTimer(CURLM* multi, long timeout_ms, void* self);
  static curl_socket_t onOpen(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int onClose(void* self, curl_socket_t socket);
  void want(curl_socket_t socket, int what);
  void arm(const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t socket, int events);
  void collect();
  void runReady();
  void postDrain();
  void armTimer();
  void onTimerFired();

  Executor executor_;
  CURLM* multi_;
  boost::asio::steady_timer timer_;
  SteadyTime timer_at_ = SteadyTime::max();      // when the timer is armed for
  SteadyTime curl_deadline_ = SteadyTime::max();
  DeadlineMap deadlines_;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::unordered_map<CURL*, Finished> running_;
  std::vector<std::function<void()>> ready_;
  bool inside_ = false;                          // within a curl call
  bool drain_posted_ = false;
  std::shared_ptr<bool> alive_;
};

}  // namespace signalbox::upstream
