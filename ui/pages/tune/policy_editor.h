// SPDX-License-Identifier: GPL-3.0-only
// The draft as text. What is typed is checked by the router while typing; what it accepts becomes the draft, what it does not is
// marked with line and column and leaves the draft as it was. GUI thread.
#pragma once
#include <QPlainTextEdit>
#include <QTimer>

#include "bridge/console_client.h"
#include "models/policy_draft.h"

namespace signalbox::ui {

class ToneLabel;

class PolicyEditor : public QWidget {
  Q_OBJECT
 public:
  PolicyEditor(ConsoleClient& client, PolicyDraft& draft, QWidget* parent = nullptr);
  void setReadOnly(bool read_only);
  [[nodiscard]] bool hasErrors() const { return errors_; }  // the text says something that the draft does not

 Q_SIGNALS:
  void checked();

 private:
  void follow();
  void check();
  void show(const control::PolicyCheck& check);
  ConsoleClient& client_;
  PolicyDraft& draft_;
  Asker asker_;
  QTimer wait_;
  QPlainTextEdit* text_;
  ToneLabel* verdict_;
  bool errors_ = false, mine_ = false, typed_ = false;
};

}  // namespace signalbox::ui
