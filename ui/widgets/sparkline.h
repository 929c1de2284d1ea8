// SPDX-License-Identifier: GPL-3.0-only
// A line without axes on a scale given from outside, so that many can be compared; and the tier split as one bar.
#pragma once
#include <QWidget>
#include <optional>
#include <vector>

#include "theme/tier_key.h"
#include "widgets/sample_set.h"

namespace signalbox::ui {

class Sparkline : public QWidget {
  Q_OBJECT
 public:
  explicit Sparkline(QWidget* parent = nullptr);

  void setSamples(Samples samples, qint64 since, qint64 until);
  void setScale(double lo, double hi);           // common to a fleet
  void setStaleFrom(std::optional<qint64> from); // hatched from there on
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Samples samples_;
  qint64 since_ = 0, until_ = 1;
  double lo_ = 0, hi_ = 1;
  std::optional<qint64> staleFrom_;
};

struct TierShareOf {
  TierKey tier;
  double share = 0;
};

class TierBar : public QWidget {
  Q_OBJECT
 public:
  explicit TierBar(QWidget* parent = nullptr);
  void setShares(std::vector<TierShareOf> shares, bool stale = false);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<TierShareOf> shares_;
  bool stale_ = false;
};

}  // namespace signalbox::ui
