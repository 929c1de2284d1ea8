// SPDX-License-Identifier: GPL-3.0-only
// A slider for every boundary and gate of every workload of the draft. Moves the draft, never the router. GUI thread.
#pragma once
#include <QScrollArea>
#include <map>

#include "models/policy_draft.h"
#include "pages/tune/score_sample.h"
#include "widgets/threshold_slider.h"

class QVBoxLayout;

namespace signalbox::ui {

class ThresholdForm : public QScrollArea {
  Q_OBJECT
 public:
  ThresholdForm(PolicyDraft& draft, QWidget* parent = nullptr);
  void setTiers(std::vector<std::string> tiers);
  void setSample(std::optional<ScoreSample> sample);  // nullopt: not known yet
  void setReadOnly(bool read_only, const QString& why);

 private:
  void follow();
  void rebuild(const std::vector<Threshold>& thresholds);
  void fill(ThresholdSlider& slider, const Threshold& threshold);
  void sayWhatMoves(ThresholdSlider& slider, const Threshold& threshold);

  PolicyDraft& draft_;
  std::vector<std::string> tiers_;
  std::optional<ScoreSample> sample_;
  bool read_only_ = false;
  QString why_;
  QVBoxLayout* column_;
  std::map<std::string, ThresholdSlider*> sliders_;  // by pointer
};

}  // namespace signalbox::ui
