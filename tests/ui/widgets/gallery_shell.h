// SPDX-License-Identifier: Apache-2.0
// What gallery.cpp draws besides the widgets on their own.
#pragma once
#include <QSize>

class QWidget;

namespace signalbox::ui {
class Appearance;
class ChartCursor;
class Settings;
}  // namespace signalbox::ui

namespace signalbox::ui::gallery {

[[nodiscard]] QWidget* window(Settings& settings, Appearance& appearance, QSize size);
[[nodiscard]] QWidget* charts(ChartCursor& cursor);
[[nodiscard]] QWidget* parts();
[[nodiscard]] QWidget* confirm();

}  // namespace signalbox::ui::gallery
