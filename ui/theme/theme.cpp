// SPDX-License-Identifier: GPL-3.0-only
#include "theme/theme.h"

#include "theme/colour.h"

namespace signalbox::ui {
namespace {

QColor rgb(QRgb value) { return QColor::fromRgb(value); }

// Between the first and the last tier the way in Lab leads through `mid`.
QColor onLadder(const QColor& first, const QColor& middle, const QColor& last, int index, int count) {
  const double share = static_cast<double>(index) / (count - 1);
  return share <= 0.5 ? mixLab(first, middle, share * 2) : mixLab(middle, last, share * 2 - 1);
}

}  // namespace

Theme Theme::light() {
  Theme t;
  t.window = rgb(0xECEEF1), t.base = rgb(0xFFFFFF), t.alt = rgb(0xF6F7F9), t.rail = rgb(0xE2E5EA), t.head = rgb(0xF1F3F5);
  t.hover = rgb(0xE4EAF2), t.face = rgb(0xFBFBFC);
  t.line = rgb(0xD5DAE0), t.edge = rgb(0x848D99), t.grid = rgb(0xE6E9ED);
  t.text = rgb(0x191E25), t.text2 = rgb(0x454E5A), t.text3 = rgb(0x5B6470), t.disabled = rgb(0x8A929D);
  t.accent = t.focus = rgb(0x0B63C4), t.onAccent = rgb(0xFFFFFF), t.select = rgb(0xD4E5F8);
  t.local = rgb(0x1A9E93), t.mid = rgb(0x2C54B5), t.frontier = rgb(0x85205A), t.cache = rgb(0x8A939F), t.learned = rgb(0x646D79);
  t.localText = rgb(0x0B6A62), t.midText = rgb(0x274AA3), t.frontierText = rgb(0x85205A);
  t.ok = rgb(0x13713F), t.okFill = rgb(0xDDF1E4), t.warn = rgb(0x765300), t.warnFill = rgb(0xFFF0B3), t.warnEdge = rgb(0xC29200);
  t.bad = rgb(0xB3211E), t.badFill = rgb(0xFBE3E1), t.info = rgb(0x0B63C4), t.infoFill = rgb(0xE1EDFA);
  t.draft = rgb(0xC2500A), t.draftFill = rgb(0xFFEBDA), t.draftText = rgb(0x8F3A05), t.onDraft = rgb(0xFFFFFF);
  t.ink = rgb(0x2A323C), t.ink2 = rgb(0x68717D), t.limit = rgb(0x5B6470), t.stale = rgb(0x7A838F), t.other = rgb(0xA9B0B9);
  t.bandAlpha = 0.13, t.tierAlpha = 0.92;
  return t;
}

Theme Theme::darkTheme() {
  Theme t;
  t.dark = true;
  t.window = rgb(0x22262B), t.base = rgb(0x17191D), t.alt = rgb(0x1C1F23), t.rail = rgb(0x1D2024), t.head = rgb(0x24282D);
  t.hover = rgb(0x2B323A), t.face = rgb(0x2A2F35);
  t.line = rgb(0x363C44), t.edge = rgb(0x79838F), t.grid = rgb(0x2A2F35);
  t.text = rgb(0xE8EBEE), t.text2 = rgb(0xBEC5CD), t.text3 = rgb(0xA0A9B3), t.disabled = rgb(0x6A727C);
  t.accent = t.focus = rgb(0x5AAEFF), t.onAccent = rgb(0x0B1520), t.select = rgb(0x1C3855);
  t.local = rgb(0x2F9C90), t.mid = rgb(0x8AA2F0), t.frontier = rgb(0xF7B3DC), t.cache = rgb(0x7A838F), t.learned = rgb(0xA3ACB7);
  t.localText = rgb(0x54BDB0), t.midText = rgb(0xA6B8F6), t.frontierText = rgb(0xF7B9DF);
  t.ok = rgb(0x62C98A), t.okFill = rgb(0x173524), t.warn = rgb(0xF1B84B), t.warnFill = rgb(0x3A2D10), t.warnEdge = rgb(0xC98F1E);
  t.bad = rgb(0xFF8B82), t.badFill = rgb(0x451F1D), t.info = rgb(0x5AAEFF), t.infoFill = rgb(0x16304B);
  t.draft = rgb(0xFF9A52), t.draftFill = rgb(0x43291A), t.draftText = rgb(0xFFB27D), t.onDraft = rgb(0x1A0D04);
  t.ink = rgb(0xDDE2E7), t.ink2 = rgb(0x8F99A5), t.limit = rgb(0x98A1AC), t.stale = rgb(0x7F8893), t.other = rgb(0x59616B);
  t.bandAlpha = 0.15, t.tierAlpha = 0.72;
  return t;
}

Theme Theme::inHighContrast() const {
  Theme t = *this;
  t.highContrast = true;
  t.base = t.alt = t.rail = t.head = t.face = t.window = dark ? rgb(0x000000) : rgb(0xFFFFFF);
  t.okFill = t.warnFill = t.badFill = t.infoFill = t.draftFill = t.base;
  t.text = t.text2 = t.text3 = dark ? rgb(0xFFFFFF) : rgb(0x000000);
  t.line = t.edge = t.text;
  t.warnEdge = t.warn;
  return t;
}

TierLook Theme::tier(const TierKey& key) const {
  switch (key.kind) {
    case TierKind::Cache: return {TierShape::Ring, 0, cache, text2};
    case TierKind::Learned: return {TierShape::RingDot, 0, learned, text2};
    case TierKind::None: return {TierShape::None, 0, text3, text3};
    case TierKind::Ladder: break;
  }
  if (key.index <= 0) return {TierShape::Disc, 0, local, localText};
  if (key.index >= key.count - 1) return {TierShape::Triangle, 0, frontier, frontierText};
  if (key.count == 3) return {TierShape::Diamond, 0, mid, midText};
  return {TierShape::Diamond, key.index, onLadder(local, mid, frontier, key.index, key.count),
          onLadder(localText, midText, frontierText, key.index, key.count)};
}

QColor Theme::tone(Tone tone) const {
  switch (tone) {
    case Tone::Text: return text;
    case Tone::Text2: return text2;
    case Tone::Text3: return text3;
    case Tone::Disabled: return disabled;
    case Tone::Accent: return accent;
    case Tone::Ok: return ok;
    case Tone::Warn: return warn;
    case Tone::Bad: return bad;
    case Tone::Info: return info;
    case Tone::Draft: return draftText;
    case Tone::Stale: return stale;
  }
  return text;
}

QColor Theme::band(double factor) const { return withAlpha(ink, bandAlpha * factor); }

QColor Theme::tierFill(const TierKey& key) const { return withAlpha(tier(key).fill, tierAlpha); }

QPalette Theme::palette() const {
  QPalette p;
  p.setColor(QPalette::Window, window);
  p.setColor(QPalette::Button, window);
  p.setColor(QPalette::Base, base);
  p.setColor(QPalette::AlternateBase, alt);
  p.setColor(QPalette::ToolTipBase, head);
  p.setColor(QPalette::ToolTipText, text);
  p.setColor(QPalette::PlaceholderText, text3);
  p.setColor(QPalette::Link, accent);
  p.setColor(QPalette::LinkVisited, accent);
  p.setColor(QPalette::Light, hover);
  p.setColor(QPalette::Midlight, head);
  p.setColor(QPalette::Mid, line);
  p.setColor(QPalette::Dark, edge);
  p.setColor(QPalette::Shadow, edge);
  p.setColor(QPalette::BrightText, base);
  p.setColor(QPalette::Highlight, accent);
  p.setColor(QPalette::HighlightedText, onAccent);
  for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText}) {
    p.setColor(role, text);
    p.setColor(QPalette::Disabled, role, disabled);
  }
  p.setColor(QPalette::Disabled, QPalette::Link, disabled);
  p.setColor(QPalette::Disabled, QPalette::PlaceholderText, disabled);
  p.setColor(QPalette::Disabled, QPalette::Highlight, line);
  p.setColor(QPalette::Disabled, QPalette::HighlightedText, disabled);
  return p;
}

QPalette Theme::viewPalette() const {
  QPalette p = palette();
  p.setColor(QPalette::Highlight, select);
  p.setColor(QPalette::HighlightedText, text);
  return p;
}

}  // namespace signalbox::ui
