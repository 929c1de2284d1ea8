// SPDX-License-Identifier: GPL-3.0-only
// Every length of the console, derived from the height of the application font: h, and u = max(3, round(h / 4.5)).
// A value; make a new one after the font has changed. Lengths are logical pixels.
#pragma once
#include <QFont>

class QWidget;

namespace signalbox::ui {

// The sizes of type, as parts of the application font.
enum class Type { Tick, Secondary, Body, Heading, SectionTitle, Headline, Hero, Mono, MonoSmall };

struct Metrics {
  int h = 18;
  int u = 4;

  [[nodiscard]] static Metrics of(const QFont& font);

  [[nodiscard]] int gap() const { return u; }
  [[nodiscard]] int controlGap() const { return 2 * u; }
  [[nodiscard]] int panelPadding() const { return 3 * u; }
  [[nodiscard]] int pagePadding() const { return 5 * u; }
  [[nodiscard]] int control() const { return h + 2 * u; }
  [[nodiscard]] int smallControl() const { return h + u; }
  [[nodiscard]] int rowDense() const { return h + u; }
  [[nodiscard]] int rowComfortable() const { return h + 5 * u / 2; }
  [[nodiscard]] int tableHeader() const { return h + 3 * u / 2; }
  [[nodiscard]] int panelHeader() const { return h + 5 * u / 2; }
  [[nodiscard]] int dockTitle() const { return h + 2 * u; }
  [[nodiscard]] int banner() const { return h + 5 * u / 2; }
  [[nodiscard]] int contextBar() const { return h + 5 * u; }
  [[nodiscard]] int railItem() const { return h + 3 * u; }
  [[nodiscard]] int statusBar() const { return h + 3 * u / 2; }
  [[nodiscard]] int icon() const { return qMax(12, qRound(16.0 * h / 18)); }
  [[nodiscard]] int stateGlyph() const { return qRound(0.8 * icon()); }
  [[nodiscard]] int tierGlyph() const { return qRound(10.0 * h / 18); }
  [[nodiscard]] int splitter() const { return 2 * u; }
  [[nodiscard]] double radius() const { return 3.0 * u / 4; }
  [[nodiscard]] double px(double atFour) const { return atFour * u / 4; }  // a size the design gives in pixels at u = 4
};

[[nodiscard]] Metrics metricsOf(const QWidget* widget);
[[nodiscard]] QFont typeFont(Type type);  // from the application font and the system's fixed font
[[nodiscard]] QFont typeFont(Type type, bool bold);

}  // namespace signalbox::ui
