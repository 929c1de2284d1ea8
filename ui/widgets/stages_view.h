// SPDX-License-Identifier: GPL-3.0-only
// How far a change of policy has come, as a line of stations: done, now, to come; shares and shadow as cross-ties between.
#pragma once
#include <QWidget>
#include <vector>

namespace signalbox::ui {

struct Stage {
  enum class State { Done, Now, ToCome };
  QString name;       // "Canary 25%"
  QString note{};     // "since 14:10"
  State state = State::ToCome;
  QString share{};    // in the orange square: "25"
  struct Tie {
    double at = 0.5;  // of the way to the next station
    QString text;
  };
  std::vector<Tie> ties{};
};

class StagesView : public QWidget {
  Q_OBJECT
 public:
  explicit StagesView(QWidget* parent = nullptr);
  void setStages(std::vector<Stage> stages);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<Stage> stages_;
};

}  // namespace signalbox::ui
