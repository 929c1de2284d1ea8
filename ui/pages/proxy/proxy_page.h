// SPDX-License-Identifier: GPL-3.0-only
// The router on this computer: what it is doing, where programs find it, what to paste into them, and a request to try it with.
// GUI thread.
#pragma once
#include "models/decision_table_model.h"
#include "pages/catalogue.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTabWidget;
class QTableView;
class QVBoxLayout;

namespace signalbox::ui {

class StateDisc;
class ToneLabel;

class ProxyPage : public Page {
  Q_OBJECT
 public:
  ProxyPage(const PageContext& context, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const override { return tr("Proxy"); }
  void activate() override;
  void deactivate() override;
  [[nodiscard]] QList<DockContent*> docks() override;
  [[nodiscard]] QStringList statusParts() const override;

 private:
  void buildHead(QVBoxLayout* column);
  void buildAddress(QVBoxLayout* column);
  void buildTest(QVBoxLayout* column);
  void buildLatest();
  void connectAll();
  void follow();
  void followAddress();
  void showAnswer(const EmbeddedRouter::TestAnswer& answer);
  void changePort();
  void copyUrl();

  PageContext context_;
  PolicyBook book_;
  DecisionTableModel latest_;
  StateDisc* disc_;
  ToneLabel *state_, *detail_, *token_, *port_, *answer_, *copied_;
  QPushButton *start_, *pause_, *stop_, *change_port_, *copy_token_, *send_, *open_;
  QLineEdit *url_, *prompt_;
  QPushButton* copy_;
  QTabWidget* snippets_;
  QPlainTextEdit* headers_;
  DockContent* dock_;
  QTableView* table_;
  QString decision_;   // of the last test
};

}  // namespace signalbox::ui
