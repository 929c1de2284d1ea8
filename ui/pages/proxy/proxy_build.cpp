// SPDX-License-Identifier: GPL-3.0-only
// The parts of the proxy page, as they are made; what they show is proxy_page.cpp's matter.
#include <QGridLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include "pages/proxy/proxy_page.h"
#include "pages/proxy/state_disc.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr double kUrlScale = 1.15;  // what people come here to copy

QPushButton* button(const QString& text, QWidget* parent, const char* name, const char* kind = nullptr) {
  auto* made = new QPushButton(text, parent);
  made->setObjectName(QString::fromLatin1(name));
  if (kind) made->setProperty("kind", QString::fromLatin1(kind));
  return made;
}
}  // namespace

void ProxyPage::buildHead(QVBoxLayout* column) {
  auto* row = new QHBoxLayout;
  disc_ = new StateDisc(this);
  state_ = new ToneLabel({}, Tone::Text, Type::Hero, this);
  state_->setObjectName(QStringLiteral("proxyState"));
  detail_ = new ToneLabel({}, Tone::Text2, Type::Body, this);
  detail_->setObjectName(QStringLiteral("proxyDetail"));
  detail_->setWordWrap(true);
  auto* words = new QVBoxLayout;
  words->setSpacing(0);
  words->addWidget(state_);
  words->addWidget(detail_);
  start_ = button(tr("Start"), this, "proxyStart", "primary");
  other_port_ = button({}, this, "useOtherPort", "primary");
  pause_ = button(tr("Pause routing"), this, "proxyPause");
  stop_ = button(tr("Stop"), this, "proxyStop");
  row->addWidget(disc_);
  row->addSpacing(metricsOf(this).panelPadding());
  row->addLayout(words, 1);
  for (QPushButton* one : {other_port_, start_, pause_, stop_}) row->addWidget(one, 0, Qt::AlignTop);
  column->addLayout(row);
}

void ProxyPage::buildAddress(QVBoxLayout* column) {
  const Metrics m = metricsOf(this);
  column->addSpacing(m.u);
  column->addWidget(new ToneLabel(tr("Base URL for your programs"), Tone::Text2, Type::Secondary, this));
  auto* row = new QHBoxLayout;
  row->setSpacing(2 * m.u);
  url_ = new QLineEdit(this);
  url_->setObjectName(QStringLiteral("baseUrl"));
  url_->setReadOnly(true);
  QFont mono = typeFont(Type::Mono);
  mono.setPointSizeF(mono.pointSizeF() * kUrlScale);
  url_->setFont(mono);
  url_->setFixedHeight(m.h + 4 * m.u);
  url_->setAccessibleName(tr("Base URL"));
  copy_ = button(tr("Copy"), this, "copyUrl", "primary");
  copy_->setIcon(icon(QStringLiteral("copy")));
  copy_->setFixedHeight(m.h + 4 * m.u);
  copy_->setToolTip(tr("Copy the base URL (Ctrl+Shift+C)"));
  row->addWidget(url_, 1);
  row->addWidget(copy_);
  column->addLayout(row);
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(4 * m.u);
  grid->setVerticalSpacing(m.u);
  token_ = new ToneLabel({}, Tone::Text, Type::Mono, this);
  token_->setObjectName(QStringLiteral("tokenHint"));
  copy_token_ = button(tr("Copy"), this, "copyToken");
  port_ = new ToneLabel({}, Tone::Text, Type::Mono, this);
  port_->setObjectName(QStringLiteral("proxyPort"));
  change_port_ = button(tr("Change…"), this, "changePort");
  copied_ = new ToneLabel({}, Tone::Ok, Type::Secondary, this);
  copied_->setObjectName(QStringLiteral("copied"));
  const auto line = [&](int at, const QString& name, QWidget* value, QPushButton* act, QWidget* aside) {
    act->setProperty("kind", QStringLiteral("link"));
    grid->addWidget(new ToneLabel(name, Tone::Text2, Type::Secondary, this), at, 0);
    grid->addWidget(value, at, 1);
    grid->addWidget(act, at, 2, Qt::AlignLeft);
    grid->addWidget(aside, at, 4, Qt::AlignRight);
  };
  line(0, tr("Local token"), token_, copy_token_, new ToneLabel(tr("loopback only; not a provider key"), Tone::Text3, Type::Secondary, this));
  bound_ = new ToneLabel({}, Tone::Text3, Type::Secondary, this);
  bound_->setObjectName(QStringLiteral("bound"));
  line(1, tr("Port"), port_, change_port_, bound_);
  grid->addWidget(copied_, 0, 3);
  grid->setColumnStretch(3, 1);
  column->addLayout(grid);
}

// The button stands over the text: in the row of the tabs it would cut their line.
void ProxyPage::buildSnippets() {
  snippets_->setObjectName(QStringLiteral("snippets"));
  snippets_->setDocumentMode(true);
  copy_snippet_ = button(tr("Copy"), snippets_, "copySnippet");
  copy_snippet_->setIcon(icon(QStringLiteral("copy")));
  snippets_->installEventFilter(this);
  connect(copy_snippet_, &QPushButton::clicked, this, [this] {
    if (const auto* text = qobject_cast<QPlainTextEdit*>(snippets_->currentWidget())) put(text->toPlainText(), tr("snippet copied"));
  });
}

bool ProxyPage::eventFilter(QObject* watched, QEvent* event) {
  if (watched == snippets_ && (event->type() == QEvent::Resize || event->type() == QEvent::Show)) placeCopy();
  return Page::eventFilter(watched, event);
}

void ProxyPage::placeCopy() {
  const Metrics m = metricsOf(this);
  copy_snippet_->resize(copy_snippet_->sizeHint());
  copy_snippet_->move(snippets_->width() - copy_snippet_->width() - m.pagePadding(), snippets_->tabBar()->height() + 3 * m.u);
  copy_snippet_->raise();
}

}  // namespace signalbox::ui
