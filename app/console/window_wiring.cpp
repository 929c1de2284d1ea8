// SPDX-License-Identifier: GPL-3.0-only
#include "console/window_wiring.h"

#include "dialogs/about_dialog.h"
#include "dialogs/confirm_dialog.h"
#include "shell/context_bar.h"
#include "shell/link_words.h"
#include "shell/status_line.h"
#include "theme/format.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr int kTickMs = 500;
const QString kUtc = QStringLiteral("UTC");
const QString kLocalZone = QStringLiteral("local");

Zone zoneFor(const QString& id) {
  return id == kLocalZone ? Zone::local() : id == kUtc ? Zone::utc() : Zone::named(id.toUtf8());
}

QString text(std::string_view word) { return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size())); }
}  // namespace

WindowWiring::WindowWiring(MainWindow& window, ConsoleClient& client, Selection& selection, Settings& settings, EmbeddedRouter& router)
    : window_(window), client_(client), selection_(selection), settings_(settings), router_(router), routers_(window, client, settings, router) {
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
}

void WindowWiring::fillMenus() {
  ContextBar& bar = window_.contextBar();
  std::vector<BarChoice> ranges;
  for (std::size_t i = 0; i < presetRanges().size(); ++i) ranges.push_back({QString::number(i), presetRanges()[i].label()});
  bar.setRanges(ranges);
  showZones();
  bar.setViews({}, {});
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
    showZones();
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
  connect(&bar, &ContextBar::pauseRequested, this, [this](bool paused) { paused ? askPause() : router_.setPaused(false); });
  for (const auto signal : {&ConsoleClient::linkChanged, &ConsoleClient::helloChanged, &ConsoleClient::sessionChanged}) {
    connect(&client_, signal, this, &WindowWiring::showLink);
  }
  for (const auto signal : {&ConsoleClient::statusChanged, &ConsoleClient::policyChanged, &ConsoleClient::sessionChanged}) {
    connect(&client_, signal, this, &WindowWiring::showRouterFacts);
  }
  connect(&router_, &EmbeddedRouter::stateChanged, this, &WindowWiring::showLink);
}

// It changes what every program gets, and what it costs: not by one click on an icon.
void WindowWiring::askPause() {
  ConfirmRequest request;
  request.effect = tr("Pause routing");
  request.router = client_.routerName();
  request.consequence = tr("every request goes to the last tier, ungated, until routing goes on");
  request.verb = tr("Pause routing");
  request.kind = ConfirmRequest::Kind::Danger;
  auto* dialog = new ConfirmDialog(request, &window_);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, &router_, [this] { router_.setPaused(true); });
  dialog->open();
}

void WindowWiring::showZones() {
  const bool local = settings_.get(settings::kZone) == kLocalZone;
  window_.contextBar().setZones({{kUtc, QStringLiteral("UTC"), {}, !local},
                                 {kLocalZone, tr("This computer (%1)").arg(Zone::local().label()), {}, local}},
                                selection_.zone().label());
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
  const bool paused = router_.state() == EmbeddedRouter::State::Paused;
  const LinkWords words = linkWords({link, link.here && paused, client_.secondsSinceEvent(), client_.secondsSinceHeard()});
  bar.setLink(words.mark, words.state, words.detail);
  bar.setPlainWs(link.plain);
  bar.setRole(client_.hello() ? text(domain::name(client_.hello()->role)) : QString());
  const bool local = link.kind == LinkState::Kind::Embedded;
  bar.setPauseShown(local);
  if (local) bar.setPaused(paused);
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
