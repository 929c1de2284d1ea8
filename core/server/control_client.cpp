// SPDX-License-Identifier: Apache-2.0
#include "server/control_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "control/rpc.h"
#include "control/wire.h"
#include "server/websocket_client.h"

namespace signalbox::server {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(5);

Error closedError(const SocketClosed& closed) {
  const auto refused = [&](ErrorCode code, std::string message) { return Error{code, std::move(message), {}, {}, closed.http_status, 0}; };
  switch (closed.http_status) {
    case 0: break;
    case 401: return refused(ErrorCode::Unauthenticated, "the router does not know this token; `signalbox token show control` names this machine's");
    case 403:
    case 429:
    case 503: return refused(ErrorCode::UpstreamConnect, "the router refused the connection with status " + std::to_string(closed.http_status));
    default:
      return refused(ErrorCode::UpstreamConnect, "what answers there is no control plane (status " + std::to_string(closed.http_status) +
                                                     "); its address is the control= of the router's `listening` line");
  }
  const std::string why = closed.reason.empty() ? "code " + std::to_string(closed.code) : closed.reason;
  return {ErrorCode::UpstreamConnect, "the control connection ended: " + why, {}, {}, 0, 0};
}

}  // namespace

class ControlClient::Connection {
 public:
  explicit Connection(ControlClientOptions options) : options_(std::move(options)), socket_(std::make_unique<WebSocketClient>(io_.get_executor())) {}
  ~Connection() { stop(); }

  Result<void> open(WebSocketClient::Target target);
  Result<Json> call(std::string_view method, Json params);
  [[nodiscard]] bool connected() {
    const std::lock_guard lock(mutex_);
    return !ended_;
  }
  control::Hello hello;

 private:
  using Answer = std::promise<Result<Json>>;

  void take(std::string_view text);
  void closed(const SocketClosed& how);
  void stop();

  const ControlClientOptions options_;
  boost::asio::io_context io_{1};
  std::unique_ptr<WebSocketClient> socket_;
  std::thread thread_;
  std::promise<Result<void>> opened_;
  bool told_ = false;  // the thread's: opened_ has its value

  std::mutex mutex_;
  std::int64_t next_ = 1;
  std::map<std::int64_t, std::shared_ptr<Answer>> waiting_;
  std::optional<Error> ended_;
};

Result<void> ControlClient::Connection::open(WebSocketClient::Target target) {
  target.subprotocol = control::kSubprotocol;
  target.headers.add("Authorization", "Bearer " + options_.token.reveal());
  auto opened = opened_.get_future();
  boost::asio::post(io_, [this, target = std::move(target)]() mutable {
    WebSocketClient::Callbacks callbacks;
    callbacks.on_open = [this] {
      told_ = true;
      opened_.set_value({});
    };
    callbacks.on_text = [this](std::string_view text) { take(text); };
    callbacks.on_closed = [this](const SocketClosed& how) { closed(how); };
    socket_->connect(std::move(target), std::move(callbacks));
  });
  thread_ = std::thread([this] {
    const auto keep = boost::asio::make_work_guard(io_);
    io_.run();
  });
  const Duration patience = std::min(options_.timeout, kConnectTime);
  if (opened.wait_for(patience) != std::future_status::ready) {
    return fail(ErrorCode::UpstreamTimeout, "no answer to the upgrade within " + formatDuration(patience) + "; is this the control= address of a router?");
  }
  return opened.get();
}

void ControlClient::Connection::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] {
    socket_.reset();
    io_.stop();
  });
  thread_.join();
}

void ControlClient::Connection::take(std::string_view text) {
  // Answers of a router are larger than what it accepts; they are trusted for size, not for shape.
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return;
  const auto id = json.find("id");
  if (id == json.end() || !id->is_number_integer()) {
    const auto method = json.find("method");
    if (method != json.end() && method->is_string() && options_.on_notification) {
      options_.on_notification(method->get<std::string>(), json.value("params", Json::object()));
    }
    return;
  }
  std::shared_ptr<Answer> answer;
  {
    const std::lock_guard lock(mutex_);
    const auto it = waiting_.find(id->get<std::int64_t>());
    if (it == waiting_.end()) return;
    answer = std::move(it->second);
    waiting_.erase(it);
  }
  if (const auto error = json.find("error"); error != json.end()) {
    answer->set_value(std::unexpected(control::errorFromJson(*error)));
  } else {
    answer->set_value(json.value("result", Json()));
  }
}

void ControlClient::Connection::closed(const SocketClosed& how) {
  const Error error = closedError(how);
  std::map<std::int64_t, std::shared_ptr<Answer>> waiting;
  {
    const std::lock_guard lock(mutex_);
    ended_ = error;
    waiting.swap(waiting_);
  }
  if (!told_) {
    told_ = true;
    opened_.set_value(std::unexpected(error));
  }
  for (const auto& [id, answer] : waiting) answer->set_value(std::unexpected(error));
}

Result<Json> ControlClient::Connection::call(std::string_view method, Json params) {
  const auto answer = std::make_shared<Answer>();
  auto answered = answer->get_future();
  std::int64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return std::unexpected(*ended_);
    id = next_++;
    waiting_[id] = answer;
  }
  const bool sent = socket_->send(control::callText(id, method, params));
  const bool in_time = sent && answered.wait_for(options_.timeout) == std::future_status::ready;
  if (in_time) return answered.get();
  const std::lock_guard lock(mutex_);
  waiting_.erase(id);
  if (ended_) return std::unexpected(*ended_);
  return fail(ErrorCode::UpstreamTimeout, std::string(method) + ": no answer within " + formatDuration(options_.timeout));
}

Result<std::unique_ptr<ControlClient>> ControlClient::connect(ControlClientOptions options) {
  auto target = parseSocketUrl(options.url);
  if (!target) return std::unexpected(std::move(target.error()));
  if (target->path.empty() || target->path == "/") target->path = control::kControlPath;
  target->ca_file = options.ca_file;
  const std::string name = options.client;
  auto connection = std::make_unique<Connection>(std::move(options));
  if (auto opened = connection->open(std::move(*target)); !opened) return std::unexpected(std::move(opened.error()));
  auto answer = connection->call("hello", {{"protocol", 1}, {"client", name}});
  if (!answer) return std::unexpected(std::move(answer.error()));
  auto hello = control::helloFromJson(*answer);
  if (!hello) return std::unexpected(std::move(hello.error()));
  connection->hello = std::move(*hello);
  return std::unique_ptr<ControlClient>(new ControlClient(std::move(connection)));
}

ControlClient::ControlClient(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
ControlClient::~ControlClient() = default;
const control::Hello& ControlClient::hello() const { return connection_->hello; }
bool ControlClient::connected() const { return connection_->connected(); }
Result<Json> ControlClient::call(std::string_view method, Json params) { return connection_->call(method, std::move(params)); }

}  // namespace signalbox::server
