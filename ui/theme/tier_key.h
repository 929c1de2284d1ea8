// SPDX-License-Identifier: GPL-3.0-only
// Names a tier for drawing, without a colour: who answered (a tier of the ladder, the cache, the learned tier 0) and its
// place among how many. The theme turns it into glyph and colours when it is painted.
#pragma once
#include <QMetaType>

namespace signalbox::ui {

enum class TierKind { Ladder, Cache, Learned, None };

struct TierKey {
  TierKind kind = TierKind::None;
  int index = 0;  // 0 = the cheapest
  int count = 1;  // how many tiers the ladder has

  [[nodiscard]] static TierKey ladder(int index, int count) { return {TierKind::Ladder, index, count}; }
  [[nodiscard]] static TierKey cache() { return {TierKind::Cache, 0, 1}; }
  [[nodiscard]] static TierKey learned() { return {TierKind::Learned, 0, 1}; }
  friend bool operator==(const TierKey&, const TierKey&) = default;
};

enum class TierShape { None, Disc, Diamond, Triangle, Ring, RingDot };

}  // namespace signalbox::ui

Q_DECLARE_METATYPE(signalbox::ui::TierKey)
