// SPDX-License-Identifier: Apache-2.0
#include "upstream/connection_pool.h"

#include <boost/asio/post.hpp>

namespace signalbox::upstream {
namespace {

// Servers and what stands before them close idle connections after 60 s and more; an older one is not worth the risk.
constexpr auto kMostIdle = std::chrono::seconds(50);
constexpr std::size_t kMostKept = 256;
// What may follow a stream's last event on the wire: the end of its framing, which many servers send apart.
constexpr auto kEndWithin = std::chrono::milliseconds(100);
constexpr std::size_t kEndBytes = 4 << 10;

}  // namespace

class ConnectionPool::Ending final : private Wire::User {
 public:
  Ending(ConnectionPool& pool, std::shared_ptr<Wire> wire, http::ResponseParser parser)
      : pool_(pool),
        wire_(std::move(wire)),
        parser_(std::move(parser)),
        deadline_(pool.wiring_.deadlines(), steadyNow() + kEndWithin, [this] { pool_.drop(*this); }) {
    wire_->setUser(this);
    wire_->awaitReadable();
  }
  ~Ending() override {
    if (wire_) wire_->close();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  void onWritable() override {}
  // Whatever drops this must come last.
  void onReadable() override {
    const auto scratch = pool_.wiring_.scratch();
    while (true) {
      const ssize_t got = wire_->read(scratch);
      if (got == Wire::kAgain) break;
      if (got <= 0 || static_cast<std::size_t>(got) > kEndBytes - bytes_) return pool_.drop(*this);
      bytes_ += static_cast<std::size_t>(got);
      std::string unwanted;
      const auto step = parser_.feed({scratch.data(), static_cast<std::size_t>(got)}, unwanted);
      if (step.status == http::ResponseParser::Status::More) continue;
      const bool clean = step.status == http::ResponseParser::Status::Done && step.used == static_cast<std::size_t>(got);
      if (clean && parser_.keepAlive()) pool_.give(std::exchange(wire_, nullptr));
      return pool_.drop(*this);
    }
    wire_->awaitReadable();
  }

  ConnectionPool& pool_;
  std::shared_ptr<Wire> wire_;
  http::ResponseParser parser_;
  std::size_t bytes_ = 0;
  Deadline deadline_;
};

Wiring::Wiring(Executor executor) : executor_(std::move(executor)), deadlines_(executor_) {}

Wiring::~Wiring() { *alive_ = false; }

void Wiring::writeLater(Wire::User& user) {
  later();
  to_write_.push_back(&user);
}

void Wiring::awaitLater(std::shared_ptr<Wire> wire) {
  later();
  to_await_.push_back(std::move(wire));
}

void Wiring::later() {
  if (!to_write_.empty() || !to_await_.empty()) return;  // it is posted
  boost::asio::post(executor_, [this, alive = alive_] {
    if (!*alive) return;
    const auto to_await = std::exchange(to_await_, {});  // both are empty before anybody is called, who may want to write later again
    writing_ = std::exchange(to_write_, {});
    for (std::size_t i = 0; i < writing_.size(); ++i) {
      if (writing_[i] != nullptr) writing_[i]->onWritable();  // some may have ended in the call of another
    }
    writing_.clear();
    for (const auto& wire : to_await) wire->awaitReadable();
  });
}

void Wiring::forget(Wire::User& user) {
  std::erase(to_write_, &user);
  std::ranges::replace(writing_, &user, nullptr);
}

ConnectionPool::ConnectionPool(Wiring& wiring, Dial::Target target, const std::vector<Field>& headers)
    : wiring_(wiring), target_(std::move(target)), share_(curl_share_init()) {
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  const std::string& url = target_.url;
  const std::size_t authority = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', authority), url.size());
  base_ = "POST " + url.substr(path);
  head_ = " HTTP/1.1\r\nHost: " + url.substr(authority, path - authority);
  for (const auto& [name, value] : headers) head_ += "\r\n" + name + ": " + value;
  // Answers are read and relayed byte by byte, so they must come uncompressed.
  head_ += "\r\nAccept-Encoding: identity\r\nContent-Length: ";
}

ConnectionPool::~ConnectionPool() {
  for (const auto& wire : idle_) wire->close();
  endings_.clear();
  curl_share_cleanup(share_);
}

std::string ConnectionPool::head(std::string_view path, std::span<const Field> fields, std::size_t body_bytes) const {
  std::string head;
  head.reserve(base_.size() + path.size() + head_.size() + 24);
  head.append(base_).append(path).append(head_).append(std::to_string(body_bytes));
  for (const auto& [name, value] : fields) head.append("\r\n").append(name).append(": ").append(value);
  head.append("\r\n\r\n");
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
  const SteadyTime now = steadyNow();
  wire->idle_since = now;
  wire->setUser(nullptr);
  wiring_.awaitLater(wire);  // to notice its end
  idle_.push_back(std::move(wire));
  // The oldest are at the front; what the other side has closed, or what is one too many, goes.
  const bool surplus = idle_.size() > kMostKept || !idle_.front()->open() || idle_.front()->idle_since + kMostIdle < now;
  if (!surplus) return;
  idle_.front()->close();
  idle_.erase(idle_.begin());
}

void ConnectionPool::giveAfter(std::shared_ptr<Wire> wire, http::ResponseParser parser) {
  endings_.push_back(std::make_unique<Ending>(*this, std::move(wire), std::move(parser)));
}

void ConnectionPool::drop(const Ending& ending) {
  std::erase_if(endings_, [&](const auto& one) { return one.get() == &ending; });
}

std::unique_ptr<Dial> ConnectionPool::dial(Dial::Done done) const {
  return std::make_unique<Dial>(wiring_.executor(), target_, share_, wiring_.trust(), std::move(done));
}

}  // namespace signalbox::upstream
