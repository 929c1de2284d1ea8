// SPDX-License-Identifier: GPL-3.0-only
// A decision in words and as a way: what its dock shows. Codes of the router's steps are worded here, so that they can be
// translated. Pure.
#pragma once
#include <QString>
#include <vector>

#include "control/console_api.h"
#include "state/zone.h"
#include "theme/text_run.h"
#include "widgets/way_view.h"

namespace signalbox::ui {

struct ReasonLine {
  enum class Mark { Done, Up, Kept, Review, Failed, None };
  Mark mark = Mark::Done;
  QString step;    // match, classify, gate local
  TextLine what;
  QString aside;   // its time
  QString name{};  // ends the line; elided in the middle where there is no room for it
};

[[nodiscard]] Way wayOf(const control::DecisionDetail& detail);
[[nodiscard]] std::vector<ReasonLine> reasonsOf(const control::DecisionDetail& detail);
// "Thu 19 Nov 14:29:50.145 UTC · tickets · session 5c1e, turn 2 · r42"
[[nodiscard]] QString subtitleOf(const domain::Decision& decision, const Zone& zone);
[[nodiscard]] QString escalatedWords(const domain::Decision& decision);
[[nodiscard]] QString gradeWords(const domain::Decision& decision);

}  // namespace signalbox::ui
