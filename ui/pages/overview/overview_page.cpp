// SPDX-License-Identifier: GPL-3.0-only
#include "pages/overview/overview_page.h"

#include <QVBoxLayout>

#include "models/filter_text.h"
#include "pages/common/filter_bar.h"
#include "pages/common/first_request.h"
#include "pages/common/link_banner.h"
#include "pages/overview/baselines_panel.h"
#include "pages/overview/events_panel.h"
#include "pages/overview/headline.h"
#include "pages/overview/overview_charts.h"
#include "theme/format.h"
#include "widgets/empty_state.h"
#include "widgets/headline_strip.h"

namespace signalbox::ui {

namespace {
constexpr int kMostBuckets = 96;   // a day in quarters of an hour
constexpr int kGradedBuckets = 48;  // grades are few
constexpr double kMicrosPerSecond = 1e6;
}  // namespace

OverviewPage::OverviewPage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), series_(context.client, context.selection, kMostBuckets),
      graded_(context.client, context.selection, kGradedBuckets),
      history_(context.client, context.selection), filter_(new FilterBar(context.selection, FilterBar::ChipsOnly, this)),
      headline_(new HeadlineStrip(this)), empty_(new EmptyState(this)), first_(new FirstRequest(context, *empty_)), charts_(new OverviewCharts(cursor_, this)),
      baselines_(new BaselinesPanel(this)), events_(new EventsPanel(this)) {
  setObjectName(QStringLiteral("overviewPage"));
  series_.wantComparisons();
  auto* layout = new QVBoxLayout(this);
  tighten(layout);
  layout->addWidget(new LinkBanner(context_.client, this));
  layout->addWidget(filter_);
  layout->addWidget(headline_);
  layout->addWidget(empty_);
  layout->addWidget(scrolled(charts_, this), 1);
  empty_->hide();
  baselines_->hide();
  events_->hide();
  for (TimeSeriesView* view : charts_->views()) actions_.append(tableAction(view, this));
  connectAll();
}

void OverviewPage::connectAll() {
  connect(&series_, &MetricsSeries::changed, this, &OverviewPage::refresh);
  connect(&graded_, &MetricsSeries::changed, this, [this] {
    if (!active_) return;
    charts_->showGraded(graded_);
    showState();
  });
  connect(&series_, &MetricsSeries::baselinesChanged, this, [this] {
    baselines_->setBaselines(series_.baselines(), series_.hasBaselines());
    refresh();
  });
  connect(&history_, &HistoryModel::loaded, this, &OverviewPage::refresh);
  connect(&context_.client, &ConsoleClient::linkChanged, this, &OverviewPage::refresh);
  connect(&context_.client, &ConsoleClient::helloChanged, this, &OverviewPage::refresh);
  connect(&cursor_, &ChartCursor::rangeChosen, this, [this](qint64 since, qint64 until) {
    context_.selection.setRange(TimeRange::between(since, until));
  });
  connect(&cursor_, &ChartCursor::backRequested, &context_.selection, &Selection::back);
  connect(&cursor_, &ChartCursor::timeMoved, this, &Page::statusChanged);
  connect(charts_, &OverviewCharts::markerActivated, this, [this](const QString& label) {
    Q_EMIT dockRequested(events_);
    events_->choose(label);
  });
  const auto act = [this] {
    if (series_.state() == MetricsSeries::State::Filtered) context_.selection.clearFilter();
    else series_.reload();
  };
  connect(charts_, &OverviewCharts::actionTriggered, this, act);
  connect(empty_, &EmptyState::actionTriggered, this, [this](const QString& id) {
    if (id == QLatin1String("clear")) context_.selection.clearFilter();
  });
}

void OverviewPage::activate() {
  active_ = true;
  series_.start();
  graded_.start();
  history_.setRunning(true);
  refresh();
}

void OverviewPage::deactivate() {
  active_ = false;
  series_.stop();
  graded_.stop();
  history_.setRunning(false);
}

QList<DockContent*> OverviewPage::docks() { return {baselines_, events_}; }

void OverviewPage::refresh() {
  if (!active_) return;
  if (context_.client.hello()) charts_->setTiers(context_.client.hello()->tiers);
  for (TimeSeriesView* view : charts_->views()) view->setProvenance(provenanceOf(context_.client));
  std::vector<HeadlineNumber> numbers = headlineOf(series_.total(), series_.previous(), !context_.client.link().isUp());
  using State = MetricsSeries::State;
  const bool told = series_.state() == State::Ready || series_.state() == State::NoData || series_.state() == State::Filtered;
  if (!told) {
    for (HeadlineNumber& number : numbers) number.value = format::unknown(), number.interval.clear(), number.basis.clear();
  }
  headline_->setNumbers(std::move(numbers));
  baselines_->setInRange(series_.total().requests);
  baselines_->setStale(!context_.client.link().isUp());
  history_.reachBack(series_.span().since);
  charts_->show(series_, context_.selection.zone(), history_.revisions());
  charts_->showGraded(graded_);
  showState();
  events_->show(history_.revisions(), series_.span(), context_.selection.zone());
  Q_EMIT statusChanged();
}

void OverviewPage::showState() {
  using State = MetricsSeries::State;
  const ConsoleClient& client = context_.client;
  empty_->hide();
  switch (series_.state()) {
    case State::Idle:
    case State::Loading: return charts_->showState(ChartState::Loading, tr("Asking %1…").arg(client.routerName()));
    case State::Failed: return charts_->showState(ChartState::Withheld, series_.error(), tr("Ask again"));
    case State::Offline: return charts_->showState(ChartState::Loading, tr("Not connected to a router."));
    case State::Filtered:
      return charts_->showState(ChartState::Filtered, tr("Nothing matches %1.").arg(filterSentence(context_.selection.filter())),
                                tr("Clear the filter"));
    case State::NoData:
      first_->offer();
      empty_->show();
      return charts_->showState(ChartState::Empty, tr("No requests yet"));
    case State::Ready: break;
  }
  if (client.link().isUp()) return charts_->showState(ChartState::Ready, {});
  const WallMicros last = client.routerNow() - static_cast<WallMicros>(client.secondsSinceHeard() * kMicrosPerSecond);
  charts_->showState(ChartState::Stale, {}, {}, last);
}

QStringList OverviewPage::statusParts() const {
  QStringList parts = {tr("Half-open range, %1").arg(context_.selection.zone().label())};
  if (series_.state() != MetricsSeries::State::Ready) return parts;
  parts.append(tr("%1 requests · complete in %2").arg(format::count(series_.total().requests), format::latencyMs(series_.queryMs())));
  if (const auto kept = series_.keptSince()) {
    parts.append(tr("Older decisions than %1 are deleted").arg(context_.selection.zone().text(*kept, Zone::Style::Second)));
  }
  if (const auto time = cursor_.time()) {
    const domain::MetricsBucket* bucket = series_.at(*time);
    parts.append(tr("Cursor %1: %2 requests in %3")
                     .arg(context_.selection.zone().text(*time, Zone::Style::Second),
                          bucket ? format::count(bucket->requests) : format::unknown(),
                          format::length(series_.bucketLength() / 1'000'000)));
  }
  return parts;
}

}  // namespace signalbox::ui
