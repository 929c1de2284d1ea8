// SPDX-License-Identifier: GPL-3.0-only
// A label that keeps a tone of the theme and a size of type through theme and font changes.
#pragma once
#include <QLabel>
#include <optional>

#include "theme/metrics.h"
#include "theme/theme.h"

namespace signalbox::ui {

class ToneLabel : public QLabel {
  Q_OBJECT
 public:
  explicit ToneLabel(const QString& text = {}, Tone tone = Tone::Text, Type type = Type::Body, QWidget* parent = nullptr);

  void setTone(Tone tone);
  void setType(Type type);
  void setBold(bool bold);
  // Shortens the text with an ellipsis instead of asking for more width; the whole is in the tooltip then.
  void setEliding(bool eliding, Qt::TextElideMode where = Qt::ElideRight);
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void dress();
  Tone tone_;
  Type type_;
  std::optional<bool> bold_;
  bool eliding_ = false;
  Qt::TextElideMode where_ = Qt::ElideRight;
  bool dressing_ = false;
};

}  // namespace signalbox::ui
