// SPDX-License-Identifier: GPL-3.0-only
// What a model puts under kCellRole so that CellDelegate draws more than text. A model gives plain text under DisplayRole as
// well: it is what copying, exports and screen readers get. QtGui only.
#pragma once
#include <QMetaType>
#include <QString>
#include <optional>
#include <vector>

#include "theme/text_run.h"

namespace signalbox::ui {

inline constexpr int kCellRole = 0x0100 + 64;  // Qt::UserRole + 64

enum class BadgeTone { Neutral, Ok, Warn, Bad, Info, Draft };
enum class StateMark { None, Ok, Warn, Bad, Stale, Info, Draft, NotPermitted, NoData };

// `● local`, or an escalated way `● → ◆ mid`: the first and the last tier of a request.
struct WayCell {
  TierKey start;
  TierKey final;
  QString name;  // of the final one
};
// A rail with boundary ticks and a black mark, then the number. Without a score: `text` in text3.
struct ComplexityCell {
  std::optional<double> score;
  std::vector<double> boundaries;
  QString text;
};
// A bar with the gate as a tick; below the gate in the colour of a warning.
struct ConfidenceCell {
  std::optional<double> confidence;
  std::optional<double> gate;
  QString text;
};
// One badge, then text. `icon` names one of ours or is empty.
struct BadgeCell {
  BadgeTone tone = BadgeTone::Neutral;
  QString badge;
  QString icon;
  QString text;
};
// A state's glyph, alone or before text.
struct StateCell {
  StateMark mark = StateMark::None;
  QString text;
};
// Text in the fixed font: times with milliseconds, ids, addresses. Ids and URLs elide in the middle.
struct MonoCell {
  QString text;
  bool elideMiddle = false;
};
// A filled bar of `share` (0..1) before a number: ECE, spend.
struct BarCell {
  double share = 0;
  bool warn = false;
  QString text;
};
// Text that can be clicked: CellDelegate reports the click as linkActivated.
struct LinkCell {
  std::vector<QString> links;
};
// Dot and whisker on a common scale: a difference with its interval.
struct WhiskerCell {
  std::optional<double> value;
  double lo = 0, hi = 0;
  double scaleMin = -1, scaleMax = 1;
  bool proposal = false;  // drawn in orange, square
};

}  // namespace signalbox::ui

Q_DECLARE_METATYPE(signalbox::ui::WayCell)
Q_DECLARE_METATYPE(signalbox::ui::ComplexityCell)
Q_DECLARE_METATYPE(signalbox::ui::ConfidenceCell)
Q_DECLARE_METATYPE(signalbox::ui::BadgeCell)
Q_DECLARE_METATYPE(signalbox::ui::StateCell)
Q_DECLARE_METATYPE(signalbox::ui::MonoCell)
Q_DECLARE_METATYPE(signalbox::ui::BarCell)
Q_DECLARE_METATYPE(signalbox::ui::LinkCell)
Q_DECLARE_METATYPE(signalbox::ui::WhiskerCell)
