// SPDX-License-Identifier: GPL-3.0-only
// What a person pastes into a program so that it uses this router. The token is never in it: only the name of the variable that
// holds it. Pure.
#pragma once
#include <QString>
#include <vector>

namespace signalbox::ui {

struct Snippet {
  QString name;
  QString text;
};
[[nodiscard]] std::vector<Snippet> snippetsFor(const QString& base_url);

}  // namespace signalbox::ui
