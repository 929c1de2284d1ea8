// SPDX-License-Identifier: Apache-2.0
#include "theme/theme.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QTableView>

#include "theme/appearance.h"
#include "theme/colour.h"
#include "theme/figures.h"
#include "theme/metrics.h"
#include "theme/style.h"
#include "ui/widgets/support.h"

namespace signalbox::ui {
namespace {

using Colour = QColor Theme::*;
constexpr Colour kTexts[] = {&Theme::text, &Theme::text2, &Theme::text3,     &Theme::ok,      &Theme::warn,        &Theme::bad,
                             &Theme::info, &Theme::accent, &Theme::localText, &Theme::midText, &Theme::frontierText};
constexpr Colour kSurfaces[] = {&Theme::base, &Theme::alt, &Theme::window, &Theme::rail, &Theme::head, &Theme::select, &Theme::hover};

class ThemeTest : public ::testing::TestWithParam<bool> {
 protected:
  Theme theme = GetParam() ? Theme::darkTheme() : Theme::light();
};

TEST_P(ThemeTest, everyTextIsReadableOnEverySurface) {
  for (const Colour text : kTexts)
    for (const Colour surface : kSurfaces)
      EXPECT_GE(contrast(theme.*text, theme.*surface), 4.5) << (theme.*text).name().toStdString() << " on " << (theme.*surface).name().toStdString();
}

TEST_P(ThemeTest, everyFilledBadgeAndButtonIsReadable) {
  const std::pair<QColor, QColor> pairs[] = {{theme.onAccent, theme.accent}, {theme.ok, theme.okFill},       {theme.warn, theme.warnFill},       {theme.bad, theme.badFill},
                                             {theme.info, theme.infoFill},   {theme.text, theme.draftFill}, {theme.draftText, theme.draftFill}, {theme.onDraft, theme.draft}};
  for (const auto& [text, fill] : pairs) EXPECT_GE(contrast(text, fill), 4.5) << text.name().toStdString() << " on " << fill.name().toStdString();
}

TEST_P(ThemeTest, tiersAndEdgesStandOutFromTheBase) {
  for (const Colour graphic : {&Theme::local, &Theme::mid, &Theme::frontier, &Theme::cache, &Theme::learned, &Theme::edge, &Theme::draft, &Theme::ink})
    EXPECT_GE(contrast(theme.*graphic, theme.base), 3.0) << (theme.*graphic).name().toStdString();
}

TEST_P(ThemeTest, aDearerTierLiesFurtherFromTheBackgroundHoweverManyThereAre) {
  for (int count = 2; count <= 6; ++count)
    for (int i = 1; i < count; ++i)
      EXPECT_GT(contrast(theme.tier(TierKey::ladder(i, count)).fill, theme.base), contrast(theme.tier(TierKey::ladder(i - 1, count)).fill, theme.base)) << i << " of " << count;
}

TEST_P(ThemeTest, numbersTheDiamondsOnlyWhenThereAreSeveral) {
  EXPECT_EQ(theme.tier(TierKey::ladder(1, 3)).number, 0);
  EXPECT_EQ(theme.tier(TierKey::ladder(1, 3)).fill, theme.mid);
  EXPECT_EQ(theme.tier(TierKey::ladder(2, 5)).number, 2);
  EXPECT_EQ(theme.tier(TierKey::ladder(0, 1)).shape, TierShape::Disc);
  EXPECT_EQ(theme.tier(TierKey::ladder(1, 2)).shape, TierShape::Triangle);
  EXPECT_EQ(theme.tier(TierKey::cache()).shape, TierShape::Ring);
}

INSTANTIATE_TEST_SUITE_P(LightAndDark, ThemeTest, ::testing::Bool(), [](const auto& which) { return which.param ? "dark" : "light"; });

TEST(ColourTest, mixesInLabThroughTheEnds) {
  const QColor a(0x1A, 0x9E, 0x93), b(0x85, 0x20, 0x5A);
  EXPECT_EQ(mixLab(a, b, 0).rgb(), a.rgb());
  EXPECT_EQ(mixLab(a, b, 1).rgb(), b.rgb());
  EXPECT_NEAR(contrast(Qt::black, Qt::white), 21, 1e-6);
}

TEST(MetricsTest, derivesEveryLengthFromTheFont) {
  QFont font(QStringLiteral("Noto Sans"));
  font.setPixelSize(13);
  const Metrics m = Metrics::of(font);
  EXPECT_EQ(m.h, 18);
  EXPECT_EQ(m.u, 4);
  EXPECT_EQ(m.control(), 26);
  EXPECT_EQ(m.contextBar(), 38);
  font.setPixelSize(26);
  EXPECT_GT(Metrics::of(font).control(), 48);
}

TEST(StyleTest, drawsControlsAtTheHeightOfTheirKind) {
  const Metrics m = Metrics::of(QApplication::font());
  EXPECT_EQ(QPushButton(QStringLiteral("Go")).sizeHint().height(), m.control());
  EXPECT_EQ(QComboBox().sizeHint().height(), m.control());
  EXPECT_EQ(QDoubleSpinBox().sizeHint().height(), m.control());
  QPushButton small(QStringLiteral("Go"));
  small.setProperty("small", true);
  EXPECT_EQ(small.sizeHint().height(), m.smallControl());
}

TEST(StyleTest, givesViewsTheirOwnSelectionInBothThemes) {
  Appearance& appearance = test::appearance();
  for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark, ThemeChoice::Light}) {
    appearance.choose(choice);
    QTableView view;
    QPushButton button;
    view.ensurePolished();
    button.ensurePolished();
    EXPECT_EQ(view.palette().color(QPalette::Highlight), appearance.theme().select);
    EXPECT_EQ(button.palette().color(QPalette::Highlight), appearance.theme().accent);
    EXPECT_EQ(themeOf(&view).dark, choice == ThemeChoice::Dark);
  }
}

TEST(FiguresTest, givesEveryDigitTheSameRoomInAnyFont) {
  QFont font = QApplication::font();
  EXPECT_NEAR(figures::width(QStringLiteral("1111"), font), figures::width(QStringLiteral("0000"), font), 0.01);
}

}  // namespace
}  // namespace signalbox::ui
