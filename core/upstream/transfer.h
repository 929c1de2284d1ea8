// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange with an upstream, as awaitables. Lives on one worker's thread; destroying it cancels it.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/task.h"
#include "http/message.h"
#include "upstream/curl_loop.h"

namespace signalbox::upstream {

// Prepared easy handles of one URL with one set of headers, kept for reuse: setting one up anew costs more than the request.
class HandlePool {
 public:
  HandlePool(CurlLoop& loop, std::string url, std::vector<std::string> headers);
  ~HandlePool();
  HandlePool(const HandlePool&) = delete;
  HandlePool& operator=(const HandlePool&) = delete;
  [[nodiscard]] CURL* take();
  void give(CURL* easy);
  [[nodiscard]] CurlLoop& loop() { return loop_; }

 private:
  CurlLoop& loop_;
  std::string url_;
  curl_slist* headers_ = nullptr;
  std::vector<CURL*> idle_;
};

class Transfer {
 public:
  // Sends `body` by POST at once. `body` must stay alive as long as the transfer.
  Transfer(HandlePool& pool, std::string_view body);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  enum class Until { Data, Done };
  // Returns when there are bytes that have not been taken, or the end (Data), or only at the end (Done).
  // UpstreamTimeout at `deadline`, ClientGone when the awaiting task is cancelled, else the transfer's own failure.
  Task<Result<void>> wait(Until until, SteadyTime deadline);

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const http::Headers& headers() const { return headers_; }
  [[nodiscard]] std::string takeBytes();                       // what has arrived since the last call
  [[nodiscard]] SteadyTime firstByteAt() const { return first_byte_at_; }

 private:
  struct Waiter;
  template <class Handler>
  struct WaiterOf;
  static std::size_t onHeader(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self);
  void finished(CURLcode code);
  void wake(int why);
  [[nodiscard]] bool satisfied(Until until) const { return done_ || (until == Until::Data && !bytes_.empty()); }

  HandlePool& pool_;
  CURL* easy_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  int status_ = 0;
  http::Headers headers_;
  std::string bytes_;
  std::size_t total_ = 0;
  SteadyTime first_byte_at_{};
  bool done_ = false;
  bool paused_ = false;
  bool too_large_ = false;
  std::optional<Error> failure_;
  Until until_ = Until::Data;
  std::shared_ptr<Waiter> waiter_;
};

}  // namespace signalbox::upstream
