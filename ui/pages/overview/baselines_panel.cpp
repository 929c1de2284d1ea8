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
constexpr double kSameCost = 0.0005;

QString words(const std::string& name) {
  if (name == "always-frontier") return BaselinesPanel::tr("Always frontier");
  if (name == "best-single") return BaselinesPanel::tr("Best single tier");
  if (name == "all-cheapest") return BaselinesPanel::tr("All cheapest");
  if (name == "random-same-cost") return BaselinesPanel::tr("Random, same cost");
  return QString::fromStdString(name);
}

// What we cost beside the baseline. Only a saving whose whole interval lies above zero is good news.
TextRun savingOf(const domain::Baseline& baseline) {
  const domain::Estimate& saving = baseline.saving;
  if (saving.n == 0) return {BaselinesPanel::tr("saving not known"), Tone::Text3};
  if (std::abs(saving.value) < kSameCost) return {BaselinesPanel::tr("same cost"), Tone::Text2};
  return {BaselinesPanel::tr("%1 cost").arg(format::shareDelta(-saving.value)), saving.lo > 0 ? Tone::Ok : Tone::Text};
}

QString correctWords(const domain::Baseline& baseline) {
  return baseline.correct_diff.n == 0 ? BaselinesPanel::tr("correctness not known")
                                      : BaselinesPanel::tr("%1 correct").arg(format::points(baseline.correct_diff.value));
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
  reach_ = 0;
  std::int64_t n = 0;
  bool estimated = false;
  for (const domain::Baseline& baseline : baselines_) {
    n = std::max(n, baseline.n);
    estimated = estimated || (baseline.n > 0 && baseline.basis == "imputed");
    if (baseline.correct_diff.n == 0) continue;
    reach_ = std::max({reach_, std::abs(baseline.correct_diff.lo), std::abs(baseline.correct_diff.hi)});
  }
  reach_ = reach_ > 0 ? std::max(0.05, std::ceil(reach_ * 20) / 20) : 0;
  setNote(n == 0 ? QString() : tr("n %1").arg(format::count(n)));
  estimated_ = estimated;
  setToolTip(estimated ? tr("≈: where a tier was not run for a request, its cost is told from its other requests, by the length of the question. "
                            "Correctness is compared where nearly all graded answers were graded for that tier too.")
                       : QString());
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
    parts.append(tr("%1: %2, %3, %4").arg(words(baseline.name), costOf(baseline), savingOf(baseline).text, correctWords(baseline)));
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
  line(inner.top(), {{reach_ > 0 ? tr("correct, points, 95%") : tr("their cost"), Tone::Text3}}, Qt::AlignRight);
  double y = inner.top() + m.h + m.u;
  if (baselines_.empty()) {
    line(y + m.h, {{known_ ? tr("No requests to compare.") : tr("Not known yet."), Tone::Text3}}, Qt::AlignLeft);
    return;
  }
  for (const domain::Baseline& baseline : baselines_) {
    paintRow(painter, QRectF(inner.left(), y, inner.width(), 2 * m.h), baseline);
    y += 2 * m.h + 2 * m.u;
  }
  if (reach_ <= 0) {  // nothing stands on a scale
    if (estimated_) line(y, {{tr("≈ estimated from the tokens of other requests"), Tone::Text3}}, Qt::AlignLeft);
    return;
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
  drawLine(painter, second, {savingOf(baseline)}, small, theme, Qt::AlignLeft);
  const domain::Estimate& diff = baseline.correct_diff;
  if (diff.n == 0) {
    drawLine(painter, second, {{correctWords(baseline), Tone::Text3}}, small, theme, Qt::AlignRight);
    return;
  }
  const auto x = [&](double part) {
    return box.left() + box.width() * (kScaleFrom + (kScaleTo - kScaleFrom) * (std::clamp(part, -reach_, reach_) + reach_) / (2 * reach_));
  };
  painter.fillRect(QRectF(x(0), second.top() - m.u, 1, m.h + m.u), theme.edge);
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
