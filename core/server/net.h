// SPDX-License-Identifier: Apache-2.0
// The socket types of this room. The executor is spelled out: the type-erased one costs on every operation.
#pragma once
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>

#include "base/task.h"

namespace signalbox::server {

using Tcp = asio::ip::tcp;
using LoopExecutor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, LoopExecutor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, LoopExecutor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, LoopExecutor>;

}  // namespace signalbox::server
