// SPDX-License-Identifier: Apache-2.0
#include "server/socket_queue.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace signalbox::server {

// Posts are made under the lock: after detach() has returned, none is under way.
bool SocketQueue::send(std::string text) {
  const std::lock_guard lock(mutex_);
  if (closing_ || !executor_) return true;
  if (!queue_.empty() && bytes_ + text.size() > most_) return false;
  bytes_ += text.size();
  queue_.push_back(std::move(text));
  if (std::exchange(pump_posted_, true)) return true;
  asio::post(*executor_, [sink = sink_] {
    if (const auto socket = sink.lock()) socket->pump();
  });
  return true;
}

std::size_t SocketQueue::queuedBytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void SocketQueue::close(int code, std::string reason) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(closing_, true) || !executor_) return;
  asio::post(*executor_, [sink = sink_, code, reason = std::move(reason)] {
    if (const auto socket = sink.lock()) socket->beginClose(code, reason);
  });
}

void SocketQueue::attach(std::weak_ptr<Sink> sink) {
  const std::lock_guard lock(mutex_);
  sink_ = std::move(sink);
}

void SocketQueue::detach() {
  const std::lock_guard lock(mutex_);
  executor_.reset();
  sink_.reset();
  closing_ = true;
  queue_.clear();
  bytes_ = 0;
}

bool SocketQueue::takeNext(std::string& text) {
  const std::lock_guard lock(mutex_);
  pump_posted_ = false;
  if (queue_.empty()) return false;
  text = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void SocketQueue::written(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ -= std::min(bytes, bytes_);
}

bool SocketQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

}  // namespace signalbox::server
