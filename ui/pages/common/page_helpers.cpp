// SPDX-License-Identifier: GPL-3.0-only
#include "pages/common/page_helpers.h"

#include <QAction>
#include <QCoreApplication>
#include <QEvent>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLayout>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>
#include <algorithm>

#include "theme/icons.h"
#include "theme/theme.h"
#include "widgets/time_series_view.h"

namespace signalbox::ui {

QString testPrompt() { return QCoreApplication::translate("page", "Is 91 a prime? Answer yes or no."); }

QString curlFor(const EmbeddedRouter* router, const QString& model) {
  const QString base = router && !router->baseUrl().isEmpty() ? router->baseUrl() : QStringLiteral("$SIGNALBOX_URL/v1");
  const QJsonObject message{{QStringLiteral("role"), QStringLiteral("user")}, {QStringLiteral("content"), QStringLiteral("Is 91 a prime?")}};
  const QJsonObject body{{QStringLiteral("model"), model}, {QStringLiteral("messages"), QJsonArray{message}}};
  QString quoted = QString::fromUtf8(QJsonDocument(body).toJson(QJsonDocument::Compact));
  quoted.replace(QLatin1Char('\''), QStringLiteral("'\\''"));
  return QStringLiteral("curl ") + base +
         QStringLiteral("/chat/completions -H \"Authorization: Bearer $SIGNALBOX_TOKEN\" \\\n"
                        "  -H 'Content-Type: application/json' \\\n"
                        "  -d '") +
         quoted + QLatin1Char('\'');
}

QString provenanceOf(const ConsoleClient& client) {
  return client.isSimulated() ? QCoreApplication::translate("page", "Sample, simulated traffic") : QString();
}

TierKey tierKey(const std::vector<std::string>& tiers, const std::string& tier) {
  const auto found = std::find(tiers.begin(), tiers.end(), tier);
  if (found == tiers.end()) return {};
  return TierKey::ladder(static_cast<int>(found - tiers.begin()), static_cast<int>(tiers.size()));
}

void HairlineBox::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), themeOf(this).line); }

void Surface::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), themeOf(this).base); }

QToolButton* toolButton(QWidget* parent, const QString& name, const QString& words) {
  auto* button = new QToolButton(parent);
  button->setIcon(icon(name));
  button->setToolTip(words);
  button->setAccessibleName(words);
  button->setAutoRaise(true);
  return button;
}

QAction* tableAction(TimeSeriesView* view, QWidget* page) {
  auto* action = new QAction(icon(QStringLiteral("table")), TimeSeriesView::tr("%1 as table").arg(view->title()), page);
  action->setObjectName(QStringLiteral("table.") + view->objectName());
  QObject::connect(action, &QAction::triggered, view, &TimeSeriesView::showTable);
  return action;
}

namespace {
// As wide as its content needs at least, so that nothing of it is ever cut off at the side.
class UprightScroll : public QScrollArea {
 public:
  using QScrollArea::QScrollArea;
  [[nodiscard]] QSize minimumSizeHint() const override {
    const int bar = verticalScrollBar()->sizeHint().width();
    return {(widget() ? widget()->minimumSizeHint().width() : 0) + bar, bar};
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
    return QScrollArea::eventFilter(watched, event);
  }
};
}  // namespace

QWidget* scrolled(QWidget* content, QWidget* parent) {
  auto* area = new UprightScroll(parent);
  area->setFrameShape(QFrame::NoFrame);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setFocusPolicy(Qt::NoFocus);
  area->setWidgetResizable(true);
  area->setWidget(content);
  return area;
}

void tighten(QLayout* layout, int spacing) {
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(spacing);
}

}  // namespace signalbox::ui
