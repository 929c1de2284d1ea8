// SPDX-License-Identifier: GPL-3.0-only
#include "pages/proxy/test_panel.h"

#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/code_text.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
// The bar along the bottom, set off from the surface above it.
class Foot : public QWidget {
 public:
  using QWidget::QWidget;

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    paint::fill(painter, rect(), themeOf(this).window);
    paint::hLine(painter, 0, width(), 0, themeOf(this).line);
  }
};

QString headerOf(const QStringList& headers, const QString& name) {
  for (const QString& header : headers) {
    if (header.startsWith(name + QLatin1Char(':'), Qt::CaseInsensitive)) return header.mid(name.size() + 1).trimmed();
  }
  return {};
}
}  // namespace

TestPanel::TestPanel(QWidget* parent)
    : Surface(parent), headers_(new CodeText(this)), prompt_(new QLineEdit(testPrompt(), this)),
      send_(new QPushButton(tr("Send test request"), this)), open_(new QPushButton(tr("Open decision"), this)),
      answer_(new ToneLabel({}, Tone::Text2, Type::Body, this)) {
  setObjectName(QStringLiteral("testPanel"));
  auto* column = new QVBoxLayout(this);
  tighten(column);
  column->addWidget(buildHead());
  headers_->setObjectName(QStringLiteral("testHeaders"));
  headers_->setAccessibleName(tr("Headers of the answer"));
  headers_->setReadOnly(true);
  headers_->setPlaceholderText(tr("Nothing sent yet."));
  headers_->setPadding(metricsOf(this).pagePadding());
  column->addWidget(headers_, 1);
  column->addWidget(buildFoot());
}

QWidget* TestPanel::buildHead() {
  const Metrics m = metricsOf(this);
  auto* head = new QWidget(this);
  auto* row = new QHBoxLayout(head);
  row->setContentsMargins(m.pagePadding(), 3 * m.u, 3 * m.u / 2, 0);  // the words of the link end where the button above does
  auto* title = new ToneLabel(tr("What the test request brought back"), Tone::Text, Type::Heading, head);
  title->setBold(true);
  open_->setObjectName(QStringLiteral("openDecision"));
  open_->setProperty("kind", QStringLiteral("link"));
  open_->setEnabled(false);
  row->addWidget(title);
  row->addStretch(1);
  row->addWidget(open_);
  connect(open_, &QPushButton::clicked, this, [this] { Q_EMIT decisionRequested(decision_); });
  return head;
}

QWidget* TestPanel::buildFoot() {
  const Metrics m = metricsOf(this);
  auto* foot = new Foot(this);
  auto* row = new QHBoxLayout(foot);
  row->setContentsMargins(m.pagePadding(), 2 * m.u, m.pagePadding(), 2 * m.u);
  row->setSpacing(2 * m.u);
  prompt_->setObjectName(QStringLiteral("testPrompt"));
  prompt_->setAccessibleName(tr("Test prompt"));
  send_->setObjectName(QStringLiteral("sendTest"));
  answer_->setObjectName(QStringLiteral("testAnswer"));
  answer_->setEliding(true);
  answer_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  row->addWidget(prompt_, 5);
  row->addWidget(send_);
  row->addWidget(answer_, 4);
  connect(send_, &QPushButton::clicked, this, &TestPanel::send);
  connect(prompt_, &QLineEdit::returnPressed, this, &TestPanel::send);
  return foot;
}

void TestPanel::paintEvent(QPaintEvent* event) {
  Surface::paintEvent(event);
  QPainter painter(this);
  paint::hLine(painter, 0, width(), 0, themeOf(this).line);
}

void TestPanel::setCanSend(bool can, const QString& why) {
  send_->setEnabled(can);
  send_->setToolTip(can ? QString() : why);
}

void TestPanel::send() {
  if (!send_->isEnabled()) return;
  send_->setEnabled(false);
  answer_->setTone(Tone::Text2);
  answer_->setText(tr("Waiting for the answer…"));
  Q_EMIT sendRequested(prompt_->text());
}

void TestPanel::showAnswer(const EmbeddedRouter::TestAnswer& answer) {
  decision_ = answer.decisionId;
  open_->setEnabled(!decision_.isEmpty());
  QStringList lines = {answer.status == 0 ? tr("No answer came.") : tr("HTTP %1 in %2").arg(answer.status).arg(format::latencyMs(answer.milliseconds))};
  lines.append(answer.headers);
  headers_->setPlainText(lines.join(QLatin1Char('\n')));
  const QString from = headerOf(answer.headers, QStringLiteral("x-signalbox-model"));
  const bool good = answer.error.isEmpty();
  answer_->setTone(good ? Tone::Ok : Tone::Bad);
  answer_->setText(!good            ? answer.error
                   : from.isEmpty() ? QStringLiteral("“%1”").arg(answer.text.simplified())
                                    : tr("“%1” from %2").arg(answer.text.simplified(), from));
}

}  // namespace signalbox::ui
