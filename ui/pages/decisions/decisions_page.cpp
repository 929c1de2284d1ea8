// SPDX-License-Identifier: GPL-3.0-only
#include "pages/decisions/decisions_page.h"

#include <QAction>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "models/filter_text.h"
#include "pages/common/filter_bar.h"
#include "pages/common/first_request.h"
#include "pages/common/link_banner.h"
#include "pages/common/page_helpers.h"
#include "pages/common/policy_markers.h"
#include "pages/decisions/decision_dock.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/banner.h"
#include "widgets/cell_delegate.h"
#include "widgets/empty_state.h"
#include "widgets/table_columns.h"
#include "widgets/time_series_view.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr int kMostBars = 144;
constexpr WallMicros kSecond = 1'000'000;
}  // namespace

DecisionsPage::DecisionsPage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), book_(context.client), model_(context.client, context.selection, book_),
      series_(context.client, context.selection, kMostBars), history_(context.client, context.selection), filter_(new FilterBar(context.selection, FilterBar::WithEdit, this)),
      histogram_(new TimeSeriesView(this)), held_(new Banner(this)), count_(new ToneLabel({}, Tone::Text2, Type::Secondary, this)),
      stack_(new QStackedWidget(this)), table_(new QTableView(this)), empty_(new EmptyState(this)), first_(new FirstRequest(context, *empty_)),
      dock_(new DecisionDock(context, this)) {
  setObjectName(QStringLiteral("decisionsPage"));
  build();
  buildTable();
  makeActions();
  connectAll();
  dock_->hide();
}

void DecisionsPage::build() {
  auto* layout = new QVBoxLayout(this);
  tighten(layout);
  layout->addWidget(new LinkBanner(context_.client, this));
  layout->addWidget(filter_);
  filter_->addAside(count_);
  histogram_->setObjectName(QStringLiteral("requestHistogram"));
  histogram_->setFixedHeight(static_cast<int>(6.5 * metricsOf(this).h));
  histogram_->setCursor(&cursor_);
  ValueAxis axis;
  axis.minTicks = 2;
  axis.maxTicks = 3;
  axis.fixedTick = [](double n, int decimals) { return decimals == 0 ? format::count(qRound64(n)) : QString(); };
  axis.value = [](double n) { return format::count(qRound64(n)); };
  axis.reach = 2;
  histogram_->setAxis(axis);
  layout->addWidget(histogram_);
  held_->setObjectName(QStringLiteral("heldTail"));
  held_->hide();
  layout->addWidget(held_);
  stack_->addWidget(table_);
  stack_->addWidget(empty_);
  layout->addWidget(stack_, 1);
}

void DecisionsPage::buildTable() {
  table_->setObjectName(QStringLiteral("decisionTable"));
  table_->setAccessibleName(tr("Decisions"));
  table_->setModel(&model_);
  dressTable(table_);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  // The reason is what people read: where the window is narrow, other columns make room for it.
  new TableColumns(table_, {{6.2, 4.8, 4.8, 5.6, 6.4, 5.2, 8, 4.3, 5.4},
                            {DecisionTableModel::Why},
                            {DecisionTableModel::Tokens, DecisionTableModel::Complexity, DecisionTableModel::Workload}});
}

void DecisionsPage::makeActions() {
  const auto add = [this](const QString& text, const QKeySequence& key, auto act) {
    auto* action = new QAction(text, this);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, this, act);
    for (QWidget* reach : {static_cast<QWidget*>(this), static_cast<QWidget*>(dock_)}) reach->addAction(action);  // the dock is no child
    actions_.append(action);
  };
  add(tr("Grade as &right"), QKeySequence(Qt::Key_1), [this] { dock_->grade(1.0); });
  add(tr("Grade as &wrong"), QKeySequence(Qt::Key_2), [this] { dock_->grade(0.0); });
  add(tr("Grade as &unsure"), QKeySequence(Qt::Key_3), [this] { dock_->grade(std::nullopt); });
  add(tr("Show the &newest"), QKeySequence(Qt::Key_End), [this] { showNewest(); });
  add(tr("Copy as &curl"), QKeySequence(QStringLiteral("Ctrl+Shift+U")), [this] { dock_->copyAsCurl(); });
  add(tr("Copy the &id"), QKeySequence(QStringLiteral("Ctrl+Shift+I")), [this] { dock_->copyId(); });
  histogram_->setTitle(tr("Requests"));
  actions_.append(tableAction(histogram_, this));
  add(tr("&Filter"), QKeySequence(QStringLiteral("Ctrl+F")), [this] { filter_->edit()->setFocus(); });
}

void DecisionsPage::connectAll() {
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
    if (const auto id = model_.idAt(now.row())) context_.selection.setDecision(id);
    followScroll();
    showTail();
  });
  connect(&context_.selection, &Selection::decisionChanged, this, &DecisionsPage::followSelection);
  connect(table_->verticalScrollBar(), &QScrollBar::valueChanged, this, &DecisionsPage::followScroll);
  connect(&model_, &DecisionTableModel::stateChanged, this, &DecisionsPage::showState);
  connect(&model_, &DecisionTableModel::tailChanged, this, &DecisionsPage::showTail);
  connect(&model_, &DecisionTableModel::countChanged, this, &DecisionsPage::showTail);
  connect(&series_, &MetricsSeries::changed, this, &DecisionsPage::showHistogram);
  connect(&history_, &HistoryModel::loaded, this, &DecisionsPage::showHistogram);
  connect(held_, &Banner::actionTriggered, this, &DecisionsPage::showNewest);
  connect(dock_, &DecisionDock::stepRequested, this, &DecisionsPage::step);
  connect(&cursor_, &ChartCursor::rangeChosen, this, [this](qint64 since, qint64 until) {
    context_.selection.setRange(TimeRange::between(since, until));
  });
  connect(&cursor_, &ChartCursor::backRequested, &context_.selection, &Selection::back);
  connect(empty_, &EmptyState::actionTriggered, this, [this](const QString& id) {
    if (id == QLatin1String("clear")) context_.selection.clearFilter();
    if (id == QLatin1String("again")) model_.reload();
  });
}

void DecisionsPage::activate() {
  active_ = true;
  model_.start();
  series_.start();
  history_.setRunning(true);
  showState();
  showTail();
}

void DecisionsPage::deactivate() {
  active_ = false;
  model_.stop();
  series_.stop();
  history_.setRunning(false);
}

QList<DockContent*> DecisionsPage::docks() { return {dock_}; }

void DecisionsPage::followSelection() {
  const auto id = context_.selection.decision();
  if (!id) return;
  Q_EMIT dockRequested(dock_);
  const int row = model_.rowOfId(*id);
  if (row < 0 || row == table_->currentIndex().row()) return;
  table_->setCurrentIndex(model_.index(row, 0));
}

void DecisionsPage::followScroll() {
  const bool at_head = table_->verticalScrollBar()->value() == table_->verticalScrollBar()->minimum();
  model_.setHeld(!at_head || table_->currentIndex().row() > 0);
}

void DecisionsPage::showNewest() {
  table_->selectionModel()->clear();
  table_->scrollToTop();
  model_.setHeld(false);
  table_->scrollToTop();
}

void DecisionsPage::step(int by) {
  const int row = table_->currentIndex().row() + by;
  if (row >= 0 && row < model_.rowCount()) table_->setCurrentIndex(model_.index(row, 0));
}

void DecisionsPage::showTail() {
  const bool held = model_.isHeld() && model_.newerCount() > 0;
  held_->setVisible(held);
  if (held) {
    const bool chosen = table_->currentIndex().isValid();
    held_->setContent(BannerKind::Info, chosen ? tr("Held at the selected row: %1 newer").arg(format::count(model_.newerCount()))
                                               : tr("Held here: %1 newer").arg(format::count(model_.newerCount())));
    held_->setActions({{QStringLiteral("newest"), tr("Show them  End")}});
  }
  if (model_.matching()) {
    const QString n = format::count(*model_.matching());
    count_->setText(model_.isCounting()      ? tr("%1 match").arg(format::partialCount(*model_.matching()))
                    : model_.hasUncounted() ? tr("≈ %1 match").arg(n)
                                            : tr("%1 match · counted").arg(n));
  } else {
    count_->setText({});
  }
  const int row = table_->currentIndex().row();
  const QString rows = format::count(model_.rowCount());
  dock_->setNote(row < 0 ? tr("%1 in window").arg(rows) : tr("%1 of %2 in window").arg(format::count(row + 1), rows));
  Q_EMIT statusChanged();
}

void DecisionsPage::showState() {
  using State = DecisionTableModel::State;
  const State state = model_.state();
  const bool rows = state == State::Ready || (state == State::Loading && model_.rowCount() > 0);
  stack_->setCurrentWidget(rows ? static_cast<QWidget*>(table_) : empty_);
  if (state != State::NoData) empty_->setSnippet({});
  if (state != State::NoData && state != State::Filtered && state != State::Failed) empty_->setActions({});
  switch (state) {
    case State::Idle:
    case State::Loading: empty_->setContent(EmptyKind::NoData, tr("Asking %1…").arg(context_.client.routerName())); break;
    case State::Ready: break;
    case State::NoData: first_->offer(); break;
    case State::Filtered:
      empty_->setContent(EmptyKind::Filtered, tr("Nothing matches"), filterSentence(context_.selection.filter()));
      empty_->setActions({{QStringLiteral("clear"), tr("Clear the filter"), true}});
      break;
    case State::Failed:
      empty_->setContent(EmptyKind::Failed, tr("The router did not answer"), model_.error());
      empty_->setActions({{QStringLiteral("again"), tr("Ask again"), true}});
      break;
    case State::Offline: empty_->setContent(EmptyKind::Stale, tr("Not connected to a router")); break;
  }
  Q_EMIT statusChanged();
}

void DecisionsPage::showHistogram() {
  if (!active_) return;
  const auto bars = [&](const QString& name, auto count) {
    std::vector<qint64> times;
    std::vector<double> values;
    for (const domain::MetricsBucket& bucket : series_.buckets()) {
      times.push_back(bucket.since);
      values.push_back(static_cast<double>(count(bucket)));
    }
    Series one;
    one.name = name;
    one.data = std::make_shared<SampleSet>(std::move(times), std::move(values));
    return one;
  };
  Series escalated = bars(tr("escalated"), [](const auto& bucket) { return bucket.escalated; });
  Series others = bars(tr("others"), [](const auto& bucket) { return bucket.requests - bucket.escalated; });
  others.role = LineRole::Quiet;
  histogram_->setTitle(tr("Requests per %1").arg(format::length(series_.bucketLength() / kSecond)));
  histogram_->setHeadline({{tr("drag to narrow the range"), Tone::Text3}});
  histogram_->setProvenance(provenanceOf(context_.client));
  history_.reachBack(series_.span().since);
  histogram_->setMarkers(policyMarkers(history_.revisions(), series_.span()));
  histogram_->setRange(series_.span().since, series_.span().until);
  histogram_->setTimeZone(context_.selection.zone().timeZone());
  histogram_->setPlotKind(PlotKind::StackedBars, series_.bucketLength());
  histogram_->setSeries({std::move(escalated), std::move(others)});
  const bool ready = series_.state() == MetricsSeries::State::Ready;
  histogram_->setState(!ready                             ? ChartState::Loading
                       : context_.client.link().isUp() ? ChartState::Ready
                                                       : ChartState::Stale,
                       ready ? QString() : series_.state() == MetricsSeries::State::Loading ? tr("Asking %1…").arg(context_.client.routerName()) : tr("nothing to show"));
}

QStringList DecisionsPage::statusParts() const {
  QStringList parts;
  const int conditions = static_cast<int>(context_.selection.filter().all.size());
  parts.append(conditions == 0 ? tr("No filter") : tr("Filter: %1").arg(format::counted(conditions, tr("condition"), tr("conditions"))));
  if (model_.state() == DecisionTableModel::State::Ready) {
    parts.append(tr("First rows %1").arg(format::latencyMs(model_.firstRowsMs())));
    parts.append(tr("Row window %1").arg(format::count(model_.rowCount())));
  }
  if (model_.isHeld()) parts.append(tr("Live tail held"));
  if (model_.dropped() > 0) parts.append(tr("Dropped %1").arg(format::count(model_.dropped())));
  return parts;
}

}  // namespace signalbox::ui
