// SPDX-License-Identifier: Apache-2.0
#include "server/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <new>

namespace signalbox::server {
namespace {

constexpr std::size_t kMostAtOnce = INT_MAX;

int descriptorOf(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int moved(BIO* bio, ssize_t count, int again) {
  BIO_clear_retry_flags(bio);
  if (count < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)) BIO_set_flags(bio, again | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(count);
}

// OpenSSL's own socket BIO raises SIGPIPE, which a program that embeds the router may not have turned off.
BIO_METHOD* socketMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "signalbox socket");
    BIO_meth_set_read(fresh, [](BIO* bio, char* into, int size) {
      return moved(bio, ::recv(descriptorOf(bio), into, static_cast<std::size_t>(size), MSG_DONTWAIT), BIO_FLAGS_READ);
    });
    BIO_meth_set_write(fresh, [](BIO* bio, const char* from, int size) {
      return moved(bio, ::send(descriptorOf(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT), BIO_FLAGS_WRITE);
    });
    BIO_meth_set_ctrl(fresh, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH ? 1 : 0; });
    BIO_meth_set_create(fresh, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return fresh;
  }();
  return method;
}

}  // namespace

void FreeTls::operator()(ssl_st* tls) const { SSL_free(tls); }

TlsSession::TlsSession(const TlsIdentity& identity, int descriptor) : tls_(SSL_new(identity.context())) {
  BIO* bio = BIO_new(socketMethod());
  if (!tls_ || bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_accept_state(tls_.get());
}

bool TlsSession::established() const { return SSL_is_init_finished(tls_.get()) == 1; }

ssize_t TlsSession::outcome(int result) {
  waits_to_write_ = false;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ: return kAgain;
    case SSL_ERROR_WANT_WRITE: waits_to_write_ = true; return kAgain;
    case SSL_ERROR_ZERO_RETURN: return 0;
    default: break;
  }
  const bool plain = !established() && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  broken_ = true;
  ERR_clear_error();
  return plain ? kPlainText : kBroken;
}

ssize_t TlsSession::read(std::span<char> into) {
  if (broken_) return kBroken;
  ERR_clear_error();
  const int count = SSL_read(tls_.get(), into.data(), static_cast<int>(std::min(into.size(), kMostAtOnce)));
  may_hold_bytes_ = count > 0;
  return count > 0 ? count : outcome(count);
}

ssize_t TlsSession::write(std::string_view bytes) {
  if (broken_) return kBroken;
  if (bytes.empty()) return 0;
  ERR_clear_error();
  const int count = SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kMostAtOnce)));
  if (count > 0) return count;
  const bool waits_in_handshake = waits_to_write_;
  const ssize_t why = outcome(count);
  // Only reads wait by this flag. A write that would have to read first cannot be: renegotiation is off.
  const bool wants_to_read = why == kAgain && !waits_to_write_;
  waits_to_write_ = waits_in_handshake;
  return wants_to_read ? kBroken : why == 0 ? kBroken : why;
}

void TlsSession::sayGoodbye() {
  if (broken_ || !established()) return;
  ERR_clear_error();
  SSL_shutdown(tls_.get());
  ERR_clear_error();
}

}  // namespace signalbox::server
