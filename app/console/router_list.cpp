// SPDX-License-Identifier: GPL-3.0-only
#include "console/router_list.h"

#include <QPointer>
#include <thread>

#include "bridge/mailbox.h"
#include "config/keyring.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr QLatin1Char kBetween('\t');

RouterList::Keyring desktopKeyring() {
  return {[](const std::string& entry) { return config::readKeyring(entry); },
          [](const std::string& entry, const Secret& token) { return config::storeKeyring(entry, "Signalbox console", token); }};
}

std::string entryFor(const QString& id) { return "console " + id.toStdString(); }
}  // namespace

RouterList::RouterList(Settings& settings, QObject* parent) : RouterList(settings, desktopKeyring(), parent) {}

RouterList::RouterList(Settings& settings, Keyring keyring, QObject* parent)
    : QObject(parent), settings_(settings), keyring_(std::move(keyring)), asker_(this) {
  for (const QString& line : settings_.get(settings::kRouters)) {
    const QString name = line.section(kBetween, 0, 0);
    const QUrl url(line.section(kBetween, 1), QUrl::StrictMode);
    if (url.isValid() && !url.host().isEmpty()) known_[idOf(url)] = {{url, Secret()}, name, true};
  }
}

void RouterList::add(const RemoteAddress& address, const QString& name, bool keep) {
  Known& known = known_[idOf(address.url)];
  known = {address, name, keep || known.kept};
  if (known.kept) save();
}

void RouterList::save() {
  QStringList lines;
  for (const auto& [id, known] : known_) {
    if (!known.kept) continue;
    QString name = known.name;
    lines.append(name.remove(kBetween) + kBetween + known.address.url.toString(QUrl::RemoveUserInfo));
  }
  settings_.set(settings::kRouters, lines);
}

// Detached: a keyring that waits to be unlocked must not hold up the end of the program.
void RouterList::keepToken(const QString& id, std::function<void(const QString& problem)> then) {
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  std::thread([self = QPointer<RouterList>(this), store = keyring_.store, entry = entryFor(id), token = found->second.address.token,
               then = std::move(then)] {
    const Result<void> stored = store(entry, token);
    const QString problem = stored ? QString() : QString::fromStdString(stored.error().message);
    onGuiThread([self, then, problem] {
      if (self) then(problem);
    });
  }).detach();
}

void RouterList::find(const QString& id, std::function<void(const Known&)> then) {
  const Ticket ticket = asker_.next();
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  if (!found->second.address.token.empty()) return then(found->second);
  std::thread([self = QPointer<RouterList>(this), read = keyring_.read, ticket, entry = entryFor(id), id, then = std::move(then)] {
    const Result<Secret> token = read(entry);
    onGuiThread([self, ticket, id, then, token] {
      if (!self || !ticket.isValid() || !self->known_.contains(id)) return;
      if (token) self->known_[id].address.token = *token;
      then(self->known_[id]);
    });
  }).detach();
}

}  // namespace signalbox::app
