// SPDX-License-Identifier: GPL-3.0-only
// The routers that were attached before, by address: names and addresses in the settings, tokens in memory and, where the person
// wants it, in the desktop's keyring; never in a file. The keyring is asked on a thread of its own. GUI thread.
#pragma once
#include <QObject>
#include <functional>
#include <map>

#include "bridge/asker.h"
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

  // Where tokens are kept; called on a thread of its own, because a keyring may wait to be unlocked.
  struct Keyring {
    std::function<Result<Secret>(const std::string& entry)> read;
    std::function<Result<void>(const std::string& entry, const Secret& token)> store;
  };

  explicit RouterList(ui::Settings& settings, QObject* parent = nullptr);  // with the desktop's keyring
  RouterList(ui::Settings& settings, Keyring keyring, QObject* parent = nullptr);

  // Known for this run with its token; `keep` writes name and address to the settings.
  void add(const ui::RemoteAddress& address, const QString& name, bool keep);
  // Puts the token into the keyring; `then` hears on the GUI thread why not, or nothing.
  void keepToken(const QString& id, std::function<void(const QString& problem)> then);
  // The router with its token, from memory or from the keyring; without one the token is empty. Only the newest question is
  // answered: a keyring that is unlocked late must not take anybody to where they no longer want to go.
  void find(const QString& id, std::function<void(const Known&)> then);
  void dropQuestion() { asker_.cancel(); }  // another choice was made
  [[nodiscard]] const std::map<QString, Known>& all() const { return known_; }
  [[nodiscard]] static QString idOf(const QUrl& url) { return url.toDisplayString(); }

 private:
  void save();
  ui::Settings& settings_;
  const Keyring keyring_;
  ui::Asker asker_;
  std::map<QString, Known> known_;  // by address
};

}  // namespace signalbox::app
