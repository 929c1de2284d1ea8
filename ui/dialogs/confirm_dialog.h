// SPDX-License-Identifier: GPL-3.0-only
// Asks before something takes effect. The title is the effect, the verb stands at the right, Cancel is the default. Where a
// reason is asked for, the verb waits until it is long enough.
#pragma once
#include <QDialog>
#include <vector>

#include "widgets/diff_view.h"

class QFormLayout;
class QLineEdit;
class QPushButton;

namespace signalbox::ui {

class ToneLabel;

struct ConfirmRequest {
  enum class Kind { Plain, Primary, Proposal, Danger };
  QString effect;                  // the title: "Roll back to r41"
  QString router{};                // whom it touches
  QString change{};                // "r42 → r41"
  QString consequence{};           // "384 requests a minute move"
  QString explanation{};           // a sentence more, where it is needed; may have several lines
  std::vector<DiffLine> diff{};
  QString verb;                    // of the effect: "Roll back"
  Kind kind = Kind::Plain;
  bool askReason = false;          // offers the field
  int reasonAtLeast = 0;           // characters; 0 = may be empty
};

class ConfirmDialog : public QDialog {
  Q_OBJECT
 public:
  explicit ConfirmDialog(const ConfirmRequest& request, QWidget* parent = nullptr);
  [[nodiscard]] QString reason() const;
  void setReasonAtLeast(int characters);
  // What stands in the way, in red above the buttons; empty = nothing.
  void setProblem(const QString& problem);

 protected:
  // The verb was pressed; a dialog that waits for an answer overrides it and accepts later.
  virtual void act() { accept(); }
  // What else the verb waits for; empty = nothing. Call judge() when it changes.
  [[nodiscard]] virtual QString objection() const { return {}; }
  void judge();
  void addField(const QString& label, QWidget* field);  // label empty = across
  void fit();  // as high as its words need; for what is shown later too
  void showEvent(QShowEvent* event) override;

 private:
  int reasonAtLeast_;
  QFormLayout* fields_ = nullptr;
  ToneLabel* problem_ = nullptr;
  DiffView* diff_ = nullptr;
  QLineEdit* reason_ = nullptr;
  QPushButton* verb_ = nullptr;
};

}  // namespace signalbox::ui
