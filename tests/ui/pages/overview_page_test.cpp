// SPDX-License-Identifier: Apache-2.0
#include <QAction>
#include <QClipboard>
#include <QListView>
#include <cmath>

#include "pages/overview/baselines_panel.h"
#include "pages/overview/chart_data.h"
#include "pages/overview/overview_page.h"
#include "ui/pages/stage.h"
#include "widgets/chart_table.h"
#include "widgets/headline_strip.h"
#include "widgets/time_series_view.h"

namespace signalbox::ui {
namespace {
using testing::kSecond;

class OverviewPageTest : public testing::PageStage {
 protected:
  TimeSeriesView& chart(const char* name) { return find<TimeSeriesView>(name); }
  QString headline() { return page->findChild<HeadlineStrip*>()->accessibleDescription(); }
  EmptyState& empty() { return *page->findChild<EmptyState*>(); }
};

TEST_F(OverviewPageTest, saysThatItAsksWhileTheRouterHasNotAnswered) {
  router->holds = true;
  commit(3);
  show<OverviewPage>("overview");
  EXPECT_EQ(chart("tierSplit").state(), ChartState::Loading);
  EXPECT_TRUE(chart("tierSplit").accessibleDescription().contains(QStringLiteral("Asking")));
  router->holds = false;
  router->letGo();
  ASSERT_TRUE(soon([&] { return chart("tierSplit").state() == ChartState::Ready; }));
}

TEST_F(OverviewPageTest, keepsItsFramesWithoutRequestsAndOffersACommandAndATest) {
  embedded.become(EmbeddedRouter::State::Running);
  attach();
  link->beHere();
  show<OverviewPage>("overview", false);
  ASSERT_TRUE(soon([&] { return empty().isVisible(); }));
  EXPECT_TRUE(words(empty()).contains(QStringLiteral("No requests yet")));
  EXPECT_TRUE(words(empty()).contains(QStringLiteral("curl http://127.0.0.1:8787/v1/chat/completions")));
  for (const char* name : {"tierSplit", "latency", "escalationRate", "errorRate", "costPerCorrect", "cost"}) {
    EXPECT_TRUE(chart(name).isVisible()) << name;
    EXPECT_EQ(chart(name).state(), ChartState::Empty) << name;
  }
  click(empty(), "empty.test");
  EXPECT_EQ(embedded.sent.size(), 1U);
  EXPECT_TRUE(words(empty()).contains(QStringLiteral("Waiting")));
  EmbeddedRouter::TestAnswer answer;
  answer.error = QStringLiteral("no tier answered");
  Q_EMIT embedded.testAnswered(answer);
  EXPECT_TRUE(words(empty()).contains(QStringLiteral("The test request failed: no tier answered")));
  EXPECT_FALSE(headline().contains(QStringLiteral("0.0%"))) << headline().toStdString();
}

TEST_F(OverviewPageTest, offersNoTestRequestOfOurRouterBesideAnotherThatIsEmpty) {
  embedded.become(EmbeddedRouter::State::Running);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return empty().isVisible(); }));
  EXPECT_EQ(empty().findChild<QPushButton*>(QStringLiteral("empty.test")), nullptr);
  EXPECT_FALSE(words(empty()).contains(QStringLiteral("127.0.0.1:8787"))) << words(empty()).toStdString();
}

TEST_F(OverviewPageTest, scrollsItsChartsWhereTheWindowIsLow) {
  commit(3);
  show<OverviewPage>("overview");
  page->resize(900, 300);
  ASSERT_TRUE(soon([&] { return page->height() == 300; }));
  for (const char* name : {"tierSplit", "cost"}) EXPECT_GE(chart(name).height(), chart(name).minimumSizeHint().height()) << name;
}

TEST_F(OverviewPageTest, namesTheFilterThatLetsNothingThroughAndClearsIt) {
  commit(20);
  selection.addCondition({"final_tier", domain::Condition::Op::AnyOf, {"frontier"}});
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Filtered; }));
  EXPECT_TRUE(chart("latency").accessibleDescription().contains(QStringLiteral("frontier")));
  QPushButton* clear = chart("latency").findChild<QPushButton*>();
  ASSERT_NE(clear, nullptr);
  QTest::mouseClick(clear, Qt::LeftButton);
  EXPECT_TRUE(selection.filter().all.empty());
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Ready; }));
}

TEST_F(OverviewPageTest, countsWhatTheRouterHasAndCallsTheUngradedUngraded) {
  commit(30);
  commit(10, "mid");
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("tierSplit").state() == ChartState::Ready; }));
  EXPECT_TRUE(headline().contains(QStringLiteral("10 of 40"))) << headline().toStdString();
  EXPECT_TRUE(headline().contains(QStringLiteral("Cost per correct answer: ungraded"))) << headline().toStdString();
  EXPECT_TRUE(headline().contains(QStringLiteral("Correct: ungraded"))) << headline().toStdString();
  EXPECT_EQ(chart("costPerCorrect").state(), ChartState::Empty) << "a cost per correct answer without a grade";
  const auto& split = chart("tierSplit").series();
  ASSERT_EQ(split.size(), 3U);
  EXPECT_EQ(split[0].name, QStringLiteral("local"));
  EXPECT_EQ(split[0].endValue, QStringLiteral("75.0%"));
  EXPECT_TRUE(page->statusParts().join(QLatin1Char(' ')).contains(QStringLiteral("40 requests")));
}

TEST_F(OverviewPageTest, marksEveryChangeOfPolicyOnEveryChartAndListsIt) {
  commit(20);
  router->addRevision(testing::samplePolicy(), true);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("tierSplit").markers().size() == 1; }));
  for (const char* name : {"tierSplit", "latency", "escalationRate", "errorRate", "costPerCorrect", "cost"}) {
    ASSERT_EQ(chart(name).markers().size(), 1U) << name << ": the first policy changed nothing";
    EXPECT_EQ(chart(name).markers()[0].label, QStringLiteral("r2")) << name;
  }
  QSignalSpy opened(page.get(), &Page::dockRequested);
  Q_EMIT chart("latency").markerActivated(QStringLiteral("r2"));
  ASSERT_EQ(opened.count(), 1);
  EXPECT_EQ(docks[1]->note(), QStringLiteral("2"));
  const QAbstractItemModel& events = *docks[1]->findChild<QListView*>()->model();
  EXPECT_EQ(events.index(0, 0).data(Qt::AccessibleTextRole).toString(), QStringLiteral("r2 live"));
  EXPECT_EQ(events.index(1, 0).data(Qt::AccessibleTextRole).toString(), QStringLiteral("r1 live, first policy")) << "at that time it had not ended";
  EXPECT_TRUE(events.index(0, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("gate mid 0.70 → 0.65")));
}

TEST_F(OverviewPageTest, staysWithItsAgeWhenTheRouterIsGone) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Ready; }));
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Stale; }));
  auto& banner = find<Banner>("linkBanner");
  EXPECT_TRUE(banner.isVisible());
  EXPECT_TRUE(banner.accessibleName().contains(QStringLiteral("Shown as of"))) << banner.accessibleName().toStdString();
  EXPECT_TRUE(headline().contains(QStringLiteral("of 20"))) << "what was known stays";
  link->setState(LinkState::Kind::Live);
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Ready; }));
  EXPECT_FALSE(banner.isVisible());
}

TEST_F(OverviewPageTest, offersEveryChartAsATableByKeyAndByMenu) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Ready; }));
  ASSERT_EQ(page->pageActions().size(), 6);
  QSignalSpy shown(&chart("latency"), &TimeSeriesView::tableShown);
  page->pageActions().at(1)->trigger();
  EXPECT_EQ(shown.count(), 1);
  chart("latency").setFocus();
  QTest::keyClick(&chart("latency"), Qt::Key_T, Qt::ControlModifier);
  EXPECT_EQ(shown.count(), 2);
  auto* table = chart("latency").findChild<ChartTable*>();
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->windowTitle(), QStringLiteral("Latency as table"));
  table->copy();
  EXPECT_TRUE(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("# Sample, simulated traffic\n"))) << "in every export";
}

TEST_F(OverviewPageTest, asksForNothingWhileItIsHidden) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Ready; }));
  page->deactivate();
  EXPECT_TRUE(router->metrics.empty());
}

TEST_F(OverviewPageTest, saysOfABaselineWhatIsNotKnown) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return docks[0]->note().contains(QStringLiteral("900")); }));
  EXPECT_EQ(docks[0]->note(), QStringLiteral("n 900"));
  const QString said = docks[0]->accessibleDescription();
  EXPECT_TRUE(said.contains(QStringLiteral("−84.0% cost [−85.0, −83.0]"))) << said.toStdString();
  EXPECT_TRUE(said.contains(QStringLiteral("correctness not known"))) << said.toStdString();
}

TEST_F(OverviewPageTest, showsNoNumberOfTheRouterBefore) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return headline().contains(QStringLiteral("of 20")); }));
  client.attach(std::make_unique<testing::FakeLink>(nullptr, QStringLiteral("dead one")));
  ASSERT_TRUE(soon([&] { return !headline().contains(QStringLiteral("20")); })) << headline().toStdString();
  EXPECT_FALSE(headline().contains(QLatin1Char('$'))) << headline().toStdString();
}

TEST_F(OverviewPageTest, showsNoNumberOfTheRangeBeforeWhereTheNewOneIsRefused) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return headline().contains(QStringLiteral("of 20")); }));
  router->metrics_refusal = fail(ErrorCode::Io, "the store cannot be read").error();
  selection.setRange(TimeRange::last(900));
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Withheld; }));
  EXPECT_FALSE(headline().contains(QStringLiteral("20"))) << headline().toStdString();
}

TEST_F(OverviewPageTest, keepsItsChartsWhenLeftAndComeBackToWhileTheRouterIsGone) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Ready; }));
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  router->metrics_refusal = fail(ErrorCode::Unavailable, "not connected").error();
  page->deactivate();
  page->activate();
  QCoreApplication::processEvents();
  EXPECT_EQ(chart("latency").state(), ChartState::Stale);
  EXPECT_TRUE(headline().contains(QStringLiteral("of 20"))) << headline().toStdString();
  router->metrics_refusal.reset();
  commit(1);
  link->setState(LinkState::Kind::Live);
  ASSERT_TRUE(soon([&] { return headline().contains(QStringLiteral("of 21")); })) << headline().toStdString();
}

TEST(BaselinesPanelTest, everyRowRestsOnItsOwnCountAndFewAreNotCompared) {
  BaselinesPanel panel;
  panel.setBaselines({{"always-frontier", 0.5, {0.8, 0.79, 0.81, 500}, {}, "observed", 500}, {"random-same-cost", 0.5, {0.0, 0.0, 0.0, 1}, {}, "observed", 1}}, true);
  panel.setInRange(12'000);
  const QString said = panel.accessibleDescription();
  EXPECT_TRUE(said.contains(QStringLiteral("n 500"))) << said.toStdString();
  EXPECT_TRUE(said.contains(QStringLiteral("too few to compare"))) << said.toStdString();
  EXPECT_TRUE(said.contains(QStringLiteral("n 1"))) << said.toStdString();
  EXPECT_FALSE(said.contains(QStringLiteral("same cost,"))) << said.toStdString();
  EXPECT_EQ(panel.note(), QStringLiteral("n 500"));
  EXPECT_TRUE(panel.toolTip().contains(QStringLiteral("the newest 500 of 12,000 requests"))) << panel.toolTip().toStdString();
}

TEST(ChartDataTest, anUnknownPriceIsNoBarAndAPartOfAllIsAtLeast) {
  domain::MetricsBucket bucket;
  bucket.requests = 30, bucket.cost_known = 15, bucket.cost_usd = 0.5;
  bucket.tiers["local"] = {10, 0, 0};
  bucket.tiers["mid"] = {20, 0.5, 15};
  const std::vector<Series> bars = tierCosts({bucket}, 60'000'000, 0, bucket, {"local", "mid", "frontier"});
  ASSERT_EQ(bars.size(), 3U);
  EXPECT_TRUE(std::isnan(bars[0].data->values()[0]));
  EXPECT_EQ(bars[0].endValue, QStringLiteral("–"));
  EXPECT_EQ(bars[1].endValue, QStringLiteral("≥ $0.500"));
  EXPECT_EQ(bars[2].data->values()[0], 0) << "none was sent there: that is known";
  EXPECT_EQ(costSum(0.5, 15, 30), QStringLiteral("≥ $0.500"));
  EXPECT_EQ(costSum(0.5, 30, 30), QStringLiteral("$0.500"));
  EXPECT_EQ(costSum(0, 0, 30), QStringLiteral("–"));
}

TEST_F(OverviewPageTest, everyHeadlineNumberHasItsCount) {
  commit(20);
  show<OverviewPage>("overview");
  ASSERT_TRUE(soon([&] { return chart("latency").state() == ChartState::Ready; }));
  EXPECT_TRUE(headline().contains(QStringLiteral("p95 latency: 184 ms, n 20"))) << headline().toStdString();
  EXPECT_TRUE(headline().contains(QStringLiteral("of 20"))) << headline().toStdString();
  EXPECT_TRUE(chart("latency").accessibleDescription().contains(QStringLiteral("n 20"))) << chart("latency").accessibleDescription().toStdString();
}

}  // namespace
}  // namespace signalbox::ui
