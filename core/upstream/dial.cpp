// SPDX-License-Identifier: Apache-2.0
#include "upstream/dial.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <array>
#include <map>

#include "upstream/address_rules.h"
#include "upstream/curl_error.h"

namespace signalbox::upstream {

namespace asio = boost::asio;

namespace {
constexpr long kConnectTimeoutMs = 5000;
}

// libcurl's multi interface driven by the worker's executor. Handlers hold it alive; given_up_ makes them do nothing.
class Dial::Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(const Executor& executor, const Target& target, CURLSH* share, Trust& trust, Done done)
      : executor_(executor), done_(std::move(done)), timer_(executor), curl_{curl_multi_init(), curl_easy_init()} {
    curl_multi_setopt(curl_.multi, CURLMOPT_SOCKETFUNCTION, &Attempt::onSocket);
    curl_multi_setopt(curl_.multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(curl_.multi, CURLMOPT_TIMERFUNCTION, &Attempt::onTimer);
    curl_multi_setopt(curl_.multi, CURLMOPT_TIMERDATA, this);
    prepare(target, share, trust);
  }
  ~Attempt() { giveUp(); }

  void start() { curl_multi_add_handle(curl_.multi, curl_.easy); }  // sets a timer of 0 ms, which does the rest
  void giveUp() {
    if (std::exchange(given_up_, true)) return;
    timer_.cancel();
    curl_.clean();
    dropWatches();
  }

 private:
  struct Watch {
    Watch(const Executor& executor, int fd) : descriptor(executor, fd) {}
    ~Watch() { letGo(); }
    // At once, not when the last handler lets go of the watch: the number may be another socket's by then. It is libcurl's to close.
    void letGo() {
      if (descriptor.is_open()) descriptor.release();
    }
    asio::posix::stream_descriptor descriptor;
    int wanted = 0;  // CURL_POLL_*
    bool reading = false, writing = false;
  };

  void prepare(const Target& target, CURLSH* share, Trust& trust);
  static int onSocket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    static_cast<Attempt*>(self)->want(socket, what);
    return 0;
  }
  static int onTimer(CURLM*, long timeout_ms, void* self) {
    static_cast<Attempt*>(self)->setTimer(timeout_ms);
    return 0;
  }
  void want(int socket, int what);
  void arm(int socket, const std::shared_ptr<Watch>& watch);
  void dropWatches() {
    for (auto& [socket, watch] : watches_) watch->letGo();
    watches_.clear();
  }
  void setTimer(long timeout_ms);
  void act(int socket, int events);
  void settle(CURLcode code);

  Executor executor_;
  Done done_;
  asio::steady_timer timer_;
  CurlHandles curl_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::map<int, std::shared_ptr<Watch>> watches_;
  bool tls_ = false;
  bool given_up_ = false;
};

void Dial::Attempt::prepare(const Target& target, CURLSH* share, Trust& trust) {
  CURL* easy = curl_.easy;
  tls_ = target.url.starts_with("https:");
  curl_easy_setopt(easy, CURLOPT_URL, target.url.c_str());
  if (tls_) trust.prepare(easy, target.ca_file);
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the environment must not redirect what the user configured
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // giving up must not wait for a hanging look-up
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));  // what ALPN offers
  curl_easy_setopt(easy, CURLOPT_SHARE, share);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &openAllowed);
}

// The resolver's own descriptors come this way too: a watch must go with CURL_POLL_REMOVE, before libcurl closes the socket,
// else the next socket of the same number would wait on a registration that is gone.
void Dial::Attempt::want(int socket, int what) {
  if (what == CURL_POLL_REMOVE) {
    const auto found = watches_.find(socket);
    if (found == watches_.end()) return;
    found->second->letGo();
    watches_.erase(found);
    return;
  }
  auto& watch = watches_[socket];
  if (!watch) watch = std::make_shared<Watch>(executor_, socket);
  watch->wanted = what;
  arm(socket, watch);
}

void Dial::Attempt::arm(int socket, const std::shared_ptr<Watch>& watch) {
  using Wait = asio::posix::stream_descriptor::wait_type;
  const auto wait = [&](Wait kind, bool Watch::*armed, int poll, int event) {
    if (!(watch->wanted & poll) || watch.get()->*armed) return;
    watch.get()->*armed = true;
    watch->descriptor.async_wait(kind, [self = shared_from_this(), weak = std::weak_ptr(watch), socket, armed, poll, event](boost::system::error_code error) {
      const auto live = weak.lock();
      if (!live || error || self->given_up_) return;
      live.get()->*armed = false;
      if (live->wanted & poll) self->act(socket, event);
      const auto still = self->watches_.find(socket);  // libcurl may have changed its mind meanwhile
      if (!self->given_up_ && still != self->watches_.end() && still->second == live) self->arm(socket, live);
    });
  };
  wait(Wait::wait_read, &Watch::reading, CURL_POLL_IN, CURL_CSELECT_IN);
  wait(Wait::wait_write, &Watch::writing, CURL_POLL_OUT, CURL_CSELECT_OUT);
}

void Dial::Attempt::setTimer(long timeout_ms) {
  if (given_up_) return;
  if (timeout_ms < 0) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (const auto self = weak.lock(); self && !error && !self->given_up_) self->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void Dial::Attempt::act(int socket, int events) {
  int running = 0, left = 0;
  curl_multi_socket_action(curl_.multi, socket, events, &running);
  while (CURLMsg* message = curl_multi_info_read(curl_.multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    return settle(message->data.result);
  }
}

void Dial::Attempt::settle(CURLcode code) {
  const auto self = shared_from_this();  // what done() does may end the Dial
  const auto done = std::move(done_);
  if (code != CURLE_OK) {
    const Error error = curlError(code, error_text_.data(), 0, false);
    giveUp();
    return done(std::unexpected(error));
  }
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(curl_.easy, CURLINFO_ACTIVESOCKET, &socket);
  dropWatches();
  CurlHandles kept;
  if (tls_) {
    curl_easy_setopt(curl_.easy, CURLOPT_ERRORBUFFER, nullptr);
    curl_multi_setopt(curl_.multi, CURLMOPT_SOCKETFUNCTION, nullptr);
    curl_multi_setopt(curl_.multi, CURLMOPT_TIMERFUNCTION, nullptr);
    kept = std::exchange(curl_, {});
  } else {
    socket = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);  // ours from now on; libcurl closes its own
  }
  giveUp();
  if (socket < 0) return done(fail(ErrorCode::UpstreamConnect, "the upstream failed: too many open files"));
  done(std::make_shared<Wire>(executor_, socket, kept));
}

Dial::Dial(const Executor& executor, const Target& target, CURLSH* share, Trust& trust, Done done)
    : attempt_(std::make_shared<Attempt>(executor, target, share, trust, std::move(done))) {
  attempt_->start();
}

Dial::~Dial() { attempt_->giveUp(); }

}  // namespace signalbox::upstream
