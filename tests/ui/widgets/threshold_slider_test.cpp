// SPDX-License-Identifier: Apache-2.0
#include "widgets/threshold_slider.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>
#include <algorithm>

#include "ui/widgets/support.h"

namespace signalbox::ui {
namespace {

class ThresholdSliderTest : public ::testing::Test {
 protected:
  ThresholdSliderTest() {
    slider.setSetup({QStringLiteral("gate"), QStringLiteral("Gate local"), QStringLiteral("top-class"), 0, 1, 0.001, TierKey::ladder(1, 3), TierKey::ladder(0, 3)});
    slider.setLive(0.8);
    slider.setProposed(0.8);
    slider.setHistogram(std::vector<double>(80, 1.0));
    slider.resize(420, 160);
    slider.show();
    track = slider.findChild<QWidget*>(QStringLiteral("threshold.track.gate"));
    spin = slider.findChild<QDoubleSpinBox*>(QStringLiteral("threshold.spin.gate"));
    QApplication::setActiveWindow(&slider);
    exposed = QTest::qWaitForWindowExposed(&slider);
  }
  void focus() {
    track->setFocus();
    QApplication::processEvents();
  }
  void wheel(QWidget* on) {
    const QPointF at = QRectF(on->rect()).center();
    QWheelEvent event(at, on->mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(on, &event);
  }
  [[nodiscard]] int xOf(double value) const { return 12 + qRound(value * (track->width() - 24)); }
  [[nodiscard]] int trackY() const { return 40 + 7; }

  ThresholdSlider slider;
  bool exposed = false;
  QWidget* track = nullptr;
  QDoubleSpinBox* spin = nullptr;
};

TEST_F(ThresholdSliderTest, movesByKeysInItsSteps) {
  focus();
  QSignalSpy moved(&slider, &ThresholdSlider::moved), committed(&slider, &ThresholdSlider::committed);
  QTest::keyClick(track, Qt::Key_Right);
  EXPECT_NEAR(slider.proposed(), 0.801, 1e-9);
  QTest::keyClick(track, Qt::Key_Left, Qt::ShiftModifier);
  EXPECT_NEAR(slider.proposed(), 0.791, 1e-9);
  QTest::keyClick(track, Qt::Key_PageUp);
  EXPECT_NEAR(slider.proposed(), 0.841, 1e-9);
  EXPECT_EQ(moved.count(), 3);
  EXPECT_EQ(committed.count(), 3);
  QTest::keyClick(track, Qt::Key_Home);
  EXPECT_EQ(slider.proposed(), slider.live());
  EXPECT_FALSE(slider.isMoved());
}

TEST_F(ThresholdSliderTest, staysWithinItsRange) {
  focus();
  for (int i = 0; i < 30; ++i) QTest::keyClick(track, Qt::Key_PageUp);
  EXPECT_EQ(slider.proposed(), 1.0);
}

TEST_F(ThresholdSliderTest, ignoresTheWheelWithoutFocus) {
  track->clearFocus();
  wheel(track);
  EXPECT_EQ(slider.proposed(), 0.8);
  spin->clearFocus();
  wheel(spin);
  EXPECT_EQ(slider.proposed(), 0.8);
  focus();
  ASSERT_TRUE(track->hasFocus());
  wheel(track);
  EXPECT_NEAR(slider.proposed(), 0.801, 1e-9);
}

TEST_F(ThresholdSliderTest, followsTheHandAndCommitsWhenItLetsGo) {
  QSignalSpy moved(&slider, &ThresholdSlider::moved), committed(&slider, &ThresholdSlider::committed);
  QTest::mousePress(track, Qt::LeftButton, {}, {xOf(0.8), trackY()});
  QTest::mouseMove(track, {xOf(0.7), trackY()});
  EXPECT_GT(moved.count(), 0);
  EXPECT_EQ(committed.count(), 0);
  QTest::mouseRelease(track, Qt::LeftButton, {}, {xOf(0.7), trackY()});
  EXPECT_EQ(committed.count(), 1);
  EXPECT_NEAR(slider.proposed(), 0.7, 0.005);
}

TEST_F(ThresholdSliderTest, undoesADragWithEscape) {
  focus();
  QTest::mousePress(track, Qt::LeftButton, {}, {xOf(0.8), trackY()});
  QTest::mouseMove(track, {xOf(0.5), trackY()});
  EXPECT_LT(slider.proposed(), 0.6);
  QTest::keyClick(track, Qt::Key_Escape);
  EXPECT_NEAR(slider.proposed(), 0.8, 1e-9);
  QTest::mouseMove(track, {xOf(0.4), trackY()});
  EXPECT_NEAR(slider.proposed(), 0.8, 1e-9);
}

TEST_F(ThresholdSliderTest, leavesThePressOutsideItsGrabZoneAlone) {
  QTest::mouseClick(track, Qt::LeftButton, {}, {xOf(0.3), 5});
  EXPECT_EQ(slider.proposed(), 0.8);
}

TEST_F(ThresholdSliderTest, takesTypedValuesOnlyWithEnter) {
  QSignalSpy committed(&slider, &ThresholdSlider::committed);
  spin->setFocus();
  spin->selectAll();
  QTest::keyClicks(spin, QStringLiteral("0.725"));
  EXPECT_EQ(slider.proposed(), 0.8);
  QTest::keyClick(spin, Qt::Key_Return);
  EXPECT_NEAR(slider.proposed(), 0.725, 1e-9);
  EXPECT_EQ(committed.count(), 1);
}

TEST_F(ThresholdSliderTest, goesBackToLiveByItsButton) {
  slider.setProposed(0.6);
  auto* reset = slider.findChild<QToolButton*>(QStringLiteral("threshold.reset.gate"));
  ASSERT_TRUE(reset->isEnabled());
  QTest::mouseClick(reset, Qt::LeftButton);
  EXPECT_EQ(slider.proposed(), 0.8);
  EXPECT_FALSE(reset->isEnabled());
}

TEST_F(ThresholdSliderTest, saysNothingWhenTheDraftIsSetFromElsewhere) {
  QSignalSpy moved(&slider, &ThresholdSlider::moved), committed(&slider, &ThresholdSlider::committed);
  slider.setProposed(0.5);
  EXPECT_EQ(moved.count() + committed.count(), 0);
}

TEST_F(ThresholdSliderTest, cannotBeMovedWhenReadOnly) {
  slider.setReadOnly(true, QStringLiteral("needs tuner"));
  QTest::keyClick(track, Qt::Key_Right);
  QTest::mouseClick(track, Qt::LeftButton, {}, {xOf(0.3), trackY()});
  EXPECT_EQ(slider.proposed(), 0.8);
  EXPECT_EQ(slider.toolTip(), QStringLiteral("needs tuner"));
}

TEST_F(ThresholdSliderTest, printsTheTimeFromKeyToPicture) {
  ASSERT_TRUE(exposed);
  focus();
  QElapsedTimer clock;
  std::vector<double> ms;
  for (int i = 0; i < 200; ++i) {
    clock.start();
    QTest::keyPress(track, i % 2 == 0 ? Qt::Key_Left : Qt::Key_Right);
    track->repaint();
    ms.push_back(double(clock.nsecsElapsed()) / 1e6);
  }
  std::sort(ms.begin(), ms.end());
  std::printf("threshold slider, key to painted: p50 %.2f ms, p99 %.2f ms\n", ms[100], ms[197]);
  EXPECT_EQ(ms.size(), 200U);
}

}  // namespace
}  // namespace signalbox::ui
