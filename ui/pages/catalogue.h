// SPDX-License-Identifier: GPL-3.0-only
// Every page there is, in the order of the rail, and how to make it. Digits are those of Ctrl+n and stay reserved for pages that
// are not built. The shell makes a page when it is first shown.
#pragma once
#include <QString>
#include <functional>
#include <vector>

#include "bridge/console_client.h"
#include "bridge/embedded_router.h"
#include "settings/settings.h"
#include "state/selection.h"
#include "widgets/page.h"

namespace signalbox::ui {

// What a page is given; all of it outlives the page.
struct PageContext {
  ConsoleClient& client;
  Selection& selection;
  Settings& settings;
  EmbeddedRouter* router = nullptr;  // null: this program has none (attached only)
};

enum class RailGroup { Watch, Decide, Run };

struct PageEntry {
  QString id;      // overview, decisions, …; for settings and object names
  QString title;   // as in the rail
  QString icon;    // of resources/icons
  int digit = 0;   // Ctrl+digit
  RailGroup group = RailGroup::Watch;
  std::function<Page*(const PageContext& context, QWidget* parent)> make;
};

[[nodiscard]] const std::vector<PageEntry>& pageCatalogue();

}  // namespace signalbox::ui
