// SPDX-License-Identifier: Apache-2.0
// Turns a call with a reply on another thread into something a worker's task can await.
#pragma once
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/task.h"

namespace signalbox::engine {

// `start` is given a callback to be called exactly once, from any thread; the task goes on on its own executor.
template <class T, class Start>
Task<Result<T>> awaitReply(Start start) {
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<T>)>(
      [&start](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([shared](Result<T> result) {
          auto executor = asio::get_associated_executor(*shared);
          asio::post(executor, [shared, result = std::move(result)]() mutable { std::move (*shared)(std::move(result)); });
        });
      },
      asio::use_awaitable);
}

}  // namespace signalbox::engine
