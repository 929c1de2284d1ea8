// SPDX-License-Identifier: GPL-3.0-only
// The way of one request as a track diagram: a rail per tier, the dearest on top, time from left to right, a signal post at
// every gate. A plain value in; GUI thread.
#pragma once
#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

namespace signalbox::ui {

struct WayAttempt {
  enum class Role { Serve, Retry, Hedge, Shadow, Probe, Judge };
  int tier = 0;                    // place in Way::tiers
  Role role = Role::Serve;
  double startMs = 0, endMs = 0;   // since the request came
  std::optional<double> firstTokenMs{};
  QString caption{};               // "llama-3-8b · 212 ms · $0.0000869"
  bool failed = false;
};

struct WayGate {
  enum class Verdict { Kept, Review, Escalated, Failed, Ungated };
  int tier = 0;
  double atMs = 0;
  Verdict verdict = Verdict::Kept;
  QString found;                   // "0.64 < 0.82", or "0.91" with `rule`
  QString rule{};                  // "≥ 0.70"
};

struct Way {
  enum class Siding { None, Cache, Learned };
  enum class End { Answered, Failed, Cancelled };
  std::vector<QString> tiers{};    // in order of escalation
  std::vector<WayAttempt> attempts{};
  std::vector<WayGate> gates{};
  Siding siding = Siding::None;    // answered before the first tier
  QString sidingCaption{};         // "semantic 0.96"
  End end = End::Answered;
  double totalMs = 0;
};

class WayView : public QWidget {
  Q_OBJECT
 public:
  explicit WayView(QWidget* parent = nullptr);

  void setWay(Way way);
  void clear();
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void describe();
  std::optional<Way> way_;
};

}  // namespace signalbox::ui
