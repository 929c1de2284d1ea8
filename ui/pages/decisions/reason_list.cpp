// SPDX-License-Identifier: GPL-3.0-only
#include "pages/decisions/reason_list.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/theme.h"

namespace signalbox::ui {

namespace {
void paintMark(QPainter& painter, const QRectF& box, ReasonLine::Mark mark, const Theme& theme) {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  switch (mark) {
    case ReasonLine::Mark::Kept:
      painter.setBrush(theme.ok);
      painter.drawEllipse(box.center(), box.width() * 0.36, box.width() * 0.36);
      break;
    case ReasonLine::Mark::Review:
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(theme.info, 1.6));
      painter.drawEllipse(box.center(), box.width() * 0.34, box.width() * 0.34);
      break;
    case ReasonLine::Mark::Up: {
      painter.fillRect(box.adjusted(box.width() * 0.14, box.width() * 0.14, -box.width() * 0.14, -box.width() * 0.14), theme.ink);
      painter.setPen(QPen(theme.base, 1.4));
      const QPointF middle = box.center();
      const double r = box.width() * 0.18;
      painter.drawPolyline(QPolygonF({middle + QPointF(-r, r / 2), middle + QPointF(0, -r / 2), middle + QPointF(r, r / 2)}));
      break;
    }
    case ReasonLine::Mark::Failed: paintIcon(painter, box, QStringLiteral("error"), theme.bad); break;
    case ReasonLine::Mark::None: break;
    case ReasonLine::Mark::Done: paintIcon(painter, box, QStringLiteral("check"), theme.text3); break;
  }
  painter.setRenderHint(QPainter::Antialiasing, false);
}
}  // namespace

ReasonList::ReasonList(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }

void ReasonList::setLines(std::vector<ReasonLine> lines) {
  lines_ = std::move(lines);
  QStringList spoken;
  for (const ReasonLine& line : lines_) spoken.append((line.step.isEmpty() ? QString() : line.step + QStringLiteral(": ")) + plainText(line.what) + line.name);
  setAccessibleName(tr("Reasons"));
  setAccessibleDescription(spoken.join(QStringLiteral("; ")));
  updateGeometry();
  update();
}

QSize ReasonList::sizeHint() const {
  const Metrics m = metricsOf(this);
  return {12 * m.h, static_cast<int>(lines_.size()) * (m.h + m.u / 2)};
}

bool ReasonList::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const Metrics m = metricsOf(this);
  const auto at = static_cast<std::size_t>(std::max(0, help->pos().y()) / (m.h + m.u / 2));
  const bool named = at < lines_.size() && !lines_[at].name.isEmpty();
  if (named) QToolTip::showText(help->globalPos(), plainText(lines_[at].what) + lines_[at].name, this);
  else QToolTip::hideText();
  return true;
}

void ReasonList::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme& theme = themeOf(this);
  const Metrics m = metricsOf(this);
  const QFont small = typeFont(Type::Secondary);
  double names = 0;
  for (const ReasonLine& line : lines_) names = std::max(names, lineWidth({{line.step, Tone::Text2}}, font()));
  double y = 0;
  for (const ReasonLine& line : lines_) {
    const double icon = m.icon(), left = icon + 2 * m.u, what = left + names + 3 * m.u;
    paintMark(painter, QRectF(0, y + (m.h - icon) / 2, icon, icon), line.mark, theme);
    drawLine(painter, QRectF(left, y, names + m.u, m.h), {{line.step, Tone::Text2}}, font(), theme);
    const double aside = lineWidth({{line.aside, Tone::Text3}}, small);
    TextLine said = line.what;
    const double room = width() - what - aside - 2 * m.u;
    if (!line.name.isEmpty()) {
      TextRun name = said.empty() ? TextRun() : said.back();
      const QFontMetricsF metrics(name.small ? typeFont(Type::Secondary) : font());
      name.text = metrics.elidedText(line.name, Qt::ElideMiddle, room - lineWidth(said, font()));
      said.push_back(name);
    }
    drawLine(painter, QRectF(what, y, room, m.h), said, font(), theme);
    drawLine(painter, QRectF(width() - aside - 1, y, aside + 1, m.h), {{line.aside, Tone::Text3}}, small, theme, Qt::AlignRight);
    y += m.h + m.u / 2;
  }
}

}  // namespace signalbox::ui
