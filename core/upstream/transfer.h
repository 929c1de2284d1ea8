// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange with an upstream, as awaitables. Lives on one worker's thread; destroying it cancels it.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/task.h"
#include "http/gzip.h"
#include "http/response_parser.h"
#include "upstream/connection_pool.h"

namespace signalbox::upstream {

class Transfer final : private Wire::User, private Wiring::Awaited {
 public:
  // Sends `body` by POST at once to `path` below the pool's URL, with these fields beside the pool's. `body` must stay alive as long
  // as the transfer. A kept connection that turns out to have been given up by the upstream before the request reached it, which its
  // system has acknowledged nothing of, is replaced by a new one, once.
  Transfer(ConnectionPool& pool, std::string_view path, std::span<const ConnectionPool::Field> fields, std::string_view body);
  ~Transfer() override;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  enum class Until { Data, Answer, Done };
  // Returns when there are bytes that have not been taken, or the end (Data), or only at the end (Answer, Done). The first two also as
  // soon as the head says that no answer will come: refused().
  // UpstreamTimeout at `deadline`, ClientGone when the awaiting task is cancelled, else the transfer's own failure.
  Task<Result<void>> wait(Until until, SteadyTime deadline);

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] bool reachedUpstream() const { return sent_ > 0; }  // some of the request has left for it
  [[nodiscard]] int status() const { return parser_.status(); }  // 0 until the head of the answer has come
  [[nodiscard]] bool refused() const { return status() != 0 && status() != 200; }
  [[nodiscard]] const http::Headers& headers() const { return parser_.headers(); }
  [[nodiscard]] std::string takeBytes();                         // of the body, what has arrived since the last call
  // Nothing more of the answer is wanted. Its end is read in the background, so that the connection can serve again, also when
  // this transfer has gone; without this call the destructor breaks it off.
  void letEnd() { let_end_ = true; }
  // Why it ended badly, once it has; what came before may not have been taken yet.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  struct Waiter;
  template <class Handler>
  struct WaiterOf;
  void dial();
  void begin(std::shared_ptr<Wire> wire);
  void onReadable() override { readSome(); }
  void onWritable() override { sendSome(); }
  void sendSome();
  void readSome();
  [[nodiscard]] bool take(std::string_view bytes);
  [[nodiscard]] bool unpack(std::size_t from);
  void malformed(const std::string& what);
  [[nodiscard]] bool mayBeStale() const;
  void askAnew();
  void ended(bool broken);
  void finish(std::optional<Error> failure, bool keep);
  void wake(int why);
  void giveUp() override;
  [[nodiscard]] bool satisfied(Until until) const {
    return done_ || (until != Until::Done && refused()) || (until == Until::Data && !bytes_.empty());
  }

  ConnectionPool& pool_;
  std::string head_;
  std::string_view body_;
  std::size_t sent_ = 0;  // of head and body together
  std::unique_ptr<Dial> dial_;
  std::shared_ptr<Wire> wire_;
  bool kept_wire_ = false;  // it has served before
  http::ResponseParser parser_;
  std::unique_ptr<http::Inflater> inflater_;  // of an answer that comes compressed
  bool head_seen_ = false;
  std::string bytes_;
  bool done_ = false;
  bool paused_ = false;
  bool let_end_ = false;
  std::optional<Error> failure_;
  Until until_ = Until::Data;
  std::shared_ptr<Waiter> waiter_;
};

}  // namespace signalbox::upstream
