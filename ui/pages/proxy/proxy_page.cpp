// SPDX-License-Identifier: GPL-3.0-only
#include "pages/proxy/proxy_page.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHostAddress>
#include <QInputDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QTcpServer>
#include <QVBoxLayout>
#include <algorithm>

#include "pages/common/page_helpers.h"
#include "pages/proxy/latest_dock.h"
#include "pages/proxy/snippets.h"
#include "pages/proxy/state_disc.h"
#include "pages/proxy/test_panel.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/code_text.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
using State = EmbeddedRouter::State;
constexpr std::size_t kLatest = 400;
constexpr int kPortsTried = 20;
constexpr int kUsualPort = 8787;
constexpr int kCopiedMs = 4'000;  // what was copied is news for so long

bool isFree(int port) { return QTcpServer().listen(QHostAddress::LocalHost, static_cast<quint16>(port)); }

// 0 when the port itself is free, and something else went wrong; or when none near it is.
int freePortInsteadOf(int port) {
  if (port <= 0 || isFree(port)) return 0;
  for (int other = port + 1; other <= std::min(port + kPortsTried, 65535); ++other) {
    if (isFree(other)) return other;
  }
  return 0;
}

}  // namespace

ProxyPage::ProxyPage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), book_(context.client), latest_(context.client, context.selection, book_, nullptr, kLatest),
      snippets_(new QTabWidget(this)), test_(new TestPanel(this)), dock_(new LatestDock(latest_, this)) {
  setObjectName(QStringLiteral("proxyPage"));
  const Metrics m = metricsOf(this);
  auto* body = new Surface(this);
  auto* outer = new QVBoxLayout(body);
  tighten(outer);
  auto* head = new Surface(body);
  auto* column = new QVBoxLayout(head);
  column->setContentsMargins(m.pagePadding(), m.pagePadding(), m.pagePadding(), m.panelPadding());
  column->setSpacing(2 * m.u);
  buildHead(column);
  buildAddress(column);
  outer->addWidget(head);
  buildSnippets();
  outer->addWidget(snippets_);
  outer->addWidget(test_, 1);
  auto* frame = new QVBoxLayout(this);
  tighten(frame);
  frame->addWidget(scrolled(body, this));
  dock_->hide();
  makeActions();
  connectAll();
  follow();
}

void ProxyPage::makeActions() {
  const auto add = [this](const QString& text, const char* key, void (ProxyPage::*act)()) {
    auto* action = new QAction(text, this);
    if (key) action->setShortcut(QKeySequence(QString::fromLatin1(key)));
    connect(action, &QAction::triggered, this, act);
    addAction(action);
    actions_.append(action);
  };
  add(tr("&Copy the base URL"), "Ctrl+Shift+C", &ProxyPage::copyUrl);
  add(tr("Change the &port…"), nullptr, &ProxyPage::changePort);
}

void ProxyPage::connectAll() {
  EmbeddedRouter* router = context_.router;
  connect(copy_, &QPushButton::clicked, this, &ProxyPage::copyUrl);
  connect(change_port_, &QPushButton::clicked, this, &ProxyPage::changePort);
  connect(dock_, &LatestDock::decisionChosen, &context_.selection, &Selection::openDecision);
  connect(test_, &TestPanel::decisionRequested, this, [this](const QString& text) {
    if (const auto id = Uuid::parse(text.toStdString())) context_.selection.openDecision(*id);
  });
  for (const auto signal : {&ConsoleClient::helloChanged, &ConsoleClient::policyChanged, &ConsoleClient::linkChanged}) {
    connect(&context_.client, signal, this, &ProxyPage::followWords);
  }
  forget_.setSingleShot(true);
  forget_.setInterval(kCopiedMs);
  connect(&forget_, &QTimer::timeout, copied_, &QLabel::clear);
  if (!router) return;
  connect(router, &EmbeddedRouter::stateChanged, this, &ProxyPage::follow);
  connect(router, &EmbeddedRouter::testAnswered, this, [this](const EmbeddedRouter::TestAnswer& answer) {
    test_->showAnswer(answer);
    follow();
  });
  connect(test_, &TestPanel::sendRequested, router, &EmbeddedRouter::sendTest);
  connect(start_, &QPushButton::clicked, this, [this] { context_.router->start(static_cast<quint16>(context_.settings.get(settings::kProxyPort))); });
  connect(other_port_, &QPushButton::clicked, this, [this] { startOn(free_port_); });
  connect(stop_, &QPushButton::clicked, router, &EmbeddedRouter::stop);
  connect(pause_, &QPushButton::clicked, router, [router] { router->setPaused(router->state() == State::Running); });
  connect(copy_token_, &QPushButton::clicked, this, [this, router] {
    router->copyToken();
    sayCopied(tr("token copied"));
  });
}

void ProxyPage::activate() {
  latest_.start();
  follow();
}

void ProxyPage::deactivate() { latest_.stop(); }

QList<DockContent*> ProxyPage::docks() { return {dock_}; }

void ProxyPage::follow() {
  EmbeddedRouter* router = context_.router;
  const State state = router ? router->state() : State::Stopped;
  const bool up = state == State::Running || state == State::Paused;
  const bool can_start = router && (state == State::Stopped || state == State::Failed);
  disc_->setState(state);
  state_->setText(router ? stateWords(state) : tr("No router here"));
  free_port_ = state == State::Failed ? freePortInsteadOf(portInUse()) : 0;
  other_port_->setVisible(free_port_ != 0);
  other_port_->setText(tr("Use %1").arg(free_port_));
  start_->setText(state == State::Failed ? tr("Try again") : tr("Start"));
  start_->setProperty("kind", free_port_ != 0 ? QString() : QStringLiteral("primary"));
  start_->setVisible(can_start);
  pause_->setVisible(up);
  stop_->setVisible(up || state == State::Starting || state == State::Binding);
  pause_->setText(state == State::Paused ? tr("Route again") : tr("Pause routing"));
  test_->setCanSend(up, tr("The router is not running."));
  followWords();
  followAddress();
  Q_EMIT statusChanged();
}

void ProxyPage::followWords() {
  EmbeddedRouter* router = context_.router;
  const State state = router ? router->state() : State::Stopped;
  const bool up = state == State::Running || state == State::Paused;
  const bool ours = context_.client.link().here;
  dock_->setSource(ours ? QString() : context_.client.routerName());
  QStringList detail;
  if (!router) detail.append(tr("This console was started to watch another router."));
  else if (!ours) detail.append(tr("the router of this computer, not %1, which the window shows").arg(context_.client.routerName()));
  if (state == State::Failed && router) detail.append(router->error());
  if (state == State::Paused) detail.append(tr("every request goes to the last tier, ungated"));
  if (up && ours) detail.append(tr("embedded router"));
  if (up && ours && context_.client.policy()) detail.append(tr("policy %1").arg(format::revision(context_.client.policy()->live)));
  if (up && router->simulated()) detail.append(tr("simulated: the models and the traffic are made up"));
  detail_->setTone(state == State::Failed ? Tone::Bad : Tone::Text2);
  detail_->setText(detail.join(QStringLiteral(" · ")));
}

void ProxyPage::followAddress() {
  EmbeddedRouter* router = context_.router;
  const QString url = router ? router->baseUrl() : QString(), hint = router ? router->tokenHint() : QString();
  url_->setText(url.isEmpty() ? tr("none until the router runs") : url);
  copy_->setEnabled(!url.isEmpty());
  copy_token_->setEnabled(!hint.isEmpty());
  token_->setText(hint.isEmpty() ? format::unknown() : QStringLiteral("••••••••%1").arg(hint));
  port_->setText(portInUse() == 0 ? tr("as configured") : QString::number(portInUse()));
  change_port_->setEnabled(router != nullptr);
  bound_->setText(url.isEmpty() ? tr("not bound") : tr("bound and answering; this computer only"));
  showSnippets(url);
}

void ProxyPage::showSnippets(const QString& url) {
  if (snippets_->count() > 0 && snippets_for_ == url) return;  // a selection in them stays
  snippets_for_ = url;
  const int current = std::max(0, snippets_->currentIndex());
  while (snippets_->count() > 0) delete snippets_->widget(0);
  int lines = 0, tall = 0;
  for (const Snippet& snippet : snippetsFor(url)) {
    auto* text = new CodeText(snippet.text.trimmed(), snippets_);
    text->setReadOnly(true);
    text->setPadding(metricsOf(this).pagePadding());
    lines = std::max(lines, text->blockCount());
    tall = text->heightOfLines(lines);
    text->setAccessibleName(tr("How to use it with %1").arg(snippet.name));
    snippets_->addTab(text, snippet.name);
  }
  snippets_->setCurrentIndex(current);
  snippets_->setFixedHeight(snippets_->tabBar()->sizeHint().height() + tall);
  placeCopy();
}

void ProxyPage::changePort() {
  if (!context_.router) return;
  bool ok = false;
  const int now = portInUse() != 0 ? portInUse() : kUsualPort;
  const int port = QInputDialog::getInt(this, tr("Port of the proxy"), tr("The router is restarted on it."), now, 1, 65535, 1, &ok);
  if (ok) startOn(port);
}

int ProxyPage::portInUse() const {
  const EmbeddedRouter* router = context_.router;
  return router && router->port() != 0 ? router->port() : context_.settings.get(settings::kProxyPort);
}

// The choice is kept for the next run; the sample's is nobody's choice.
void ProxyPage::startOn(int port) {
  if (!context_.router->simulated()) context_.settings.set(settings::kProxyPort, port);
  context_.router->start(static_cast<quint16>(port));
  follow();
}

void ProxyPage::copyUrl() {
  if (copy_->isEnabled()) put(url_->text(), tr("base URL copied"));
}

void ProxyPage::put(const QString& text, const QString& said) {
  QGuiApplication::clipboard()->setText(text);
  sayCopied(said);
}

void ProxyPage::sayCopied(const QString& what) {
  copied_->setText(what);
  forget_.start();
}

QStringList ProxyPage::statusParts() const {
  const EmbeddedRouter* router = context_.router;
  if (!router || router->baseUrl().isEmpty()) return {tr("Proxy not running")};
  return {tr("Proxy %1 on %2").arg(stateWords(router->state()).toLower(), router->baseUrl())};
}

}  // namespace signalbox::ui
