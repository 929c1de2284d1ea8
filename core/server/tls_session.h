// SPDX-License-Identifier: Apache-2.0
// The server's end of TLS on one connected socket, which stays its owner's. Never blocks; the handshake is part of reading. Lives on
// one worker's thread.
#pragma once
#include <sys/types.h>

#include <memory>
#include <span>
#include <string_view>

#include "server/tls_identity.h"

struct ssl_st;

namespace signalbox::server {

struct FreeTls {
  void operator()(ssl_st* tls) const;
};
using TlsHandle = std::unique_ptr<ssl_st, FreeTls>;

class TlsSession {
 public:
  TlsSession(const TlsIdentity& identity, int descriptor);

  // Bytes moved; 0 from read() is the client's end; below 0 what stands in the way.
  static constexpr ssize_t kAgain = -1, kBroken = -2, kPlainText = -3;  // the client speaks HTTP without TLS
  [[nodiscard]] ssize_t read(std::span<char> into);
  [[nodiscard]] ssize_t write(std::string_view bytes);

  [[nodiscard]] bool established() const;
  // What a read that said kAgain waits for: that the socket can be written, in a handshake, else that it can be read.
  [[nodiscard]] bool waitsToWrite() const { return waits_to_write_; }
  // Whether read() must be called again before the socket is waited for: bytes may be here of which no event tells.
  [[nodiscard]] bool mayHoldBytes() const { return may_hold_bytes_; }
  // Tells the client that no more will come, as far as the socket takes it now.
  void sayGoodbye();
  // For another owner of the session; this one is of no use any more.
  [[nodiscard]] TlsHandle release() { return std::move(tls_); }

 private:
  [[nodiscard]] ssize_t outcome(int result);

  TlsHandle tls_;
  bool waits_to_write_ = false;
  bool may_hold_bytes_ = false;
  bool broken_ = false;
};

}  // namespace signalbox::server
