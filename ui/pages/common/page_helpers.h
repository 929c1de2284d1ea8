// SPDX-License-Identifier: GPL-3.0-only
// Small things that several pages need.
#pragma once
#include <QString>
#include <QWidget>
#include <string>
#include <vector>

#include "bridge/console_client.h"
#include "bridge/embedded_router.h"
#include "theme/tier_key.h"

class QAction;
class QKeySequence;
class QLayout;
class QToolButton;

namespace signalbox::ui {

[[nodiscard]] QString testPrompt();  // of the one request that tries a router
// A command that sends one request: to the embedded router where there is one, else to the address in a variable. Safe to paste
// into a shell whatever the name of the model: clients choose it.
[[nodiscard]] QString curlFor(const EmbeddedRouter* router, const QString& model = QStringLiteral("auto"));
[[nodiscard]] QString provenanceOf(const ConsoleClient& client);  // "Sample, simulated traffic"; empty = measured
// The place of a tier in the ladder; TierKind::None when it is not in it.
[[nodiscard]] TierKey tierKey(const std::vector<std::string>& tiers, const std::string& tier);

// A container whose children are set apart by hairlines: it shows through between them.
class HairlineBox : public QWidget {
  Q_OBJECT
 public:
  using QWidget::QWidget;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

// A plain surface in the colour of content, for panels on it.
class Surface : public QWidget {
  Q_OBJECT
 public:
  using QWidget::QWidget;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

// A flat button of an icon alone; the words are its tool tip and its name.
[[nodiscard]] QToolButton* toolButton(QWidget* parent, const QString& icon, const QString& words);

class TimeSeriesView;
// "Latency as table", for the page's menu; Ctrl+T does it for the chart that has the focus.
[[nodiscard]] QAction* tableAction(TimeSeriesView* view, QWidget* page);

void tighten(QLayout* layout, int spacing = 0);  // no margins
// `content`, to be scrolled up and down where the window is lower than its least height.
[[nodiscard]] QWidget* scrolled(QWidget* content, QWidget* parent);

}  // namespace signalbox::ui
