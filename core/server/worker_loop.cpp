// SPDX-License-Identifier: Apache-2.0
#include "server/worker_loop.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <ctime>

#include "base/log.h"
#include "server/connection.h"
#include "server/listener.h"

namespace signalbox::server {
namespace {

constexpr auto kTick = std::chrono::milliseconds(80);  // below the 100 ms within which a lost client must be noticed

std::string dateLine(std::time_t second) {
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};  // strftime would follow the locale
  const int size = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                 kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday, kMonths[static_cast<std::size_t>(parts.tm_mon)],
                                 parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

WorkerLoop::WorkerLoop(Shared& shared, std::size_t index, int listener, std::function<void()> emptied)
    : shared_(shared), index_(index), emptied_(std::move(emptied)), work_(context_.get_executor()), acceptor_(context_), incoming_(context_), timer_(context_) {
  const bool v6 = shared.options.listen.address.find(':') != std::string::npos;
  acceptor_.assign(v6 ? Tcp::v6() : Tcp::v4(), listener);
  refreshClock();
}

WorkerLoop::~WorkerLoop() { stop(); }

void WorkerLoop::start() {
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), ("worker-" + std::to_string(index_)).c_str());
    shared_.handler.begin(*this);
    accept();
    context_.run();
    shared_.handler.end(*this);
  });
}

void WorkerLoop::stop() {
  if (!thread_.joinable()) return;
  work_.reset();
  context_.stop();
  thread_.join();
}

void WorkerLoop::drain() {
  asio::post(context_, [this] {
    draining_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    forEachLink([](Link& link) { link.onDrain(); });
    tellIfEmpty();
  });
}

void WorkerLoop::countBusy(std::function<void(std::size_t)> counted) {
  asio::post(context_, [this, counted = std::move(counted)] {
    counted(static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.link->idle(); })));
  });
}

void WorkerLoop::tellIfEmpty() {
  if (draining_ && slots_.empty() && !std::exchange(told_empty_, true)) emptied_();
}

void WorkerLoop::cancel() {
  asio::post(context_, [this] { forEachLink([](Link& link) { link.onCancel(); }); });
}

// A link may remove itself, or others, while it is called.
template <class F>
void WorkerLoop::forEachLink(F&& call) {
  std::vector<std::shared_ptr<Link>> links;
  links.reserve(slots_.size());
  for (const Slot& slot : slots_) links.push_back(slot.link);
  for (const auto& link : links) call(*link);
}

void WorkerLoop::accept() {
  if (shared_.refuses() || shared_.connections.load(std::memory_order_relaxed) >= shared_.options.limits.max_connections) return pause();
  acceptor_.async_accept(incoming_, remote_, [this](const boost::system::error_code& error) { onAccepted(error); });
}

void WorkerLoop::onAccepted(const boost::system::error_code& error) {
  if (draining_ || error == asio::error::operation_aborted) return;
  if (error) {
    // Out of descriptors or memory: trying again at once would spin.
    if (error != asio::error::connection_aborted && error != asio::error::try_again) return pause();
    return accept();
  }
  Socket socket = std::exchange(incoming_, Socket(context_));
  const int descriptor = socket.native_handle();
  const auto address = remote_.address();
  std::string peer = address.to_string();
  const bool loopback = address.is_loopback();
  if (loopback || shared_.addresses.admit(peer, shared_.options.limits.max_connections_per_address)) {
    shared_.connections.fetch_add(1, std::memory_order_relaxed);
    startTicking();
    auto connection = std::make_shared<Connection>(*this, std::move(socket), std::move(peer), loopback);
    add(connection);
    connection->start();
  } else {
    shared_.addresses.release(peer);
  }
  if (descriptorsScarce(descriptor)) return pause();
  accept();
}

void WorkerLoop::pause() {
  paused_ = true;
  startTicking();
}

void WorkerLoop::resumeIfPossible() {
  if (!paused_ || draining_) return;
  const int probe = ::dup(acceptor_.native_handle());  // the lowest free number tells how many are in use
  if (probe < 0) return;
  ::close(probe);
  if (descriptorsScarce(probe)) return;
  paused_ = false;
  accept();
}

void WorkerLoop::flushLater(std::shared_ptr<Connection> connection) {
  if (to_flush_.empty()) {
    asio::post(context_, [this] {
      flushing_.swap(to_flush_);  // flushing may let further requests of a connection begin, and these want to be flushed too
      for (const auto& one : flushing_) one->flushQueued();
      flushing_.clear();
    });
  }
  to_flush_.push_back(std::move(connection));
}

void WorkerLoop::add(std::shared_ptr<Link> link) {
  link->slot_ = slots_.size();
  slots_.push_back({kNever, std::move(link)});
}

void WorkerLoop::remove(Link& link) {
  const std::size_t at = link.slot_;
  const std::shared_ptr<Link> kept = std::move(slots_[at].link);
  if (at + 1 != slots_.size()) {
    slots_[at] = std::move(slots_.back());
    slots_[at].link->slot_ = at;
  }
  slots_.pop_back();
  tellIfEmpty();
}

void WorkerLoop::startTicking() {
  if (ticking_) return;
  ticking_ = true;
  late_.fill({});
  refreshClock();
  awaitTick();
}

void WorkerLoop::awaitTick() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void WorkerLoop::tick() {
  refreshClock();
  late_[next_late_++ % late_.size()] = now_ - timer_.expiry();
  std::vector<std::shared_ptr<Link>> late;
  for (Slot& slot : slots_) {
    if (slot.deadline > now_) continue;
    slot.deadline = kNever;
    late.push_back(slot.link);
  }
  for (const auto& link : late) link->onDeadline();
  resumeIfPossible();
  ticking_ = !slots_.empty() || paused_;
  if (ticking_) awaitTick();
}

void WorkerLoop::refreshClock() {
  now_ = steadyNow();
  const std::time_t second = std::time(nullptr);
  if (second == date_second_) return;
  date_second_ = second;
  date_ = dateLine(second);
}

}  // namespace signalbox::server
