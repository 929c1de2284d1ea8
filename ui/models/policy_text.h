// SPDX-License-Identifier: GPL-3.0-only
// A policy document as YAML that people read and edit, in one fixed order and layout, so that two documents can be compared line
// by line. What is written here reads back as the same document. Pure.
#pragma once
#include <QString>
#include <vector>

#include "base/json.h"

namespace signalbox::ui {

[[nodiscard]] QString policyText(const Json& policy);

struct LineChange {
  enum class Kind { Same, Removed, Added };
  Kind kind = Kind::Same;
  int number = 0;  // in the text it is from: for Same and Added the new one
  QString text;
  friend bool operator==(const LineChange&, const LineChange&) = default;
};
[[nodiscard]] std::vector<LineChange> diffLines(const QString& before, const QString& after);

}  // namespace signalbox::ui
