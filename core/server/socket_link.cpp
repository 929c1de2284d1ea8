// SPDX-License-Identifier: Apache-2.0
#include "server/socket_link.h"

namespace signalbox::server {

SocketLink::SocketLink(WorkerLoop& worker)
    : worker_(worker), stream_(WebSocketStream::create(worker.executor(), worker.shared().options.socket_limits)) {
  worker_.shared().connections.fetch_add(1, std::memory_order_relaxed);
}

SocketLink::~SocketLink() { worker_.shared().connections.fetch_sub(1, std::memory_order_relaxed); }

void SocketLink::open(WebSocketStream::Accepted connection, const http::Request& upgrade, std::unique_ptr<SocketSession> session) {
  session_ = std::move(session);
  WebSocketStream::Callbacks callbacks;
  callbacks.on_text = [this](std::string_view text) { session_->onText(text); };
  callbacks.on_closed = [self = shared_from_this()](const SocketClosed&) {
    self->session_.reset();
    self->worker_.remove(*self);
  };
  stream_->accept(std::move(connection), upgrade, worker_.shared().sockets->subprotocol(), std::move(callbacks));
}

}  // namespace signalbox::server
