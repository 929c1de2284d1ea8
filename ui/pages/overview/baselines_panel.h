// SPDX-License-Identifier: GPL-3.0-only
// What the same requests would have cost, and how often been right, under four named alternatives: dot and whisker on one scale
// for the difference in correct answers. GUI thread.
#pragma once
#include <optional>
#include <vector>

#include "domain/metrics.h"
#include "theme/text_run.h"
#include "widgets/dock_content.h"

namespace signalbox::ui {

class BaselinesPanel : public DockContent {
  Q_OBJECT
 public:
  explicit BaselinesPanel(QWidget* parent = nullptr);
  void setBaselines(std::vector<domain::Baseline> baselines, bool known);
  void setInRange(std::int64_t requests);  // of which the newest are compared
  void setStale(bool stale);
  [[nodiscard]] QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void paintRow(QPainter& painter, const QRectF& box, const domain::Baseline& baseline);
  void paintWhisker(QPainter& painter, const QRectF& line, const domain::Estimate& diff);
  [[nodiscard]] TextLine inked(TextLine line) const;
  void describe();
  void sayCount();
  std::vector<domain::Baseline> baselines_;
  std::int64_t n_ = 0, in_range_ = 0;
  QString rests_on_;
  bool known_ = false;
  bool estimated_ = false;
  bool stale_ = false;
  double reach_ = 0;  // the scale runs from −reach to +reach; 0 = there is nothing to show on it
};

}  // namespace signalbox::ui
