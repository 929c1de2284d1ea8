// SPDX-License-Identifier: Apache-2.0
// An accepted WebSocket as its worker sees it: owns the session, ends it when the socket is gone. On the worker's thread.
#pragma once
#include <memory>

#include "server/websocket_stream.h"
#include "server/worker_loop.h"

namespace signalbox::server {

class SocketLink final : public Link, public std::enable_shared_from_this<SocketLink> {
 public:
  explicit SocketLink(WorkerLoop& worker);
  ~SocketLink() override;

  [[nodiscard]] std::shared_ptr<SocketPeer> peer() const { return stream_->peer(); }
  // Takes the connection over and answers the upgrade. REQUIRES: the worker has the link.
  void open(WebSocketStream::Accepted connection, const http::Request& upgrade, std::unique_ptr<SocketSession> session);

  void onDeadline() override {}
  void onDrain() override { stream_->peer()->close(1001, "The server is stopping."); }
  [[nodiscard]] bool idle() const override { return false; }
  void onCancel() override { stream_->drop(); }

 private:
  WorkerLoop& worker_;
  const std::shared_ptr<WebSocketStream> stream_;
  std::unique_ptr<SocketSession> session_;
};

}  // namespace signalbox::server
