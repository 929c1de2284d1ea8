// SPDX-License-Identifier: GPL-3.0-only
#include "pages/proxy/proxy_page.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QInputDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "pages/common/page_helpers.h"
#include "pages/proxy/snippets.h"
#include "pages/proxy/state_disc.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/cell_delegate.h"
#include "widgets/dock_content.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
using State = EmbeddedRouter::State;
constexpr std::size_t kLatest = 400;

QPushButton* button(const QString& text, QWidget* parent, const char* name, const char* kind = nullptr) {
  auto* made = new QPushButton(text, parent);
  made->setObjectName(QString::fromLatin1(name));
  if (kind) made->setProperty("kind", QString::fromLatin1(kind));
  return made;
}
}  // namespace

ProxyPage::ProxyPage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), book_(context.client), latest_(context.client, context.selection, book_, nullptr, kLatest) {
  setObjectName(QStringLiteral("proxyPage"));
  auto* outer = new QVBoxLayout(this);
  tighten(outer);
  auto* surface = new Surface(this);
  auto* column = new QVBoxLayout(surface);
  const Metrics m = metricsOf(this);
  column->setContentsMargins(m.pagePadding(), m.pagePadding(), m.pagePadding(), m.panelPadding());
  column->setSpacing(2 * m.u);
  outer->addWidget(surface);
  buildHead(column);
  buildAddress(column);
  snippets_ = new QTabWidget(this);
  snippets_->setObjectName(QStringLiteral("snippets"));
  snippets_->setDocumentMode(true);
  column->addWidget(snippets_, 3);
  buildTest(column);
  buildLatest();
  connectAll();
  follow();
}

void ProxyPage::buildHead(QVBoxLayout* column) {
  auto* row = new QHBoxLayout;
  disc_ = new StateDisc(this);
  state_ = new ToneLabel({}, Tone::Text, Type::Hero, this);
  state_->setObjectName(QStringLiteral("proxyState"));
  detail_ = new ToneLabel({}, Tone::Text2, Type::Body, this);
  detail_->setWordWrap(true);
  auto* words = new QVBoxLayout;
  words->addWidget(state_);
  words->addWidget(detail_);
  start_ = button(tr("Start"), this, "proxyStart", "primary");
  pause_ = button(tr("Pause routing"), this, "proxyPause");
  stop_ = button(tr("Stop"), this, "proxyStop");
  row->addWidget(disc_);
  row->addSpacing(metricsOf(this).panelPadding());
  row->addLayout(words, 1);
  for (QPushButton* one : {start_, pause_, stop_}) row->addWidget(one, 0, Qt::AlignTop);
  column->addLayout(row);
}

void ProxyPage::buildAddress(QVBoxLayout* column) {
  column->addWidget(new ToneLabel(tr("Base URL for your programs"), Tone::Text2, Type::Secondary, this));
  auto* row = new QHBoxLayout;
  url_ = new QLineEdit(this);
  url_->setObjectName(QStringLiteral("baseUrl"));
  url_->setReadOnly(true);
  url_->setFont(typeFont(Type::Mono));
  url_->setAccessibleName(tr("Base URL"));
  copy_ = button(tr("Copy"), this, "copyUrl", "primary");
  copy_->setIcon(icon(QStringLiteral("copy")));
  copy_->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+C")));
  copy_->setToolTip(tr("Copy the base URL (Ctrl+Shift+C)"));
  row->addWidget(url_, 1);
  row->addWidget(copy_);
  column->addLayout(row);
  auto* tokens = new QHBoxLayout;
  token_ = new ToneLabel({}, Tone::Text, Type::Mono, this);
  copy_token_ = button(tr("Copy the token"), this, "copyToken");
  copied_ = new ToneLabel({}, Tone::Ok, Type::Secondary, this);
  tokens->addWidget(new ToneLabel(tr("Local token"), Tone::Text2, Type::Secondary, this));
  tokens->addWidget(token_);
  tokens->addWidget(copy_token_);
  tokens->addWidget(copied_);
  tokens->addStretch(1);
  tokens->addWidget(new ToneLabel(tr("loopback only; not a provider key"), Tone::Text3, Type::Secondary, this));
  column->addLayout(tokens);
  auto* ports = new QHBoxLayout;
  port_ = new ToneLabel({}, Tone::Text, Type::Mono, this);
  change_port_ = button(tr("Change…"), this, "changePort");
  ports->addWidget(new ToneLabel(tr("Port"), Tone::Text2, Type::Secondary, this));
  ports->addWidget(port_);
  ports->addWidget(change_port_);
  ports->addStretch(1);
  column->addLayout(ports);
}

void ProxyPage::buildTest(QVBoxLayout* column) {
  auto* heading = new QHBoxLayout;
  auto* title = new ToneLabel(tr("What the test request brought back"), Tone::Text, Type::Heading, this);
  title->setBold(true);
  open_ = button(tr("Open decision"), this, "openDecision");
  heading->addWidget(title);
  heading->addStretch(1);
  heading->addWidget(open_);
  column->addLayout(heading);
  headers_ = new QPlainTextEdit(this);
  headers_->setObjectName(QStringLiteral("testHeaders"));
  headers_->setAccessibleName(tr("Headers of the answer"));
  headers_->setReadOnly(true);
  headers_->setFont(typeFont(Type::Mono));
  headers_->setPlaceholderText(tr("Nothing sent yet."));
  headers_->setLineWrapMode(QPlainTextEdit::NoWrap);
  column->addWidget(headers_, 2);
  auto* row = new QHBoxLayout;
  prompt_ = new QLineEdit(tr("Is 91 a prime? Answer yes or no."), this);
  prompt_->setObjectName(QStringLiteral("testPrompt"));
  prompt_->setAccessibleName(tr("Test prompt"));
  send_ = button(tr("Send test request"), this, "sendTest");
  answer_ = new ToneLabel({}, Tone::Text2, Type::Body, this);
  answer_->setObjectName(QStringLiteral("testAnswer"));
  answer_->setEliding(true);
  row->addWidget(prompt_, 2);
  row->addWidget(send_);
  row->addWidget(answer_, 2);
  column->addLayout(row);
}

void ProxyPage::buildLatest() {
  dock_ = new DockContent(tr("Latest requests"), this);
  dock_->setObjectName(QStringLiteral("latestRequests"));
  auto* layout = new QVBoxLayout(dock_);
  tighten(layout);
  table_ = new QTableView(dock_);
  table_->setObjectName(QStringLiteral("latestTable"));
  table_->setAccessibleName(tr("Latest requests"));
  table_->setModel(&latest_);
  dressTable(table_);
  for (const int column : {DecisionTableModel::Tokens, DecisionTableModel::Complexity, DecisionTableModel::Confidence, DecisionTableModel::Why}) {
    table_->hideColumn(column);
  }
  const Metrics m = metricsOf(this);
  table_->setColumnWidth(DecisionTableModel::Time, static_cast<int>(6.2 * m.h));
  table_->setColumnWidth(DecisionTableModel::Latency, static_cast<int>(4 * m.h));
  table_->setColumnWidth(DecisionTableModel::Cost, static_cast<int>(4.8 * m.h));
  table_->horizontalHeader()->setSectionResizeMode(DecisionTableModel::Workload, QHeaderView::Stretch);
  layout->addWidget(table_);
  dock_->hide();
  connect(table_, &QTableView::activated, this, [this](const QModelIndex& index) {
    if (const auto id = latest_.idAt(index.row())) context_.selection.openDecision(*id);
  });
}

void ProxyPage::connectAll() {
  EmbeddedRouter* router = context_.router;
  connect(copy_, &QPushButton::clicked, this, &ProxyPage::copyUrl);
  connect(change_port_, &QPushButton::clicked, this, &ProxyPage::changePort);
  connect(open_, &QPushButton::clicked, this, [this] {
    if (const auto id = Uuid::parse(decision_.toStdString())) context_.selection.openDecision(*id);
  });
  if (!router) return;
  connect(router, &EmbeddedRouter::stateChanged, this, &ProxyPage::follow);
  connect(router, &EmbeddedRouter::testAnswered, this, &ProxyPage::showAnswer);
  connect(start_, &QPushButton::clicked, this, [this, router] { router->start(static_cast<quint16>(context_.settings.get(settings::kProxyPort))); });
  connect(stop_, &QPushButton::clicked, router, &EmbeddedRouter::stop);
  connect(pause_, &QPushButton::clicked, router, [router] { router->setPaused(router->state() == State::Running); });
  connect(copy_token_, &QPushButton::clicked, this, [this, router] {
    router->copyToken();
    copied_->setText(tr("copied"));
  });
  const auto send = [this, router] {
    send_->setEnabled(false);
    answer_->setTone(Tone::Text2);
    answer_->setText(tr("Waiting for the answer…"));
    router->sendTest(prompt_->text());
  };
  connect(send_, &QPushButton::clicked, this, send);
  connect(prompt_, &QLineEdit::returnPressed, this, send);
}

void ProxyPage::activate() {
  latest_.start();
  follow();
}

void ProxyPage::deactivate() { latest_.stop(); }

QList<DockContent*> ProxyPage::docks() { return {dock_}; }

void ProxyPage::follow() {
  EmbeddedRouter* router = context_.router;
  const State state = router ? router->state() : State::Stopped;
  const bool up = state == State::Running || state == State::Paused;
  const bool can_start = router && (state == State::Stopped || state == State::Failed);
  disc_->setState(state);
  state_->setText(router ? stateWords(state) : tr("No router here"));
  QStringList detail;
  if (!router) detail.append(tr("This console was started to watch another router."));
  if (state == State::Failed && router) detail.append(router->error());
  if (state == State::Paused) detail.append(tr("every request goes to the last tier, ungated"));
  if (up) detail.append(tr("embedded router"));
  if (up && router->simulated()) detail.append(tr("simulated: the models and the traffic are made up"));
  detail_->setTone(state == State::Failed ? Tone::Bad : Tone::Text2);
  detail_->setText(detail.join(QStringLiteral(" · ")));
  start_->setVisible(can_start);
  pause_->setVisible(up);
  stop_->setVisible(up || state == State::Starting || state == State::Binding);
  pause_->setText(state == State::Paused ? tr("Route again") : tr("Pause routing"));
  send_->setEnabled(up);
  open_->setEnabled(!decision_.isEmpty());
  followAddress();
  Q_EMIT statusChanged();
}

void ProxyPage::followAddress() {
  EmbeddedRouter* router = context_.router;
  const QString url = router ? router->baseUrl() : QString(), hint = router ? router->tokenHint() : QString();
  url_->setText(url.isEmpty() ? tr("none until the router runs") : url);
  copy_->setEnabled(!url.isEmpty());
  copy_token_->setEnabled(!hint.isEmpty());
  token_->setText(hint.isEmpty() ? format::unknown() : QStringLiteral("••••••••%1").arg(hint));
  const int port = router && router->port() != 0 ? router->port() : context_.settings.get(settings::kProxyPort);
  port_->setText(QString::number(port));
  change_port_->setEnabled(router != nullptr);
  const int current = std::max(0, snippets_->currentIndex());
  while (snippets_->count() > 0) delete snippets_->widget(0);
  for (const Snippet& snippet : snippetsFor(url, hint)) {
    auto* text = new QPlainTextEdit(snippet.text, snippets_);
    text->setReadOnly(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setFont(typeFont(Type::Mono));
    text->setAccessibleName(tr("How to use it with %1").arg(snippet.name));
    snippets_->addTab(text, snippet.name);
  }
  snippets_->setCurrentIndex(current);
}

void ProxyPage::showAnswer(const EmbeddedRouter::TestAnswer& answer) {
  decision_ = answer.decisionId;
  QStringList lines = {tr("HTTP %1 in %2").arg(answer.status).arg(format::latencyMs(answer.milliseconds))};
  lines.append(answer.headers);
  headers_->setPlainText(lines.join(QLatin1Char('\n')));
  answer_->setTone(answer.error.isEmpty() ? Tone::Ok : Tone::Bad);
  answer_->setText(answer.error.isEmpty() ? QStringLiteral("“%1”").arg(answer.text.simplified()) : answer.error);
  follow();
}

void ProxyPage::changePort() {
  bool ok = false;
  const int port = QInputDialog::getInt(this, tr("Port of the proxy"), tr("The router is restarted on it."),
                                        context_.settings.get(settings::kProxyPort), 1, 65535, 1, &ok);
  if (!ok || !context_.router) return;
  context_.settings.set(settings::kProxyPort, port);
  context_.router->start(static_cast<quint16>(port));
  follow();
}

void ProxyPage::copyUrl() {
  QGuiApplication::clipboard()->setText(url_->text());
  copied_->setText(tr("base URL copied"));
}

QStringList ProxyPage::statusParts() const {
  const EmbeddedRouter* router = context_.router;
  if (!router || router->baseUrl().isEmpty()) return {tr("Proxy not running")};
  return {tr("Proxy %1 on %2").arg(stateWords(router->state()).toLower(), router->baseUrl())};
}

}  // namespace signalbox::ui
