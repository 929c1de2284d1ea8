// SPDX-License-Identifier: GPL-3.0-only
// Draws the contents of one cell. Made for one cell of one paint event; internal to ui/widgets.
#pragma once
#include <QStyleOptionViewItem>

#include "theme/cells.h"
#include "theme/metrics.h"
#include "theme/theme.h"

class QPainter;

namespace signalbox::ui {

class CellPainter {
 public:
  CellPainter(QPainter& painter, const QStyleOptionViewItem& item, const Theme& theme, const Metrics& metrics);

  bool paint(const QVariant& cell);  // false: not one of ours
  void paintText(const QString& text, Qt::Alignment alignment, Tone tone = Tone::Text);

  [[nodiscard]] static double width(const QVariant& cell, const QString& text, const Metrics& metrics);
  // Which link lies there, or −1.
  [[nodiscard]] static int linkAt(const LinkCell& cell, const QStyleOptionViewItem& option, QPointF position);

 private:
  void paintWay(const WayCell& cell);
  void paintComplexity(const ComplexityCell& cell);
  void paintConfidence(const ConfidenceCell& cell);
  void paintBadge(const BadgeCell& cell);
  void paintState(const StateCell& cell);
  void paintMono(const MonoCell& cell);
  void paintBar(const BarCell& cell);
  void paintLinks(const LinkCell& cell);
  void paintWhisker(const WhiskerCell& cell);
  void paintLine(const TextLine& line);
  void arrow(double x);
  [[nodiscard]] QColor outline() const;  // of glyphs on a selection
  [[nodiscard]] double middle() const { return inner_.center().y(); }

  QPainter& painter_;
  const QStyleOptionViewItem& item_;
  const Theme& t_;
  Metrics m_;
  QRectF inner_;
};

}  // namespace signalbox::ui
