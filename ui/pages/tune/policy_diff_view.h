// SPDX-License-Identifier: GPL-3.0-only
// Two texts compared line by line: what went in red with a minus, what came in green with a plus. Read-only. GUI thread.
#pragma once
#include <QPlainTextEdit>
#include <vector>

#include "models/policy_text.h"

namespace signalbox::ui {

class PolicyDiffView : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit PolicyDiffView(QWidget* parent = nullptr);
  void setTexts(const QString& before, const QString& after);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void draw();
  std::vector<LineChange> lines_;
};

}  // namespace signalbox::ui
