// SPDX-License-Identifier: Apache-2.0
#include "server/tls_identity.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace signalbox::server {
namespace {

constexpr off_t kMostBytes = 1 << 20;

template <class T, void (*Function)(T*)>
struct Freeing {
  void operator()(T* object) const { Function(object); }
};
using Certificate = std::unique_ptr<X509, Freeing<X509, &X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY, &EVP_PKEY_free>>;
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Memory = std::unique_ptr<BIO, FreeBio>;

std::unexpected<Error> wrong(const char* part, const std::string& path, const std::string& what) {
  ERR_clear_error();
  return fail(ErrorCode::InvalidConfig, path + " " + what, part);
}

// A file whole; the opened one is judged, not its name, which could change hands in between.
Result<std::string> readPem(const char* part, const std::string& path, bool secret) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return wrong(part, path, std::string("cannot be opened: ") + std::strerror(errno));
  struct Closing {
    int fd;
    ~Closing() { ::close(fd); }
  } const closing{fd};
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return wrong(part, path, "is not a regular file");
  if (secret && (status.st_mode & 077) != 0) return wrong(part, path, "can be read by others; allowed is mode 0600: chmod 600 " + path);
  if (status.st_size > kMostBytes) return wrong(part, path, "is larger than 1 MiB; it holds PEM text");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t count = ::read(fd, text.data() + have, text.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return wrong(part, path, std::string("cannot be read: ") + std::strerror(errno));
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  text.resize(have);
  return text;
}

Memory memory(std::string_view text) { return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// The router has nobody to ask: a key behind a passphrase is refused, never asked for at a terminal.
int noPassphrase(char*, int, int, void* wanted) {
  *static_cast<bool*>(wanted) = true;
  return -1;
}

std::string text(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::vector<std::string> namesOf(X509* certificate) {
  std::vector<std::string> names;
  auto* alternatives = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives, i);
    if (name->type == GEN_DNS) names.push_back(text(name->d.dNSName));
    if (name->type != GEN_IPADD) continue;
    const std::string bytes = text(name->d.iPAddress);
    std::array<char, INET6_ADDRSTRLEN> shown{};
    const bool v6 = bytes.size() == 16;
    if ((v6 || bytes.size() == 4) && ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), shown.data(), shown.size()) != nullptr) {
      names.push_back(v6 ? "[" + std::string(shown.data()) + "]" : std::string(shown.data()));
    }
  }
  GENERAL_NAMES_free(alternatives);
  return names;
}

std::int64_t endOf(X509* certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return 0;
  return ::timegm(&parts);
}

// HTTP/1.1 is all that is spoken here. A client that offers protocols and not this one is told so in the handshake.
int chooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered, unsigned int size, void*) {
  static constexpr std::array<unsigned char, 9> kOurs{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  const int chosen = SSL_select_next_proto(const_cast<unsigned char**>(out), out_size, kOurs.data(), kOurs.size(), offered, size);
  return chosen == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void setRules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Of TLS 1.2 only what keeps past traffic secret and is authenticated; 1.3 has nothing else.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(context, &chooseProtocol, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets do the same without memory of ours
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
}

}  // namespace

void TlsIdentity::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::load(const std::string& cert_file, const std::string& key_file) {
  const auto chain = readPem("cert", cert_file, false);
  if (!chain) return std::unexpected(chain.error());
  const auto key_text = readPem("key", key_file, true);
  if (!key_text) return std::unexpected(key_text.error());

  std::shared_ptr<TlsIdentity> identity(new TlsIdentity);
  identity->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = identity->context_.get();
  if (context == nullptr) return fail(ErrorCode::Internal, "OpenSSL has no memory for a context");
  setRules(context);

  const Memory certificates = memory(*chain);
  const Certificate own(PEM_read_bio_X509_AUX(certificates.get(), nullptr, nullptr, nullptr));
  if (!own) return wrong("cert", cert_file, "holds no PEM certificate");
  if (SSL_CTX_use_certificate(context, own.get()) != 1) return wrong("cert", cert_file, "holds a certificate that OpenSSL finds too weak or malformed");
  while (X509* issuer = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, issuer) != 1) X509_free(issuer);
  }
  bool locked = false;
  const Memory key_bytes = memory(*key_text);
  const PrivateKey key(PEM_read_bio_PrivateKey(key_bytes.get(), nullptr, &noPassphrase, &locked));
  if (locked) return wrong("key", key_file, "is locked by a passphrase; allowed is a key without one, in a file of mode 0600");
  if (!key) return wrong("key", key_file, "holds no PEM private key");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return wrong("key", key_file, "is not the key of the certificate in " + cert_file);
  }
  ERR_clear_error();
  identity->names_ = namesOf(own.get());
  identity->expires_ = endOf(own.get());
  return identity;
}

}  // namespace signalbox::server
