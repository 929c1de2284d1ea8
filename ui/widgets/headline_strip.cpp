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
  fit();
  update();
}

QSize HeadlineStrip::sizeHint() const {
  const Metrics m = metricsOf(this);
  double width = 0;
  for (const HeadlineNumber& n : numbers_) width += wanted(n, m);
  return {static_cast<int>(width), rowHeight()};
}

QSize HeadlineStrip::minimumSizeHint() const { return {60 * metricsOf(this).u, rowHeight()}; }

// A layout would take a fixed height from the size hint, which knows one line.
void HeadlineStrip::fit() { setFixedHeight(heightForWidth(width())); }

void HeadlineStrip::resizeEvent(QResizeEvent* event) {
  fit();
  QWidget::resizeEvent(event);
}

int HeadlineStrip::heightForWidth(int width) const {
  const std::vector<QRect> cells = cellsFor(width);
  return cells.empty() ? rowHeight() : cells.back().bottom() + 1;
}

// Without a line beneath the values the strip is lower.
int HeadlineStrip::rowHeight() const {
  const bool based = numbers_.empty() || std::any_of(numbers_.begin(), numbers_.end(), [](const HeadlineNumber& n) { return !n.basis.empty(); });
  return (based ? 21 : 14) * metricsOf(this).u;
}

// A figure that is cut reads as another figure. So what does not fit on one line goes on two, and what does not fit there either
// is left out, cell by cell from the end; only the one cell that is alone in its line may be cut.
std::vector<QRect> HeadlineStrip::cellsFor(int room) const {
  const Metrics m = metricsOf(this);
  std::vector<double> need;
  for (const HeadlineNumber& n : numbers_) need.push_back(wanted(n, m));
  const auto sum = [&](std::size_t from, std::size_t to) {
    return std::accumulate(need.begin() + static_cast<std::ptrdiff_t>(from), need.begin() + static_cast<std::ptrdiff_t>(to), 0.0);
  };
  const auto longer = [&](std::size_t first, std::size_t count) { return std::max(sum(0, first), sum(first, count)); };
  std::size_t count = need.size(), first = count;
  if (sum(0, count) > room) {
    for (; count > 0; --count) {
      first = 1;
      for (std::size_t k = 2; k <= count; ++k)
        if (longer(k, count) < longer(first, count)) first = k;
      if (count == 1 || longer(first, count) <= room) break;
    }
  }
  std::vector<QRect> cells;
  placeRow(cells, {need.begin(), need.begin() + static_cast<std::ptrdiff_t>(first)}, room, 0);
  if (first < count) placeRow(cells, {need.begin() + static_cast<std::ptrdiff_t>(first), need.begin() + static_cast<std::ptrdiff_t>(count)}, room, rowHeight());
  return cells;
}

// Spare width is shared out equally.
void HeadlineStrip::placeRow(std::vector<QRect>& cells, const std::vector<double>& need, int room, int top) const {
  const double spare = std::max(0.0, room - std::accumulate(need.begin(), need.end(), 0.0)) / std::max<double>(1, static_cast<double>(need.size()));
  double from = 0;
  for (const double w : need) {
    const double to = std::min<double>(from + w + spare, room);
    cells.emplace_back(qRound(from), top, qRound(to) - qRound(from), rowHeight());
    from = to;
  }
}

void HeadlineStrip::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  QPainter painter(this);
  paint::fill(painter, rect(), t.base);
  const std::vector<QRect> cells = cellsFor(width());
  const bool reversed = layoutDirection() == Qt::RightToLeft;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    QRect cell = cells[i];
    if (reversed) cell.moveLeft(width() - cell.right() - 1);
    if (cells[i].left() > 0) paint::vLine(painter, reversed ? cell.right() + 1 : cell.left(), cell.top(), cell.bottom(), t.line);
    paintCell(painter, numbers_[i], cell);
    paint::hLine(painter, 0, width(), cell.bottom() + 1 - paint::hair(painter), t.line);
  }
}

void HeadlineStrip::paintCell(QPainter& painter, const HeadlineNumber& n, const QRect& cell) const {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  const bool reversed = layoutDirection() == Qt::RightToLeft;
  const double inner = cell.width() - 4.0 * m.u, left = cell.left() + (reversed ? m.u : 3.0 * m.u);
  drawLine(painter, {left, cell.top() + 2.0 * m.u, inner, 4.0 * m.u}, {{n.label, Tone::Text2}}, typeFont(Type::Secondary), t);
  const double top = cell.top() + 6.0 * m.u, tall = n.hero ? 7.5 * m.u : 6.5 * m.u;
  const Tone tone = n.stale ? Tone::Stale : n.word ? Tone::Text2 : Tone::Text;
  const double used = drawLine(painter, {left, top, inner, tall}, {{n.value, tone, false, false, n.tier}}, typeFont(valueType(n)), t);
  if (!n.interval.isEmpty()) {
    const double drop = n.hero ? m.u : m.u / 2.0;  // on the baseline of the large figure
    drawLine(painter, {reversed ? left : left + used + m.u, top + drop, inner - used - m.u, tall}, {{n.interval, n.stale ? Tone::Stale : Tone::Text2}}, typeFont(Type::Secondary), t);
  }
  TextLine basis = n.basis;
  if (n.stale)
    for (TextRun& run : basis) run.tone = Tone::Stale;
  drawLine(painter, {left, n.hero ? top + tall + m.u / 2.0 : top + tall, inner, 4.0 * m.u}, basis, typeFont(Type::Secondary), t);
}

QString HeadlineStrip::tipAt(QPoint position) const {
  if (layoutDirection() == Qt::RightToLeft) position.setX(width() - 1 - position.x());
  const std::vector<QRect> cells = cellsFor(width());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i].contains(position)) continue;
    return numbers_[i].tooltip.isEmpty() ? spoken(numbers_[i]) : spoken(numbers_[i]) + QLatin1Char('\n') + numbers_[i].tooltip;
  }
  return {};
}

bool HeadlineStrip::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), tipAt(help->pos()), this);
    return true;
  }
  if (event->type() == QEvent::ApplicationFontChange) updateGeometry(), fit();
  return QWidget::event(event);
}

}  // namespace signalbox::ui
