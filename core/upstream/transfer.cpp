// SPDX-License-Identifier: Apache-2.0
#include "upstream/transfer.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/strings.h"
#include "upstream/curl_error.h"

namespace signalbox::upstream {

namespace asio = boost::asio;

namespace {
constexpr std::size_t kMaxResponse = 64u << 20;
constexpr std::size_t kPauseAt = 256u << 10;  // bytes nobody has taken yet
constexpr long kConnectTimeoutMs = 5000;
enum Wake { kReady = 0, kDeadline = 1, kCancelled = 2 };
}  // namespace

HandlePool::HandlePool(CurlLoop& loop, std::string url, std::vector<std::string> headers) : loop_(loop), url_(std::move(url)) {
  for (const auto& header : headers) headers_ = curl_slist_append(headers_, header.c_str());
}

HandlePool::~HandlePool() {
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  curl_slist_free_all(headers_);
}

CURL* HandlePool::take() {
  if (!idle_.empty()) {
    CURL* easy = idle_.back();
    idle_.pop_back();
    return easy;
  }
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the environment must not redirect what the user configured
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 65'536L);
  loop_.prepare(easy);
  return easy;
}

void HandlePool::give(CURL* easy) { idle_.push_back(easy); }

struct Transfer::Waiter {
  virtual ~Waiter() = default;
  virtual void complete(int why) = 0;
  int why = kReady;
  bool queued = false;  // its completion is on the way
};

template <class Handler>
struct Transfer::WaiterOf final : Transfer::Waiter {
  explicit WaiterOf(Handler h) : handler(std::move(h)) {}
  void complete(int result) override {
    if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
    auto resume = std::move(handler);
    std::move(resume)(boost::system::error_code{}, result);
  }
  Handler handler;
};

Transfer::Transfer(HandlePool& pool, std::string_view body) : pool_(pool), easy_(pool.take()) {
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::onBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  pool_.loop().add(easy_, [this](CURLcode code) { finished(code); });
}

Transfer::~Transfer() {
  pool_.loop().remove(easy_);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, nullptr);
  pool_.give(easy_);
}

std::size_t Transfer::onHeader(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {  // an interim 1xx head is replaced by the one that follows
    transfer.headers_ = {};
    return line.size();
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    transfer.headers_.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return line.size();
}

std::size_t Transfer::onBody(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  if (transfer.until_ == Until::Data && transfer.bytes_.size() >= kPauseAt) {
    transfer.paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (transfer.total_ + length > kMaxResponse) {
    transfer.too_large_ = true;
    return CURL_WRITEFUNC_ERROR;
  }
  if (transfer.total_ == 0) transfer.first_byte_at_ = steadyNow();
  if (transfer.status_ == 0) {
    long status = 0;
    curl_easy_getinfo(transfer.easy_, CURLINFO_RESPONSE_CODE, &status);
    transfer.status_ = static_cast<int>(status);
  }
  transfer.total_ += length;
  transfer.bytes_.append(data, length);
  if (transfer.satisfied(transfer.until_)) transfer.wake(kReady);
  return length;
}

void Transfer::finished(CURLcode code) {
  done_ = true;
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  status_ = static_cast<int>(status);
  if (too_large_) {
    failure_ = Error{ErrorCode::UpstreamMalformed, "the upstream's answer is larger than 64 MiB", {}, {}, status_, 0};
  } else if (code != CURLE_OK) {
    failure_ = curlError(code, error_text_.data(), status_, total_ > 0);
  }
  wake(kReady);
}

void Transfer::wake(int why) {
  if (!waiter_ || waiter_->queued) return;
  waiter_->queued = true;
  waiter_->why = why;
  // Never from within curl: what is resumed may start or cancel transfers.
  pool_.loop().defer([weak = std::weak_ptr(waiter_)] {
    if (const auto waiter = weak.lock()) waiter->complete(waiter->why);
  });
}

Task<Result<void>> Transfer::wait(Until until, SteadyTime deadline) {
  until_ = until;
  if (paused_ && bytes_.size() < kPauseAt) {
    paused_ = false;
    pool_.loop().resume(easy_);
  }
  if (!satisfied(until)) {
    const auto timer = pool_.loop().setDeadline(deadline, [this] { wake(kDeadline); });
    const int why = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code, int)>(
        [this](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          waiter_ = std::make_shared<WaiterOf<decltype(handler)>>(std::move(handler));
          if (slot.is_connected()) slot.assign([this](asio::cancellation_type) { wake(kCancelled); });
        },
        asio::use_awaitable);
    waiter_.reset();
    if (why != kDeadline) pool_.loop().cancelDeadline(timer);
    if (why == kCancelled) co_return fail(ErrorCode::ClientGone, "the client went away");
    if (why == kDeadline && !satisfied(until)) co_return fail(ErrorCode::UpstreamTimeout, "the upstream did not answer in time");
  }
  if (done_ && failure_ && (until == Until::Done || bytes_.empty())) co_return std::unexpected(*failure_);
  co_return Result<void>{};
}

std::string Transfer::takeBytes() { return std::exchange(bytes_, {}); }

}  // namespace signalbox::upstream
