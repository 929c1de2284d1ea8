// SPDX-License-Identifier: GPL-3.0-only
// The router in this process for the pages: starts and stops it on a thread of its own, so that the window never waits, and
// reports on the GUI thread. Destroyed before QApplication; its destructor waits for the engine to end.
#pragma once
#include <QNetworkAccessManager>
#include <memory>
#include <thread>

#include "bridge/embedded_router.h"
#include "console/engine_run.h"

namespace signalbox::app {

class LocalRouter final : public ui::EmbeddedRouter {
  Q_OBJECT
 public:
  LocalRouter(std::string config, bool demo, QObject* parent = nullptr);
  ~LocalRouter() override;

  void start(quint16 port) override;
  void stop() override;
  void setPaused(bool paused) override;
  [[nodiscard]] State state() const override { return state_; }
  [[nodiscard]] QString error() const override { return error_; }
  [[nodiscard]] QString baseUrl() const override { return base_url_; }
  [[nodiscard]] quint16 port() const override { return port_; }
  [[nodiscard]] QString tokenHint() const override { return token_hint_; }
  void copyToken() override;
  void sendTest(const QString& prompt) override;
  [[nodiscard]] bool simulated() const override { return demo_; }
  [[nodiscard]] std::shared_ptr<control::ConsoleService> service() const override { return service_; }

 private:
  void launch();
  void take(Result<std::unique_ptr<EngineRun>> run, quint16 tried);
  void retire();
  void setState(State state, const QString& error = {});

  const std::string config_;
  const bool demo_;
  quint16 wanted_port_ = 0;
  State state_ = State::Stopped;
  QString error_, base_url_, token_hint_;
  quint16 port_ = 0;
  std::unique_ptr<EngineRun> run_;
  std::shared_ptr<control::ConsoleService> service_;
  std::thread worker_;        // starting or stopping
  bool busy_ = false;         // it is at work
  bool launching_ = false;    // and what it does is starting
  bool start_after_ = false;  // asked for while it was
  bool stop_after_ = false;
  QNetworkAccessManager network_;
};

}  // namespace signalbox::app
