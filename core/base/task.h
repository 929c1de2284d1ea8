// SPDX-License-Identifier: Apache-2.0
// The coroutine type and executor of the project: Asio's core without sockets. A task starts when awaited or spawned and runs
// on its executor's thread; a worker's tasks never leave their worker. The executor is the one there is, not any: every step of a
// request goes through it, and through a type-erased one it would cost an allocation and two indirect calls more.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signalbox {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
template <class T = void>
using Task = asio::awaitable<T, Executor>;
// What a task gives an asynchronous operation that it awaits.
inline constexpr asio::use_awaitable_t<Executor> kAwaitable;

}  // namespace signalbox
