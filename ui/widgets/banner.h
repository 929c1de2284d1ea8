// SPDX-License-Identifier: GPL-3.0-only
// One line under the context bar: what holds for everything below it. It pushes content and never covers it.
#pragma once
#include <QString>
#include <QWidget>
#include <vector>

class QHBoxLayout;

namespace signalbox::ui {

enum class BannerKind { Draft, Stale, ReadOnly, Info, Ok, Warn, Bad };

struct BannerAction {
  QString id;
  QString text;
  enum class Kind { Plain, Primary, Proposal, Danger } kind = Kind::Plain;
  QString tooltip{};
  bool enabled = true;
  friend bool operator==(const BannerAction&, const BannerAction&) = default;
};

class Banner : public QWidget {
  Q_OBJECT
 public:
  explicit Banner(QWidget* parent = nullptr);

  void setContent(BannerKind kind, const QString& lead, const QString& text = {}, const QString& aside = {});
  void setActions(const std::vector<BannerAction>& actions);
  [[nodiscard]] BannerKind kind() const { return kind_; }

 Q_SIGNALS:
  void actionTriggered(const QString& id);

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void fit();
  BannerKind kind_ = BannerKind::Info;
  QString lead_, text_, aside_;
  QHBoxLayout* actions_ = nullptr;
  std::vector<BannerAction> shown_;
};

}  // namespace signalbox::ui
