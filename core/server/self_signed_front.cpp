// SPDX-License-Identifier: Apache-2.0
#include "server/self_signed_front.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "server/listener.h"

namespace signalbox::server {
namespace {

using tcp = asio::ip::tcp;
using TlsSocket = asio::ssl::stream<tcp::socket>;
constexpr auto kAwait = asio::as_tuple(kAwaitable);

template <class T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY, &EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509, &X509_free>>;

// Valid for a day and for the right address: nothing is wrong with it but that nobody vouches for it.
bool giveSelfSigned(asio::ssl::context& context) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate) return false;
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>("simulated");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* addresses = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost");
  if (addresses != nullptr) X509_add_ext(certificate.get(), addresses, -1);
  X509_EXTENSION_free(addresses);
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return false;
  return SSL_CTX_use_certificate(context.native_handle(), certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context.native_handle(), key.get()) == 1;
}

template <class From, class To>
Task<void> copy(From& from, To& to) {
  std::array<char, 16 << 10> bytes{};
  while (true) {
    auto [ended, count] = co_await from.async_read_some(asio::buffer(bytes), kAwait);
    if (ended) co_return;
    auto [broken, written] = co_await asio::async_write(to, asio::buffer(bytes.data(), count), kAwait);
    if (broken) co_return;
  }
}

class Front final : public SelfSignedFront {
 public:
  Front(int listener, bool v6, std::uint16_t port, std::uint16_t behind)
      : port_(port), behind_(behind), tls_(asio::ssl::context::tls_server), acceptor_(context_) {
    acceptor_.assign(v6 ? tcp::v6() : tcp::v4(), listener);
  }
  ~Front() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] bool ready() { return giveSelfSigned(tls_); }
  void start() {
    asio::co_spawn(context_, accept(), asio::detached);
    thread_ = std::thread([this] { context_.run(); });
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  Task<void> accept() {
    while (true) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      if (!error) asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
    }
  }
  Task<void> serve(tcp::socket socket) {
    auto outside = std::make_shared<TlsSocket>(std::move(socket), tls_);
    auto [refused] = co_await outside->async_handshake(asio::ssl::stream_base::server, kAwait);
    if (refused) co_return;
    auto inside = std::make_shared<tcp::socket>(context_);
    auto [unreachable] = co_await inside->async_connect({asio::ip::address_v4::loopback(), behind_}, kAwait);
    if (unreachable) co_return;
    asio::co_spawn(context_, upward(outside, inside), asio::detached);
    co_await copy(*inside, *outside);
    boost::system::error_code ignored;
    outside->lowest_layer().close(ignored);
  }
  static Task<void> upward(std::shared_ptr<TlsSocket> outside, std::shared_ptr<tcp::socket> inside) {
    co_await copy(*outside, *inside);
    boost::system::error_code ignored;
    inside->close(ignored);
  }

  const std::uint16_t port_;
  const std::uint16_t behind_;
  asio::ssl::context tls_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<SelfSignedFront>> SelfSignedFront::open(const Endpoint& listen, std::uint16_t behind) {
  const auto listeners = openListeners(listen, 1);
  if (!listeners) return std::unexpected(listeners.error());
  const bool v6 = listen.address.find(':') != std::string::npos;
  auto front = std::make_unique<Front>(listeners->descriptors.front(), v6, listeners->port, behind);
  if (!front->ready()) return fail(ErrorCode::Io, "OpenSSL could not make a certificate.");
  front->start();
  return front;
}

}  // namespace signalbox::server
