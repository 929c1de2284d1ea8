// SPDX-License-Identifier: GPL-3.0-only
// One request to the embedded router and what it brought back: status, our headers, the answer, and the way to its decision.
// GUI thread.
#pragma once
#include "bridge/embedded_router.h"
#include "pages/common/page_helpers.h"

class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace signalbox::ui {

class CodeText;
class ToneLabel;

class TestPanel : public Surface {
  Q_OBJECT
 public:
  explicit TestPanel(QWidget* parent = nullptr);
  void setCanSend(bool can, const QString& why);
  void setTiers(std::vector<std::string> tiers) { tiers_ = std::move(tiers); }
  void showAnswer(const EmbeddedRouter::TestAnswer& answer);

 Q_SIGNALS:
  void sendRequested(const QString& prompt);
  void decisionRequested(const QString& id);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  [[nodiscard]] QWidget* buildHead();
  [[nodiscard]] QWidget* buildFoot();
  void send();
  std::vector<std::string> tiers_;
  CodeText* headers_;
  QLineEdit* prompt_;
  QPushButton *send_, *open_;
  ToneLabel* answer_;
  QString decision_;
};

}  // namespace signalbox::ui
