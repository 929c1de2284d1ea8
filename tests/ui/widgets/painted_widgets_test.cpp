// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>
#include <QVBoxLayout>

#include "theme/cells.h"
#include "theme/metrics.h"
#include "ui/widgets/support.h"
#include "widgets/banner.h"
#include "widgets/cell_delegate.h"
#include "widgets/empty_state.h"
#include "widgets/headline_strip.h"
#include "widgets/score_strip.h"
#include "widgets/table_columns.h"
#include "widgets/way_view.h"

namespace signalbox::ui {
namespace {

Way escalated() {
  Way way;
  way.tiers = {QStringLiteral("local"), QStringLiteral("mid")};
  way.attempts = {{0, WayAttempt::Role::Serve, 0, 200, std::nullopt, QStringLiteral("small · 200 ms")}, {1, WayAttempt::Role::Serve, 200, 800, 350, QStringLiteral("large · 600 ms")}};
  way.gates = {{0, 200, WayGate::Verdict::Escalated, QStringLiteral("0.64 < 0.82")}};
  way.totalMs = 800;
  return way;
}

TEST(WayViewTest, saysTheWayInWords) {
  WayView view;
  view.setWay(escalated());
  EXPECT_TRUE(view.accessibleDescription().contains(QStringLiteral("local: small")));
  EXPECT_TRUE(view.accessibleDescription().contains(QStringLiteral("0.64 < 0.82")));
}

TEST(WayViewTest, growsWithTheLadderAndSurvivesAnyWay) {
  WayView view;
  Way way = escalated();
  view.setWay(way);
  const int two = view.sizeHint().height();
  way.tiers.push_back(QStringLiteral("frontier"));
  view.setWay(way);
  EXPECT_GT(view.sizeHint().height(), two);
  Way empty;
  empty.tiers = way.tiers, empty.end = Way::End::Failed;
  Way instant = way;
  instant.totalMs = 0;
  for (WayAttempt& a : instant.attempts) a.startMs = a.endMs = 0;
  for (const Way& each : {empty, instant, Way{}}) {
    view.setWay(each);
    view.resize(300, 220);
    EXPECT_FALSE(test::picture(view).isNull());
  }
}

TEST(ScoreStripTest, givesTheReasonWhenThereIsNoScore) {
  ScoreStrip strip;
  strip.setZones({QStringLiteral("local"), QStringLiteral("mid")}, {0.3});
  strip.setScore(0.268);
  EXPECT_TRUE(strip.accessibleDescription().contains(QStringLiteral("0.27")));
  strip.setScore(std::nullopt, QStringLiteral("not scored: fixed"));
  EXPECT_EQ(strip.accessibleDescription(), QStringLiteral("not scored: fixed"));
}

TEST(HeadlineStripTest, squeezesWithoutLosingACell) {
  HeadlineStrip strip;
  strip.setNumbers({{QStringLiteral("Cost"), QStringLiteral("$231")}, {QStringLiteral("Quality"), QStringLiteral("ungraded"), {}, {}, {}, false, true}});
  EXPECT_TRUE(strip.accessibleDescription().contains(QStringLiteral("Quality: ungraded")));
  strip.resize(120, strip.sizeHint().height());
  EXPECT_FALSE(test::picture(strip).isNull());
}

TEST(HeadlineStripTest, leavesOutWholeCellsAndNeverDigits) {
  HeadlineStrip strip;
  std::vector<HeadlineNumber> numbers;
  for (int i = 0; i < 7; ++i) numbers.push_back({QStringLiteral("Number %1").arg(i), QStringLiteral("$0.0000883"), QStringLiteral("± 0.0000022"), {{QStringLiteral("n 38,174 graded"), Tone::Text2}}});
  strip.setNumbers(numbers);
  const int whole = strip.sizeHint().width();
  const std::vector<QRect> one = strip.cellsFor(whole);
  ASSERT_EQ(one.size(), 7U);
  EXPECT_EQ(one.back().top(), 0);
  const int least = one.front().width() - 1;  // all are alike
  for (const int width : {whole - 1, whole * 2 / 3, whole / 2, whole / 3, whole / 4}) {
    const std::vector<QRect> cells = strip.cellsFor(width);
    EXPECT_FALSE(cells.empty()) << width;
    EXPECT_EQ(strip.heightForWidth(width), 2 * strip.sizeHint().height()) << width;
    for (const QRect& cell : cells) {
      EXPECT_GE(cell.width(), least) << "a cut figure reads as another, at " << width;
      EXPECT_LE(cell.right(), width) << width;
    }
  }
  EXPECT_LT(strip.cellsFor(whole / 4).size(), 7U);
}

TEST(HeadlineStripTest, hasTheHeightOfItsLinesInALayout) {
  QWidget page;
  auto* column = new QVBoxLayout(&page);
  column->setContentsMargins(0, 0, 0, 0);
  auto* strip = new HeadlineStrip(&page);
  column->addWidget(strip);
  column->addWidget(new QWidget(&page), 1);
  std::vector<HeadlineNumber> numbers;
  for (int i = 0; i < 7; ++i) numbers.push_back({QStringLiteral("Number"), QStringLiteral("$0.0000883"), QStringLiteral("± 0.0000022"), {{QStringLiteral("n 38,174"), Tone::Text2}}});
  strip->setNumbers(numbers);
  const int whole = strip->sizeHint().width(), line = strip->sizeHint().height();
  page.resize(whole + 10, 600);
  page.show();
  EXPECT_TRUE(QTest::qWaitFor([&] { return strip->height() == line; }));
  page.resize(whole * 2 / 3, 600);
  EXPECT_TRUE(QTest::qWaitFor([&] { return strip->height() == 2 * line && strip->y() == 0; })) << strip->height();
  page.resize(whole + 10, 600);
  EXPECT_TRUE(QTest::qWaitFor([&] { return strip->height() == line; })) << "and back";
}

TEST(HeadlineStripTest, tellsTheNumberBeforeItsDefinition) {
  HeadlineStrip strip;
  strip.setNumbers({{QStringLiteral("Errors"), QStringLiteral("0.04%"), QStringLiteral("[0.01, 0.12]"), {{QStringLiteral("3 of 7,488"), Tone::Text2}}, QStringLiteral("Requests that ended in an error, of all.")}});
  strip.resize(strip.sizeHint());
  const QString tip = strip.tipAt({20, 20});
  EXPECT_TRUE(tip.startsWith(QStringLiteral("Errors: 0.04% [0.01, 0.12], 3 of 7,488\n"))) << tip.toStdString();
  EXPECT_TRUE(tip.endsWith(QStringLiteral("of all.")));
}

TEST(TableColumnsTest, foldsColumnsInTheirOrderAndBringsThemBack) {
  QStandardItemModel model(3, 4);
  QTableView view;
  view.setModel(&model);
  dressTable(&view);
  new TableColumns(&view, {{4, 6, 10, 5}, {2}, {3, 1}});
  const int h = metricsOf(&view).h;
  view.resize(30 * h, 200);
  view.show();
  EXPECT_FALSE(view.isColumnHidden(3));
  view.resize(23 * h, 200);
  EXPECT_TRUE(view.isColumnHidden(3));
  EXPECT_FALSE(view.isColumnHidden(1));
  EXPECT_GE(view.columnWidth(2), 10 * h);
  view.resize(18 * h, 200);
  EXPECT_TRUE(view.isColumnHidden(1));
  view.resize(30 * h, 200);
  EXPECT_FALSE(view.isColumnHidden(1) || view.isColumnHidden(3));
}

TEST(BannerTest, reportsItsActionsByName) {
  Banner banner;
  banner.setContent(BannerKind::Draft, QStringLiteral("Draft on r42."), QStringLiteral("Nothing has been sent."));
  banner.setActions({{QStringLiteral("save"), QStringLiteral("Save draft")}, {QStringLiteral("take"), QStringLiteral("Take"), BannerAction::Kind::Proposal}});
  QSignalSpy triggered(&banner, &Banner::actionTriggered);
  banner.resize(900, banner.height());
  banner.show();
  QTest::mouseClick(banner.findChild<QPushButton*>(QStringLiteral("banner.take")), Qt::LeftButton);
  ASSERT_EQ(triggered.count(), 1);
  EXPECT_EQ(triggered[0][0].toString(), QStringLiteral("take"));
  EXPECT_EQ(banner.height(), metricsOf(&banner).banner());
}

TEST(EmptyStateTest, copiesItsCommand) {
  EmptyState state;
  state.setContent(EmptyKind::NoData, QStringLiteral("No requests yet"));
  state.setSnippet(QStringLiteral("curl http://127.0.0.1:8787/v1/models"));
  QSignalSpy copied(&state, &EmptyState::copied);
  state.show();
  QTest::mouseClick(state.findChild<QPushButton*>(QStringLiteral("empty.copy")), Qt::LeftButton);
  EXPECT_EQ(copied.count(), 1);
  EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("curl http://127.0.0.1:8787/v1/models"));
}

TEST(CellDelegateTest, reportsWhichLinkOfACellWasClicked) {
  QStandardItemModel model(1, 1);
  auto* item = new QStandardItem(QStringLiteral("Diff · roll back"));
  item->setData(QVariant::fromValue(LinkCell{{QStringLiteral("Diff"), QStringLiteral("roll back")}}), kCellRole);
  model.setItem(0, 0, item);
  QTableView view;
  view.setModel(&model);
  CellDelegate* delegate = dressTable(&view);
  view.resize(400, 100);
  view.show();
  QSignalSpy links(delegate, &CellDelegate::linkActivated);
  const QRect cell = view.visualRect(model.index(0, 0));
  QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, {cell.right() - 20, cell.center().y()});
  QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, {cell.left() + 20, cell.center().y()});
  ASSERT_EQ(links.count(), 1);
  EXPECT_EQ(links[0][1].toInt(), 1);
}

TEST(CellDelegateTest, keepsRowsAtTheHeightOfTheFont) {
  QStandardItemModel model(3, 1);
  QTableView dense, comfortable;
  for (QTableView* view : {&dense, &comfortable}) view->setModel(&model);
  dressTable(&dense);
  dressTable(&comfortable, true);
  EXPECT_EQ(dense.rowHeight(0), metricsOf(&dense).rowDense());
  EXPECT_GT(comfortable.rowHeight(0), dense.rowHeight(0));
}

}  // namespace
}  // namespace signalbox::ui
