// SPDX-License-Identifier: GPL-3.0-only
// The state of the link as the context bar says it: a mark, a word, a detail. Pure.
#pragma once
#include <QString>
#include <optional>

#include "bridge/router_link.h"
#include "theme/cells.h"

namespace signalbox::ui {

struct LinkFacts {
  LinkState link;
  bool paused = false;          // the router of this computer sends everything to the last tier
  std::optional<double> event;  // seconds since the last event
  double heard = 0;             // seconds since anything came
};

struct LinkWords {
  StateMark mark = StateMark::None;
  QString state, detail;
};

[[nodiscard]] LinkWords linkWords(const LinkFacts& facts);

}  // namespace signalbox::ui
