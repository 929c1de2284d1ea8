// SPDX-License-Identifier: GPL-3.0-only
// Asks for a router to attach to: name, address and token, and tests the way before it is taken. The token stays in memory for
// this run. GUI thread.
#pragma once
#include <QDialog>
#include <memory>

#include "bridge/remote_client.h"
#include "theme/theme.h"

class QCheckBox;
class QLineEdit;
class QPushButton;

namespace signalbox::ui {

class ToneLabel;

class AttachDialog : public QDialog {
  Q_OBJECT
 public:
  explicit AttachDialog(const QUrl& url = {}, QWidget* parent = nullptr);
  [[nodiscard]] RemoteAddress address() const;
  [[nodiscard]] QString name() const;
  [[nodiscard]] bool keepsToken() const;  // in the keyring; else for this run only

 private:
  [[nodiscard]] QLayout* buildButtons();
  void say(Tone tone, const QString& words);
  void check();
  void test();
  void showTest();
  void endTrial();
  QLineEdit *name_, *url_, *token_;
  QCheckBox *keep_, *plain_;
  ToneLabel* result_;
  QPushButton *test_, *attach_;
  std::unique_ptr<RemoteClient> trial_;
};

}  // namespace signalbox::ui
