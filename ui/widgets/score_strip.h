// SPDX-License-Identifier: GPL-3.0-only
// The complexity score against the boundaries: tier zones at 28%, boundaries as ticks, the score as a black mark.
#pragma once
#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

namespace signalbox::ui {

class ScoreStrip : public QWidget {
  Q_OBJECT
 public:
  explicit ScoreStrip(QWidget* parent = nullptr);

  // Without a score, `why` is written instead ("not scored: fixed").
  void setScore(std::optional<double> score, const QString& why = {});
  // REQUIRES: boundaries ascend and are one fewer than tiers, or empty.
  void setZones(std::vector<QString> tiers, std::vector<double> boundaries);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void describe();
  std::optional<double> score_;
  QString why_;
  std::vector<QString> tiers_;
  std::vector<double> boundaries_;
};

}  // namespace signalbox::ui
