// SPDX-License-Identifier: Apache-2.0
// Many slow streams at once, for bench/compare/streams.py: both ends of them, one thread each, on 127.0.0.1.
//
//   paced_streams serve PORT RATE TOKENS      an upstream: every request gets a stream of chat chunks, RATE a second, phases apart
//   paced_streams drive PORT STREAMS SKIP KEY BODY
//                                             as many requests at once; prints one line of figures when all have ended
//
// Each chunk's id is the steady clock's nanoseconds at which it was sent, so that its way is timed at the other end. The first SKIP
// chunks of a stream are left out of the times: a gate may hold them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::int64_t nowNs() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "paced_streams: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

void sendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto moved = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (moved <= 0) return;  // its reader has gone
    bytes.remove_prefix(static_cast<std::size_t>(moved));
  }
}

std::string framed(std::string_view body) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", body.size());
  return std::string(size).append(body).append("\r\n");
}

std::string chunk(std::string_view delta, std::string_view logprobs, std::string_view finish) {
  std::string out = "data: {\"id\":\"" + std::to_string(nowNs()) + "\",\"object\":\"chat.completion.chunk\",\"created\":1727346172,\"model\":\"small\",\"choices\":[{\"index\":0,\"delta\":";
  out.append(delta).append(",\"logprobs\":").append(logprobs).append(",\"finish_reason\":").append(finish).append("}],\"usage\":null}\n\n");
  return out;
}

constexpr std::string_view kWord = R"({"content":" word"})";
constexpr std::string_view kLogprobs =
    R"({"content":[{"token":" word","logprob":-0.1,"bytes":[32,119,111,114,100],"top_logprobs":[{"token":" word","logprob":-0.1,"bytes":null}]}]})";

struct Served {
  std::string got;
  int left = 0;  // chunks still to send; 0: no request
};

class Upstream {
 public:
  Upstream(int port, int rate, int tokens) : gap_(1'000'000'000 / rate), tokens_(tokens), epoll_(::epoll_create1(0)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    const int one = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    const sockaddr_in address = loopback(port);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 4096) != 0) die("listen");
    watch(epoll_, listener_);
  }

  [[noreturn]] void run() {
    std::vector<epoll_event> events(1024);
    while (true) {
      const timespec wait = untilDue();
      const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
      for (int i = 0; i < count; ++i) {
        if (events[static_cast<std::size_t>(i)].data.fd == listener_) accept();
        else read(events[static_cast<std::size_t>(i)].data.fd);
      }
      const std::int64_t now = nowNs();
      while (!due_.empty() && due_.top().first <= now) {
        const auto [at, fd] = due_.top();
        due_.pop();
        send(fd, at);
      }
    }
  }

 private:
  // What is due within a moment leaves together: waking for each would leave the measured program no core to run on.
  timespec untilDue() const {
    constexpr std::int64_t kMoment = 200'000, kLongest = 1'000'000'000;
    const std::int64_t wait = due_.empty() ? kLongest : std::clamp(due_.top().first - nowNs(), kMoment, kLongest);
    return {wait / 1'000'000'000, wait % 1'000'000'000};
  }

  void accept() {
    while (true) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const int one = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      connections_[fd] = {};
      watch(epoll_, fd);
    }
  }

  void read(int fd) {
    char buffer[16384];
    const auto got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0) {
      connections_.erase(fd);
      ::close(fd);
      return;
    }
    Served& one = connections_[fd];
    one.got.append(buffer, static_cast<std::size_t>(got));
    const auto head = one.got.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const auto length = one.got.find("ontent-Length: ");
    const std::size_t body = length == std::string::npos ? 0 : std::stoul(one.got.substr(length + 15, 12));
    if (one.got.size() < head + 4 + body) return;
    one.got.clear();
    one.left = tokens_;
    sendAll(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + framed(chunk(R"({"role":"assistant","content":""})", "null", "null")));
    due_.push({nowNs() + gap_, fd});
  }

  void send(int fd, std::int64_t at) {
    const auto found = connections_.find(fd);
    if (found == connections_.end() || found->second.left == 0) return;
    sendAll(fd, framed(chunk(kWord, kLogprobs, "null")));
    if (--found->second.left > 0) return due_.push({at + gap_, fd});
    sendAll(fd, framed(chunk("{}", "null", "\"stop\"") + "data: [DONE]\n\n") + "0\r\n\r\n");
  }

  std::int64_t gap_;
  int tokens_;
  int epoll_;
  int listener_;
  std::map<int, Served> connections_;
  std::priority_queue<std::pair<std::int64_t, int>, std::vector<std::pair<std::int64_t, int>>, std::greater<>> due_;
};

struct Driven {
  std::string tail;  // what may hold the beginning of an id
  int seen = 0;
  std::int64_t last = 0;
  bool done = false;
};

struct Figures {
  std::vector<std::uint32_t> micros;
  std::int64_t longest_gap = 0;
  int complete = 0;
  int broken = 0;
};

// The ids in `text`, each at the time it was read; what may be the beginning of another is left.
void readIds(Driven& stream, std::string_view bytes, int skip, Figures& figures) {
  constexpr std::string_view kMark = "{\"id\":\"";
  const std::int64_t now = nowNs();
  stream.tail.append(bytes);
  const std::string_view text = stream.tail;
  std::size_t at = 0;
  while (true) {
    const auto mark = text.find(kMark, at);
    const auto end = mark == std::string_view::npos ? mark : text.find('"', mark + kMark.size());
    if (end == std::string_view::npos) {
      at = mark == std::string_view::npos ? std::max(at, text.size() - std::min(text.size(), kMark.size())) : mark;
      break;
    }
    std::int64_t sent = 0;
    std::from_chars(text.data() + mark + kMark.size(), text.data() + end, sent);
    if (++stream.seen > skip) {
      figures.micros.push_back(static_cast<std::uint32_t>(std::max<std::int64_t>(0, now - sent) / 1000));
      if (stream.last != 0) figures.longest_gap = std::max(figures.longest_gap, now - stream.last);
      stream.last = now;
    }
    at = end;
  }
  if (text.find("[DONE]") != std::string_view::npos) stream.done = true;
  stream.tail.erase(0, at);
}

int drive(int port, int streams, int skip, const std::string& key, const std::string& body) {
  const int epoll = ::epoll_create1(0);
  const std::string request = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nAuthorization: Bearer " + key +
                              "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  std::map<int, Driven> open;
  Figures figures;
  char buffer[65536];
  std::vector<epoll_event> events(1024);
  int begun = 0;
  while (begun < streams || !open.empty()) {
    // One more every millisecond, so that the streams' phases are spread over the time between two tokens.
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), begun < streams ? 1 : 30'000);
    if (count == 0 && begun == streams) break;
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      Driven& stream = open[fd];
      const auto got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (got > 0) readIds(stream, {buffer, static_cast<std::size_t>(got)}, skip, figures);
      if (got > 0 && !stream.done) continue;
      (stream.done ? figures.complete : figures.broken) += 1;
      open.erase(fd);
      ::close(fd);
    }
    if (begun == streams) continue;
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("connect");
    open[fd] = {};
    watch(epoll, fd);
    sendAll(fd, request);
    ++begun;
  }
  figures.broken += static_cast<int>(open.size());
  std::sort(figures.micros.begin(), figures.micros.end());
  const auto at = [&](double share) { return figures.micros.empty() ? 0u : figures.micros[static_cast<std::size_t>(share * static_cast<double>(figures.micros.size() - 1))]; };
  std::printf("{\"complete\":%d,\"broken\":%d,\"chunks\":%zu,\"p50_us\":%u,\"p99_us\":%u,\"p999_us\":%u,\"longest_gap_ms\":%.1f}\n", figures.complete,
              figures.broken, figures.micros.size(), at(0.5), at(0.99), at(0.999), static_cast<double>(figures.longest_gap) / 1e6);
  return figures.broken == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "serve" && argc == 5) Upstream(std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4])).run();
  if (mode == "drive" && argc == 7) return drive(std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]), argv[5], argv[6]);
  std::fprintf(stderr, "usage: paced_streams serve PORT RATE TOKENS | drive PORT STREAMS SKIP KEY BODY\n");
  return 2;
}
