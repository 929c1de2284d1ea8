// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/policy_banner.h"

#include <QVBoxLayout>

#include "pages/common/page_helpers.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr int kTickMs = 500;
constexpr double kMicrosPerSecond = 1e6;
}  // namespace

PolicyBanner::PolicyBanner(ConsoleClient& client, PolicyDraft& draft, QWidget* parent)
    : QWidget(parent), client_(client), draft_(draft), dead_man_(new Banner(this)), draft_banner_(new Banner(this)),
      role_banner_(new Banner(this)) {
  auto* column = new QVBoxLayout(this);
  tighten(column);
  dead_man_->setObjectName(QStringLiteral("deadMan"));
  draft_banner_->setObjectName(QStringLiteral("draftBanner"));
  role_banner_->setObjectName(QStringLiteral("roleBanner"));
  for (Banner* banner : {role_banner_, dead_man_, draft_banner_}) {
    column->addWidget(banner);
    connect(banner, &Banner::actionTriggered, this, &PolicyBanner::act);
  }
  clock_.setInterval(kTickMs);
  connect(&clock_, &QTimer::timeout, this, &PolicyBanner::followDeadMan);
  for (const auto signal : {&ConsoleClient::policyChanged, &ConsoleClient::helloChanged, &ConsoleClient::sessionChanged}) {
    connect(&client_, signal, this, &PolicyBanner::follow);
  }
  connect(&draft_, &PolicyDraft::changed, this, &PolicyBanner::follow);
  follow();
}

void PolicyBanner::follow() {
  const bool viewer = client_.hello() && !client_.may(domain::Role::Tuner);
  role_banner_->setVisible(viewer);
  if (viewer) {
    role_banner_->setContent(BannerKind::ReadOnly, tr("Your role here is viewer."),
                             tr("You can look and draft; making a policy live needs the role tuner."));
  }
  followDraft();
  followDeadMan();
}

void PolicyBanner::followDraft() {
  draft_banner_->setVisible(draft_.isDirty());
  if (!draft_.isDirty()) return;
  const int changes = static_cast<int>(draft_.changes().size());
  const domain::Revision live = client_.policy() ? client_.policy()->live : draft_.base();
  const bool moved = live != draft_.base();
  const QString objection = draft_.objection();
  const QString where = !objection.isEmpty() ? objection
                        : moved             ? tr("%1 is live meanwhile: rebase to carry the draft over.").arg(format::revision(live))
                                            : tr("%n change(s); nothing has been sent to the router.", nullptr, changes);
  draft_banner_->setContent(BannerKind::Draft, tr("Draft on %1, not live.").arg(format::revision(draft_.base())), where);
  std::vector<BannerAction> actions = {{QStringLiteral("discard"), tr("Discard")}};
  if (moved) {
    actions.push_back({QStringLiteral("rebase"), tr("Rebase draft…"), BannerAction::Kind::Proposal});
  } else {
    const bool may = client_.may(domain::Role::Tuner);
    BannerAction apply{QStringLiteral("apply"), tr("Make live…"), BannerAction::Kind::Proposal};
    apply.enabled = may && objection.isEmpty() && client_.link().isUp();
    apply.tooltip = !may ? tr("Needs the role tuner.") : objection;
    actions.push_back(apply);
  }
  draft_banner_->setActions(actions);
}

void PolicyBanner::followDeadMan() {
  const auto& policy = client_.policy();
  const bool waits = policy && !policy->confirmed && policy->confirm_by;
  dead_man_->setVisible(waits);
  if (!waits) return clock_.stop();
  if (!clock_.isActive()) clock_.start();
  const double left = static_cast<double>(*policy->confirm_by - client_.routerNow()) / kMicrosPerSecond;
  dead_man_->setContent(BannerKind::Draft, tr("%1 is live, but not confirmed.").arg(format::revision(policy->live)),
                        policy->by.empty() ? QString() : tr("Made live by %1.").arg(QString::fromStdString(policy->by)),
                        left > 0 ? tr("Reverts by itself in %1").arg(format::countdown(qRound64(left))) : tr("Reverting…"));
  const bool may = client_.may(domain::Role::Tuner) && client_.link().isUp();
  BannerAction revert{QStringLiteral("revert"), tr("Revert now"), BannerAction::Kind::Danger};
  BannerAction confirm{QStringLiteral("confirm"), tr("Confirm %1").arg(format::revision(policy->live)), BannerAction::Kind::Primary};
  revert.enabled = confirm.enabled = may;
  if (!may) revert.tooltip = confirm.tooltip = tr("Needs the role tuner.");
  dead_man_->setActions({revert, confirm});
}

void PolicyBanner::act(const QString& id) {
  if (id == QLatin1String("apply")) Q_EMIT applyRequested();
  if (id == QLatin1String("discard")) Q_EMIT discardRequested();
  if (id == QLatin1String("confirm")) Q_EMIT confirmRequested();
  if (id == QLatin1String("revert")) Q_EMIT revertRequested();
  if (id == QLatin1String("rebase")) Q_EMIT rebaseRequested();
}

}  // namespace signalbox::ui
