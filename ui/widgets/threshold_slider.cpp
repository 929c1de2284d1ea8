// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/threshold_slider.h"

#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "theme/format.h"
#include "theme/icons.h"
#include "widgets/threshold_track.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {
namespace {

// Turning the wheel over a field on the way down a page must change nothing.
class CalmSpinBox : public QDoubleSpinBox {
 public:
  explicit CalmSpinBox(QWidget* parent) : QDoubleSpinBox(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setKeyboardTracking(false);
    setAlignment(Qt::AlignRight);
  }

 protected:
  void wheelEvent(QWheelEvent* event) override { hasFocus() ? QDoubleSpinBox::wheelEvent(event) : event->ignore(); }
};

}  // namespace

ThresholdSlider::ThresholdSlider(QWidget* parent)
    : QWidget(parent), name_(new ToneLabel({}, Tone::Text, Type::Heading)), cuts_(new ToneLabel({}, Tone::Text3, Type::Secondary)),
      liveText_(new ToneLabel({}, Tone::Text2, Type::Secondary)), first_(new ToneLabel({}, Tone::Text, Type::Secondary)),
      second_(new ToneLabel({}, Tone::Text2, Type::Secondary)), head_(new QHBoxLayout), track_(new ThresholdTrack(*this)),
      spin_(new CalmSpinBox(this)), reset_(new QToolButton(this)) {
  const Metrics m = metricsOf(this);
  reset_->setIcon(icon(QStringLiteral("revert")));
  reset_->setAutoRaise(true);
  reset_->setToolTip(tr("Back to the live value"));
  reset_->setAccessibleName(reset_->toolTip());
  spin_->setDecimals(3);
  cuts_->setEliding(true);
  for (ToneLabel* line : {first_, second_}) line->setEliding(true);

  head_->setSpacing(3 * m.u / 2);
  head_->addWidget(name_);
  head_->addWidget(cuts_, 1);
  head_->addWidget(liveText_);
  head_->addWidget(spin_);
  head_->addWidget(reset_);
  head_->setContentsMargins(3 * m.u, 0, 2 * m.u, 0);

  auto* words = new QVBoxLayout;
  words->setContentsMargins(6 * m.u, 0, 3 * m.u, 0);
  words->setSpacing(0);
  words->addWidget(first_);
  words->addWidget(second_);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 5 * m.u / 4, 0, 5 * m.u / 4);
  column->setSpacing(m.u / 2);
  column->addLayout(head_);
  auto* middle = new QHBoxLayout;
  middle->setContentsMargins(3 * m.u, 0, 3 * m.u, 0);
  middle->addWidget(track_);
  column->addLayout(middle);
  column->addLayout(words);

  connect(spin_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
    if (!showing_) propose(value, true);
  });
  connect(reset_, &QToolButton::clicked, this, &ThresholdSlider::resetToLive);
  setFocusProxy(track_);
  setSetup({});
}

void ThresholdSlider::setSetup(const ThresholdSetup& setup) {
  setup_ = setup;
  name_->setText(setup.name);
  cuts_->setText(setup.cuts);
  showing_ = true;
  spin_->setRange(setup.minimum, setup.maximum);
  spin_->setSingleStep(setup.step);
  showing_ = false;
  spin_->setObjectName(QStringLiteral("threshold.spin.") + setup.id);
  track_->setObjectName(QStringLiteral("threshold.track.") + setup.id);
  reset_->setObjectName(QStringLiteral("threshold.reset.") + setup.id);
  spin_->setAccessibleName(setup.name);
  track_->setAccessibleName(setup.name + QStringLiteral(", ") + setup.cuts);
  showValue();
}

void ThresholdSlider::setLive(double value) {
  live_ = value;
  showValue();
}

void ThresholdSlider::setProposed(double value) {
  proposed_ = std::clamp(value, setup_.minimum, setup_.maximum);
  showValue();
}

bool ThresholdSlider::isMoved() const { return std::abs(proposed_ - live_) > setup_.step / 2; }

void ThresholdSlider::setHistogram(std::vector<double> bins) {
  bins_ = std::move(bins);
  track_->update();
}

void ThresholdSlider::setCoverage(std::vector<CoverageShares> coverage) {
  coverage_ = std::move(coverage);
  track_->updateGeometry();
  track_->update();
}

void ThresholdSlider::setConsequences(const QString& first, const QString& second) {
  first_->setText(first);
  second_->setText(second);
}

void ThresholdSlider::setReadOnly(bool readOnly, const QString& why) {
  readOnly_ = readOnly;
  spin_->setEnabled(!readOnly);
  track_->setEnabled(!readOnly);
  setToolTip(readOnly ? why : QString());
  showValue();
}

void ThresholdSlider::setSuffixWidget(QWidget* widget) { head_->addWidget(widget); }

void ThresholdSlider::proposeFromOutside(double value) {
  if (!readOnly_) propose(value, true);
}

void ThresholdSlider::resetToLive() {
  if (!readOnly_ && isMoved()) propose(live_, true);
}

void ThresholdSlider::propose(double value, bool commit) {
  const double steps = std::round((value - setup_.minimum) / setup_.step);
  double next = std::clamp(setup_.minimum + steps * setup_.step, setup_.minimum, setup_.maximum);
  if (std::abs(next - live_) < setup_.step / 2) next = live_;
  const bool changed = next != proposed_;
  proposed_ = next;
  showValue();
  if (changed) Q_EMIT moved(proposed_);
  if (commit && (changed || !showing_)) Q_EMIT committed(proposed_);
}

void ThresholdSlider::showValue() {
  showing_ = true;
  spin_->setValue(proposed_);
  showing_ = false;
  liveText_->setText(tr("live %1").arg(format::editableScore(live_, locale())));
  reset_->setEnabled(isMoved() && !readOnly_);
  track_->setAccessibleDescription(tr("proposed %1, live %2").arg(format::editableScore(proposed_, locale()), format::editableScore(live_, locale())));
  dressSpin();
  track_->update();
}

void ThresholdSlider::dressSpin() {
  const QString kind = isMoved() ? QStringLiteral("proposal") : QString();
  if (spin_->property("kind").toString() == kind && spin_->property("dressed").toBool()) return;
  spin_->setProperty("kind", kind);
  spin_->setProperty("dressed", true);
  QPalette p;
  if (isMoved()) p.setColor(QPalette::Active, QPalette::Text, themeOf(this).draftText), p.setColor(QPalette::Inactive, QPalette::Text, themeOf(this).draftText);
  spin_->setPalette(p);
  spin_->setFont(typeFont(Type::Body, isMoved()));
  spin_->update();
}

bool ThresholdSlider::event(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange || event->type() == QEvent::ApplicationFontChange) {
    spin_->setProperty("dressed", false);
    dressSpin();
  }
  return QWidget::event(event);
}

}  // namespace signalbox::ui
