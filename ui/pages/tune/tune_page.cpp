// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/tune_page.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "pages/common/link_banner.h"
#include "pages/common/page_helpers.h"
#include "pages/tune/change_strip.h"
#include "pages/tune/policy_banner.h"
#include "pages/tune/policy_editor.h"
#include "pages/tune/threshold_form.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/banner.h"
#include "widgets/cell_delegate.h"
#include "widgets/diff_view.h"
#include "widgets/dock_title.h"
#include "widgets/table_columns.h"

namespace signalbox::ui {

namespace {
constexpr int kFormWidth = 26, kRestWidth = 45, kDiffHeight = 28, kHistoryHeight = 11;  // in lines
}

TunePage::TunePage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), history_(context.client, context.selection), live_(this), targets_(this), samples_(this), diffs_(this),
      banner_(new PolicyBanner(context.client, draft_, this)), aside_banner_(new Banner(this)), strip_(new ChangeStrip(context.client, draft_, this)),
      form_(new ThresholdForm(draft_, this)), editor_(new PolicyEditor(context.client, draft_, this)), diff_(new DiffView(this)),
      diff_title_(new DockTitle(tr("Candidate policy"), this)), history_title_(new DockTitle(tr("History"), this)),
      table_(new QTableView(this)) {
  setObjectName(QStringLiteral("tunePage"));
  build();
  makeActions();
  connectAll();
  showDiff();
}

void TunePage::build() {
  const Metrics m = metricsOf(this);
  auto* column = new QVBoxLayout(this);
  tighten(column);
  aside_banner_->setObjectName(QStringLiteral("asideBanner"));
  aside_banner_->hide();
  column->addWidget(new LinkBanner(context_.client, this));
  column->addWidget(aside_banner_);
  column->addWidget(banner_);
  column->addWidget(strip_);
  auto* tabs = new QTabWidget(this);
  tabs->setObjectName(QStringLiteral("tuneTabs"));
  tabs->setDocumentMode(true);
  tabs->addTab(form_, tr("Form"));
  tabs->addTab(editor_, tr("Text"));
  auto* right = new QSplitter(Qt::Vertical, this);
  right->addWidget(buildDiff());
  right->addWidget(buildHistory());
  right->setSizes({kDiffHeight * m.h, kHistoryHeight * m.h});
  right->setStretchFactor(0, 1);
  right->setChildrenCollapsible(false);
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->setObjectName(QStringLiteral("tuneSplitter"));
  splitter->addWidget(tabs);
  splitter->addWidget(right);
  splitter->setSizes({kFormWidth * m.h, kRestWidth * m.h});
  splitter->setStretchFactor(1, 1);
  splitter->setChildrenCollapsible(false);
  column->addWidget(splitter, 1);
}

QWidget* TunePage::buildDiff() {
  auto* box = new Surface(this);
  auto* column = new QVBoxLayout(box);
  tighten(column);
  diff_->setObjectName(QStringLiteral("diff"));
  diff_title_->setObjectName(QStringLiteral("diffTitle"));
  QToolButton* copy = diff_title_->addTool(QStringLiteral("copy"), tr("Copy the policy text"));
  connect(copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(shown_text_); });
  back_to_draft_ = diff_title_->addTool(QStringLiteral("close"), tr("Back to the draft"));
  back_to_draft_->setObjectName(QStringLiteral("backToDraft"));
  connect(back_to_draft_, &QToolButton::clicked, this, &TunePage::showDiff);
  column->addWidget(diff_title_);
  column->addWidget(diff_, 1);
  return box;
}

QWidget* TunePage::buildHistory() {
  auto* box = new Surface(this);
  auto* column = new QVBoxLayout(box);
  tighten(column);
  column->addWidget(history_title_);
  table_->setObjectName(QStringLiteral("historyTable"));
  table_->setAccessibleName(tr("History of the policy"));
  table_->setModel(&history_);
  CellDelegate* cells = dressTable(table_);
  new TableColumns(table_, {{3, 8.2, 6.9, 6, 12, 8, 6.2}, {HistoryModel::What, HistoryModel::Why}, {HistoryModel::Who, HistoryModel::Since}});
  connect(cells, &CellDelegate::linkActivated, this, [this](const QModelIndex& index, int link) {
    const domain::PolicyRevision* revision = history_.at(index.row());
    if (!revision) return;
    if (link == HistoryModel::RollbackLink) askRollBack(revision->revision);
    else showRevisionDiff(revision->revision);
  });
  connect(table_, &QTableView::activated, this, [this](const QModelIndex& index) {
    if (const domain::PolicyRevision* revision = history_.at(index.row())) showRevisionDiff(revision->revision);
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &TunePage::allowActions);
  column->addWidget(table_, 1);
  return box;
}

void TunePage::makeActions() {
  const auto add = [this](const QString& text, const char* key, void (TunePage::*act)()) {
    auto* action = new QAction(text, this);
    if (key) action->setShortcut(QKeySequence(QString::fromLatin1(key)));
    connect(action, &QAction::triggered, this, act);
    addAction(action);
    actions_.append(action);
    return action;
  };
  apply_ = add(tr("&Make the draft live…"), "Ctrl+Return", &TunePage::apply);
  discard_ = add(tr("&Discard the draft"), nullptr, &TunePage::discard);
  confirm_ = add(tr("&Confirm the live policy"), "Ctrl+Shift+Return", &TunePage::confirm);
  revert_ = add(tr("&Revert now"), nullptr, &TunePage::revert);
  roll_back_ = add(tr("Roll &back to the chosen revision…"), nullptr, &TunePage::rollBackToChosen);
  allowActions();
}

void TunePage::allowActions() {
  const bool may = context_.client.may(domain::Role::Tuner) && context_.client.link().isUp();
  const bool moved = context_.client.policy() && context_.client.policy()->live != draft_.base();
  apply_->setEnabled(may && draft_.isDirty() && !moved && draft_.objection().isEmpty() && editor_->objection().isEmpty());
  banner_->setObjection(editor_->objection());
  discard_->setEnabled(draft_.isDirty());
  for (QAction* action : {confirm_, revert_}) action->setEnabled(may && strip_->isWaiting());
  roll_back_->setEnabled(may && history_.canRollBack(table_->currentIndex().row()));
}

void TunePage::connectAll() {
  ConsoleClient& client = context_.client;
  connect(&client, &ConsoleClient::policyChanged, this, &TunePage::followPolicy);
  connect(&client, &ConsoleClient::helloChanged, this, &TunePage::greet);
  connect(&client, &ConsoleClient::sessionChanged, this, &TunePage::leaveSession);
  connect(&client, &ConsoleClient::resumed, this, &TunePage::sampleScores);
  connect(aside_banner_, &Banner::actionTriggered, this, [this](const QString& id) {
    if (asides_.empty()) return;
    if (id == QLatin1String("copy")) return QGuiApplication::clipboard()->setText(asides_.begin()->second.text);
    asides_.erase(asides_.begin());
    showAside();
  });
  connect(editor_, &PolicyEditor::objectionChanged, this, &TunePage::allowActions);
  connect(&draft_, &PolicyDraft::changed, this, &TunePage::showDiff);
  connect(&draft_, &PolicyDraft::changed, this, &TunePage::allowActions);
  connect(&client, &ConsoleClient::linkChanged, this, &TunePage::allowActions);
  connect(banner_, &PolicyBanner::applyRequested, this, &TunePage::apply);
  connect(banner_, &PolicyBanner::discardRequested, this, &TunePage::discard);
  connect(strip_, &ChangeStrip::confirmRequested, this, &TunePage::confirm);
  connect(strip_, &ChangeStrip::revertRequested, this, &TunePage::revert);
  connect(banner_, &PolicyBanner::rebaseRequested, this, [this] { fetchLive(true); });
  connect(&history_, &HistoryModel::loaded, this, &TunePage::followHistory);
  connect(&context_.selection, &Selection::zoneChanged, this, [this] { strip_->setZone(context_.selection.zone()); });
  strip_->setZone(context_.selection.zone());
  for (const auto signal : {&Selection::filterChanged, &Selection::rangeChanged}) {
    connect(&context_.selection, signal, this, &TunePage::sampleScores);
  }
}

void TunePage::activate() {
  active_ = true;
  history_.setRunning(true);
  followPolicy();
  sampleScores();
}

void TunePage::deactivate() {
  active_ = false;
  history_.setRunning(false);
}

void TunePage::followPolicy() {
  const ConsoleClient& client = context_.client;
  if (client.hello()) {
    draft_.setTiers(client.hello()->tiers);
    form_->setTiers(client.hello()->tiers);
  }
  const bool viewer = client.hello() && !client.may(domain::Role::Tuner);
  form_->setReadOnly(viewer, tr("Needs the role tuner."));
  editor_->setReadOnly(viewer);
  if (!client.policy()) return;
  const domain::PolicyState& policy = *client.policy();
  allowActions();
  followHistory();
  if (active_ && policy.live != draft_.base() && !draft_.isDirty()) fetchLive(false);
  Q_EMIT statusChanged();
}

void TunePage::fetchLive(bool rebase) {
  context_.client.getPolicy(live_.next(), std::nullopt, [this, rebase](const Result<domain::PolicyRevision>& live) {
    if (!live) return say(QString::fromStdString(live.error().message), true);
    if (!draft_.isDirty()) return draft_.setLive(live->revision, live->document.json);
    if (rebase) askRebase(*live);
  });
}

// The last confirmed revision before the live one: what an unconfirmed change goes back to.
std::optional<domain::Revision> TunePage::fallback() const {
  if (!context_.client.policy()) return std::nullopt;
  for (const domain::PolicyRevision& revision : history_.revisions()) {
    if (revision.revision < context_.client.policy()->live && revision.confirmed) return revision.revision;
  }
  return std::nullopt;
}

void TunePage::followHistory() {
  strip_->setFallback(fallback());
  history_title_->setNote(history_.hasLoaded() ? history_.countWords() : QString());
  Q_EMIT statusChanged();
}

void TunePage::rollBackToChosen() {
  const int row = table_->currentIndex().row();
  if (history_.canRollBack(row)) askRollBack(history_.at(row)->revision);
}

void TunePage::discard() {
  editor_->discard();
  draft_.resetAll();
}

void TunePage::say(const QString& what, bool bad) { strip_->say(what, bad); }

QStringList TunePage::statusParts() const {
  QStringList parts;
  if (context_.client.policy()) parts.append(tr("Revision %1 live").arg(format::revision(context_.client.policy()->live)));
  if (history_.hasLoaded()) parts.append(history_.countWords());
  parts.append(tr("Zone %1").arg(context_.selection.zone().label()));
  return parts;
}

}  // namespace signalbox::ui
