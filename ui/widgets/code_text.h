// SPDX-License-Identifier: GPL-3.0-only
// Text in the fixed font with the line of the diff beside it: policies, snippets, headers. Never wraps. GUI thread.
#pragma once
#include <QPlainTextEdit>

namespace signalbox::ui {

class CodeText : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit CodeText(QWidget* parent = nullptr);
  CodeText(const QString& text, QWidget* parent);

  void setPadding(int pixels);
  [[nodiscard]] int heightOfLines(int lines) const;  // with the padding and the scroll bar that a long line needs

 protected:
  bool event(QEvent* event) override;

 private:
  void dress();
};

}  // namespace signalbox::ui
