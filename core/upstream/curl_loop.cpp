// SPDX-License-Identifier: Apache-2.0
#include "upstream/curl_loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "base/log.h"
#include "upstream/address_rules.h"

namespace signalbox::upstream {

namespace asio = boost::asio;

// A socket stays registered with the reactor for as long as curl keeps the connection, so that a kept-alive one costs no
// registration per request.
struct CurlLoop::Watch {
  Watch(const Executor& executor, curl_socket_t fd) : descriptor(executor, fd), socket(fd) {}
  ~Watch() { letGo(); }
  // Must come before the socket is closed, not when the last reference goes: the number may be another socket's by then.
  void letGo() {
    if (descriptor.is_open()) descriptor.release();
  }
  asio::posix::stream_descriptor descriptor;
  curl_socket_t socket;
  int wanted = 0;  // CURL_POLL_*
  bool reading = false, writing = false;
};

CurlLoop::CurlLoop(Executor executor)
    : executor_(std::move(executor)), multi_(curl_multi_init()), timer_(executor_), alive_(std::make_shared<bool>(true)) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::onSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::onTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 1024L);
}

CurlLoop::~CurlLoop() {
  *alive_ = false;
  for (auto& [easy, unused] : running_) curl_multi_remove_handle(multi_, easy);
  curl_multi_cleanup(multi_);
}

void CurlLoop::prepare(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlLoop::onOpen);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlLoop::onClose);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

void CurlLoop::add(CURL* easy, Finished finished) {
  running_.emplace(easy, std::move(finished));
  inside_ = true;
  curl_multi_add_handle(multi_, easy);
  inside_ = false;
  act(CURL_SOCKET_TIMEOUT, 0);  // start at once instead of through a zero timer
}

void CurlLoop::remove(CURL* easy) {
  if (running_.erase(easy) == 0) return;
  const bool outer = !inside_;
  inside_ = true;
  curl_multi_remove_handle(multi_, easy);
  if (outer) inside_ = false;
}

void CurlLoop::resume(CURL* easy) {
  const bool outer = !inside_;
  inside_ = true;
  curl_easy_pause(easy, CURLPAUSE_CONT);
  if (outer) {
    inside_ = false;
    act(CURL_SOCKET_TIMEOUT, 0);
  }
}

void CurlLoop::defer(std::function<void()> ready) {
  ready_.push_back(std::move(ready));
  if (!inside_) postDrain();
}

void CurlLoop::postDrain() {
  if (drain_posted_) return;
  drain_posted_ = true;
  asio::post(executor_, [this, alive = alive_] {
    if (!*alive) return;
    drain_posted_ = false;
    runReady();
  });
}

CurlLoop::DeadlineHandle CurlLoop::setDeadline(SteadyTime when, std::function<void()> expired) {
  const auto handle = deadlines_.emplace(when, std::move(expired));
  armTimer();
  return handle;
}

int CurlLoop::onSocket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  static_cast<CurlLoop*>(self)->want(socket, what);
  return 0;
}

int CurlLoop::onTimer(CURLM*, long timeout_ms, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  loop.curl_deadline_ = timeout_ms < 0 ? SteadyTime::max() : steadyNow() + std::chrono::milliseconds(timeout_ms);
  loop.armTimer();
  return 0;
}

curl_socket_t CurlLoop::onOpen(void*, curlsocktype, curl_sockaddr* address) {
  if (!mayConnect(address->addr)) {
    errno = EACCES;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

int CurlLoop::onClose(void* self, curl_socket_t socket) {
  auto& watches = static_cast<CurlLoop*>(self)->watches_;
  if (const auto found = watches.find(socket); found != watches.end()) {
    found->second->letGo();
    watches.erase(found);
  }
  return ::close(socket);
}

void CurlLoop::want(curl_socket_t socket, int what) {
  auto& watch = watches_[socket];
  if (!watch) {
    if (what == CURL_POLL_REMOVE) return;
    watch = std::make_shared<Watch>(executor_, socket);
  }
  watch->wanted = what == CURL_POLL_REMOVE ? 0 : what;
  arm(watch);
}

void CurlLoop::arm(const std::shared_ptr<Watch>& watch) {
  using Wait = asio::posix::stream_descriptor::wait_type;
  const auto wait = [&](Wait kind, bool Watch::*armed, int curl_event) {
    if (watch.get()->*armed) return;
    watch.get()->*armed = true;
    watch->descriptor.async_wait(kind, [this, alive = alive_, weak = std::weak_ptr(watch), armed, curl_event,
                                        poll = kind == Wait::wait_read ? CURL_POLL_IN : CURL_POLL_OUT](boost::system::error_code error) {
      if (!*alive) return;
      const auto live = weak.lock();
      if (!live) return;
      live.get()->*armed = false;
      if (!error && (live->wanted & poll)) act(live->socket, curl_event);
      // curl may have closed the socket or changed its mind meanwhile; only a watch still in the table is armed again.
      const auto found = watches_.find(live->socket);
      if (!error && found != watches_.end() && found->second == live && live->wanted) arm(live);
    });
  };
  if (watch->wanted & CURL_POLL_IN) wait(Wait::wait_read, &Watch::reading, CURL_CSELECT_IN);
  if (watch->wanted & CURL_POLL_OUT) wait(Wait::wait_write, &Watch::writing, CURL_CSELECT_OUT);
}

void CurlLoop::act(curl_socket_t socket, int events) {
  int still_running = 0;
  inside_ = true;
  curl_multi_socket_action(multi_, socket, events, &still_running);
  inside_ = false;
  collect();
  runReady();
}

void CurlLoop::collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode result = message->data.result;
    const auto found = running_.find(easy);
    if (found == running_.end()) continue;
    auto finished = std::move(found->second);
    running_.erase(found);
    curl_multi_remove_handle(multi_, easy);
    finished(result);
  }
}

void CurlLoop::runReady() {
  // What runs may add more; those wait for the next round so that no coroutine can starve the sockets.
  const auto batch = std::exchange(ready_, {});
  for (const auto& ready : batch) ready();
  if (!ready_.empty()) postDrain();
}

void CurlLoop::armTimer() {
  SteadyTime next = curl_deadline_;
  if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
  if (next >= timer_at_) return;  // it fires early at worst and is set again then
  timer_at_ = next;
  timer_.expires_at(next);
  timer_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (*alive && !error) onTimerFired();
  });
}

void CurlLoop::onTimerFired() {
  timer_at_ = SteadyTime::max();
  const SteadyTime now = steadyNow();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    auto expired = std::move(deadlines_.begin()->second);
    deadlines_.erase(deadlines_.begin());
    expired();
  }
  if (curl_deadline_ <= now) {
    curl_deadline_ = SteadyTime::max();
    act(CURL_SOCKET_TIMEOUT, 0);
  } else {
    runReady();
  }
  armTimer();
}

}  // namespace signalbox::upstream
