// SPDX-License-Identifier: Apache-2.0
// POSTs to one address that the user configured, such as a collector of traces, over a kept connection. Blocks its caller: for
// threads that serve no requests. One thread at a time; cancel() from any.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"

namespace signalbox::upstream {

struct PostTarget {
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers;
  std::string ca_file;  // whom to trust there; empty = the system's authorities
};

struct PostAnswer {
  int status = 0;
  double retry_after_s = 0;  // 0: not said
};

class HttpPost {
 public:
  explicit HttpPost(PostTarget target);
  ~HttpPost();
  HttpPost(const HttpPost&) = delete;
  HttpPost& operator=(const HttpPost&) = delete;

  // Any status is an answer; the error of one that did not come names no secret. Redirects are not followed.
  [[nodiscard]] Result<PostAnswer> post(const std::string& body, std::string_view content_type, Duration timeout);
  // Ends a post within a second, and every later one at once.
  void cancel();

 private:
  struct Curl;
  PostTarget target_;
  std::unique_ptr<Curl> curl_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace signalbox::upstream
