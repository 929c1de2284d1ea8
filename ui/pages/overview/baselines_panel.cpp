// SPDX-License-Identifier: GPL-3.0-only
#include "pages/overview/baselines_panel.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <utility>

#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/text_run.h"
#include "theme/theme.h"

namespace signalbox::ui {

namespace {
constexpr double kScaleFrom = 0.36, kScaleTo = 0.80;  // of the width
constexpr std::size_t kExpected = 4;
constexpr double kSameCost = 0.0005;
constexpr std::int64_t kFewest = 30;  // below it a saving is a coincidence
constexpr int kLines = 3;

QString words(const std::string& name) {
  if (name == "always-frontier") return BaselinesPanel::tr("Always frontier");
  if (name == "best-single") return BaselinesPanel::tr("Best single tier");
  if (name == "all-cheapest") return BaselinesPanel::tr("All cheapest");
  if (name == "random-same-cost") return BaselinesPanel::tr("Random, same cost");
  return QString::fromStdString(name);
}

bool tooFew(const domain::Baseline& baseline) { return baseline.saving.n > 0 && baseline.saving.n < kFewest; }

QString nWords(const domain::Baseline& baseline) {
  return baseline.n == 0 ? QString() : BaselinesPanel::tr("n %1").arg(format::count(baseline.n));
}

// What we cost beside the baseline, with its interval. Only a saving whose whole interval lies above zero is good news.
TextLine savingOf(const domain::Baseline& baseline) {
  const domain::Estimate& saving = baseline.saving;
  if (saving.n == 0) return {{BaselinesPanel::tr("saving not known"), Tone::Text3}};
  if (tooFew(baseline)) return {{BaselinesPanel::tr("too few to compare"), Tone::Text3}};
  const int decimals = std::abs(saving.value) >= 1 ? 0 : std::abs(saving.value) < 0.05 ? 2 : 1;
  const auto percent = [decimals](double part) { return format::number(part * 100, decimals, QLocale(), true); };
  const QString interval = QStringLiteral(" [%1, %2]").arg(percent(-saving.hi), percent(-saving.lo));
  if (std::abs(saving.value) < kSameCost) return {{BaselinesPanel::tr("same cost"), Tone::Text2}, {interval, Tone::Text2}};
  return {{BaselinesPanel::tr("%1 cost").arg(format::shareDelta(-saving.value)), saving.lo > 0 ? Tone::Ok : Tone::Text}, {interval, Tone::Text2}};
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
  n_ = 0;
  bool estimated = false;
  for (const domain::Baseline& baseline : baselines_) {
    n_ = std::max(n_, baseline.n);
    estimated = estimated || (baseline.n > 0 && baseline.basis == "imputed");
    if (baseline.correct_diff.n == 0) continue;
    reach_ = std::max({reach_, std::abs(baseline.correct_diff.lo), std::abs(baseline.correct_diff.hi)});
  }
  reach_ = reach_ > 0 ? std::max(0.05, std::ceil(reach_ * 20) / 20) : 0;
  estimated_ = estimated;
  sayCount();
  describe();
  update();
}

void BaselinesPanel::setInRange(std::int64_t requests) {
  if (std::exchange(in_range_, requests) == requests) return;
  sayCount();
  update();
}

void BaselinesPanel::sayCount() {
  const bool part = n_ < in_range_;
  setNote(n_ == 0 ? QString() : tr("n %1").arg(format::count(n_)));  // short: a title that is cut would cut the figure
  rests_on_ = n_ > 0 && part ? tr("the newest %1 of %2 requests").arg(format::count(n_), format::count(in_range_)) : QString();
  QStringList tips;
  if (!rests_on_.isEmpty()) tips.append(tr("Compared over %1.").arg(rests_on_));
  if (estimated_) {
    tips.append(tr("≈: where a tier was not run for a request, its cost is told from its other requests, by the length of the question. "
                   "Correctness is compared where nearly all graded answers were graded for that tier too."));
  }
  setToolTip(tips.join(QLatin1Char('\n')));
}

void BaselinesPanel::setStale(bool stale) {
  if (stale_ == stale) return;
  stale_ = stale;
  update();
}

// Where the router is away everything here is as old as the rest of the page, and says so by its ink.
TextLine BaselinesPanel::inked(TextLine line) const {
  if (stale_)
    for (TextRun& run : line) run.tone = Tone::Stale;
  return line;
}

QSize BaselinesPanel::sizeHint() const {
  const Metrics m = metricsOf(this);
  return {22 * m.h, 2 * m.u + m.h + static_cast<int>(kExpected) * (kLines * m.h + 2 * m.u) + 2 * m.h + 3 * m.u};
}

void BaselinesPanel::describe() {
  QStringList parts;
  for (const domain::Baseline& baseline : baselines_) {
    parts.append(tr("%1: %2, %3, %4, %5").arg(words(baseline.name), costOf(baseline), plainText(savingOf(baseline)), correctWords(baseline),
                                              baseline.n == 0 ? tr("n 0") : nWords(baseline)));
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
    paintRow(painter, QRectF(inner.left(), y, inner.width(), kLines * m.h), baseline);
    y += kLines * m.h + 2 * m.u;
  }
  if (reach_ <= 0) {  // nothing stands on a scale
    if (estimated_) line(y, {{tr("≈ told from other requests of that tier"), Tone::Text3}}, Qt::AlignLeft);
    if (!rests_on_.isEmpty()) line(estimated_ ? y + m.h : y, {{rests_on_, Tone::Text3}}, Qt::AlignLeft);
    return;
  }
  if (!rests_on_.isEmpty()) line(y + m.h, {{rests_on_, Tone::Text3}}, Qt::AlignLeft);
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
  const auto line = [&](int at) { return QRectF(box.left(), box.top() + at * m.h, box.width(), m.h); };
  drawLine(painter, line(0), inked({{words(baseline.name), Tone::Text, true}}), body, theme, Qt::AlignLeft);
  drawLine(painter, line(0), inked({{costOf(baseline), Tone::Text2}}), small, theme, Qt::AlignRight);
  drawLine(painter, line(1), inked(savingOf(baseline)), small, theme, Qt::AlignLeft);
  drawLine(painter, line(1), inked({{nWords(baseline), Tone::Text2}}), small, theme, Qt::AlignRight);
  const domain::Estimate& diff = baseline.correct_diff;
  if (diff.n == 0) {
    drawLine(painter, line(2), inked({{correctWords(baseline), Tone::Text3}}), small, theme, Qt::AlignLeft);
    return;
  }
  drawLine(painter, line(2), inked({{tr("correct"), Tone::Text2}}), small, theme, Qt::AlignLeft);
  paintWhisker(painter, line(2), diff);
  drawLine(painter, line(2), inked({{format::number(diff.value * 100, 1, QLocale(), true), Tone::Text}}), small, theme, Qt::AlignRight);
}

void BaselinesPanel::paintWhisker(QPainter& painter, const QRectF& line, const domain::Estimate& diff) {
  const Theme& theme = themeOf(this);
  const Metrics m = metricsOf(this);
  const auto x = [&](double part) {
    return line.left() + line.width() * (kScaleFrom + (kScaleTo - kScaleFrom) * (std::clamp(part, -reach_, reach_) + reach_) / (2 * reach_));
  };
  const QColor ink = stale_ ? theme.stale : theme.ink;
  painter.fillRect(QRectF(x(0), line.top() - m.u, 1, m.h + m.u), theme.edge);
  painter.setRenderHint(QPainter::Antialiasing);
  const double middle = line.center().y();
  painter.setPen(QPen(ink, 1.3));
  painter.drawLine(QPointF(x(diff.lo), middle), QPointF(x(diff.hi), middle));
  for (const double end : {diff.lo, diff.hi}) painter.drawLine(QPointF(x(end), middle - m.u), QPointF(x(end), middle + m.u));
  painter.setPen(Qt::NoPen);
  painter.setBrush(ink);
  painter.drawEllipse(QPointF(x(diff.value), middle), m.px(3.5), m.px(3.5));
  painter.setRenderHint(QPainter::Antialiasing, false);
}

}  // namespace signalbox::ui
