// SPDX-License-Identifier: Apache-2.0
#include "engine/query_pool.h"

#include <chrono>

#include "base/log.h"

namespace signalbox::engine {

Result<std::unique_ptr<QueryPool>> QueryPool::start(journal::Journal& journal, std::size_t threads, std::size_t most_waiting) {
  std::unique_ptr<QueryPool> pool(new QueryPool(most_waiting));
  for (std::size_t i = 0; i < threads; ++i) {
    auto reader = journal.reader();
    if (!reader) return std::unexpected(std::move(reader.error()));
    pool->readers_.push_back(std::move(*reader));
  }
  for (const auto& reader : pool->readers_) {
    pool->threads_.emplace_back([raw = pool.get(), reader = reader.get()] { raw->run(*reader); });
  }
  return pool;
}

QueryPool::~QueryPool() { stop(); }

void QueryPool::post(Work work, std::shared_ptr<control::Cancellation> cancel) {
  Error refusal;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = {ErrorCode::ShuttingDown, "the router is stopping", {}, {}, 0, 0};
    } else if (waiting_.size() >= most_waiting_) {
      refusal = {ErrorCode::Throttled, "too many questions are waiting; ask again in a moment", {}, {}, 0, 1};
    } else {
      waiting_.push_back({std::move(work), std::move(cancel)});
      wake_.notify_one();
      return;
    }
  }
  work(std::unexpected(std::move(refusal)));
}

void QueryPool::stop() {
  std::deque<Item> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(waiting_);
  }
  wake_.notify_all();
  {
    // Again and again: between two questions of one job there is nothing to interrupt.
    std::unique_lock lock(mutex_);
    while (running_ > 0) {
      for (const auto& reader : readers_) reader->interrupt();
      ended_.wait_for(lock, std::chrono::milliseconds(10));
    }
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  for (Item& item : left) item.work(fail(ErrorCode::ShuttingDown, "the router is stopping"));
}

void QueryPool::run(journal::Reader& reader) {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Item item = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    if (item.cancel && item.cancel->cancelled()) {
      item.work(fail(ErrorCode::Cancelled, "called off"));
    } else {
      if (item.cancel) item.cancel->setHook([&reader] { reader.interrupt(); });
      try {
        item.work(&reader);
      } catch (const std::exception& error) {
        log::error("control: a question failed: {}", error.what());
        item.work(fail(ErrorCode::Internal, "this question failed inside the router; its log says why"));
      }
      if (item.cancel) item.cancel->setHook(nullptr);
    }
    lock.lock();
    --running_;
    ended_.notify_all();
  }
}

}  // namespace signalbox::engine
