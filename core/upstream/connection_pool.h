// SPDX-License-Identifier: Apache-2.0
// The connections to one upstream and what every request to it begins with. Lives on one worker's thread.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "http/response_parser.h"
#include "upstream/deadline.h"
#include "upstream/dial.h"

namespace signalbox::upstream {

// What the pools of one worker share: the authorities they trust, the timer, a buffer to read into.
class Wiring {
 public:
  explicit Wiring(Executor executor);
  ~Wiring();
  Wiring(const Wiring&) = delete;
  Wiring& operator=(const Wiring&) = delete;

  [[nodiscard]] const Executor& executor() const { return executor_; }
  [[nodiscard]] Deadlines& deadlines() { return deadlines_; }
  [[nodiscard]] std::span<char> scratch() { return *scratch_; }
  [[nodiscard]] Trust& trust() { return trust_; }
  // Calls onWritable() when all that is ready now has been served: requests of one turn of the worker leave together, which wakes
  // the receiving process once. forget() calls it off.
  void writeLater(Wire::User& user);
  void forget(Wire::User& user);
  // Waits for something to be read there then: whoever gives a connection back has an answer to hand on first.
  void awaitLater(std::shared_ptr<Wire> wire);
  // A transfer begins, and has ended. With one at a time there is nothing that it could leave together with.
  void began() { ++open_; }
  void ended() { --open_; }
  [[nodiscard]] bool oneOpen() const { return open_ == 1; }

  // Whoever holds what a task waits by, and is himself held by that task: nothing but giveUp() would ever end the two.
  class Awaited {
   public:
    virtual ~Awaited() = default;
    virtual void giveUp() = 0;  // destroys what the task waits by

   private:
    friend class Wiring;
    static constexpr std::size_t kNowhere = SIZE_MAX;
    std::size_t place_ = kNowhere;
  };
  void awaited(Awaited& by) {
    by.place_ = awaited_.size();
    awaited_.push_back(&by);
  }
  void settled(Awaited& by) {
    if (by.place_ == Awaited::kNowhere) return;
    awaited_[by.place_] = awaited_.back();
    awaited_[by.place_]->place_ = by.place_;
    awaited_.pop_back();
    by.place_ = Awaited::kNowhere;
  }
  // At the end of the executor.
  void giveUp() {
    while (!awaited_.empty()) awaited_.back()->giveUp();
  }

 private:
  void later();  // before something is added to either list

  Executor executor_;
  Deadlines deadlines_;
  Trust trust_;
  std::unique_ptr<std::array<char, 64 << 10>> scratch_ = std::make_unique<std::array<char, 64 << 10>>();
  std::size_t open_ = 0;  // transfers
  std::vector<Wire::User*> to_write_, writing_;  // the second: of this turn, null where one has ended
  std::vector<std::shared_ptr<Wire>> to_await_;
  std::vector<Awaited*> awaited_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class ConnectionPool {
 public:
  using Field = std::pair<std::string, std::string>;
  // Host, Accept-Encoding and Content-Length are the pool's own. REQUIRES: an http or https URL; its path is what those of requests
  // are below.
  ConnectionPool(Wiring& wiring, Dial::Target target, const std::vector<Field>& headers);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // The head of a POST to `path`, which is appended to the URL's, with these fields and a body of so many bytes.
  [[nodiscard]] std::string head(std::string_view path, std::span<const Field> fields, std::size_t body_bytes) const;
  // A kept connection that is not known to be closed, or null.
  [[nodiscard]] std::shared_ptr<Wire> take();
  // Keeps it for the next request. REQUIRES: nothing is outstanding on it.
  void give(std::shared_ptr<Wire> wire);
  // Keeps it once the end of the answer that `parser` reads has come, which nobody waits for any more; closes it if that end is far.
  void giveAfter(std::shared_ptr<Wire> wire, http::ResponseParser parser);
  [[nodiscard]] std::size_t kept() const { return idle_.size(); }
  [[nodiscard]] std::unique_ptr<Dial> dial(Dial::Done done) const;
  [[nodiscard]] Wiring& wiring() { return wiring_; }

 private:
  class Ending;
  void drop(const Ending& ending);

  Wiring& wiring_;
  Dial::Target target_;
  CURLSH* share_;  // name look-ups, and TLS sessions, which hold under this pool's authorities only
  std::string base_;  // "POST " and the URL's path
  std::string head_;  // what follows the path of a request, up to and with "Content-Length: "
  std::vector<std::shared_ptr<Wire>> idle_;  // the one used last is taken first
  std::vector<std::unique_ptr<Ending>> endings_;
};

}  // namespace signalbox::upstream
