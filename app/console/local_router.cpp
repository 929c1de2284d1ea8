// SPDX-License-Identifier: GPL-3.0-only
#include "console/local_router.h"

#include <QClipboard>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QPointer>

#include "bridge/mailbox.h"

namespace signalbox::app {

namespace {
constexpr auto kDrain = std::chrono::seconds(5);
constexpr auto kDrainAtExit = std::chrono::seconds(2);
constexpr int kTestTimeoutMs = 60'000;
constexpr auto kOurHeaders = "x-signalbox-";
}  // namespace

LocalRouter::LocalRouter(std::string config, bool demo, QObject* parent)
    : EmbeddedRouter(parent), config_(std::move(config)), demo_(demo) {
  network_.setProxy(QNetworkProxy::NoProxy);  // it is on this computer
}

LocalRouter::~LocalRouter() {
  start_after_ = false;
  if (worker_.joinable()) worker_.join();
  service_.reset();
  if (run_) run_->stop(kDrainAtExit);
}

void LocalRouter::setState(State state, const QString& error) {
  state_ = state;
  error_ = error;
  Q_EMIT stateChanged(state_);
}

void LocalRouter::start(quint16 port) {
  wanted_port_ = port;
  stop_after_ = false;
  if (busy_ || run_) {
    start_after_ = true;
    if (!busy_) retire();
    setState(State::Starting);  // as soon as the one before has ended
    return;
  }
  launch();
}

void LocalRouter::launch() {
  start_after_ = false;
  busy_ = launching_ = true;
  port_ = 0;
  setState(State::Starting);
  if (worker_.joinable()) worker_.join();
  const EngineWish wish{config_, demo_, wanted_port_, 0};
  worker_ = std::thread([wish, self = QPointer<LocalRouter>(this)] {
    std::uint16_t tried = wish.port;
    auto run = std::make_shared<Result<std::unique_ptr<EngineRun>>>(EngineRun::start(wish, &tried));
    ui::onGuiThread([self, run, tried] {
      if (self) self->take(std::move(*run), tried);
    });
  });
}

void LocalRouter::take(Result<std::unique_ptr<EngineRun>> run, quint16 tried) {
  busy_ = launching_ = false;
  const bool unwanted = std::exchange(stop_after_, false);
  if (!run) {
    port_ = tried;
    if (unwanted) return setState(State::Stopped);
    setState(State::Failed, QString::fromStdString(run.error().message));
    if (start_after_) launch();
    return;
  }
  run_ = std::move(*run);
  engine::Router& router = run_->router();
  service_ = router.console();
  base_url_ = QString::fromStdString(router.dataUrl()) + QStringLiteral("/v1");
  port_ = router.dataPort();
  token_hint_ = QString::fromStdString(router.clientToken().lastFour());
  if (start_after_ || unwanted) return retire();
  setState(State::Running);
}

// While it starts there is nothing to stop yet: that comes when it has started.
void LocalRouter::stop() {
  start_after_ = false;
  stop_after_ = launching_;
  if (run_ && !busy_) retire();
  else if (!launching_ && state_ == State::Starting) setState(State::Stopped);  // it waited for the end of the one before
}

// Sessions are let go of first, here; then the engine ends on its own time.
void LocalRouter::retire() {
  service_.reset();
  base_url_.clear();
  token_hint_.clear();
  port_ = 0;
  setState(State::Stopped);
  busy_ = true;
  if (worker_.joinable()) worker_.join();
  worker_ = std::thread([run = std::shared_ptr<EngineRun>(std::move(run_)), self = QPointer<LocalRouter>(this)]() mutable {
    run->stop(kDrain);
    run.reset();
    ui::onGuiThread([self] {
      if (!self) return;
      self->busy_ = false;
      if (self->start_after_) self->launch();
    });
  });
}

void LocalRouter::setPaused(bool paused) {
  if (!run_ || busy_) return;
  run_->router().setPaused(paused);
  setState(paused ? State::Paused : State::Running);
}

void LocalRouter::copyToken() {
  if (run_) QGuiApplication::clipboard()->setText(QString::fromStdString(run_->router().clientToken().reveal()));
}

void LocalRouter::sendTest(const QString& prompt) {
  TestAnswer failed;
  if (!run_) {
    failed.error = tr("The router is not running.");
    Q_EMIT testAnswered(failed);
    return;
  }
  QNetworkRequest request(QUrl(base_url_ + QStringLiteral("/chat/completions")));
  request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
  request.setRawHeader("Authorization", "Bearer " + QByteArray::fromStdString(run_->router().clientToken().reveal()));
  request.setTransferTimeout(kTestTimeoutMs);
  const QJsonObject message{{QStringLiteral("role"), QStringLiteral("user")}, {QStringLiteral("content"), prompt}};
  const QJsonObject body{{QStringLiteral("model"), QStringLiteral("auto")}, {QStringLiteral("messages"), QJsonArray{message}}};
  QElapsedTimer clock;
  clock.start();
  QNetworkReply* reply = network_.post(request, QJsonDocument(body).toJson(QJsonDocument::Compact));
  connect(reply, &QNetworkReply::finished, this, [this, reply, clock] {
    TestAnswer answer;
    answer.milliseconds = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    answer.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    for (const QByteArray& name : reply->rawHeaderList()) {
      if (!name.toLower().startsWith(kOurHeaders)) continue;
      answer.headers.append(QString::fromLatin1(name + ": " + reply->rawHeader(name)));
      if (name.toLower() == "x-signalbox-decision-id") answer.decisionId = QString::fromLatin1(reply->rawHeader(name));
    }
    const QJsonObject json = QJsonDocument::fromJson(reply->readAll()).object();
    answer.text = json[QLatin1String("choices")][0][QLatin1String("message")][QLatin1String("content")].toString();
    if (answer.status != 200) {
      const QString told = json[QLatin1String("error")][QLatin1String("message")].toString();
      answer.error = told.isEmpty() ? reply->errorString() : told;
    }
    reply->deleteLater();
    Q_EMIT testAnswered(answer);
  });
}

}  // namespace signalbox::app
