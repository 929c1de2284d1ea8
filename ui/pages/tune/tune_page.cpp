// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/tune_page.h"

#include <QHeaderView>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <array>

#include "models/policy_text.h"
#include "pages/common/link_banner.h"
#include "pages/common/page_helpers.h"
#include "pages/tune/apply_dialog.h"
#include "pages/tune/policy_diff_view.h"
#include "pages/tune/policy_banner.h"
#include "pages/tune/policy_editor.h"
#include "pages/tune/threshold_form.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/cell_delegate.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kSampledRequests = 1'000;
}

TunePage::TunePage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), history_(context.client, context.selection), live_(this), samples_(this), diffs_(this),
      banner_(new PolicyBanner(context.client, draft_, this)), form_(new ThresholdForm(draft_, this)),
      editor_(new PolicyEditor(context.client, draft_, this)), diff_(new PolicyDiffView(this)),
      state_(new ToneLabel({}, Tone::Text, Type::Heading, this)), said_(new ToneLabel({}, Tone::Text2, Type::Secondary, this)),
      tabs_(new QTabWidget(this)), table_(new QTableView(this)) {
  setObjectName(QStringLiteral("tunePage"));
  build();
  connectAll();
}

void TunePage::build() {
  const Metrics m = metricsOf(this);
  auto* column = new QVBoxLayout(this);
  tighten(column);
  column->addWidget(new LinkBanner(context_.client, this));
  column->addWidget(banner_);
  auto* head = new Surface(this);
  auto* row = new QHBoxLayout(head);
  row->setContentsMargins(m.pagePadding(), 2 * m.u, m.pagePadding(), 2 * m.u);
  state_->setBold(true);
  said_->setObjectName(QStringLiteral("tuneSaid"));
  row->addWidget(state_);
  row->addStretch(1);
  row->addWidget(said_);
  column->addWidget(head);
  tabs_->setObjectName(QStringLiteral("tuneTabs"));
  tabs_->setDocumentMode(true);
  tabs_->addTab(form_, tr("Form"));
  tabs_->addTab(editor_, tr("Text"));
  tabs_->addTab(diff_, tr("Diff"));
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->addWidget(tabs_);
  splitter->addWidget(buildHistory());
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 1);
  splitter->setChildrenCollapsible(false);
  column->addWidget(splitter, 1);
}

QWidget* TunePage::buildHistory() {
  const Metrics m = metricsOf(this);
  auto* box = new Surface(this);
  auto* column = new QVBoxLayout(box);
  tighten(column);
  auto* heading = new ToneLabel(tr("History"), Tone::Text, Type::Heading, box);
  heading->setBold(true);
  heading->setMargin(static_cast<int>(1.5 * m.u));
  heading->setContentsMargins(m.panelPadding(), 0, 0, 0);
  column->addWidget(heading);
  table_->setObjectName(QStringLiteral("historyTable"));
  table_->setAccessibleName(tr("History of the policy"));
  table_->setModel(&history_);
  CellDelegate* cells = dressTable(table_);
  static constexpr std::array<double, HistoryModel::ColumnCount> kWidths = {3.2, 8, 7.2, 6, 20, 10, 7};
  for (int at = 0; at < HistoryModel::ColumnCount; ++at) table_->setColumnWidth(at, static_cast<int>(kWidths[static_cast<std::size_t>(at)] * m.h));
  table_->horizontalHeader()->setStretchLastSection(false);
  table_->horizontalHeader()->setSectionResizeMode(HistoryModel::What, QHeaderView::Stretch);
  connect(cells, &CellDelegate::linkActivated, this, [this](const QModelIndex& index, int link) {
    const domain::PolicyRevision* revision = history_.at(index.row());
    if (!revision) return;
    if (link == HistoryModel::RollbackLink) rollBack(revision->revision);
    else showRevisionDiff(revision->revision);
  });
  column->addWidget(table_, 1);
  return box;
}

void TunePage::connectAll() {
  ConsoleClient& client = context_.client;
  connect(&client, &ConsoleClient::policyChanged, this, &TunePage::followPolicy);
  connect(&client, &ConsoleClient::helloChanged, this, &TunePage::followPolicy);
  connect(&client, &ConsoleClient::sessionChanged, this, [this] {
    draft_.setLive(0, Json::object());
    followPolicy();
  });
  connect(&draft_, &PolicyDraft::changed, this, &TunePage::showDiff);
  connect(banner_, &PolicyBanner::applyRequested, this, &TunePage::apply);
  connect(banner_, &PolicyBanner::discardRequested, &draft_, &PolicyDraft::resetAll);
  connect(banner_, &PolicyBanner::confirmRequested, this, &TunePage::confirm);
  connect(banner_, &PolicyBanner::revertRequested, this, &TunePage::revert);
  connect(banner_, &PolicyBanner::rebaseRequested, this, [this] { fetchLive(true); });
  connect(&history_, &HistoryModel::loaded, this, &Page::statusChanged);
  connect(&context_.selection, &Selection::filterChanged, this, &TunePage::sampleScores);
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
  if (!client.policy()) return state_->setText(tr("Policy not known yet"));
  const domain::PolicyState& policy = *client.policy();
  state_->setText(policy.confirmed ? tr("%1 live, confirmed").arg(format::revision(policy.live))
                                   : tr("%1 live, not confirmed").arg(format::revision(policy.live)));
  if (active_ && policy.live != draft_.base() && !draft_.isDirty()) fetchLive(false);
  Q_EMIT statusChanged();
}

void TunePage::fetchLive(bool rebase) {
  context_.client.getPolicy(live_.next(), std::nullopt, [this, rebase](const Result<domain::PolicyRevision>& live) {
    if (!live) return say(QString::fromStdString(live.error().message), true);
    if (!draft_.isDirty()) return draft_.setLive(live->revision, live->document.json);
    if (rebase && askRebase(draft_, *live, this)) {
      const auto both = draft_.rebase(live->revision, live->document.json);
      say(both.empty() ? tr("Rebased.") : tr("Rebased; %n threshold(s) were changed on both sides: yours stand.", nullptr, static_cast<int>(both.size())));
    }
  });
}

void TunePage::sampleScores() {
  if (!active_) return;
  control::DecisionQuery query;
  query.since = context_.selection.span().since;
  query.where = context_.selection.filter();
  query.limit = kSampledRequests;
  context_.client.queryDecisions(samples_.next(), std::move(query), [this](const Result<control::DecisionPage>& page) {
    if (!page) return;
    ScoreSample sample;
    sample.take(page->items);
    form_->setSample(std::move(sample));
  });
}

void TunePage::showDiff() {
  diff_->setTexts(policyText(draft_.live()), policyText(draft_.proposed()));
  tabs_->setTabText(2, draft_.isDirty() ? tr("Diff (%1)").arg(draft_.changes().size()) : tr("Diff"));
}

void TunePage::showRevisionDiff(domain::Revision revision) {
  const Ticket ticket = diffs_.next();
  context_.client.getPolicy(ticket, revision, [this, ticket, revision](const Result<domain::PolicyRevision>& after) {
    if (!after) return say(QString::fromStdString(after.error().message), true);
    const QString text = policyText(after->document.json);
    const auto show = [this, revision, text](const QString& before) {
      diff_->setTexts(before, text);
      tabs_->setTabText(2, tr("Diff of %1").arg(format::revision(revision)));
      tabs_->setCurrentWidget(diff_);
    };
    if (revision <= 1) return show(QString());
    context_.client.getPolicy(ticket, revision - 1, [show](const Result<domain::PolicyRevision>& before) {
      show(before ? policyText(before->document.json) : QString());
    });
  });
}

void TunePage::apply() {
  if (editor_->hasErrors()) return say(tr("The text has errors; mend or discard them first."), true);
  const domain::Role role = context_.client.hello() ? context_.client.hello()->role : domain::Role::Viewer;
  dialog_ = new ApplyDialog(draft_, context_.client.routerName(), role, this);
  dialog_->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog_, &ApplyDialog::applied, this, [this] { send(*dialog_); });
  dialog_->open();
}

void TunePage::send(ApplyDialog& dialog) {
  dialog.setEnabled(false);
  context_.client.applyPolicy(ticketFor(this), dialog.change(), [this](const Result<control::PolicyApplied>& applied) {
    if (dialog_) dialog_->setEnabled(true);
    if (applied) {
      if (dialog_) dialog_->accept();
      draft_.setLive(applied->revision, draft_.proposed());
      return say(tr("%1 is live.").arg(format::revision(applied->revision)));
    }
    if (!dialog_) return say(QString::fromStdString(applied.error().message), true);
    if (applied.error().code == ErrorCode::Guardrail) return dialog_->showGuardrail(applied.error());
    if (applied.error().code != ErrorCode::Conflict) return dialog_->showError(QString::fromStdString(applied.error().message));
    dialog_->reject();
    fetchLive(true);
  });
}

void TunePage::confirm() {
  if (!context_.client.policy()) return;
  const domain::Revision revision = context_.client.policy()->live;
  context_.client.confirmPolicy(ticketFor(this), revision, [this, revision](const Result<control::Done>& done) {
    say(done ? tr("%1 is confirmed.").arg(format::revision(revision)) : QString::fromStdString(done.error().message), !done);
  });
}

void TunePage::revert() {
  // The last confirmed revision before the live one.
  for (const domain::PolicyRevision& revision : history_.revisions()) {
    if (!context_.client.policy() || revision.revision >= context_.client.policy()->live || !revision.confirmed) continue;
    return rollBack(revision.revision);
  }
  say(tr("No confirmed policy to go back to is known yet."), true);
}

void TunePage::rollBack(domain::Revision to) {
  const domain::Revision live = context_.client.policy() ? context_.client.policy()->live : 0;
  const auto reason = askRollback(context_.client.routerName(), live, to, this);
  if (!reason) return;
  context_.client.rollbackPolicy(ticketFor(this), to, reason->toStdString(), [this, to](const Result<control::PolicyApplied>& applied) {
    if (!applied) return say(QString::fromStdString(applied.error().message), true);
    say(tr("Back to the policy of %1, as %2.").arg(format::revision(to), format::revision(applied->revision)));
  });
}

void TunePage::say(const QString& what, bool bad) {
  said_->setTone(bad ? Tone::Bad : Tone::Text2);
  said_->setText(what);
}

QStringList TunePage::statusParts() const {
  QStringList parts;
  if (context_.client.policy()) parts.append(tr("Revision %1 live").arg(format::revision(context_.client.policy()->live)));
  if (history_.hasLoaded()) parts.append(tr("%n revision(s)", nullptr, history_.rowCount()));
  parts.append(tr("Zone %1").arg(context_.selection.zone().label()));
  return parts;
}

}  // namespace signalbox::ui
