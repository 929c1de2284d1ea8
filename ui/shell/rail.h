// SPDX-License-Identifier: GPL-3.0-only
// The left rail of pages: icon, name, digit; groups split by hairlines; a badge in the digit's place when something is up.
// Folds to icons. Belongs to the window.
#pragma once
#include <QAbstractButton>
#include <QHash>
#include <QWidget>

class QButtonGroup;
class QVBoxLayout;

namespace signalbox::ui {

struct RailBadge {
  enum class Kind { None, Bad, Draft };
  Kind kind = Kind::None;
  QString text;  // "1", "draft", "25%"
};

class RailItem : public QAbstractButton {
  Q_OBJECT
 public:
  RailItem(const QString& icon, const QString& title, int digit, QWidget* parent);

  void setBadge(const RailBadge& badge);
  void setFolded(bool folded);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void tell();
  [[nodiscard]] QString mark() const;
  [[nodiscard]] double markWidth() const;
  QString icon_, title_;
  int digit_;
  RailBadge badge_;
  bool folded_ = false;
};

class Rail : public QWidget {
  Q_OBJECT
 public:
  explicit Rail(QWidget* parent = nullptr);

  // REQUIRES: pages come in order; a group that differs from the one before gets a hairline.
  void add(const QString& id, const QString& icon, const QString& title, int digit, int group);
  void choose(const QString& id);
  void setBadge(const QString& id, const RailBadge& badge);
  void setPageEnabled(const QString& id, bool enabled, const QString& why);
  void setFolded(bool folded);
  [[nodiscard]] bool isFolded() const { return folded_; }

 Q_SIGNALS:
  void chosen(const QString& id);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QVBoxLayout* column_;
  QButtonGroup* group_;
  QHash<QString, RailItem*> items_;
  int lastGroup_ = -1;
  bool folded_ = false;
};

}  // namespace signalbox::ui
