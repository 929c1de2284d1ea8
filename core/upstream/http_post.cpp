// SPDX-License-Identifier: Apache-2.0
#include "upstream/http_post.h"

#include <curl/curl.h>

#include <array>

#include "upstream/address_rules.h"
#include "upstream/curl_error.h"

namespace signalbox::upstream {
namespace {

constexpr long kConnectTimeoutMs = 5000;

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

int goOn(void* cancelled, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::atomic<bool>*>(cancelled)->load(std::memory_order_relaxed) ? 1 : 0;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void append(List& list, const std::string& line) {
  if (auto* longer = curl_slist_append(list.get(), line.c_str())) {
    (void)list.release();
    list.reset(longer);
  }
}

}  // namespace

struct HttpPost::Curl {
  CURL* easy = curl_easy_init();
  std::array<char, CURL_ERROR_SIZE> error{};
  ~Curl() { curl_easy_cleanup(easy); }
};

HttpPost::HttpPost(PostTarget target) : target_(std::move(target)), curl_(std::make_unique<Curl>()) {}

HttpPost::~HttpPost() = default;

void HttpPost::cancel() { cancelled_.store(true, std::memory_order_relaxed); }

Result<PostAnswer> HttpPost::post(const std::string& body, std::string_view content_type, Duration timeout) {
  if (cancelled_.load(std::memory_order_relaxed)) return fail(ErrorCode::Cancelled, "cancelled");
  CURL* easy = curl_->easy;
  if (!easy) return fail(ErrorCode::Internal, "libcurl could not be set up");
  curl_easy_reset(easy);  // its connections stay
  List headers;
  append(headers, "Content-Type: " + std::string(content_type));
  append(headers, "Expect:");
  append(headers, "User-Agent: signalbox");
  for (const auto& [name, value] : target_.headers) append(headers, name + ": " + value.reveal());
  curl_->error[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_URL, target_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the environment must not redirect what the user configured
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &openAllowed);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignore);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_->error.data());
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &goOn);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &cancelled_);
  if (!target_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, target_.ca_file.c_str());
  const CURLcode code = curl_easy_perform(easy);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) return std::unexpected(curlError(code, curl_->error.data(), static_cast<int>(status), false));
  curl_off_t wait = 0;
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
  return PostAnswer{static_cast<int>(status), static_cast<double>(wait)};
}

}  // namespace signalbox::upstream
