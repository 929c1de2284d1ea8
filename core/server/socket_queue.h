// SPDX-License-Identifier: Apache-2.0
// The sending end of a WebSocket, as it is handed out: a bounded queue that may outlive the socket and its io_context. The
// socket attaches itself while it is there. Thread-safe.
#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "server/handler.h"

namespace signalbox::server {

class SocketQueue final : public SocketPeer {
 public:
  // The socket's side; called on its executor.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void pump() = 0;
    virtual void beginClose(int code, const std::string& reason) = 0;
  };

  SocketQueue(Executor executor, std::size_t most) : executor_(std::move(executor)), most_(most) {}

  bool send(std::string text) override;
  [[nodiscard]] std::size_t queuedBytes() const override;
  void close(int code, std::string reason) override;

  // For the socket alone:
  void attach(std::weak_ptr<Sink> sink);
  void detach();  // nothing is posted to its executor from now on
  [[nodiscard]] bool takeNext(std::string& text);
  void written(std::size_t bytes);
  [[nodiscard]] bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::optional<Executor> executor_;  // empty once detached: its io_context may be gone
  std::weak_ptr<Sink> sink_;
  const std::size_t most_;
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;
  bool pump_posted_ = false;
  bool closing_ = false;
};

}  // namespace signalbox::server
