// SPDX-License-Identifier: GPL-3.0-only
#include "pages/overview/baselines_panel.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/text_run.h"
#include "theme/theme.h"

namespace signalbox::ui {

namespace {
constexpr double kScaleFrom = 0.36, kScaleTo = 0.80;  // of the width
constexpr std::size_t kExpected = 4;

QString words(const std::string& name) {
  if (name == "always-frontier") return BaselinesPanel::tr("Always frontier");
  if (name == "best-single") return BaselinesPanel::tr("Best single tier");
  if (name == "all-cheapest") return BaselinesPanel::tr("All cheapest");
  if (name == "random-same-cost") return BaselinesPanel::tr("Random, same cost");
  return QString::fromStdString(name);
}

QString costOf(const domain::Baseline& baseline) {
  if (!baseline.cost_usd || baseline.n == 0) return format::unknown();
  const QString each = format::perRequest(*baseline.cost_usd / static_cast<double>(baseline.n));
  return baseline.basis == "imputed" ? QStringLiteral("≈ ") + each : each;
}
}  // namespace

BaselinesPanel::BaselinesPanel(QWidget* parent) : DockContent(tr("Against four baselines"), parent) {
  setObjectName(QStringLiteral("baselines"));
  setStretch(0);
  describe();
}

void BaselinesPanel::setBaselines(std::vector<domain::Baseline> baselines, bool known) {
  baselines_ = std::move(baselines);
  known_ = known;
  reach_ = 0.05;
  for (const domain::Baseline& baseline : baselines_) {
    if (baseline.correct_diff.n == 0) continue;
    reach_ = std::max({reach_, std::abs(baseline.correct_diff.lo), std::abs(baseline.correct_diff.hi)});
  }
  reach_ = std::ceil(reach_ * 20) / 20;
  describe();
  update();
}

QSize BaselinesPanel::sizeHint() const {
  const Metrics m = metricsOf(this);
  return {22 * m.h, 2 * m.u + m.h + static_cast<int>(kExpected) * (2 * m.h + 2 * m.u) + m.h + 3 * m.u};
}

void BaselinesPanel::describe() {
  QStringList parts;
  for (const domain::Baseline& baseline : baselines_) {
    parts.append(tr("%1: %2, cost %3").arg(words(baseline.name), costOf(baseline),
                 baseline.saving.n ? format::shareDelta(-baseline.saving.value) : format::unknown()));
  }
  setAccessibleName(title());
  setAccessibleDescription(parts.isEmpty() ? tr("Not known yet.") : parts.join(QStringLiteral("; ")));
}

void BaselinesPanel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme& theme = themeOf(this);
  const Metrics m = metricsOf(this);
  painter.fillRect(rect(), theme.base);
  const QRectF inner = QRectF(rect()).adjusted(m.panelPadding(), 2 * m.u, -m.panelPadding(), 0);
  const QFont small = typeFont(Type::Secondary);
  const auto line = [&](double y, const TextLine& text, Qt::Alignment side) {
    drawLine(painter, QRectF(inner.left(), y, inner.width(), m.h), text, small, theme, side);
  };
  line(inner.top(), {{tr("what we cost beside it"), Tone::Text3}}, Qt::AlignLeft);
  line(inner.top(), {{tr("correct, points, 95%"), Tone::Text3}}, Qt::AlignRight);
  double y = inner.top() + m.h + m.u;
  if (baselines_.empty()) {
    line(y + m.h, {{known_ ? tr("No requests to compare.") : tr("Not known yet."), Tone::Text3}}, Qt::AlignLeft);
    return;
  }
  for (const domain::Baseline& baseline : baselines_) {
    paintRow(painter, QRectF(inner.left(), y, inner.width(), 2 * m.h), baseline);
    y += 2 * m.h + 2 * m.u;
  }
  const QFont tick = typeFont(Type::Tick);
  for (const double part : {-reach_, 0.0, reach_}) {
    const double x = inner.left() + inner.width() * (kScaleFrom + (kScaleTo - kScaleFrom) * (part + reach_) / (2 * reach_));
    drawLine(painter, QRectF(x - 3 * m.h, y, 6 * m.h, m.h), {{format::number(part * 100, 0, QLocale(), true), Tone::Text3}}, tick,
             theme, Qt::AlignHCenter);
  }
}

void BaselinesPanel::paintRow(QPainter& painter, const QRectF& box, const domain::Baseline& baseline) {
  const Theme& theme = themeOf(this);
  const Metrics m = metricsOf(this);
  const QFont body = font(), small = typeFont(Type::Secondary);
  const QRectF first(box.left(), box.top(), box.width(), m.h), second(box.left(), box.top() + m.h, box.width(), m.h);
  drawLine(painter, first, {{words(baseline.name), Tone::Text, true}}, body, theme, Qt::AlignLeft);
  drawLine(painter, first, {{costOf(baseline), Tone::Text2}}, small, theme, Qt::AlignRight);
  if (baseline.saving.n > 0) {
    const Tone tone = baseline.saving.value > 0 ? Tone::Ok : Tone::Text;
    drawLine(painter, second, {{tr("%1 cost").arg(format::shareDelta(-baseline.saving.value)), tone}}, small, theme, Qt::AlignLeft);
  } else {
    drawLine(painter, second, {{tr("saving unknown"), Tone::Text3}}, small, theme, Qt::AlignLeft);
  }
  const auto x = [&](double part) {
    return box.left() + box.width() * (kScaleFrom + (kScaleTo - kScaleFrom) * (std::clamp(part, -reach_, reach_) + reach_) / (2 * reach_));
  };
  painter.fillRect(QRectF(x(0), second.top() - m.u, 1, m.h + m.u), theme.edge);
  const domain::Estimate& diff = baseline.correct_diff;
  if (diff.n == 0) {
    drawLine(painter, second, {{tr("ungraded"), Tone::Text3}}, small, theme, Qt::AlignRight);
    return;
  }
  painter.setRenderHint(QPainter::Antialiasing);
  const double middle = second.center().y();
  painter.setPen(QPen(theme.ink, 1.3));
  painter.drawLine(QPointF(x(diff.lo), middle), QPointF(x(diff.hi), middle));
  for (const double end : {diff.lo, diff.hi}) painter.drawLine(QPointF(x(end), middle - m.u), QPointF(x(end), middle + m.u));
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme.ink);
  painter.drawEllipse(QPointF(x(diff.value), middle), m.px(3.5), m.px(3.5));
  painter.setRenderHint(QPainter::Antialiasing, false);
  drawLine(painter, second, {{format::number(diff.value * 100, 1, QLocale(), true), Tone::Text}}, small, theme, Qt::AlignRight);
}

}  // namespace signalbox::ui
