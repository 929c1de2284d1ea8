// SPDX-License-Identifier: Apache-2.0
// One client connection: reads requests, runs the handler for one at a time and is its Responder. Owned by its worker, on
// whose thread everything happens. Reading (connection.cpp) never stops while a handler runs, so that a client that goes away
// is noticed; what bodies are granted stands in body.cpp; answering (answer.cpp) writes at once what the socket takes and keeps the rest.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <exception>
#include <optional>

#include "http/framing.h"
#include "server/response_head.h"
#include "server/tls_session.h"
#include "server/worker_loop.h"

namespace signalbox::server {

class Connection final : public Link, public Responder, public std::enable_shared_from_this<Connection> {
 public:
  Connection(WorkerLoop& worker, Socket socket, std::string peer, bool loopback);
  ~Connection() override;
  void start();

  void flushQueued();  // by the worker, for flushSoon()

  // Link
  void onDeadline() override;
  void onDrain() override;
  [[nodiscard]] bool idle() const override;
  void onCancel() override;

  // Responder
  Task<Result<void>> send(http::Response response) override;
  Task<Result<void>> start(int status, const http::Headers& headers) override;
  Task<Result<void>> startRaw(std::string_view head) override;
  Task<Result<void>> write(std::string_view bytes) override;
  Task<Result<void>> finish() override;
  void abort() override;
  void leave() override;
  [[nodiscard]] SteadyTime givenAt() const override { return answer_ == Answer::Complete ? given_at_ : steadyNow(); }
  [[nodiscard]] bool started() const override { return answer_ != Answer::None; }
  [[nodiscard]] bool clientGone() const override { return gone_; }

 private:
  enum class Answer : std::uint8_t { None, Streaming, Complete, Aborted };

  // Reading
  [[nodiscard]] ssize_t receive(std::span<char> into);
  void waitReadable();
  void onReadable();
  [[nodiscard]] bool onBytes(std::string_view bytes);  // false when reading must pause
  void consume(std::string_view bytes);
  [[nodiscard]] bool consumeStep(std::string_view& bytes);  // false when reading must pause
  [[nodiscard]] bool onHead(std::string_view following);
  void awaitMore();
  void serve(std::string_view unread = {});
  void upgrade(std::string_view following);
  void onHandled(const std::exception_ptr& exception);
  void next();
  void refuse(int status, std::string_view why);
  void answerPlainly(const http::Response& response);
  void lookForLoss();

  // Bodies
  void beginBody();
  void awaitBody();
  [[nodiscard]] bool identify();
  [[nodiscard]] bool chargeBody();
  void releaseBody();
  void serveUnread(std::string_view why);
  void refuseForRoom(std::string_view why);

  // Answering
  [[nodiscard]] std::size_t pending() const { return out_.size() - out_sent_; }
  [[nodiscard]] bool closesAfter();
  [[nodiscard]] ssize_t transmit(std::string_view first, std::string_view second);
  void flush();
  void flushSoon();
  void waitWritable();
  void onFlushed();
  void appendChunk(std::string_view bytes);
  [[nodiscard]] bool sendOff();
  [[nodiscard]] Task<Result<void>> drained(std::size_t most);
  void wakeWriter();
  void beat();

  // Ending
  void linger();
  void lost();
  void close();
  void closeSocket();
  void setReadDeadline(SteadyTime deadline);
  void setWriteDeadline(SteadyTime deadline);

  WorkerLoop& worker_;
  Shared& shared_;
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;   // null where bytes go in the clear
  http::RequestParser parser_;
  const std::string peer_;
  asio::cancellation_signal cancel_;
  std::string ahead_;                 // bytes of requests that follow the one being handled, from ahead_at_ on
  std::size_t ahead_at_ = 0;
  std::string out_;                   // bytes the socket did not take yet
  std::size_t out_sent_ = 0;
  std::optional<Timer> room_;         // made when a writer first has to wait
  SteadyTime read_deadline_ = kNever;
  SteadyTime write_deadline_ = kNever;
  SteadyTime beat_at_ = kNever;       // of an event stream
  SteadyTime body_deadline_;            // moved by what arrives, never further ahead than the grace
  std::uint64_t body_timed_ = 0;        // bytes that have moved it
  SteadyTime given_at_;
  std::size_t body_charged_ = 0;
  std::optional<Handler::Sender> sender_;  // of a large body, where the handler tells
  std::size_t discarded_ = 0;
  Answer answer_ = Answer::None;
  Framing framing_ = Framing::Length;
  const bool loopback_;
  bool keep_alive_ = true;
  bool head_only_ = false;    // the request was HEAD
  bool anthropic_ = false;  // whom the answer is for expects errors as Anthropic shapes them
  bool http10_ = false;
  bool busy_ = false;         // a handler runs
  bool gone_ = false;         // the client went away
  bool ending_ = false;       // no further request is read
  bool lingering_ = false;    // our side is shut; what still comes is dropped
  bool hurried_ = false;      // cancelled by a drain: no handler waits for the client any more
  bool closed_ = false;
  bool removed_ = false;
  bool reading_ = false;      // a wait for readability is out
  bool writing_ = false;      // a wait for writability is out
  bool flush_queued_ = false;
  bool consuming_ = false;
  bool head_begun_ = false;   // the deadline of a head is running
  bool go_on_ = false;        // the handler is done; go on when all is sent
};

}  // namespace signalbox::server
