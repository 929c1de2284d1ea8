// SPDX-License-Identifier: Apache-2.0
// A server that speaks as much of the control plane as tests of the console's way to it need.
#pragma once
#include <gtest/gtest.h>

#include <QWebSocket>
#include <QWebSocketServer>
#include <memory>

#include "bridge/console_client.h"
#include "bridge/remote_client.h"
#include "control/rpc.h"
#include "control/wire.h"
#include "ui/fake_console.h"

namespace signalbox::ui::testing {

// The control plane of a router, as much of it as these tests need; one connection at a time.
class TinyRouter : public QObject {
 public:
  explicit TinyRouter(quint16 port = 0) : server_(QStringLiteral("tiny"), QWebSocketServer::NonSecureMode) {
    server_.setSupportedSubprotocols({QStringLiteral("signalbox.control.v1")});
    EXPECT_TRUE(server_.listen(QHostAddress::LocalHost, port));
    connect(&server_, &QWebSocketServer::newConnection, this, [this] {
      socket_ = server_.nextPendingConnection();
      socket_->setParent(this);
      authorization = socket_->request().rawHeader("Authorization");
      connect(socket_, &QWebSocket::textMessageReceived, this, [this](const QString& text) { take(text); });
    });
  }
  [[nodiscard]] QUrl url() const { return server_.serverUrl(); }
  [[nodiscard]] quint16 port() const { return server_.serverPort(); }
  void drop() {
    if (socket_) socket_->abort();
  }
  void send(const std::string& text) { socket_->sendTextMessage(QString::fromStdString(text)); }
  void commit(std::int64_t seq) {
    control::DecisionBatch batch;
    batch.seq = seq;
    batch.items.push_back(maker_.make(wallNow()));
    batch.items.back().seq = seq;
    Json params = control::toJson(batch);
    params["subscription"] = "s1";
    send(control::notificationText("decisions.delta", params));
  }
  QByteArray authorization;
  std::vector<Json> subscribed;  // params of decisions.subscribe
  std::string epoch = "e1";
  std::optional<Json> greeting;  // answers hello instead
  int greeted = 0;
  bool mute = false;             // hello is not answered
  Json asked;                    // id of the last decisions.query
  bool holds = false;            // it is not answered
  std::vector<Json> cancelled;   // params of rpc.cancel

 private:
  void take(const QString& text) {
    const Result<control::Call> call = control::callFromJson(Json::parse(text.toStdString()));
    if (call->method == "hello") {
      ++greeted;
      if (mute) return;
      if (greeting) return send(control::answerText(call->id, *greeting));
      control::Hello hello;
      hello.router = "tiny";
      hello.role = domain::Role::Tuner;
      hello.epoch = epoch;
      hello.store_id = "s";
      hello.time = wallNow();
      return send(control::answerText(call->id, control::toJson(hello)));
    }
    if (call->method == "decisions.subscribe") {
      subscribed.push_back(call->params);
      Json answer = control::toJson(control::DecisionBatch{call->params.value("last", std::int64_t{0}), {}, 0, false});
      answer["subscription"] = "s1";
      return send(control::answerText(call->id, answer));
    }
    if (call->method == "status.subscribe") {
      domain::RouterStatus status;
      status.state = "ready";
      status.journal.rows = 17;
      Json answer = control::toJson(status);
      answer["subscription"] = "s2";
      return send(control::answerText(call->id, answer));
    }
    if (call->method == "policy.subscribe") {
      domain::PolicyState state;
      state.live = 42;
      Json answer = control::toJson(state);
      answer["subscription"] = "s3";
      return send(control::answerText(call->id, answer));
    }
    if (call->method == "decisions.query") {
      asked = call->id;
      if (holds) return;
      control::DecisionPage page;
      page.count = 10'000;
      page.counting = true;
      return send(control::answerText(call->id, control::toJson(page)));
    }
    if (call->method == "rpc.cancel") {
      cancelled.push_back(call->params);
      return send(control::answerText(call->id, Json::object()));
    }
    if (call->method == "policy.apply") {
      return send(control::errorText(call->id, Error{ErrorCode::Conflict, "r8 is live", {}, R"({"live":8})", 0, 0}));
    }
    send(control::errorText(call->id, control::kMethodNotFound, "not here"));
  }
  FakeRouter maker_;
  QWebSocketServer server_;
  QWebSocket* socket_ = nullptr;
};

inline std::unique_ptr<RemoteClient> clientFor(const QUrl& url) {
  return std::make_unique<RemoteClient>(RemoteAddress{url, Secret("sbx-test-token-0001")}, QString());
}

}  // namespace signalbox::ui::testing
