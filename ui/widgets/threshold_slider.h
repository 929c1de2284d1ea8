// SPDX-License-Identifier: GPL-3.0-only
// One threshold of a policy, as a drawing one can drag: name, live value, spin box and reset; the histogram of the scores it
// cuts; the track in the colours of the tiers on either side; the live marker; the handle, orange once moved; the coverage
// strip; two lines of consequences. It only ever says what was proposed; nothing is sent from here. GUI thread.
#pragma once
#include <QPixmap>
#include <QWidget>
#include <optional>
#include <vector>

#include "theme/tier_key.h"

class QDoubleSpinBox;
class QHBoxLayout;
class QToolButton;

namespace signalbox::ui {

struct ThresholdSetup {
  QString id;        // the field of the policy, e.g. gate.mid.escalate-below; also part of object names
  QString name;      // "Boundary local | mid", "Gate local"
  QString cuts;      // "complexity", "top-class, escalate below"
  double minimum = 0, maximum = 1;
  double step = 0.001;
  TierKey below;     // track left of the handle: for a gate the next tier, above it its own
  TierKey above;
  std::vector<double> ticks{};  // empty = four round ones
};

// What is known of the requests at one threshold; the four add up to 1.
struct CoverageShares {
  double observed = 0, other = 0, imputed = 0, unknown = 0;
};

class ThresholdTrack;
class ToneLabel;

class ThresholdSlider : public QWidget {
  Q_OBJECT
 public:
  explicit ThresholdSlider(QWidget* parent = nullptr);

  void setSetup(const ThresholdSetup& setup);
  [[nodiscard]] const ThresholdSetup& setup() const { return setup_; }
  void setLive(double value);               // what the router runs
  void setProposed(double value);           // without a signal; the draft was changed elsewhere
  [[nodiscard]] double live() const { return live_; }
  [[nodiscard]] double proposed() const { return proposed_; }
  [[nodiscard]] bool isMoved() const;
  void setHistogram(std::vector<double> bins);             // counts over [minimum, maximum]; empty = none yet
  void setCoverage(std::vector<CoverageShares> coverage);  // evenly spaced over [minimum, maximum]; empty = no strip
  void setConsequences(const QString& first, const QString& second);  // "6,040 requests move from mid to local"
  void setReadOnly(bool readOnly, const QString& why = {});
  void proposeFromOutside(double value);    // as if a hand had moved it: assistive technology
  void setSuffixWidget(QWidget* widget);    // room at the end of the first line, rarely used

 Q_SIGNALS:
  void moved(double value);      // while the hand is on it, and with every key
  void committed(double value);  // the hand was lifted, Enter was pressed, a key was let go

 public Q_SLOTS:
  void resetToLive();

 protected:
  bool event(QEvent* event) override;

 private:
  friend class ThresholdTrack;
  void propose(double value, bool commit);
  void showValue();
  void dressSpin();

  ThresholdSetup setup_;
  double live_ = 0, proposed_ = 0;
  bool readOnly_ = false;
  std::vector<double> bins_;
  std::vector<CoverageShares> coverage_;
  ToneLabel* name_ = nullptr;
  ToneLabel* cuts_ = nullptr;
  ToneLabel* liveText_ = nullptr;
  ToneLabel* first_ = nullptr;
  ToneLabel* second_ = nullptr;
  QHBoxLayout* head_ = nullptr;
  ThresholdTrack* track_ = nullptr;
  QDoubleSpinBox* spin_ = nullptr;
  QToolButton* reset_ = nullptr;
  bool showing_ = false;
};

}  // namespace signalbox::ui
