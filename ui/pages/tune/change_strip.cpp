// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/change_strip.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/stages_view.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr int kTickMs = 500;
constexpr int kBarSteps = 1000;
constexpr double kMicrosPerSecond = 1e6;

QPushButton* button(QWidget* parent, const char* name, const char* kind) {
  auto* made = new QPushButton(parent);
  made->setObjectName(QString::fromLatin1(name));
  made->setProperty("kind", QString::fromLatin1(kind));
  made->setAutoDefault(false);
  return made;
}
}  // namespace

ChangeStrip::ChangeStrip(ConsoleClient& client, PolicyDraft& draft, QWidget* parent)
    : Surface(parent), client_(client), draft_(draft), left_(new QStackedWidget(this)),
      state_(new ToneLabel({}, Tone::Text, Type::Heading, this)), said_(new ToneLabel({}, Tone::Text2, Type::Secondary, this)),
      countdown_(new ToneLabel({}, Tone::Draft, Type::Body, this)), stages_(new StagesView(this)), dead_man_(new QWidget(this)),
      bar_(new QProgressBar(this)), revert_(button(this, "revertNow", "danger")), confirm_(button(this, "confirmNow", "primary")) {
  setObjectName(QStringLiteral("changeStrip"));
  build();
  clock_.setInterval(kTickMs);
  connect(&clock_, &QTimer::timeout, this, &ChangeStrip::followDeadMan);
  connect(revert_, &QPushButton::clicked, this, &ChangeStrip::revertRequested);
  connect(confirm_, &QPushButton::clicked, this, &ChangeStrip::confirmRequested);
  for (const auto signal : {&ConsoleClient::policyChanged, &ConsoleClient::helloChanged, &ConsoleClient::sessionChanged,
                            &ConsoleClient::linkChanged}) {
    connect(&client_, signal, this, &ChangeStrip::follow);
  }
  connect(&draft_, &PolicyDraft::changed, this, &ChangeStrip::followStages);
  follow();
}

void ChangeStrip::build() {
  const Metrics m = metricsOf(this);
  state_->setObjectName(QStringLiteral("tuneState"));
  state_->setBold(true);
  said_->setObjectName(QStringLiteral("tuneSaid"));
  said_->setWordWrap(true);
  said_->hide();
  countdown_->setObjectName(QStringLiteral("countdown"));
  countdown_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  stages_->setObjectName(QStringLiteral("stages"));
  left_->addWidget(state_);
  stages_->setMaximumWidth(stages_->minimumSizeHint().width() + 3 * 44 * m.u);
  left_->addWidget(stages_);
  bar_->setTextVisible(false);
  bar_->setRange(0, kBarSteps);
  bar_->setProperty("kind", QStringLiteral("proposal"));
  bar_->setAccessibleName(tr("Time until it reverts by itself"));
  dead_man_->setObjectName(QStringLiteral("deadMan"));
  auto* column = new QVBoxLayout(dead_man_);
  tighten(column, m.u);
  column->addWidget(countdown_);
  column->addWidget(bar_);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  buttons->addWidget(revert_);
  buttons->addWidget(confirm_);
  column->addLayout(buttons);
  auto* row = new QHBoxLayout;
  row->setSpacing(5 * m.u);
  row->addWidget(left_, 1);
  row->addWidget(dead_man_);
  // A line of its own: what became of the last act is to be seen whatever else the strip shows.
  auto* whole = new QVBoxLayout(this);
  whole->setContentsMargins(m.pagePadding(), 2 * m.u, m.panelPadding(), 2 * m.u + 1);
  whole->setSpacing(m.u);
  whole->addLayout(row);
  whole->addWidget(said_);
}

bool ChangeStrip::isWaiting() const {
  const auto& policy = client_.policy();
  return policy && !policy->confirmed && policy->confirm_by;
}

void ChangeStrip::setFallback(std::optional<domain::Revision> revision) {
  fallback_ = revision;
  follow();
}

void ChangeStrip::setZone(const Zone& zone) {
  zone_ = zone;
  followStages();
}

void ChangeStrip::say(const QString& what, bool bad) {
  said_->setTone(bad ? Tone::Bad : Tone::Text2);
  said_->setText(what);
  said_->setVisible(!what.isEmpty());
}

void ChangeStrip::follow() {
  const auto& policy = client_.policy();
  state_->setText(!policy ? tr("Policy not known yet")
                  : policy->confirmed ? tr("%1 live, confirmed").arg(format::revision(policy->live))
                                      : tr("%1 live, not confirmed").arg(format::revision(policy->live)));
  followStages();
  allow();
  followDeadMan();
}

void ChangeStrip::followStages() {
  const auto& policy = client_.policy();
  const bool waiting = isWaiting(), drafting = draft_.isDirty();
  left_->setCurrentIndex(waiting || drafting ? 1 : 0);
  left_->setMaximumHeight(waiting || drafting ? QWIDGETSIZE_MAX : state_->sizeHint().height());
  if (!policy || (!waiting && !drafting)) return;
  using State = Stage::State;
  if (waiting) {
    const QString when = zone_.text(policy->at, Zone::Style::Minute);
    const QString who = QString::fromStdString(policy->by);
    return stages_->setStages({{tr("Draft"), {}, State::Done},
                               {tr("%1 live").arg(format::revision(policy->live)), who.isEmpty() ? when : tr("%1 · %2").arg(when, who), State::Now},
                               {tr("Confirmed"), tr("to keep it"), State::ToCome}});
  }
  const auto n = static_cast<qint64>(draft_.changes().size());
  stages_->setStages({{tr("Draft"), tr("%1 on %2").arg(format::counted(n, tr("change"), tr("changes")), format::revision(draft_.base())), State::Now},
                      {tr("Live"), tr("%1 is live now").arg(format::revision(policy->live)), State::ToCome},
                      {tr("Confirmed"), tr("else it reverts"), State::ToCome}});
}

void ChangeStrip::allow() {
  const bool may = client_.may(domain::Role::Tuner);
  for (QPushButton* one : {revert_, confirm_}) {
    one->setEnabled(may && client_.link().isUp());
    one->setToolTip(!may ? tr("Needs the role tuner.") : !client_.link().isUp() ? tr("Not connected to the router.") : QString());
  }
}

void ChangeStrip::followDeadMan() {
  dead_man_->setVisible(isWaiting());
  if (!isWaiting()) return clock_.stop();
  if (!clock_.isActive()) clock_.start();
  const domain::PolicyState& policy = *client_.policy();
  const double left = static_cast<double>(*policy.confirm_by - client_.routerNow()) / kMicrosPerSecond;
  const double whole = static_cast<double>(*policy.confirm_by - policy.at) / kMicrosPerSecond;
  const QString to = fallback_ ? tr("Reverts to %1 by itself in").arg(format::revision(*fallback_)) + QStringLiteral(" %1") : tr("Reverts by itself in %1");
  countdown_->setText(left > 0 ? to.arg(format::countdown(qRound64(left))) : tr("Reverting…"));
  bar_->setValue(whole > 0 ? static_cast<int>(std::clamp(left / whole, 0.0, 1.0) * kBarSteps) : 0);
  revert_->setText(fallback_ ? tr("Revert now, to %1").arg(format::revision(*fallback_)) : tr("Revert now"));
  confirm_->setText(tr("Confirm %1").arg(format::revision(policy.live)));
}

void ChangeStrip::paintEvent(QPaintEvent* event) {
  Surface::paintEvent(event);
  QPainter painter(this);
  paint::hLine(painter, 0, width(), height() - paint::hair(painter), themeOf(this).line);
}

}  // namespace signalbox::ui
