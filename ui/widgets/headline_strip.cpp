// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/headline_strip.h"

#include <QEvent>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "theme/figures.h"
#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {
namespace {

Type valueType(const HeadlineNumber& n) { return n.word ? Type::Heading : n.hero ? Type::Hero : Type::Headline; }

double wanted(const HeadlineNumber& n, const Metrics& m) {
  const double label = figures::width(n.label, typeFont(Type::Secondary));
  double value = lineWidth({{n.value, Tone::Text, false, false, n.tier}}, typeFont(valueType(n)));
  if (!n.interval.isEmpty()) value += m.u + figures::width(n.interval, typeFont(Type::Secondary));
  return std::ceil(std::max({label, value, lineWidth(n.basis, typeFont(Type::Secondary))}) + 4.5 * m.u);
}

QString spoken(const HeadlineNumber& n) {
  QString text = n.label + QStringLiteral(": ") + n.value;
  if (!n.interval.isEmpty()) text += QLatin1Char(' ') + n.interval;
  if (!n.basis.empty()) text += QStringLiteral(", ") + plainText(n.basis);
  return text;
}

}  // namespace

HeadlineStrip::HeadlineStrip(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Headline numbers"));
}

void HeadlineStrip::setNumbers(std::vector<HeadlineNumber> numbers) {
  numbers_ = std::move(numbers);
  QStringList all;
  for (const HeadlineNumber& n : numbers_) all << spoken(n);
  setAccessibleDescription(all.join(QStringLiteral("; ")));
  updateGeometry();
  update();
}

QSize HeadlineStrip::sizeHint() const {
  const Metrics m = metricsOf(this);
  double width = 0;
  for (const HeadlineNumber& n : numbers_) width += wanted(n, m);
  return {static_cast<int>(width), tall()};
}

QSize HeadlineStrip::minimumSizeHint() const { return {60 * metricsOf(this).u, tall()}; }

// Without a line beneath the values the strip is lower.
int HeadlineStrip::tall() const {
  const bool based = numbers_.empty() || std::any_of(numbers_.begin(), numbers_.end(), [](const HeadlineNumber& n) { return !n.basis.empty(); });
  return (based ? 21 : 14) * metricsOf(this).u;
}

// Spare width is shared out equally; what is missing is taken from each by its size, and texts elide.
std::vector<int> HeadlineStrip::cellWidths() const {
  const Metrics m = metricsOf(this);
  std::vector<double> need;
  for (const HeadlineNumber& n : numbers_) need.push_back(wanted(n, m));
  const double total = std::accumulate(need.begin(), need.end(), 0.0);
  const double spare = width() - total;
  std::vector<int> widths;
  double from = 0;
  for (const double w : need) {
    const double to = from + (spare >= 0 ? w + spare / double(need.size()) : w * width() / total);
    widths.push_back(qRound(to) - qRound(from));
    from = to;
  }
  return widths;
}

void HeadlineStrip::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  QPainter painter(this);
  paint::fill(painter, rect(), t.base);
  paint::hLine(painter, 0, width(), height() - paint::hair(painter), t.line);
  const std::vector<int> widths = cellWidths();
  const bool reversed = layoutDirection() == Qt::RightToLeft;
  double x = 0;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const HeadlineNumber& n = numbers_[i];
    const double inner = widths[i] - 4.0 * m.u, left = reversed ? width() - x - widths[i] + m.u : x + 3.0 * m.u;
    if (i > 0) paint::vLine(painter, reversed ? width() - x : x, 0, height() - 1, t.line);
    drawLine(painter, {left, 2.0 * m.u, inner, 4.0 * m.u}, {{n.label, Tone::Text2}}, typeFont(Type::Secondary), t);
    const double top = 6.0 * m.u, tall = n.hero ? 7.5 * m.u : 6.5 * m.u;
    const Tone tone = n.stale ? Tone::Stale : n.word ? Tone::Text2 : Tone::Text;
    const double used = drawLine(painter, {left, top, inner, tall}, {{n.value, tone, false, false, n.tier}}, typeFont(valueType(n)), t);
    if (!n.interval.isEmpty()) {
      const double drop = n.hero ? m.u : m.u / 2.0;  // on the baseline of the large figure
      drawLine(painter, {reversed ? left : left + used + m.u, top + drop, inner - used - m.u, tall}, {{n.interval, Tone::Text2}}, typeFont(Type::Secondary), t);
    }
    drawLine(painter, {left, n.hero ? top + tall + m.u / 2.0 : top + tall, inner, 4.0 * m.u}, n.basis, typeFont(Type::Secondary), t);
    x += widths[i];
  }
}

bool HeadlineStrip::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const std::vector<int> widths = cellWidths();
    int x = 0;
    for (std::size_t i = 0; i < widths.size(); x += widths[i], ++i)
      if (help->pos().x() >= x && help->pos().x() < x + widths[i]) {
        const QString tip = numbers_[i].tooltip.isEmpty() ? spoken(numbers_[i]) : numbers_[i].tooltip;
        QToolTip::showText(help->globalPos(), tip, this);
      }
    return true;
  }
  if (event->type() == QEvent::ApplicationFontChange) updateGeometry();
  return QWidget::event(event);
}

}  // namespace signalbox::ui
