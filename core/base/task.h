// SPDX-License-Identifier: Apache-2.0
// The coroutine type and executor of the project: Asio's core without sockets. A task starts when awaited or spawned and runs
// on its executor's thread; a worker's tasks never leave their worker.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace signalbox {

namespace asio = boost::asio;
template <class T = void>
using Task = asio::awaitable<T>;
using Executor = asio::any_io_executor;

}  // namespace signalbox
