// SPDX-License-Identifier: GPL-3.0-only
#include "pages/common/page_helpers.h"

#include <QAction>
#include <QLayout>
#include <QPainter>
#include <algorithm>

#include "theme/icons.h"
#include "theme/theme.h"
#include "widgets/time_series_view.h"

namespace signalbox::ui {

QString curlFor(const EmbeddedRouter* router, const QString& model) {
  const QString base = router && !router->baseUrl().isEmpty() ? router->baseUrl() : QStringLiteral("$SIGNALBOX_URL/v1");
  return QStringLiteral(
             "curl %1/chat/completions -H \"Authorization: Bearer $SIGNALBOX_TOKEN\" \\\n"
             "  -H 'Content-Type: application/json' \\\n"
             "  -d '{\"model\":\"%2\",\"messages\":[{\"role\":\"user\",\"content\":\"Is 91 a prime?\"}]}'")
      .arg(base, model);
}

TierKey tierKey(const std::vector<std::string>& tiers, const std::string& tier) {
  const auto found = std::find(tiers.begin(), tiers.end(), tier);
  if (found == tiers.end()) return {};
  return TierKey::ladder(static_cast<int>(found - tiers.begin()), static_cast<int>(tiers.size()));
}

void HairlineBox::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), themeOf(this).line); }

void Surface::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), themeOf(this).base); }

QAction* tableAction(TimeSeriesView* view, QWidget* page) {
  auto* action = new QAction(icon(QStringLiteral("table")), TimeSeriesView::tr("%1 as table").arg(view->title()), page);
  action->setObjectName(QStringLiteral("table.") + view->objectName());
  QObject::connect(action, &QAction::triggered, view, &TimeSeriesView::showTable);
  return action;
}

void tighten(QLayout* layout, int spacing) {
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(spacing);
}

}  // namespace signalbox::ui
