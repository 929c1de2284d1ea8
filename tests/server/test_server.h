// SPDX-License-Identifier: Apache-2.0
// A real server on a free port whose handler is a function of the path, and that remembers what happened to it.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "patience.h"
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
  [[nodiscard]] bool await(std::string_view what, std::chrono::milliseconds patience = patient(std::chrono::seconds(5))) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return std::find(notes_.begin(), notes_.end(), what) != notes_.end(); });
  }
  // Waits for a condition that another thread brings about: it is looked at after every note, and at short intervals because not
  // everything that happens in a server leaves one.
  template <class Condition>
  [[nodiscard]] bool awaitUntil(Condition&& condition, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      std::unique_lock lock(mutex_);
      if (std::chrono::steady_clock::now() > until) return false;
      changed_.wait_for(lock, std::chrono::milliseconds(2));
    }
    return true;
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
  void serve(ServerOptions options = {}, SocketHandler* sockets = nullptr) { serve(std::move(options), handler, sockets); }
  void serve(ServerOptions options, Handler& by, SocketHandler* sockets = nullptr) {
    auto server = Server::bind(std::move(options), by, sockets);
    ASSERT_TRUE(server) << server.error().message;
    running = std::move(*server);
    running->start();
  }
  [[nodiscard]] std::uint16_t port() const { return running->port(); }
  template <class F>
  bool eventually(F&& condition, std::chrono::milliseconds patience = patient(std::chrono::seconds(5))) {
    return handler.awaitUntil(std::forward<F>(condition), patience);
  }

  ScriptedHandler handler;
  std::unique_ptr<Server> running;
};

// Holds handlers until a test opens it.
class Gate {
 public:
  Task<void> passed() {
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    {
      const std::lock_guard lock(mutex_);
      if (open_) co_return;
      waiting_.push_back(timer);
    }
    co_await timer->async_wait(asio::as_tuple(kAwaitable));
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    for (const auto& timer : waiting_) asio::post(timer->get_executor(), [timer] { timer->cancel(); });
    waiting_.clear();
  }

 private:
  std::mutex mutex_;
  bool open_ = false;
  std::vector<std::shared_ptr<asio::steady_timer>> waiting_;
};

}  // namespace signalbox::server
