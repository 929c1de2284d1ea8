// SPDX-License-Identifier: GPL-3.0-only
// The router on this computer: what it is doing, where programs find it, what to paste into them, and a request to try it with.
// GUI thread.
#pragma once
#include "models/decision_table_model.h"
#include "pages/catalogue.h"

class QLineEdit;
class QPushButton;
class QTabWidget;
class QVBoxLayout;

namespace signalbox::ui {

class LatestDock;
class StateDisc;
class TestPanel;
class ToneLabel;

class ProxyPage : public Page {
  Q_OBJECT
 public:
  ProxyPage(const PageContext& context, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const override { return tr("Proxy"); }
  void activate() override;
  void deactivate() override;
  [[nodiscard]] QList<DockContent*> docks() override;
  [[nodiscard]] QList<QAction*> pageActions() override { return actions_; }
  [[nodiscard]] QStringList statusParts() const override;

 private:
  void buildHead(QVBoxLayout* column);
  void buildAddress(QVBoxLayout* column);
  void buildSnippets();
  void makeActions();
  void connectAll();
  void follow();
  void followWords();
  void followAddress();
  void showSnippets(const QString& url, const QString& hint);
  void startOn(int port);
  void put(const QString& text, const QString& said);
  void changePort();
  void copyUrl();

  PageContext context_;
  PolicyBook book_;
  DecisionTableModel latest_;
  StateDisc* disc_;
  ToneLabel *state_, *detail_, *token_, *port_, *bound_, *copied_;
  QPushButton *start_, *pause_, *stop_, *change_port_, *copy_token_, *copy_, *other_port_;
  QLineEdit* url_;
  QTabWidget* snippets_;
  TestPanel* test_;
  LatestDock* dock_;
  QList<QAction*> actions_;
  QString snippets_for_;
  int free_port_ = 0;  // to use instead of one that is taken; 0 = none needed
};

}  // namespace signalbox::ui
