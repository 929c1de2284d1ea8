// SPDX-License-Identifier: GPL-3.0-only
// The line at the window's foot: left what this view rests on, right what the router reports. Parts are split by hairlines.
#pragma once
#include <QStringList>
#include <QWidget>

namespace signalbox::ui {

class StatusLine : public QWidget {
  Q_OBJECT
 public:
  explicit StatusLine(QWidget* parent = nullptr);

  void setView(const QStringList& parts);    // of the page
  void setRouter(const QStringList& parts);  // journal lag, dropped, memory, revision
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void tell();
  QStringList view_, router_;
};

}  // namespace signalbox::ui
