// SPDX-License-Identifier: Apache-2.0
#include "upstream/connection_pool.h"

#include <boost/asio/post.hpp>

namespace signalbox::upstream {
namespace {

// Servers and what stands before them close idle connections after 60 s and more; an older one is not worth the risk.
constexpr auto kMostIdle = std::chrono::seconds(50);
constexpr std::size_t kMostKept = 256;

}  // namespace

Wiring::Wiring(Executor executor) : executor_(std::move(executor)), deadlines_(executor_) {}

Wiring::~Wiring() { *alive_ = false; }

void Wiring::writeLater(Wire::User& user) {
  if (to_write_.empty()) {
    boost::asio::post(executor_, [this, alive = alive_] {
      if (!*alive) return;
      for (Wire::User* const one : std::exchange(to_write_, {})) one->onWritable();
    });
  }
  to_write_.push_back(&user);
}

void Wiring::forget(Wire::User& user) { std::erase(to_write_, &user); }

ConnectionPool::ConnectionPool(Wiring& wiring, Dial::Target target, const std::vector<Field>& headers)
    : wiring_(wiring), target_(std::move(target)), share_(curl_share_init()) {
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  const std::string& url = target_.url;
  const std::size_t authority = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', authority), url.size());
  head_ = "POST " + (path < url.size() ? url.substr(path) : "/") + " HTTP/1.1\r\nHost: " + url.substr(authority, path - authority);
  for (const auto& [name, value] : headers) head_ += "\r\n" + name + ": " + value;
  // Answers are read and relayed byte by byte, so they must come uncompressed.
  head_ += "\r\nAccept-Encoding: identity\r\nContent-Length: ";
}

ConnectionPool::~ConnectionPool() {
  for (const auto& wire : idle_) wire->close();
  curl_share_cleanup(share_);
}

std::string ConnectionPool::head(std::size_t body_bytes) const {
  std::string head;
  head.reserve(head_.size() + 24);
  head.append(head_).append(std::to_string(body_bytes)).append("\r\n\r\n");
  return head;
}

std::shared_ptr<Wire> ConnectionPool::take() {
  while (!idle_.empty()) {
    auto wire = std::move(idle_.back());
    idle_.pop_back();
    if (wire->open() && steadyNow() < wire->idle_since + kMostIdle) return wire;
    wire->close();
  }
  return nullptr;
}

void ConnectionPool::give(std::shared_ptr<Wire> wire) {
  wire->idle_since = steadyNow();
  wire->setUser(nullptr);
  wire->awaitReadable();  // its end is noticed at once
  idle_.push_back(std::move(wire));
  // The oldest are at the front; what the other side has closed, or what is one too many, goes.
  const bool surplus = idle_.size() > kMostKept || !idle_.front()->open() || idle_.front()->idle_since + kMostIdle < steadyNow();
  if (!surplus) return;
  idle_.front()->close();
  idle_.erase(idle_.begin());
}

std::unique_ptr<Dial> ConnectionPool::dial(Dial::Done done) const {
  return std::make_unique<Dial>(wiring_.executor(), target_, share_, wiring_.trust(), std::move(done));
}

}  // namespace signalbox::upstream
