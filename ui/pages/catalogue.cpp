// SPDX-License-Identifier: GPL-3.0-only
#include "pages/catalogue.h"

namespace signalbox::ui {

const std::vector<PageEntry>& pageCatalogue() {
  static const std::vector<PageEntry> pages;
  return pages;
}

}  // namespace signalbox::ui
