// SPDX-License-Identifier: GPL-3.0-only
#include "pages/catalogue.h"

#include <QCoreApplication>

#include "pages/audit/audit_page.h"
#include "pages/decisions/decisions_page.h"
#include "pages/overview/overview_page.h"
#include "pages/proxy/proxy_page.h"
#include "pages/tune/tune_page.h"

namespace signalbox::ui {

namespace {
QString tr(const char* text) { return QCoreApplication::translate("pages", text); }

template <class Made>
Page* make(const PageContext& context, QWidget* parent) {
  return new Made(context, parent);
}
}  // namespace

const std::vector<PageEntry>& pageCatalogue() {
  static const std::vector<PageEntry> pages = {
      {QStringLiteral("overview"), tr("Overview"), QStringLiteral("overview"), 1, RailGroup::Watch, make<OverviewPage>},
      {QStringLiteral("decisions"), tr("Decisions"), QStringLiteral("decisions"), 2, RailGroup::Watch, make<DecisionsPage>},
      {QStringLiteral("tune"), tr("Tune"), QStringLiteral("tune"), 4, RailGroup::Decide, make<TunePage>},
      {QStringLiteral("proxy"), tr("Proxy"), QStringLiteral("proxy"), 8, RailGroup::Run, make<ProxyPage>},
      {QStringLiteral("audit"), tr("Alerts & audit"), QStringLiteral("alerts"), 9, RailGroup::Run, make<AuditPage>},
  };
  return pages;
}

}  // namespace signalbox::ui
