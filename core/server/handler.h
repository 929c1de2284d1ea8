// SPDX-License-Identifier: Apache-2.0
// What the server needs from whoever answers: nested in nothing, implemented by engine/ (the router) and lab/ (simulated
// upstreams). A request lives on one worker thread from first byte to last.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/subscription.h"
#include "base/task.h"
#include "http/message.h"

namespace signalbox::server {

// The answer to one request. All calls on the worker's thread, one at a time. If the client goes away before the answer is
// complete, the handler's task is cancelled (asio cancellation of type terminal, within 100 ms, in every phase) and every
// further write gives ClientGone. A drain past its deadline cancels too, with clientGone() false: the handler may still write
// an error event and abort(), but waits for the client no more: a write that would have to gives ClientGone. A cancelled task
// throws at its next co_await unless it has called `co_await asio::this_coro::throw_if_cancelled(false)`; one that wants to write
// down what happened does so.
class Responder {
 public:
  virtual ~Responder() = default;
  // The whole answer at once.
  virtual Task<Result<void>> send(http::Response response) = 0;
  // Status and headers of a stream; chunked transfer coding follows. To an event stream whole events are written: the server may
  // put comments between them.
  virtual Task<Result<void>> start(int status, const http::Headers& headers) = 0;
  // A head that the handler has written itself, up to and with its empty line; what follows is sent without any framing and the
  // connection ends with the answer. For simulated upstreams, which must be able to send what no server should.
  virtual Task<Result<void>> startRaw(std::string_view head) = 0;
  // Writes of one turn of the loop are sent together at its end. Waits while more than 256 KiB are buffered; gives ClientGone
  // after a write that stalled for 60 s.
  virtual Task<Result<void>> write(std::string_view bytes) = 0;
  // Ends the stream well.
  virtual Task<Result<void>> finish() = 0;
  // Ends the stream so that the client cannot take it for complete: closes without the last chunk.
  virtual void abort() = 0;
  // What was written leaves now where nobody else's could leave with it, and not only at the end of the turn: for whoever has
  // something left to do that the client need not wait for.
  virtual void leave() {}
  // When the answer's end was given to the system, or is about to be; now, where it is not complete.
  [[nodiscard]] virtual SteadyTime givenAt() const { return steadyNow(); }
  [[nodiscard]] virtual bool started() const = 0;
  [[nodiscard]] virtual bool clientGone() const = 0;
};

// One worker: a thread, its io_context and its listener.
class Worker {
 public:
  virtual ~Worker() = default;
  [[nodiscard]] virtual Executor executor() = 0;
  [[nodiscard]] virtual std::size_t index() const = 0;
  // How late this thread has been with what was due, at least, for the last quarter of a second: all of it waits that long.
  [[nodiscard]] virtual Duration lag() const { return {}; }
};

class Handler {
 public:
  virtual ~Handler() = default;
  // REQUIRES: exactly one answer by `responder` before the task ends; a task that ends without one is answered with 500.
  virtual Task<void> handle(Worker& worker, http::Request request, Responder& responder) = 0;
  // Whether it reads bodies sent like this. Where not (no such path, another method), the handler says so itself, whatever the
  // body is: that comes before what is wrong with the body.
  [[nodiscard]] virtual bool takes(std::string_view method, std::string_view path) const {
    (void)method;
    (void)path;
    return true;
  }
  // Who sends a request, by its head alone.
  struct Sender {
    bool known = true;      // else it will be refused, and its body need not be read
    std::string name = {};  // whose bodies are counted together, so that the others have room for theirs; empty: they share it all
  };
  // Asked of bodies that are large, or that the client waits to be asked for. Where it is told, requests whose body was not read go to
  // handle() too, which says why. nullopt: all are read, and the server itself refuses where it has no room.
  [[nodiscard]] virtual std::optional<Sender> sender(const http::Request& head) const {
    (void)head;
    return std::nullopt;
  }
  // Called on a request that http/ refused before it became one: only a metric and an id follow.
  virtual void refused(int status, std::string_view why) = 0;
  // On the worker's thread, before its first connection and after its last: what lives on its executor (timers, transfers)
  // is made here and must be gone when end() returns.
  virtual void begin(Worker&) {}
  virtual void end(Worker&) {}
};

// The far end of one WebSocket. Thread-safe.
class SocketPeer {
 public:
  virtual ~SocketPeer() = default;
  // False when the peer's queue is full (bounded): the caller coalesces and tries later. What is for one that has gone goes nowhere.
  virtual bool send(std::string text) = 0;
  [[nodiscard]] virtual std::size_t queuedBytes() const = 0;
  virtual void close(int code, std::string reason) = 0;
};

// The near end: one per accepted socket; destroyed after the socket is gone. Calls come on the worker's thread.
class SocketSession {
 public:
  virtual ~SocketSession() = default;
  virtual void onText(std::string_view text) = 0;
};

class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  struct Refusal {
    int status;
    std::string message;
  };
  // Decides on the upgrade request: path, subprotocol, token, origin. `peer` outlives the session.
  virtual std::expected<std::unique_ptr<SocketSession>, Refusal> accept(const http::Request& upgrade,
                                                                        std::shared_ptr<SocketPeer> peer) = 0;
  // Named in the answer to an upgrade that offers it.
  [[nodiscard]] virtual std::string_view subprotocol() const { return {}; }
};

}  // namespace signalbox::server
