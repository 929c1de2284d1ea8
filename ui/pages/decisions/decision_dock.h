// SPDX-License-Identifier: GPL-3.0-only
// One decision in full: its way, its score against the boundaries, the reasons in words; and to grade it there. Asks for what it
// shows by itself, following the selection. GUI thread.
#pragma once
#include <QPushButton>
#include <QTimer>
#include <array>
#include <optional>

#include "models/policy_facts.h"
#include "pages/catalogue.h"
#include "widgets/dock_content.h"
#include "widgets/headline_strip.h"
#include "widgets/score_strip.h"
#include "widgets/way_view.h"

class QStackedWidget;
class QVBoxLayout;

namespace signalbox::ui {

class EmptyState;
class ReasonList;
class ToneLabel;

class DecisionDock : public DockContent {
  Q_OBJECT
 public:
  DecisionDock(const PageContext& context, QWidget* parent = nullptr);
  void grade(std::optional<double> score);
  void copyAsCurl();
  void copyId();
  [[nodiscard]] bool canGrade() const;

 Q_SIGNALS:
  void stepRequested(int by);  // the next or the previous row of the table

 private:
  void buildHead(QVBoxLayout* layout);
  void buildBody(QVBoxLayout* layout);
  void buildFoot(QVBoxLayout* layout);
  [[nodiscard]] QWidget* section(const QString& title, QWidget* content);
  void forget();
  void ask();
  void show(const control::DecisionDetail& detail);
  void showFacts(const domain::Decision& decision);
  void showGrade();
  void showTextNote();

  PageContext context_;
  Asker asker_;
  PolicyBook book_;
  QTimer waiting_;
  std::optional<control::DecisionDetail> detail_;
  QStackedWidget* stack_;
  EmptyState* empty_;
  ToneLabel *id_, *subtitle_, *score_note_, *text_note_, *grade_note_;
  HeadlineStrip* facts_;
  WayView* way_;
  ScoreStrip* strip_;
  QWidget* strip_section_;
  ReasonList* reasons_;
  std::array<QPushButton*, 3> grades_{};
};

}  // namespace signalbox::ui
