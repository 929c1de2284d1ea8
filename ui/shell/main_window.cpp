// SPDX-License-Identifier: GPL-3.0-only
#include "shell/main_window.h"

#include <QCloseEvent>
#include <QTimer>
#include <QVBoxLayout>

#include "settings/settings.h"
#include "settings/window_state.h"
#include "shell/context_bar.h"
#include "shell/dock_area.h"
#include "shell/status_line.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/accessibility.h"
#include "widgets/page.h"

namespace signalbox::ui {
namespace {

constexpr QSize kSmallest{920, 480}, kWanted{1440, 900};  // at u = 4
constexpr int kFoldBelow = 1120;

QSize scaled(QSize size, const Metrics& m) { return {qRound(m.px(size.width())), qRound(m.px(size.height()))}; }

}  // namespace

MainWindow::MainWindow(Settings& settings, Appearance& appearance, QWidget* parent)
    : QMainWindow(parent), settings_(settings), appearance_(appearance), rail_(new Rail), context_(new ContextBar), status_(new StatusLine),
      docks_(new DockArea), banners_(new QVBoxLayout) {
  installAccessibility();
  setObjectName(QStringLiteral("signalbox"));
  setContextMenuPolicy(Qt::NoContextMenu);
  setMinimumSize(kSmallest);
  auto* whole = new QWidget(this);
  auto* column = new QVBoxLayout(whole);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(context_);
  auto* middle = new QHBoxLayout;
  middle->setSpacing(0);
  middle->addWidget(rail_);
  auto* right = new QVBoxLayout;
  right->setSpacing(0);
  banners_->setSpacing(0);
  right->addLayout(banners_);
  right->addWidget(docks_, 1);
  middle->addLayout(right, 1);
  column->addLayout(middle, 1);
  column->addWidget(status_);
  setCentralWidget(whole);
  whole->setFocusPolicy(Qt::ClickFocus);
  whole->setFocus();  // else the first tool would seem chosen

  makeMenus();
  connect(rail_, &Rail::chosen, this, &MainWindow::showPage);
  connect(context_, &ContextBar::backRequested, this, &MainWindow::backRequested);
  connect(context_, &ContextBar::forwardRequested, this, &MainWindow::forwardRequested);
  connect(docks_, &DockArea::docksChanged, this, &MainWindow::fillPageMenu);
  rail_->setFolded(settings_.get(settings::kRailFolded));
  foldAction_->setChecked(rail_->isFolded());
  setSubject({});
  restoreWindow(*this, settings_, scaled(kWanted, metricsOf(this)));
}

MainWindow::~MainWindow() = default;

void MainWindow::addPage(ShellPage entry) {
  rail_->add(entry.id, entry.icon, entry.title, entry.digit, entry.group);
  auto* go = new QAction(icon(entry.icon), QString(entry.title).replace(QLatin1Char('&'), QStringLiteral("&&")), this);
  go->setShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(entry.digit)));
  connect(go, &QAction::triggered, this, [this, id = entry.id] { showPage(id); });
  menu(MenuId::Go)->addAction(go);
  goActions_.insert(entry.id, go);
  if (wanted_.isEmpty() || entry.id == settings_.get(settings::kLastPage)) wanted_ = entry.id;
  entries_.push_back(std::move(entry));
}

void MainWindow::showPage(const QString& id) {
  wanted_ = id;
  rail_->choose(id);
  if (!painted_ || id == current_) return;
  const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const ShellPage& e) { return e.id == id; });
  if (entry == entries_.end()) return;
  Page* page = pages_.value(id);
  if (page == nullptr) {
    page = entry->make(docks_);
    page->setObjectName(QStringLiteral("page.") + id);
    pages_.insert(id, page);
    docks_->addPage(page);
    connect(page, &Page::statusChanged, this, &MainWindow::showStatus);
  }
  if (Page* before = pages_.value(current_)) before->deactivate();
  current_ = id;
  docks_->showPage(page);
  page->activate();
  showStatus();
  settings_.set(settings::kLastPage, id);
  Q_EMIT pageShown(id);
}

void MainWindow::setPageEnabled(const QString& id, bool enabled, const QString& why) {
  rail_->setPageEnabled(id, enabled, why);
  if (QAction* go = goActions_.value(id)) go->setEnabled(enabled);
}

void MainWindow::setPageBadge(const QString& id, const RailBadge& badge) { rail_->setBadge(id, badge); }

Banner& MainWindow::banner(const QString& name) {
  Banner*& known = bannersByName_[name];
  if (known == nullptr) {
    known = new Banner;
    known->setObjectName(QStringLiteral("banner.") + name);
    known->hide();
    banners_->addWidget(known);
  }
  return *known;
}

void MainWindow::warn(const QString& name, const QString& lead, const QString& detail) {
  Banner& shown = banner(name);
  shown.setContent(BannerKind::Warn, lead, detail);
  shown.setActions({{QStringLiteral("close"), tr("Close")}});
  connect(&shown, &Banner::actionTriggered, &shown, &QWidget::hide, Qt::UniqueConnection);
  shown.show();
}

void MainWindow::setSubject(const QString& subject, const QString& sample) {
  QStringList parts;
  if (!subject.isEmpty()) parts << subject;
  if (!sample.isEmpty()) parts << sample;
  parts << QStringLiteral("Signalbox");
  setWindowTitle(parts.join(QStringLiteral(" – ")));
}

void MainWindow::showStatus() {
  if (const Page* page = pages_.value(current_)) status_->setView(page->statusParts());
}

void MainWindow::leave() {
  if (std::exchange(left_, true)) return;
  keepWindow(*this, settings_);
  if (Page* page = pages_.value(current_)) page->deactivate();
  settings_.flush();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (mayClose_ && !mayClose_()) return event->ignore();
  leave();
  event->accept();
}

void MainWindow::foldRail(bool folded) {
  rail_->setFolded(folded);
  foldAction_->setChecked(folded);
}

// Below that width the rail gives its room to the page; it comes back by itself unless a hand folded it.
void MainWindow::resizeEvent(QResizeEvent* event) {
  const bool narrow = width() < qRound(metricsOf(this).px(kFoldBelow));
  if (narrow != foldedByWidth_) {
    foldedByWidth_ = narrow;
    foldRail(narrow || settings_.get(settings::kRailFolded));
  }
  QMainWindow::resizeEvent(event);
}

bool MainWindow::event(QEvent* event) {
  const bool handled = QMainWindow::event(event);
  // After the first frame has gone out; whatever loads now may take its time.
  if (!painted_ && event->type() == QEvent::UpdateRequest) QTimer::singleShot(0, this, &MainWindow::onFirstPaint);
  return handled;
}

void MainWindow::onFirstPaint() {
  if (std::exchange(painted_, true)) return;
  Q_EMIT firstPainted();
  showPage(wanted_);
}

}  // namespace signalbox::ui
