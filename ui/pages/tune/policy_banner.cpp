// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/policy_banner.h"

#include <QVBoxLayout>

#include "pages/common/page_helpers.h"
#include "theme/format.h"

namespace signalbox::ui {

PolicyBanner::PolicyBanner(ConsoleClient& client, PolicyDraft& draft, QWidget* parent)
    : QWidget(parent), client_(client), draft_(draft), draft_banner_(new Banner(this)), role_banner_(new Banner(this)) {
  auto* column = new QVBoxLayout(this);
  tighten(column);
  draft_banner_->setObjectName(QStringLiteral("draftBanner"));
  role_banner_->setObjectName(QStringLiteral("roleBanner"));
  for (Banner* banner : {role_banner_, draft_banner_}) {
    column->addWidget(banner);
    connect(banner, &Banner::actionTriggered, this, &PolicyBanner::act);
  }
  for (const auto signal : {&ConsoleClient::policyChanged, &ConsoleClient::helloChanged, &ConsoleClient::sessionChanged, &ConsoleClient::linkChanged}) {
    connect(&client_, signal, this, &PolicyBanner::follow);
  }
  connect(&draft_, &PolicyDraft::changed, this, &PolicyBanner::follow);
  follow();
}

void PolicyBanner::setObjection(const QString& objection) {
  if (std::exchange(objection_, objection) != objection) followDraft();
}

void PolicyBanner::follow() {
  const bool viewer = client_.hello() && !client_.may(domain::Role::Tuner);
  role_banner_->setVisible(viewer);
  if (viewer) {
    role_banner_->setContent(BannerKind::ReadOnly, tr("Your role here is viewer."),
                             tr("You can look; drafting a policy and making it live need the role tuner."));
  }
  followDraft();
}

void PolicyBanner::followDraft() {
  draft_banner_->setVisible(draft_.isDirty());
  if (!draft_.isDirty()) return;
  const auto changes = static_cast<qint64>(draft_.changes().size());
  const domain::Revision live = client_.policy() ? client_.policy()->live : draft_.base();
  const bool moved = live != draft_.base();
  const QString objection = objection_.isEmpty() ? draft_.objection() : objection_;
  const QString where = !objection.isEmpty() ? objection
                        : moved             ? tr("%1 is live meanwhile: rebase to carry the draft over.").arg(format::revision(live))
                                            : tr("%1. Nothing has been sent to %2.").arg(format::counted(changes, tr("change"), tr("changes")), client_.routerName());
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

void PolicyBanner::act(const QString& id) {
  if (id == QLatin1String("apply")) Q_EMIT applyRequested();
  if (id == QLatin1String("discard")) Q_EMIT discardRequested();
  if (id == QLatin1String("rebase")) Q_EMIT rebaseRequested();
}

}  // namespace signalbox::ui
