// SPDX-License-Identifier: GPL-3.0-only
// What screen readers get of painted widgets: a threshold is a slider with a value, a table is its current row. The latter also
// keeps Qt 6.4's own table interface away, which crashes when a model is reset under a reader.
#pragma once

namespace signalbox::ui {

void installAccessibility();  // once, before the first window

}  // namespace signalbox::ui
