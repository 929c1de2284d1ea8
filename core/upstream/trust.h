// SPDX-License-Identifier: Apache-2.0
// The authorities that upstreams' certificates are checked against, read once: libcurl would read and keep the system's 140 of
// them anew for every connection, which takes its thread tens of milliseconds. Lives on one worker's thread.
#pragma once
#include <curl/curl.h>
#include <sys/stat.h>

#include <map>
#include <memory>
#include <string>

struct x509_store_st;

namespace signalbox::upstream {

class Trust {
 public:
  // Makes a transfer trust the authorities of a PEM file (empty: the system's). A file that has changed is read again. REQUIRES:
  // the transfer connects before this object ends.
  void prepare(CURL* easy, const std::string& ca_file);

 private:
  struct Free {
    void operator()(x509_store_st* store) const;
  };
  struct Authorities {
    std::unique_ptr<x509_store_st, Free> store;
    struct stat file {};
  };
  [[nodiscard]] Authorities& read(const std::string& ca_file);
  static CURLcode use(CURL*, void* context, void* authorities);

  std::map<std::string, Authorities> all_;
};

}  // namespace signalbox::upstream
