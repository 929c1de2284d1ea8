// SPDX-License-Identifier: GPL-3.0-only
// All colours of the console as one value, light or dark. Copied freely; never changed after it was made. Widgets ask
// `themeOf(this)` when they paint and never keep a colour.
#pragma once
#include <QColor>
#include <QPalette>

#include "theme/tier_key.h"

class QWidget;

namespace signalbox::ui {

// How a tier is drawn. `number` > 0 stands inside a diamond when several tiers lie between the first and the last.
struct TierLook {
  TierShape shape = TierShape::None;
  int number = 0;
  QColor fill;
  QColor text;
};

// What a piece of text or a glyph means; the theme gives the colour.
enum class Tone { Text, Text2, Text3, Disabled, Accent, Ok, Warn, Bad, Info, Draft, Stale };

struct Theme {
  bool dark = false;
  bool highContrast = false;

  QColor window, base, alt, rail, head, hover, face;  // surfaces; face = a button's
  QColor line, edge, grid;
  QColor text, text2, text3, disabled;
  QColor accent, onAccent, select, focus;
  QColor ok, okFill, warn, warnFill, warnEdge, bad, badFill, info, infoFill;
  QColor draft, draftFill, draftText, onDraft;
  QColor ink, ink2, limit, stale, other;  // other = the coverage strip's observed-other
  double bandAlpha = 0;  // of ink, for a 95% band
  double tierAlpha = 0;  // of a tier's fill in charts

  QColor local, mid, frontier, cache, learned;
  QColor localText, midText, frontierText;

  [[nodiscard]] static Theme light();
  [[nodiscard]] static Theme darkTheme();
  [[nodiscard]] Theme inHighContrast() const;  // fills off, line = text

  [[nodiscard]] TierLook tier(const TierKey& key) const;
  [[nodiscard]] QColor tone(Tone tone) const;
  [[nodiscard]] QColor band(double factor = 1) const;      // ink, translucent
  [[nodiscard]] QColor tierFill(const TierKey& key) const; // translucent as charts need it

  [[nodiscard]] QPalette palette() const;      // of the application
  [[nodiscard]] QPalette viewPalette() const;  // of QAbstractItemView: selection is `select`, text unchanged
};

// The theme of the style a widget is drawn with; light or dark by its palette where another style is in charge.
[[nodiscard]] const Theme& themeOf(const QWidget* widget);

}  // namespace signalbox::ui
