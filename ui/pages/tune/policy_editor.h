// SPDX-License-Identifier: GPL-3.0-only
// The draft as text. What is typed is checked by the router while typing; what it accepts becomes the draft, what it does not is
// marked with line and column and leaves the draft as it was. GUI thread.
#pragma once
#include <QTimer>

#include "bridge/console_client.h"
#include "models/policy_draft.h"
#include "theme/theme.h"

class QPushButton;

namespace signalbox::ui {

class CodeText;
class ToneLabel;

class PolicyEditor : public QWidget {
  Q_OBJECT
 public:
  PolicyEditor(ConsoleClient& client, PolicyDraft& draft, QWidget* parent = nullptr);
  void setReadOnly(bool read_only);
  // Why the draft is not what the text says: it has errors, could not be checked, or is being checked; empty = it is.
  [[nodiscard]] QString objection() const;
  [[nodiscard]] QString text() const;
  void discard();                      // back to what the draft says
  void type(const QString& text);      // as if a person had typed it

 Q_SIGNALS:
  void objectionChanged();

 private:
  enum class Text { AsDraft, Typed, Checking, Unchecked, Wrong };
  void follow();
  void become(Text state);
  void check();
  void show(const control::PolicyCheck& check);
  void judge(Tone tone, const QString& words);  // empty = no verdict, and no room for one
  ConsoleClient& client_;
  PolicyDraft& draft_;
  Asker asker_;
  QTimer wait_;
  CodeText* text_;
  ToneLabel* verdict_;
  QPushButton* discard_;
  Text state_ = Text::AsDraft;
  bool mine_ = false, own_layout_ = false;
};

}  // namespace signalbox::ui
