// SPDX-License-Identifier: GPL-3.0-only
// The router that lives in this process, as the console sees it. Implemented in app/, handed in at start. Calls come on the GUI
// thread and return at once; signals arrive on the GUI thread.
#pragma once
#include <QObject>
#include <QString>
#include <memory>

#include "control/console_api.h"

namespace signalbox::ui {

class EmbeddedRouter : public QObject {
  Q_OBJECT
 public:
  enum class State { Stopped, Starting, Binding, Running, Paused, Failed };
  Q_ENUM(State)

  struct TestAnswer {
    int status = 0;
    QStringList headers;   // the x-signalbox-* ones, "name: value"
    QString decisionId;
    QString text;          // of the answer
    QString error;         // empty = it worked
    double milliseconds = 0;
  };

  using QObject::QObject;
  virtual void start(quint16 port) = 0;   // 0 = the configured one
  virtual void stop() = 0;
  virtual void setPaused(bool paused) = 0;
  [[nodiscard]] virtual State state() const = 0;
  [[nodiscard]] virtual QString error() const = 0;      // while Failed: what, where, what to do
  [[nodiscard]] virtual QString baseUrl() const = 0;    // http://127.0.0.1:8787/v1; empty unless bound
  [[nodiscard]] virtual quint16 port() const = 0;       // bound; while Failed the one that was tried; 0 = not known
  [[nodiscard]] virtual QString tokenHint() const = 0;  // last four characters; the token itself goes to the clipboard only
  virtual void copyToken() = 0;
  virtual void sendTest(const QString& prompt) = 0;     // answered by testAnswered
  [[nodiscard]] virtual bool simulated() const = 0;
  // Null unless Running or Paused; the caller makes sessions for its pages through LocalClient.
  [[nodiscard]] virtual std::shared_ptr<control::ConsoleService> service() const = 0;

 Q_SIGNALS:
  void stateChanged(signalbox::ui::EmbeddedRouter::State state);
  void testAnswered(const signalbox::ui::EmbeddedRouter::TestAnswer& answer);
};

}  // namespace signalbox::ui
