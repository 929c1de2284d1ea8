// SPDX-License-Identifier: Apache-2.0
// One worker: a thread, its io_context, its listener and the links it has accepted. All of it lives on its own thread but for
// what says otherwise. One coarse tick looks at every link's deadline, so that no request ever needs a timer of its own.
#pragma once
#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "server/net.h"
#include "server/shared.h"

namespace signalbox::server {

class Connection;

inline constexpr SteadyTime kNever = SteadyTime::max();

// What a worker keeps alive and must be able to end: an HTTP connection or a WebSocket.
class Link {
 public:
  virtual ~Link() = default;
  virtual void onDeadline() = 0;  // the deadline set by WorkerLoop::setDeadline has passed; set another or end
  virtual void onDrain() = 0;     // end with what is going on
  [[nodiscard]] virtual bool idle() const = 0;  // nothing is going on
  virtual void onCancel() = 0;    // cancel what is going on

 private:
  friend class WorkerLoop;
  std::size_t slot_ = 0;
};

class WorkerLoop final : public Worker {
 public:
  // Takes the listening descriptor. `emptied` is called once, on the worker's thread, when it drains and has no link left.
  WorkerLoop(Shared& shared, std::size_t index, int listener, std::function<void()> emptied);
  ~WorkerLoop() override;

  [[nodiscard]] Executor executor() override { return context_.get_executor(); }
  [[nodiscard]] std::size_t index() const override { return index_; }
  [[nodiscard]] Duration lag() const override { return std::ranges::min(late_); }

  void start();
  // Thread-safe. The worker stops accepting and tells its links.
  void drain();
  // Thread-safe. Tells `counted` on the worker's thread how many links are not idle.
  void countBusy(std::function<void(std::size_t)> counted);
  void cancel();
  // Thread-safe; ends the thread and waits for it.
  void stop();

  // On the worker's thread:
  [[nodiscard]] Shared& shared() { return shared_; }
  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] SteadyTime now() const { return now_; }        // as of the last tick
  [[nodiscard]] std::string_view date() const { return date_; }  // the whole header line
  [[nodiscard]] std::array<char, 64 << 10>& scratch() { return *scratch_; }
  // A handler begins, and has ended. With one at a time there is nothing that its answer could leave together with.
  void handlerBegan() { ++handlers_; }
  void handlerEnded() { --handlers_; }
  [[nodiscard]] bool oneHandler() const { return handlers_ == 1; }
  // Calls flushQueued() when all that is ready now has been served.
  void flushLater(std::shared_ptr<Connection> connection);
  void add(std::shared_ptr<Link> link);
  void remove(Link& link);  // the link may die in this call
  void setDeadline(const Link& link, SteadyTime deadline) { slots_[link.slot_].deadline = deadline; }

 private:
  struct Slot {
    SteadyTime deadline;
    std::shared_ptr<Link> link;
  };
  void accept();
  void onAccepted(const boost::system::error_code& error);
  void pause();
  void resumeIfPossible();
  void startTicking();
  void awaitTick();
  void tick();
  void refreshClock();
  void tellIfEmpty();
  template <class F> void forEachLink(F&& call);

  Shared& shared_;
  const std::size_t index_;
  std::function<void()> emptied_;
  asio::io_context context_{1};
  asio::executor_work_guard<LoopExecutor> work_;
  Acceptor acceptor_;
  Socket incoming_;
  Timer timer_;
  Tcp::endpoint remote_;
  std::vector<Slot> slots_;
  std::unique_ptr<std::array<char, 64 << 10>> scratch_ = std::make_unique<std::array<char, 64 << 10>>();
  std::vector<std::shared_ptr<Connection>> to_flush_, flushing_;
  std::size_t handlers_ = 0;
  SteadyTime now_ = steadyNow();
  std::int64_t date_second_ = -1;
  std::string date_;
  std::array<Duration, 3> late_{};  // of the last ticks, in turn
  std::size_t next_late_ = 0;
  bool ticking_ = false;
  bool paused_ = false;
  bool draining_ = false;
  bool told_empty_ = false;
  std::thread thread_;
};

}  // namespace signalbox::server
