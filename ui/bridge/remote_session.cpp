// SPDX-License-Identifier: GPL-3.0-only
#include "bridge/remote_session.h"

#include <QNetworkRequest>
#include <QRandomGenerator>
#include <QSslCertificate>
#include <QSslError>
#include <QWebSocketHandshakeOptions>
#include <algorithm>
#include <utility>

#include "bridge/addresses.h"
#include "control/rpc.h"
#include "control/wire.h"

namespace signalbox::ui {

namespace {
constexpr int kPingEveryMs = 15'000;
constexpr int kMostUnansweredPings = 2;
constexpr int kFirstWaitMs = 1'000;
constexpr int kLongestWaitMs = 30'000;
constexpr quint64 kMostMessageBytes = 64ULL << 20;

QUrl withPath(QUrl url) {
  if (url.path().isEmpty() || url.path() == QLatin1String("/")) {
    url.setPath(QString::fromUtf8(control::kControlPath.data(), static_cast<qsizetype>(control::kControlPath.size())));
  }
  return url;
}
}  // namespace

RemoteSession::RemoteSession(RemoteAddress address, RemoteEvents events)
    : address_{withPath(address.url), std::move(address.token), address.answer_within_ms}, events_(std::move(events)),
      socket_(QString(), QWebSocketProtocol::VersionLatest, this), retry_(this), ping_(this), deadline_(this) {
  retry_.setSingleShot(true);
  connect(&retry_, &QTimer::timeout, this, &RemoteSession::open);
  deadline_.setSingleShot(true);
  deadline_.setInterval(address_.answer_within_ms);
  connect(&deadline_, &QTimer::timeout, this, [this] {
    problem_ = tr("no answer within %1 s").arg(static_cast<double>(address_.answer_within_ms) / 1000);
    socket_.abort();
    lost(problem_);
  });
  ping_.setInterval(kPingEveryMs);
  connect(&ping_, &QTimer::timeout, this, &RemoteSession::beat);
  socket_.setMaxAllowedIncomingMessageSize(kMostMessageBytes);
  connectSignals();
}

void RemoteSession::connectSignals() {
  connect(&socket_, &QWebSocket::connected, this, &RemoteSession::opened);
  connect(&socket_, &QWebSocket::disconnected, this, [this] {
    const QString reason = socket_.closeReason();
    // A connection that never came about also ends here, before its error is told.
    const QAbstractSocket::SocketError error = socket_.error();
    const bool failed = error != QAbstractSocket::UnknownSocketError && error != QAbstractSocket::RemoteHostClosedError;
    lost(!problem_.isEmpty()  ? problem_
         : !reason.isEmpty() ? reason
         : failed            ? socket_.errorString()
                             : tr("the connection was closed"));
  });
  connect(&socket_, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error), this, [this](auto) {
    const QString why = socket_.errorString();
    if (why.contains(QLatin1String("401")) || why.contains(QLatin1String("403"))) {
      return refused(LinkState::Kind::AuthFailed, tr("the router refused the token"));
    }
    if (!up_) lost(problem_.isEmpty() ? why : problem_);
  });
  connect(&socket_, &QWebSocket::sslErrors, this, [this](const QList<QSslError>& errors) {
    const QByteArray digest = socket_.sslConfiguration().peerCertificate().digest(QCryptographicHash::Sha256).toHex();
    refused(LinkState::Kind::Untrusted,
            tr("%1; its certificate's SHA-256 is %2").arg(errors.value(0).errorString(), QString::fromLatin1(digest)));
  });
  connect(&socket_, &QWebSocket::textMessageReceived, this, &RemoteSession::received);
  connect(&socket_, &QWebSocket::pong, this, [this] { unanswered_pings_ = 0; });
}

void RemoteSession::open() {
  stopped_ = false;
  problem_.clear();
  retry_.stop();
  say(was_up_ ? LinkState::Kind::Reconnecting : LinkState::Kind::Connecting);
  QNetworkRequest request(address_.url);
  if (!address_.token.empty()) {
    request.setRawHeader("Authorization", QByteArray("Bearer ") + QByteArray::fromStdString(address_.token.reveal()));
  }
  QWebSocketHandshakeOptions options;
  options.setSubprotocols({QString::fromUtf8(control::kSubprotocol.data(), static_cast<qsizetype>(control::kSubprotocol.size()))});
  deadline_.start();
  socket_.open(request, options);
}

void RemoteSession::close() {
  stopped_ = true;
  up_ = false;
  retry_.stop();
  ping_.stop();
  deadline_.stop();
  failAll(tr("the connection was closed here"));
  socket_.abort();
}

void RemoteSession::retryNow() {
  if (up_) return;
  attempt_ = 0;
  socket_.abort();
  open();
}

void RemoteSession::opened() {
  if (socket_.subprotocol().isEmpty()) {
    return refused(LinkState::Kind::Down, tr("it is no Signalbox router: it does not speak signalbox.control.v1"));
  }
  unanswered_pings_ = 0;
  ping_.start();
  // Not up before hello: only then is it known whether feeds can be resumed.
  up_ = true;
  call("hello", {{"protocol", 1}, {"client", "signalbox-console"}}, [this](const Result<Json>& answer) {
    if (!up_) return;  // told already: the connection was lost with the question open
    const auto hello = answer ? control::helloFromJson(*answer) : std::unexpected(answer.error());
    if (hello) return greeted(*hello);
    problem_ = answer ? tr("its hello cannot be read: %1").arg(QString::fromStdString(hello.error().message))
                      : QString::fromStdString(hello.error().message);
    socket_.abort();
    lost(problem_);
  });
}

void RemoteSession::greeted(const control::Hello& hello) {
  deadline_.stop();
  const bool fresh = !was_up_ || hello.epoch != epoch_ || hello.store_id != store_;
  epoch_ = hello.epoch;
  store_ = hello.store_id;
  was_up_ = true;
  attempt_ = 0;
  if (fresh) feeds_.clear();
  say(LinkState::Kind::Live);
  for (const auto& [key, feed] : feeds_) sendSubscribe(key);
  if (events_.up) events_.up(fresh);
}

void RemoteSession::lost(const QString& why) {
  ping_.stop();
  deadline_.stop();
  const bool was = std::exchange(up_, false);
  if (stopped_ || (retry_.isActive() && !was)) return;
  failAll(why);
  ++attempt_;
  const int longest = std::min(kLongestWaitMs, kFirstWaitMs << std::min(attempt_ - 1, 10));
  // Half of the wait is drawn, so that many consoles do not return in step.
  const int wait = longest / 2 + static_cast<int>(QRandomGenerator::global()->bounded(longest / 2 + 1));
  retry_.start(wait);
  say(was_up_ ? LinkState::Kind::Reconnecting : LinkState::Kind::Connecting, why, wallNow() + wait * WallMicros{1000});
}

void RemoteSession::refused(LinkState::Kind kind, const QString& why) {
  stopped_ = true;
  up_ = false;
  retry_.stop();
  ping_.stop();
  deadline_.stop();
  failAll(why);
  socket_.abort();
  say(kind, why);
}

void RemoteSession::beat() {
  if (++unanswered_pings_ > kMostUnansweredPings) {
    problem_ = tr("%1 pings unanswered").arg(kMostUnansweredPings);
    socket_.abort();
    return lost(problem_);
  }
  socket_.ping();
}

void RemoteSession::say(LinkState::Kind kind, const QString& detail, WallMicros retry_at) {
  LinkState state;
  state.kind = kind;
  state.detail = detail;
  state.attempt = attempt_;
  state.retry_at = retry_at;
  state.plain = address_.url.scheme() == QLatin1String("ws") && !isLoopback(address_.url);
  if (events_.state) events_.state(state);
}

void RemoteSession::failAll(const QString& why) {
  counting_.clear();
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& [id, reply] : waiting) {
    reply(fail(ErrorCode::Unavailable, tr("The router cannot be reached: %1").arg(why).toStdString()));
  }
}

}  // namespace signalbox::ui
