// SPDX-License-Identifier: GPL-3.0-only
// The title bar of a dock: name bold, then a note, then small tools at the end. Also heads the parts within a dock.
#pragma once
#include <QWidget>

class QHBoxLayout;
class QToolButton;

namespace signalbox::ui {

class ToneLabel;

class DockTitle : public QWidget {
  Q_OBJECT
 public:
  explicit DockTitle(const QString& title, QWidget* parent = nullptr);

  void setTitle(const QString& title);
  void setNote(const QString& note);
  QToolButton* addTool(const QString& icon, const QString& name);

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  QHBoxLayout* row_;
  ToneLabel* title_;
  ToneLabel* note_;
};

}  // namespace signalbox::ui
