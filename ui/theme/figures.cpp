// SPDX-License-Identifier: GPL-3.0-only
#include "theme/figures.h"

#include <QFontMetricsF>
#include <QHash>
#include <QPainter>
#include <algorithm>

namespace signalbox::ui::figures {
namespace {

struct Digits {
  bool tabular;
  double widest;
};

bool isDigit(QChar c) { return c >= QLatin1Char('0') && c <= QLatin1Char('9'); }

// Per font, because bold and regular may differ; fonts are few, so the table stays small.
Digits digitsOf(const QFont& font) {
  static QHash<QString, Digits> known;
  const QString key = font.key();
  if (const auto it = known.constFind(key); it != known.cend()) return *it;
  const QFontMetricsF metrics(font);
  double low = 1e9, high = 0;
  for (char c = '0'; c <= '9'; ++c) {
    const double w = metrics.horizontalAdvance(QLatin1Char(c));
    low = std::min(low, w), high = std::max(high, w);
  }
  const Digits digits{high - low < 0.02 * high, high};
  known.insert(key, digits);
  return digits;
}

}  // namespace

bool areTabular(const QFont& font) { return digitsOf(font).tabular; }

double width(const QString& text, const QFont& font) {
  const Digits digits = digitsOf(font);
  const QFontMetricsF metrics(font);
  if (digits.tabular) return metrics.horizontalAdvance(text);
  double w = 0;
  for (const QChar c : text) w += isDigit(c) ? digits.widest : metrics.horizontalAdvance(c);
  return w;
}

void draw(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text, const QFont& font) {
  painter.setFont(font);
  const Digits digits = digitsOf(font);
  if (digits.tabular) {
    painter.drawText(rect, static_cast<int>(alignment) | Qt::AlignAbsolute | Qt::TextSingleLine, text);
    return;
  }
  const QFontMetricsF metrics(font);
  double x = rect.left();
  if (alignment & Qt::AlignRight) x = rect.right() - width(text, font);
  if (alignment & Qt::AlignHCenter) x = rect.center().x() - width(text, font) / 2;
  const double baseline = rect.center().y() + (metrics.ascent() - metrics.descent()) / 2;
  for (const QChar c : text) {
    const double own = metrics.horizontalAdvance(c), cell = isDigit(c) ? digits.widest : own;
    painter.drawText(QPointF(x + (cell - own) / 2, baseline), QString(c));
    x += cell;
  }
}

}  // namespace signalbox::ui::figures
