// SPDX-License-Identifier: Apache-2.0
// One worker's calls that are answered on another thread, as something its tasks can await. What waits is kept here, on the
// worker's side: a reply that comes after the worker's end finds nobody, and the task has ended with its worker. All but the
// replies themselves on the worker's thread.
#pragma once
#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "base/task.h"

namespace signalbox::engine {

class Replies : public std::enable_shared_from_this<Replies> {
 public:
  explicit Replies(Executor executor) : executor_(std::move(executor)) {}

  // `start` is given a callback to be called at most once, from any thread; the task goes on on its own executor. A task that is
  // called off before goes on with ShuttingDown: whether what it asked for was done, nobody knows.
  template <class T, class Start>
  static Task<Result<T>> await(std::shared_ptr<Replies> self, Start start) {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<T>)>(
        [&self, &start](auto handler) {
          using Handler = decltype(handler);
          auto waiter = std::make_shared<WaiterOf<T, Handler>>(std::move(handler));
          self->waiting_.push_back(waiter);
          const std::weak_ptr<WaiterFor<T>> weak = waiter;
          const std::weak_ptr<Replies> replies = self;
          auto slot = asio::get_associated_cancellation_slot(waiter->handler);
          if (slot.is_connected()) {
            slot.assign([replies, weak](asio::cancellation_type) {
              complete<T>(replies, weak, fail(ErrorCode::ShuttingDown, "it was called off before it was known to be done"));
            });
          }
          start([replies, weak](Result<T> result) { complete<T>(replies, weak, std::move(result)); });
        },
        kAwaitable);
  }

  // The worker ends: no reply is posted to it any more, and the tasks that wait are destroyed.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    waiting_.clear();
  }

 private:
  struct Waiter {
    virtual ~Waiter() = default;
  };
  template <class T>
  struct WaiterFor : Waiter {
    virtual void resume(Result<T> result) = 0;
  };
  template <class T, class Handler>
  struct WaiterOf final : WaiterFor<T> {
    explicit WaiterOf(Handler h) : handler(std::move(h)) {}
    void resume(Result<T> result) override {
      if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
      auto task = std::move(handler);
      std::move(task)(std::move(result));
    }
    Handler handler;
  };

  template <class T>
  static void complete(const std::weak_ptr<Replies>& replies, const std::weak_ptr<WaiterFor<T>>& weak, Result<T> result) {
    const auto self = replies.lock();
    if (!self) return;
    const std::lock_guard lock(self->mutex_);
    if (self->ended_) return;  // with its executor
    asio::post(self->executor_, [replies, weak, result = std::move(result)]() mutable {
      const auto waiter = weak.lock();
      const auto kept = replies.lock();
      if (!waiter || !kept) return;
      std::erase_if(kept->waiting_, [&](const auto& one) { return one == waiter; });
      waiter->resume(std::move(result));
    });
  }

  Executor executor_;
  std::mutex mutex_;  // of ended_, and of the executor's life
  bool ended_ = false;
  std::vector<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace signalbox::engine
