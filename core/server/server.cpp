// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include <unistd.h>

#include <condition_variable>

#include "base/log.h"
#include "server/listener.h"
#include "server/worker_loop.h"

namespace signalbox::server {
namespace {

// How long cancelled handlers have to write down what happened.
constexpr auto kCancelGrace = std::chrono::seconds(5);
constexpr auto kCensus = std::chrono::milliseconds(20);

class ServerImpl final : public Server {
 public:
  ServerImpl(ServerOptions options, Handler& handler, SocketHandler* sockets, const Listeners& listeners)
      : shared_{std::move(options), handler, sockets}, port_(listeners.port) {
    shared_.hosts.listenOn(port_);
    identify(shared_.options.identity, shared_.options.hosts);
    for (std::size_t i = 0; i < listeners.descriptors.size(); ++i)
      workers_.push_back(std::make_unique<WorkerLoop>(shared_, i, listeners.descriptors[i], [this] { onWorkerEmpty(); }));
  }
  ~ServerImpl() override { drain(Duration{}); }

  void start() override {
    for (const auto& worker : workers_) worker->start();
    started_ = true;
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] std::size_t workers() const override { return workers_.size(); }
  [[nodiscard]] Worker& worker(std::size_t index) override { return *workers_.at(index); }
  [[nodiscard]] std::size_t connections() const override { return shared_.connections.load(std::memory_order_relaxed); }

  void identify(std::shared_ptr<const TlsIdentity> identity, std::vector<std::string> hosts) override {
    if (hosts.empty() && identity) hosts = identity->names();
    shared_.hosts.setNames(std::move(hosts));
    shared_.identity.set(std::move(identity));
  }

  bool pulse() override {
    const bool all = beats_.exchange(0) >= workers_.size();
    for (const auto& worker : workers_) worker->countBusy([this](std::size_t) { beats_.fetch_add(1); });
    return all;
  }

  void drain(Duration deadline) override {
    std::unique_lock lock(mutex_);
    const SteadyTime until = steadyNow() + deadline;
    const bool first = !shared_.draining.exchange(true);
    until_ = first ? until : std::min(until_, until);
    changed_.notify_all();
    if (!first) {
      changed_.wait(lock, [this] { return stopped_; });
      return;
    }
    if (started_) {
      for (const auto& worker : workers_) worker->drain();
      awaitQuiet(lock);
      if (empty_ < workers_.size()) {  // idle links end at once, the others by being cancelled
        for (const auto& worker : workers_) worker->cancel();
        const SteadyTime grace = steadyNow() + kCancelGrace;
        awaitEmpty(lock, [grace] { return grace; });
      }
      if (empty_ < workers_.size()) log::error("Requests were still being handled {} s after they were cancelled.", kCancelGrace.count());
      lock.unlock();
      for (const auto& worker : workers_) worker->stop();
      lock.lock();
    }
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  // Waits for all workers to have no link left, or for the moment `until()`, which another thread may bring nearer.
  template <class Until>
  void awaitEmpty(std::unique_lock<std::mutex>& lock, Until until) {
    while (empty_ < workers_.size() && steadyNow() < until()) changed_.wait_until(lock, until());
  }
  // Waits until nothing is going on on any worker, or for the deadline. Idle connections do not count: whoever asks on one of them
  // whether the server is ready is answered for as long as there is anything to wait for.
  void awaitQuiet(std::unique_lock<std::mutex>& lock) {
    while (empty_ < workers_.size() && steadyNow() < until_) {
      const std::uint64_t round = ++round_;
      busy_ = 0;
      counts_due_ = workers_.size();
      for (const auto& worker : workers_) {
        worker->countBusy([this, round](std::size_t busy) {
          const std::lock_guard guard(mutex_);
          if (round != round_) return;
          busy_ += busy;
          --counts_due_;
          changed_.notify_all();
        });
      }
      while (counts_due_ > 0 && steadyNow() < until_) changed_.wait_until(lock, until_);
      if (counts_due_ == 0 && busy_ == 0) return;
      const SteadyTime next = std::min(until_, steadyNow() + kCensus);
      while (empty_ < workers_.size() && steadyNow() < std::min(until_, next)) changed_.wait_until(lock, std::min(until_, next));
    }
  }
  void onWorkerEmpty() {
    const std::lock_guard lock(mutex_);
    ++empty_;
    changed_.notify_all();
  }

  Shared shared_;
  const std::uint16_t port_;
  std::atomic<std::size_t> beats_{SIZE_MAX};  // before the first pulse nobody is late
  std::mutex mutex_;
  std::condition_variable changed_;
  SteadyTime until_ = kNever;
  std::size_t empty_ = 0;
  std::uint64_t round_ = 0;     // of counting what is busy, and what that has come to
  std::size_t counts_due_ = 0, busy_ = 0;
  bool started_ = false;
  bool stopped_ = false;
  std::vector<std::unique_ptr<WorkerLoop>> workers_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::bind(ServerOptions options, Handler& handler, SocketHandler* sockets) {
  if (options.workers == 0) return fail(ErrorCode::InvalidConfig, "A server needs at least one worker.");
  liftDescriptorLimit();
  const auto listeners = openListeners(options.listen, options.workers, options.identity != nullptr);
  if (!listeners) return std::unexpected(listeners.error());
  return std::make_unique<ServerImpl>(std::move(options), handler, sockets, *listeners);
}

Result<Endpoint> Server::inherited(int descriptor) { return listeningAt(descriptor); }

Result<void> Server::probe(const Endpoint& listen, bool tls) {
  const auto listeners = openListeners(listen, 1, tls);
  if (!listeners) return std::unexpected(listeners.error());
  for (const int descriptor : listeners->descriptors) ::close(descriptor);
  return {};
}

}  // namespace signalbox::server
