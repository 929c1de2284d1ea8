// SPDX-License-Identifier: GPL-3.0-only
// What this program is, which version, under which licence.
#pragma once
#include <QDialog>

namespace signalbox::ui {

class AboutDialog : public QDialog {
  Q_OBJECT
 public:
  explicit AboutDialog(const QString& version, QWidget* parent = nullptr);
};

}  // namespace signalbox::ui
