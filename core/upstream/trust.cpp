// SPDX-License-Identifier: Apache-2.0
#include "upstream/trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace signalbox::upstream {
namespace {

struct stat stateOf(const char* path) {
  struct stat state {};
  if (!path || ::stat(path, &state) != 0) state = {};
  return state;
}

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

void Trust::Free::operator()(x509_store_st* store) const { X509_STORE_free(store); }

Trust::Authorities& Trust::read(const std::string& ca_file) {
  const curl_version_info_data& system = *curl_version_info(CURLVERSION_NOW);
  const char* path = ca_file.empty() ? system.cainfo : ca_file.c_str();
  const char* folder = ca_file.empty() ? system.capath : nullptr;  // looked into when a certificate asks for it
  Authorities& authorities = all_[ca_file];
  const struct stat file = stateOf(path);
  if (authorities.store && same(file, authorities.file)) return authorities;
  authorities.file = file;
  authorities.store.reset(X509_STORE_new());
  X509_STORE* store = authorities.store.get();
  // An intermediate authority in the file is trusted as it stands, as libcurl has it.
  const bool done = store && (path || folder) && (!path || X509_STORE_load_file(store, path) == 1) &&
                    (!folder || X509_STORE_load_path(store, folder) == 1) && X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1;
  if (!done) authorities.store.reset();
  ERR_clear_error();
  return authorities;
}

// Where it cannot be done (a file that cannot be read, a libcurl without OpenSSL), libcurl reads the file, and says what is wrong.
void Trust::prepare(CURL* easy, const std::string& ca_file) {
  Authorities& authorities = read(ca_file);
  if (authorities.store && curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &Trust::use) == CURLE_OK) {
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &authorities);
    curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  } else if (!ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
}

CURLcode Trust::use(CURL*, void* context, void* authorities) {
  X509_STORE* store = static_cast<Authorities*>(authorities)->store.get();
  if (!store) return CURLE_SSL_CACERT_BADFILE;  // it was read again meanwhile, and could not be
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(context), store);
  return CURLE_OK;
}

}  // namespace signalbox::upstream
