// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/dock_content.h"

namespace signalbox::ui {

DockContent::DockContent(const QString& title, QWidget* parent) : QWidget(parent) {
  setWindowTitle(title);
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::Base);
}

void DockContent::setNote(const QString& note) {
  if (note == note_) return;
  note_ = note;
  Q_EMIT noteChanged();
}

}  // namespace signalbox::ui
