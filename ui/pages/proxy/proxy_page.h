// SPDX-License-Identifier: GPL-3.0-only
// The router on this computer: what it is doing, where programs find it, what to paste into them, and a request to try it with.
// GUI thread.
#pragma once
#include <QTimer>

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

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void buildHead(QVBoxLayout* column);
  void buildAddress(QVBoxLayout* column);
  void buildSnippets();
  void placeCopy();
  [[nodiscard]] int portInUse() const;  // bound or tried; else the chosen one; 0 = not known
  void makeActions();
  void connectAll();
  void follow();
  void followWords();
  void followAddress();
  void showSnippets(const QString& url);
  void startOn(int port);
  void put(const QString& text, const QString& said);
  void sayCopied(const QString& what);
  void changePort();
  void copyUrl();

  PageContext context_;
  PolicyBook book_;
  DecisionTableModel latest_;
  StateDisc* disc_;
  ToneLabel *state_, *detail_, *token_, *port_, *bound_, *copied_;
  QPushButton *start_, *pause_, *stop_, *change_port_, *copy_token_, *copy_, *copy_snippet_, *other_port_;
  QLineEdit* url_;
  QTabWidget* snippets_;
  TestPanel* test_;
  LatestDock* dock_;
  QList<QAction*> actions_;
  QString snippets_for_;
  QTimer forget_;
  int free_port_ = 0;  // to use instead of one that is taken; 0 = none needed
};

}  // namespace signalbox::ui
