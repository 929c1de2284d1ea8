// SPDX-License-Identifier: Apache-2.0
// A real server on a free port whose handler is a function of the path, and that remembers what happened to it.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "server/raw_client.h"
#include "server/server.h"

namespace signalbox::server {

using Behaviour = std::function<Task<void>(http::Request&, Responder&)>;

class ScriptedHandler : public Handler {
 public:
  void on(std::string path, Behaviour behaviour) { behaviours_[std::move(path)] = std::move(behaviour); }

  Task<void> handle(Worker& worker, http::Request request, Responder& responder) override {
    note("begin " + request.method + " " + request.target);
    {
      const std::lock_guard lock(mutex_);
      ++by_worker_[worker.index()];
    }
    const auto at = behaviours_.find(std::string(request.path()));
    if (at != behaviours_.end()) {
      co_await at->second(request, responder);
    } else {
      http::Response response;
      response.headers.add("content-type", "text/plain");
      response.body = request.method + " " + request.target + " " + request.body;
      co_await responder.send(std::move(response));
    }
    note("end " + request.target);
  }
  void refused(int status, std::string_view) override { note("refused " + std::to_string(status)); }

  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(what));
    changed_.notify_all();
  }
  // Waits until `what` was noted; the time it took.
  [[nodiscard]] bool await(std::string_view what, std::chrono::milliseconds patience = std::chrono::seconds(5)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return std::find(notes_.begin(), notes_.end(), what) != notes_.end(); });
  }
  [[nodiscard]] std::size_t count(std::string_view what) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(notes_.begin(), notes_.end(), what));
  }
  [[nodiscard]] std::map<std::size_t, std::size_t> byWorker() {
    const std::lock_guard lock(mutex_);
    return by_worker_;
  }

 private:
  std::map<std::string, Behaviour> behaviours_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
  std::map<std::size_t, std::size_t> by_worker_;
};

class ServerTest : public ::testing::Test {
 protected:
  void serve(ServerOptions options = {}, SocketHandler* sockets = nullptr) {
    auto server = Server::bind(std::move(options), handler, sockets);
    ASSERT_TRUE(server) << server.error().message;
    running = std::move(*server);
    running->start();
  }
  [[nodiscard]] std::uint16_t port() const { return running->port(); }
  // Waits for a condition that another thread brings about.
  template <class F>
  static bool eventually(F&& condition, std::chrono::milliseconds patience = std::chrono::seconds(5)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }

  ScriptedHandler handler;
  std::unique_ptr<Server> running;
};

inline Task<void> sleepFor(Duration duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(duration);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace signalbox::server
