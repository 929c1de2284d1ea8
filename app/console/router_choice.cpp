// SPDX-License-Identifier: GPL-3.0-only
#include "console/router_choice.h"

#include <QAction>
#include <QMenu>
#include <utility>

#include "bridge/local_client.h"
#include "pages/routers/attach_dialog.h"
#include "shell/context_bar.h"
#include "widgets/banner.h"

namespace signalbox::app {

using namespace ui;

namespace {
const QString kLocal = QStringLiteral("local");
const QString kAttach = QStringLiteral("attach");
}  // namespace

RouterChoice::RouterChoice(MainWindow& window, ConsoleClient& client, Settings& settings, EmbeddedRouter& router)
    : window_(window), client_(client), router_(router), known_(settings) {
  auto* attach = new QAction(tr("&Attach a router…"), this);
  attach->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+A")));
  connect(attach, &QAction::triggered, this, [this] { askAttach(); });
  auto* local = new QAction(tr("Router on &this computer"), this);
  connect(local, &QAction::triggered, this, &RouterChoice::goLocal);
  for (QAction* action : {attach, local}) window_.menu(MenuId::Router)->addAction(action);
  connect(&window_.contextBar(), &ContextBar::routerChosen, this, &RouterChoice::choose);
  for (const auto signal : {&ConsoleClient::linkChanged, &ConsoleClient::helloChanged, &ConsoleClient::sessionChanged}) {
    connect(&client_, signal, this, &RouterChoice::show);
  }
  show();
}

void RouterChoice::goLocal() {
  known_.dropQuestion();
  client_.attach(std::make_unique<LocalClient>(router_));
  show();
}

void RouterChoice::attach(const RemoteAddress& address, const QString& name, bool keep) {
  known_.dropQuestion();
  known_.add(address, name, keep);
  client_.attach(std::make_unique<RemoteClient>(address, name));
  show();
}

void RouterChoice::askAttach(const QUrl& url) {
  known_.dropQuestion();
  auto* dialog = new AttachDialog(url, &window_);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog] {
    const RemoteAddress address = dialog->address();
    attach(address, dialog->name(), true);
    if (dialog->keepsToken()) known_.keepToken(RouterList::idOf(address.url), [this](const QString& problem) { sayKept(problem); });
  });
  dialog->open();
}

void RouterChoice::choose(const QString& id) {
  if (id == kAttach) return askAttach();
  if (id == kLocal) return goLocal();
  known_.find(id, [this](const RouterList::Known& known) {
    if (known.address.token.empty()) return askAttach(known.address.url);
    attach(RemoteAddress(known.address), QString(known.name), known.kept);
  });
}

void RouterChoice::sayKept(const QString& problem) {
  if (problem.isEmpty()) {
    window_.banner(QStringLiteral("keyring")).hide();
  } else {
    window_.warn(QStringLiteral("keyring"), tr("The token is kept for this run only."), problem);
  }
}

void RouterChoice::show() {
  std::vector<BarChoice> choices = {{kLocal, tr("This computer"), QStringLiteral("proxy")}};
  for (const auto& [id, known] : known_.all()) choices.push_back({id, known.name.isEmpty() ? id : known.name, QStringLiteral("routers")});
  choices.push_back({});
  choices.push_back({kAttach, tr("Attach a router…"), QStringLiteral("plus")});
  const QString name = client_.routerName();
  window_.contextBar().setRouters(choices, name);
  const QString sample = client_.isSimulated() ? tr("Sample, simulated traffic") : QString();
  window_.contextBar().setSample(sample);
  window_.setSubject(name, sample);
}

}  // namespace signalbox::app
