// SPDX-License-Identifier: GPL-3.0-only
#include "console/window_wiring.h"

#include <QAction>
#include <QMenu>
#include <utility>

#include "bridge/local_client.h"
#include "dialogs/about_dialog.h"
#include "pages/routers/attach_dialog.h"
#include "shell/context_bar.h"
#include "shell/status_line.h"
#include "theme/format.h"
#include "widgets/banner.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr int kTickMs = 500;
const QString kLocal = QStringLiteral("local");
const QString kAttach = QStringLiteral("attach");
const QString kUtc = QStringLiteral("UTC");
const QString kLocalZone = QStringLiteral("local");

Zone zoneFor(const QString& id) {
  return id == kLocalZone ? Zone::local() : id == kUtc ? Zone::utc() : Zone::named(id.toUtf8());
}

QString words(std::string_view text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }
}  // namespace

WindowWiring::WindowWiring(MainWindow& window, ConsoleClient& client, Selection& selection, Settings& settings, EmbeddedRouter& router)
    : window_(window), client_(client), selection_(selection), settings_(settings), router_(router), known_(settings) {
  selection_.begin(TimeRange::fromId(settings_.get(settings::kRange)).value_or(TimeRange()), zoneFor(settings_.get(settings::kZone)));
  fillMenus();
  connectSelection();
  connectClient();
  clock_.setInterval(kTickMs);
  connect(&clock_, &QTimer::timeout, this, [this] {
    showLink();
    showSelection();
  });
  clock_.start();
  showSelection();
  showLink();
  showRouters();
}

void WindowWiring::fillMenus() {
  ContextBar& bar = window_.contextBar();
  std::vector<BarChoice> ranges;
  for (std::size_t i = 0; i < presetRanges().size(); ++i) ranges.push_back({QString::number(i), presetRanges()[i].label()});
  bar.setRanges(ranges);
  bar.setZones({{kUtc, QStringLiteral("UTC")}, {kLocalZone, tr("This computer (%1)").arg(Zone::local().label())}}, selection_.zone().label());
  bar.setViews({}, {});
  auto* attach = new QAction(tr("&Attach a router…"), this);
  attach->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+A")));
  connect(attach, &QAction::triggered, this, [this] { askAttach(); });
  window_.menu(MenuId::Router)->addAction(attach);
  auto* local = new QAction(tr("Router on &this computer"), this);
  connect(local, &QAction::triggered, this, &WindowWiring::goLocal);
  window_.menu(MenuId::Router)->addAction(local);
  connect(&window_, &MainWindow::aboutRequested, &window_, [this] {
    auto* about = new AboutDialog(QStringLiteral(SIGNALBOX_VERSION), &window_);
    about->setAttribute(Qt::WA_DeleteOnClose);
    about->open();
  });
}

void WindowWiring::connectSelection() {
  ContextBar& bar = window_.contextBar();
  connect(&bar, &ContextBar::rangeChosen, this, [this](const QString& id) {
    const auto at = static_cast<std::size_t>(id.toUInt());
    if (at >= presetRanges().size()) return;
    selection_.setRange(presetRanges()[at]);
    settings_.set(settings::kRange, presetRanges()[at].id());
  });
  connect(&bar, &ContextBar::rangeStepped, this, [this](int by) { selection_.setRange(selection_.range().stepped(by, client_.routerNow())); });
  connect(&bar, &ContextBar::zoneChosen, this, [this](const QString& id) {
    settings_.set(settings::kZone, id);
    selection_.setZone(zoneFor(id));
    window_.contextBar().setZones({{kUtc, QStringLiteral("UTC")}, {kLocalZone, tr("This computer (%1)").arg(Zone::local().label())}},
                                  selection_.zone().label());
  });
  connect(&window_, &MainWindow::backRequested, &selection_, &Selection::back);
  connect(&window_, &MainWindow::forwardRequested, &selection_, &Selection::forward);
  for (const auto signal : {&Selection::rangeChanged, &Selection::zoneChanged, &Selection::historyChanged}) {
    connect(&selection_, signal, this, &WindowWiring::showSelection);
  }
  connect(&selection_, &Selection::decisionOpened, this, [this] { window_.showPage(QStringLiteral("decisions")); });
}

void WindowWiring::connectClient() {
  ContextBar& bar = window_.contextBar();
  connect(&bar, &ContextBar::routerChosen, this, &WindowWiring::chooseRouter);
  connect(&bar, &ContextBar::pauseToggled, this, [this](bool paused) { router_.setPaused(paused); });
  for (const auto signal : {&ConsoleClient::linkChanged, &ConsoleClient::helloChanged, &ConsoleClient::sessionChanged}) {
    connect(&client_, signal, this, [this] {
      showLink();
      showRouters();
    });
  }
  for (const auto signal : {&ConsoleClient::statusChanged, &ConsoleClient::policyChanged, &ConsoleClient::sessionChanged}) {
    connect(&client_, signal, this, &WindowWiring::showRouterFacts);
  }
  connect(&router_, &EmbeddedRouter::stateChanged, this, &WindowWiring::showLink);
}

void WindowWiring::goLocal() {
  known_.dropQuestion();
  current_ = kLocal;
  client_.attach(std::make_unique<LocalClient>(router_));
  showRouters();
}

void WindowWiring::attach(const RemoteAddress& address, const QString& name, bool keep) {
  known_.dropQuestion();
  current_ = RouterList::idOf(address.url);
  known_.add(address, name, keep);
  client_.attach(std::make_unique<RemoteClient>(address, name));
  showRouters();
}

void WindowWiring::askAttach(const QUrl& url) {
  known_.dropQuestion();
  auto* dialog = new AttachDialog(url, &window_);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog] {
    attach(dialog->address(), dialog->name(), true);
    if (dialog->keepsToken()) known_.keepToken(current_, [this](const QString& problem) { sayKept(problem); });
  });
  dialog->open();
}

void WindowWiring::chooseRouter(const QString& id) {
  if (id == kAttach) return askAttach();
  if (id == kLocal) return goLocal();
  known_.find(id, [this](const RouterList::Known& known) {
    if (known.address.token.empty()) return askAttach(known.address.url);
    attach(RemoteAddress(known.address), QString(known.name), known.kept);
  });
}

void WindowWiring::sayKept(const QString& problem) {
  Banner& banner = window_.banner(QStringLiteral("keyring"));
  banner.setContent(BannerKind::Warn, tr("The token is kept for this run only."), problem);
  banner.setActions({{QStringLiteral("close"), tr("Close")}});
  connect(&banner, &Banner::actionTriggered, &banner, &QWidget::hide, Qt::UniqueConnection);
  banner.setVisible(!problem.isEmpty());
}

void WindowWiring::showRouters() {
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

void WindowWiring::showSelection() {
  const WallMicros now = client_.routerNow();
  ContextBar& bar = window_.contextBar();
  bar.setHistory(selection_.canGoBack(), selection_.canGoForward());
  bar.setRange(selection_.range().label(), selection_.range().written(selection_.zone(), now), !selection_.range().isLive());
}

void WindowWiring::showLink() {
  ContextBar& bar = window_.contextBar();
  const LinkState link = client_.link();
  const auto event = client_.secondsSinceEvent();
  const QString last = event ? tr("last event %1 ago").arg(format::age(*event)) : tr("no event yet");
  using Kind = LinkState::Kind;
  switch (link.kind) {
    case Kind::Embedded:
      bar.setLink(StateMark::Ok, router_.state() == EmbeddedRouter::State::Paused ? tr("Paused") : tr("Embedded"), last);
      break;
    case Kind::Live: bar.setLink(StateMark::Ok, tr("Live"), last); break;
    case Kind::Connecting: bar.setLink(StateMark::Info, tr("Connecting"), link.detail); break;
    case Kind::Reconnecting:
      bar.setLink(StateMark::Stale, tr("Reconnecting"), tr("%1 old").arg(format::age(client_.secondsSinceHeard())));
      break;
    case Kind::Down: bar.setLink(StateMark::Stale, tr("Stopped"), QString()); break;
    case Kind::AuthFailed: bar.setLink(StateMark::NotPermitted, tr("Token refused"), QString()); break;
    case Kind::Untrusted: bar.setLink(StateMark::Bad, tr("Certificate not trusted"), QString()); break;
  }
  bar.setPlainWs(link.plain);
  bar.setRole(client_.hello() ? words(domain::name(client_.hello()->role)) : QString());
  const bool local = link.kind == Kind::Embedded;
  bar.setPauseShown(local);
  if (local) bar.setPaused(router_.state() == EmbeddedRouter::State::Paused);
}

void WindowWiring::showRouterFacts() {
  QStringList parts;
  if (const auto& status = client_.status()) {
    parts.append(tr("Store %1 decisions").arg(format::count(status->journal.rows)));
    parts.append(tr("Journal lag %1").arg(format::latencyMs(status->journal.lag_ms)));
    parts.append(tr("Dropped %1").arg(format::count(static_cast<qint64>(status->journal.dropped))));
    if (!status->journal.fault.empty()) parts.append(tr("Store: %1").arg(QString::fromStdString(status->journal.fault)));
    parts.append(tr("Memory %1").arg(format::megabytes(status->memory_bytes)));
  }
  if (const auto& policy = client_.policy()) {
    parts.append(policy->confirmed ? format::revision(policy->live) : tr("%1, unconfirmed").arg(format::revision(policy->live)));
    RailBadge badge;
    if (!policy->confirmed) badge = {RailBadge::Kind::Draft, tr("confirm")};
    window_.setPageBadge(QStringLiteral("tune"), badge);
  } else {
    window_.setPageBadge(QStringLiteral("tune"), {});
  }
  window_.statusLine().setRouter(parts);
}

}  // namespace signalbox::app
