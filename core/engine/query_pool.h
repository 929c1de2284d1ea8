// SPDX-License-Identifier: Apache-2.0
// A few threads that answer questions to the store, each with a reader of its own. Bounded: when too many wait, a question is
// refused rather than queued. Every accepted one is called exactly once: with a reader, or with why not. Thread-safe.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "control/cancellation.h"
#include "journal/journal.h"

namespace signalbox::engine {

class QueryPool {
 public:
  using Work = std::function<void(Result<journal::Reader*> reader)>;

  [[nodiscard]] static Result<std::unique_ptr<QueryPool>> start(journal::Journal& journal, std::size_t threads,
                                                                std::size_t most_waiting);
  ~QueryPool();
  // Throttled on the caller's thread when too many wait, ShuttingDown after stop().
  void post(Work work, std::shared_ptr<control::Cancellation> cancel = nullptr);
  // Interrupts what runs; what waits is told ShuttingDown. Blocks until the threads are gone.
  void stop();

 private:
  struct Item {
    Work work;
    std::shared_ptr<control::Cancellation> cancel;
  };
  explicit QueryPool(std::size_t most_waiting) : most_waiting_(most_waiting) {}
  void run(journal::Reader& reader);

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_, ended_;
  std::deque<Item> waiting_;
  bool stopping_ = false;
  std::size_t running_ = 0;  // items being worked on
  std::vector<std::unique_ptr<journal::Reader>> readers_;
  std::vector<std::thread> threads_;
};

}  // namespace signalbox::engine
