// SPDX-License-Identifier: GPL-3.0-only
#include "pages/routers/attach_dialog.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "bridge/addresses.h"
#include "theme/metrics.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

AttachDialog::AttachDialog(const QUrl& url, QWidget* parent)
    : QDialog(parent), name_(new QLineEdit(this)), url_(new QLineEdit(url.toString(), this)), token_(new QLineEdit(this)),
      keep_(new QCheckBox(tr("Keep the token in this desktop's keyring; else it is for this run only"), this)),
      plain_(new QCheckBox(tr("Send the token over this plain connection all the same"), this)),
      result_(new ToneLabel({}, Tone::Text2, Type::Body, this)) {
  setWindowTitle(tr("Attach a router"));
  setObjectName(QStringLiteral("attachDialog"));
  const Metrics m = metricsOf(this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(5 * m.u, 5 * m.u, 5 * m.u, 4 * m.u);
  column->setSpacing(3 * m.u);
  auto* form = new QFormLayout;
  name_->setPlaceholderText(tr("prod / eu-1"));
  url_->setObjectName(QStringLiteral("attachUrl"));
  url_->setPlaceholderText(QStringLiteral("wss://router.example:8788"));
  url_->setMinimumWidth(22 * m.h);
  token_->setObjectName(QStringLiteral("attachToken"));
  token_->setEchoMode(QLineEdit::Password);
  form->addRow(tr("Name"), name_);
  form->addRow(tr("Address"), url_);
  form->addRow(tr("Token"), token_);
  column->addLayout(form);
  keep_->setObjectName(QStringLiteral("attachKeep"));
  column->addWidget(keep_);
  column->addWidget(plain_);
  result_->setObjectName(QStringLiteral("attachResult"));
  result_->setWordWrap(true);
  column->addWidget(result_);
  column->addLayout(buildButtons());
  for (QLineEdit* edit : {url_, token_}) connect(edit, &QLineEdit::textChanged, this, &AttachDialog::check);
  connect(plain_, &QCheckBox::toggled, this, &AttachDialog::check);
  check();
}

// The verb stands last, as in every dialog. Enter tests first: only what was reached is attached by it.
QLayout* AttachDialog::buildButtons() {
  auto* row = new QHBoxLayout;
  auto* cancel = new QPushButton(tr("Cancel"), this);
  test_ = new QPushButton(tr("Test"), this);
  attach_ = new QPushButton(tr("Attach"), this);
  attach_->setProperty("kind", QStringLiteral("primary"));
  row->addStretch(1);
  for (QPushButton* button : {cancel, test_, attach_}) row->addWidget(button);
  for (QPushButton* button : {cancel, attach_}) button->setAutoDefault(false);
  test_->setObjectName(QStringLiteral("attachTest"));
  attach_->setObjectName(QStringLiteral("attachNow"));
  connect(test_, &QPushButton::clicked, this, &AttachDialog::test);
  connect(attach_, &QPushButton::clicked, this, &QDialog::accept);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  return row;
}

// What is said takes room only while it is said.
void AttachDialog::say(Tone tone, const QString& words) {
  result_->setTone(tone);
  result_->setText(words);
  result_->setVisible(!words.isEmpty());
  if (!isVisible()) return;
  layout()->activate();
  const int tall = layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width()) : layout()->totalSizeHint().height();
  resize(width(), tall);
}

RemoteAddress AttachDialog::address() const {
  return {QUrl(url_->text().trimmed(), QUrl::StrictMode), Secret(token_->text().trimmed().toStdString())};
}

QString AttachDialog::name() const { return name_->text().trimmed(); }

bool AttachDialog::keepsToken() const { return keep_->isEnabled() && keep_->isChecked(); }

void AttachDialog::check() {
  endTrial();  // what it would say is about another address or token
  keep_->setEnabled(!token_->text().trimmed().isEmpty());
  const QUrl url = address().url;
  const bool ws = url.scheme() == QLatin1String("ws"), wss = url.scheme() == QLatin1String("wss");
  const bool shaped = url.isValid() && !url.host().isEmpty() && (ws || wss) && url.userInfo().isEmpty() && !url.hasQuery();
  const bool plain = shaped && ws && !isLoopback(url);
  plain_->setVisible(plain);
  const bool fit = shaped && (!plain || plain_->isChecked());
  test_->setEnabled(fit);
  attach_->setEnabled(fit);
  test_->setDefault(true);
  say(plain ? Tone::Warn : Tone::Text2,
      url_->text().isEmpty() ? QString()
      : !shaped              ? tr("An address is ws:// or wss://, a host and a port; the token goes into its own field.")
      : plain                ? tr("ws:// beyond this computer is readable on the way, the token included.")
                             : QString());
}

void AttachDialog::test() {
  say(Tone::Text2, tr("Connecting…"));
  endTrial();
  trial_ = std::make_unique<RemoteClient>(address(), name());
  connect(trial_.get(), &RouterLink::stateChanged, this, &AttachDialog::showTest);
}

void AttachDialog::showTest() {
  const LinkState state = trial_->state();
  using Kind = LinkState::Kind;
  if (state.kind == Kind::Live) {
    say(Tone::Ok, tr("Reached: the token is accepted and the protocol is spoken."));
    attach_->setDefault(true);
  } else if (state.kind == Kind::AuthFailed) {
    say(Tone::Bad, tr("Reached, but the token was refused. Ask for one with the role you need."));
  } else if (!state.detail.isEmpty()) {
    say(Tone::Bad, tr("Not reached: %1.").arg(state.detail));
  } else {
    return;
  }
  endTrial();
}

// Later, because it may be the one that is just telling.
void AttachDialog::endTrial() {
  if (!trial_) return;
  trial_->disconnect(this);
  trial_.release()->deleteLater();
}

}  // namespace signalbox::ui
