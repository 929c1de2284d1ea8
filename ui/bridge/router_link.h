// SPDX-License-Identifier: GPL-3.0-only
// One way to one router: the engine in this process (LocalClient) or a WebSocket (RemoteClient). Owned by the ConsoleClient
// that was attached to it; lives on the GUI thread; never waits.
#pragma once
#include <QObject>
#include <QString>
#include <memory>

#include "control/console_api.h"

namespace signalbox::ui {

struct LinkState {
  enum class Kind {
    Embedded,      // in this process, up
    Connecting,    // never up yet
    Live,          // attached, up
    Reconnecting,  // was up; trying again by itself
    Down,          // not up and nothing is tried: embedded router stopped
    AuthFailed,    // the token was refused: a person has to act
    Untrusted,     // the certificate was refused: a person has to act
  };
  Kind kind = Kind::Down;
  QString detail;           // what happened, for people; empty while up
  int attempt = 0;          // of reconnecting
  WallMicros retry_at = 0;  // 0 = not waiting
  bool plain = false;       // ws:// beyond loopback: keeps an amber badge
  bool here = false;        // the router of this computer, whatever its state

  [[nodiscard]] bool isUp() const { return kind == Kind::Embedded || kind == Kind::Live; }
  [[nodiscard]] bool needsPerson() const { return kind == Kind::AuthFailed || kind == Kind::Untrusted; }
  friend bool operator==(const LinkState&, const LinkState&) = default;
};

class RouterLink : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;
  [[nodiscard]] virtual QString name() const = 0;     // "This computer", or the host until hello says better
  [[nodiscard]] virtual QString address() const = 0;  // for people
  [[nodiscard]] virtual LinkState state() const = 0;
  // Null while there is no session. Whoever holds subscriptions drops them in apiChanged before this returns another.
  [[nodiscard]] virtual std::shared_ptr<control::ConsoleApi> api() const = 0;
  virtual void retryNow() {}

 Q_SIGNALS:
  void stateChanged();
  void apiChanged();  // another session, or none: feeds begin anew
};

}  // namespace signalbox::ui
