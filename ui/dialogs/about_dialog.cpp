// SPDX-License-Identifier: GPL-3.0-only
#include "dialogs/about_dialog.h"

#include <QDialogButtonBox>
#include <QVBoxLayout>

#include "widgets/tone_label.h"

namespace signalbox::ui {

AboutDialog::AboutDialog(const QString& version, QWidget* parent) : QDialog(parent) {
  const Metrics m = metricsOf(this);
  setWindowTitle(tr("About Signalbox"));
  setObjectName(QStringLiteral("dialog.about"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(5 * m.u, 5 * m.u, 5 * m.u, 4 * m.u);
  column->setSpacing(2 * m.u);
  column->addWidget(new ToneLabel(tr("Signalbox %1").arg(version), Tone::Text, Type::SectionTitle));
  const QString lines[] = {tr("Routes each request to the cheapest tier that will answer it correctly, and shows the proof."),
                           tr("The console is free software under the GNU General Public License, version 3 only; the router and its engine are under the Apache License 2.0."),
                           tr("Built with Qt %1. No telemetry leaves this machine.").arg(QString::fromLatin1(qVersion()))};
  for (const QString& line : lines) {
    auto* words = new ToneLabel(line, Tone::Text2);
    words->setWordWrap(true);
    words->setMinimumWidth(100 * m.u);
    column->addWidget(words);
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(buttons);
}

}  // namespace signalbox::ui
