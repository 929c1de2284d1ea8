// SPDX-License-Identifier: Apache-2.0
// An open connection to an upstream: bytes in, bytes out, and who is to be told when it can be read or written. In the clear it
// is a socket of our own; under TLS libcurl keeps the connection and does the cryptography. Lives on one worker's thread.
#pragma once
#include <curl/curl.h>
#include <sys/types.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/task.h"

namespace signalbox::upstream {

// A libcurl connection: the transfer that made it and the multi handle that holds it.
struct CurlHandles {
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  void clean();
};

class Wire : public std::enable_shared_from_this<Wire> {
 public:
  // Whom events go to. A call may close the wire or give it away.
  class User {
   public:
    virtual ~User() = default;
    virtual void onReadable() = 0;
    virtual void onWritable() = 0;
  };

  // Takes the socket. `tls`: its libcurl connection, else empty handles.
  Wire(const Executor& executor, int socket, CurlHandles tls);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Bytes moved; 0 from read() is the other side's end; below 0: kAgain or kBroken.
  static constexpr ssize_t kAgain = -1, kBroken = -2;
  [[nodiscard]] ssize_t read(std::span<char> into);
  [[nodiscard]] ssize_t write(std::string_view head, std::string_view body);
  // Nothing has come that nobody has read, nor its end.
  [[nodiscard]] bool silent() const;
  // From here on unheard() speaks of what is written next. Before a connection is used again.
  void mark();
  // Whether the other side's system has acknowledged nothing that was written since mark(): it cannot have been read there. False
  // where our own does not tell.
  [[nodiscard]] bool unheard() const;
  // Whether the other side has closed in order, so that unheard() is the last word. A reset takes no notice of what it acknowledges,
  // and may come behind a request that was worked on.
  [[nodiscard]] bool parted() const;
  // Whether read() must be called until it says kAgain: bytes may wait where no event tells of them.
  [[nodiscard]] bool buffers() const { return tls_.easy != nullptr; }

  // Without a user whatever happens closes the wire: nothing was asked, so nothing can be an answer.
  void setUser(User* user) { user_ = user; }
  void awaitReadable();
  void awaitWritable();

  void close();
  [[nodiscard]] bool open() const { return socket_ >= 0; }

  SteadyTime idle_since{};  // its pool's note

 private:
  ssize_t noted(ssize_t moved);
  int socket_;
  CurlHandles tls_;
  boost::asio::posix::stream_descriptor descriptor_;
  User* user_ = nullptr;
  std::uint64_t written_ = 0;  // in the clear
  std::optional<std::uint64_t> marked_;
  int error_ = 0;  // the system's first, in the clear
  bool awaiting_read_ = false, awaiting_write_ = false;
};

}  // namespace signalbox::upstream
