// SPDX-License-Identifier: GPL-3.0-only
// The routers that were attached before, by address: names and addresses in the settings, tokens in memory and, where the person
// wants it, in the desktop's keyring; never in a file. The keyring is asked on a thread of its own. GUI thread.
#pragma once
#include <QObject>
#include <functional>
#include <map>

#include "bridge/remote_client.h"
#include "settings/settings.h"

namespace signalbox::app {

class RouterList : public QObject {
  Q_OBJECT
 public:
  struct Known {
    ui::RemoteAddress address;
    QString name;
    bool kept = false;  // in the settings
  };

  explicit RouterList(ui::Settings& settings, QObject* parent = nullptr);

  // Known for this run with its token; `keep` writes name and address to the settings.
  void add(const ui::RemoteAddress& address, const QString& name, bool keep);
  // Puts the token into the keyring; `then` hears on the GUI thread why not, or nothing.
  void keepToken(const QString& id, std::function<void(const QString& problem)> then);
  // The router with its token, from memory or from the keyring; without one the token is empty.
  void find(const QString& id, std::function<void(const Known&)> then);
  [[nodiscard]] const std::map<QString, Known>& all() const { return known_; }
  [[nodiscard]] static QString idOf(const QUrl& url) { return url.toDisplayString(); }

 private:
  void save();
  ui::Settings& settings_;
  std::map<QString, Known> known_;  // by address
};

}  // namespace signalbox::app
