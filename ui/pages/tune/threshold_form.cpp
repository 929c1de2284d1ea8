// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/threshold_form.h"

#include <QVBoxLayout>

#include "pages/common/page_helpers.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kBins = 80;

QString text(const std::string& word) { return QString::fromStdString(word); }

QString cutsWords(const Threshold& threshold) {
  switch (threshold.kind) {
    case Threshold::Kind::Boundary: return ThresholdForm::tr("complexity");
    case Threshold::Kind::EscalateBelow:
    case Threshold::Kind::TrustAbove: return text(threshold.signal);
  }
  return {};
}

QString consequence(const Threshold& threshold, std::size_t moving) {
  const bool up = threshold.live && threshold.proposed > *threshold.live;
  const QString n = format::count(static_cast<qint64>(moving));
  switch (threshold.kind) {
    case Threshold::Kind::Boundary:
      return up ? ThresholdForm::tr("%1 would start at %2 instead of %3").arg(n, text(threshold.tier), text(threshold.next))
                : ThresholdForm::tr("%1 would start at %2 instead of %3").arg(n, text(threshold.next), text(threshold.tier));
    case Threshold::Kind::EscalateBelow:
      return up ? ThresholdForm::tr("%1 more would go up from %2").arg(n, text(threshold.tier))
                : ThresholdForm::tr("%1 more would stay at %2").arg(n, text(threshold.tier));
    case Threshold::Kind::TrustAbove:
      return up ? ThresholdForm::tr("%1 more would be reviewed").arg(n) : ThresholdForm::tr("%1 fewer would be reviewed").arg(n);
  }
  return {};
}
}  // namespace

ThresholdForm::ThresholdForm(PolicyDraft& draft, QWidget* parent) : QScrollArea(parent), draft_(draft) {
  setObjectName(QStringLiteral("thresholdForm"));
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  auto* body = new Surface(this);
  const Metrics m = metricsOf(this);
  column_ = new QVBoxLayout(body);
  column_->setContentsMargins(0, m.u, 0, m.panelPadding());
  column_->setSpacing(m.u);
  setWidget(body);
  connect(&draft_, &PolicyDraft::changed, this, &ThresholdForm::follow);
}

void ThresholdForm::setTiers(std::vector<std::string> tiers) {
  if (tiers_ == tiers) return;
  tiers_ = std::move(tiers);
  follow();
}

void ThresholdForm::setSample(std::optional<ScoreSample> sample) {
  sample_ = std::move(sample);
  follow();
}

void ThresholdForm::setReadOnly(bool read_only, const QString& why) {
  read_only_ = read_only;
  why_ = why;
  for (const auto& [pointer, slider] : sliders_) slider->setReadOnly(read_only_, why_);
}

void ThresholdForm::follow() {
  const std::vector<Threshold> thresholds = draft_.thresholds();
  bool same = thresholds.size() == sliders_.size();
  for (const Threshold& threshold : thresholds) same = same && sliders_.contains(threshold.pointer);
  if (!same) rebuild(thresholds);
  for (const Threshold& threshold : thresholds) fill(*sliders_.at(threshold.pointer), threshold);
}

void ThresholdForm::rebuild(const std::vector<Threshold>& thresholds) {
  sliders_.clear();
  while (QLayoutItem* item = column_->takeAt(0)) {
    if (item->widget()) item->widget()->deleteLater();
    delete item;
  }
  std::string workload;
  for (const Threshold& threshold : thresholds) {
    if (sliders_.empty() || threshold.workload != workload) {
      workload = threshold.workload;
      auto* heading = new ToneLabel(text(workload), Tone::Text, Type::SectionTitle, widget());
      heading->setBold(true);
      heading->setContentsMargins(metricsOf(this).panelPadding(), metricsOf(this).u, 0, 0);
      column_->addWidget(heading);
    }
    auto* slider = new ThresholdSlider(widget());
    slider->setObjectName(QStringLiteral("slider ") + text(threshold.pointer));
    slider->setReadOnly(read_only_, why_);
    connect(slider, &ThresholdSlider::moved, this, [this, pointer = threshold.pointer](double value) {
      draft_.setNumber(pointer, value);
    });
    column_->addWidget(slider);
    sliders_[threshold.pointer] = slider;
  }
  if (thresholds.empty() && !draft_.isEmpty()) {
    column_->addWidget(new ToneLabel(tr("This policy has no boundaries and no gates. The text has all of it."), Tone::Text2,
                                     Type::Body, widget()));
  }
  column_->addStretch(1);
}

void ThresholdForm::fill(ThresholdSlider& slider, const Threshold& threshold) {
  if (slider.setup().id != text(threshold.pointer) || slider.setup().name != threshold.name()) {
    ThresholdSetup setup;
    setup.id = text(threshold.pointer);
    setup.name = threshold.name();
    setup.cuts = cutsWords(threshold);
    const TierKey own = tierKey(tiers_, threshold.tier), next = tierKey(tiers_, threshold.next);
    // Right of a boundary is dearer; right of a gate the answer is kept, and left of trust it is kept to be looked at.
    using Kind = Threshold::Kind;
    setup.below = threshold.kind == Kind::Boundary ? own : threshold.kind == Kind::EscalateBelow ? next : TierKey{};
    setup.above = threshold.kind == Kind::Boundary ? next : own;
    slider.setSetup(setup);
  }
  slider.setLive(threshold.live.value_or(threshold.proposed));
  if (slider.proposed() != threshold.proposed) slider.setProposed(threshold.proposed);
  sayWhatMoves(slider, threshold);
}

// Each number with what it was counted in; none where the scores that it would be counted in are not all there.
void ThresholdForm::sayWhatMoves(ThresholdSlider& slider, const Threshold& threshold) {
  if (!sample_) {
    slider.setHistogram({});
    return slider.setConsequences(tr("Asking for the latest requests…"), {});
  }
  slider.setHistogram(sample_->histogram(threshold, kBins));
  const QString of = format::count(static_cast<qint64>(sample_->size()));
  if (threshold.kind != Threshold::Kind::Boundary && !sample_->isWhole()) {
    return slider.setConsequences(tr("Not known: the scores of requests that went up are not in the latest %1 requests.").arg(of), {});
  }
  const std::size_t known = sample_->known(threshold);
  if (known == 0) return slider.setConsequences(tr("No score of this kind among the latest %1 requests.").arg(of), {});
  const QString n = format::count(static_cast<qint64>(known));
  if (!threshold.isMoved()) return slider.setConsequences(tr("unchanged"), tr("%1 scores in the latest %2 requests").arg(n, of));
  if (!threshold.live) return slider.setConsequences(tr("new"), tr("%1 scores in the latest %2 requests").arg(n, of));
  slider.setConsequences(consequence(threshold, sample_->moving(threshold)), tr("of %1 scores in the latest %2 requests").arg(n, of));
}

}  // namespace signalbox::ui
