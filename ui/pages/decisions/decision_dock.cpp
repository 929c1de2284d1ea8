// SPDX-License-Identifier: GPL-3.0-only
#include "pages/decisions/decision_dock.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "pages/common/page_helpers.h"
#include "pages/decisions/reason_list.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/empty_state.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr int kWidthInLines = 23;
constexpr int kPatienceMs = 200;  // how long the decision before stays on the screen while the next one is asked for
}  // namespace

DecisionDock::DecisionDock(const PageContext& context, QWidget* parent)
    : DockContent(tr("Decision"), parent), context_(context), asker_(this), book_(context.client), stack_(new QStackedWidget(this)),
      empty_(new EmptyState(this)) {
  setObjectName(QStringLiteral("decisionDock"));
  setWidthHint(kWidthInLines * metricsOf(this).h);
  auto* whole = new Surface(this);
  auto* layout = new QVBoxLayout(whole);
  tighten(layout);
  buildHead(layout);
  buildBody(layout);
  buildFoot(layout);
  stack_->addWidget(empty_);
  stack_->addWidget(whole);
  auto* outer = new QVBoxLayout(this);
  tighten(outer);
  outer->addWidget(stack_);
  connect(&context_.selection, &Selection::decisionChanged, this, &DecisionDock::ask);
  connect(&context_.selection, &Selection::zoneChanged, this, [this] {
    if (detail_) subtitle_->setText(subtitleOf(detail_->decision, context_.selection.zone()));
  });
  connect(&context_.client, &ConsoleClient::sessionChanged, this, [this] {
    forget();  // the same id may be another router's
    ask();
  });
  waiting_.setSingleShot(true);
  waiting_.setInterval(kPatienceMs);
  connect(&waiting_, &QTimer::timeout, this, [this] {
    empty_->setContent(EmptyKind::NoData, tr("Asking %1…").arg(context_.client.routerName()));
    stack_->setCurrentIndex(0);
  });
  connect(&book_, &PolicyBook::revisionArrived, this, &DecisionDock::showTextNote);
  connect(&context_.client, &ConsoleClient::helloChanged, this, &DecisionDock::showGrade);
  connect(&context_.client, &ConsoleClient::labelled, this, [this](const domain::DecisionId& id, std::optional<double>) {
    if (detail_ && detail_->decision.id == id) ask();
  });
  ask();
}

void DecisionDock::buildHead(QVBoxLayout* layout) {
  const Metrics m = metricsOf(this);
  auto* head = new QWidget(this);
  auto* column = new QVBoxLayout(head);
  column->setContentsMargins(m.panelPadding(), 2 * m.u, m.panelPadding(), m.u);
  column->setSpacing(m.u / 2);
  auto* row = new QHBoxLayout;
  id_ = new ToneLabel({}, Tone::Text, Type::Mono, head);
  id_->setObjectName(QStringLiteral("decisionId"));
  id_->setEliding(true);
  id_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* copy = toolButton(head, QStringLiteral("copy"), tr("Copy the id"));
  auto* previous = toolButton(head, QStringLiteral("left"), tr("The row before"));
  auto* next = toolButton(head, QStringLiteral("right"), tr("The next row"));
  connect(copy, &QToolButton::clicked, this, &DecisionDock::copyId);
  connect(previous, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(-1); });
  connect(next, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(1); });
  row->addWidget(id_, 1);
  for (QToolButton* button : {copy, previous, next}) row->addWidget(button);
  subtitle_ = new ToneLabel({}, Tone::Text2, Type::Secondary, head);
  subtitle_->setEliding(true);
  column->addLayout(row);
  column->addWidget(subtitle_);
  facts_ = new HeadlineStrip(head);
  layout->addWidget(head);
  layout->addWidget(facts_);
}

QWidget* DecisionDock::section(const QString& title, QWidget* content) {
  const Metrics m = metricsOf(this);
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(m.panelPadding(), 2 * m.u, m.panelPadding(), 2 * m.u);
  column->setSpacing(m.u);
  auto* heading = new ToneLabel(title, Tone::Text, Type::Heading, box);
  heading->setBold(true);
  column->addWidget(heading);
  column->addWidget(content);
  return box;
}

void DecisionDock::buildBody(QVBoxLayout* layout) {
  auto* area = new QScrollArea(this);
  area->setFrameShape(QFrame::NoFrame);
  area->setWidgetResizable(true);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);  // everything in here can be narrow
  auto* body = new Surface(area);
  auto* column = new QVBoxLayout(body);
  tighten(column);
  way_ = new WayView(body);
  strip_ = new ScoreStrip(body);
  reasons_ = new ReasonList(body);
  score_note_ = new ToneLabel({}, Tone::Text3, Type::Secondary, body);
  score_note_->setWordWrap(true);
  text_note_ = new ToneLabel({}, Tone::Text2, Type::Body, body);
  text_note_->setObjectName(QStringLiteral("textNote"));
  text_note_->setWordWrap(true);
  column->addWidget(section(tr("The way of this request"), way_));
  strip_section_ = section(tr("Complexity score against boundaries"), strip_);
  strip_section_->setObjectName(QStringLiteral("scoreSection"));
  column->addWidget(strip_section_);
  auto* why = section(tr("Reasons"), reasons_);
  why->layout()->addWidget(score_note_);
  column->addWidget(why);
  column->addWidget(section(tr("Text"), text_note_));
  column->addStretch(1);
  area->setWidget(body);
  layout->addWidget(area, 1);
}

void DecisionDock::buildFoot(QVBoxLayout* layout) {
  const Metrics m = metricsOf(this);
  auto* foot = new QWidget(this);
  auto* column = new QVBoxLayout(foot);
  column->setContentsMargins(m.panelPadding(), 2 * m.u, m.panelPadding(), 2 * m.u);
  column->setSpacing(m.u);
  grade_note_ = new ToneLabel({}, Tone::Text2, Type::Secondary, foot);
  grade_note_->setObjectName(QStringLiteral("gradeNote"));
  auto* row = new QHBoxLayout;
  const std::array<QString, 3> names = {tr("1  Right"), tr("2  Wrong"), tr("3  Unsure")};
  const std::array<std::optional<double>, 3> scores = {1.0, 0.0, std::nullopt};
  for (std::size_t i = 0; i < grades_.size(); ++i) {
    grades_[i] = new QPushButton(names[i], foot);
    grades_[i]->setObjectName(QStringLiteral("grade%1").arg(i + 1));
    connect(grades_[i], &QPushButton::clicked, this, [this, score = scores[i]] { grade(score); });
    row->addWidget(grades_[i]);
  }
  row->addStretch(1);
  auto* curl = new QPushButton(tr("As curl"), foot);
  connect(curl, &QPushButton::clicked, this, &DecisionDock::copyAsCurl);
  row->addWidget(curl);
  column->addWidget(grade_note_);
  column->addLayout(row);
  layout->addWidget(foot);
}

// What is graded or copied is always what was chosen: from here until the answer there is nothing.
void DecisionDock::forget() {
  detail_.reset();
  showGrade();
}

void DecisionDock::ask() {
  const auto id = context_.selection.decision();
  waiting_.stop();
  if (!id) {
    asker_.cancel();
    forget();
    empty_->setContent(EmptyKind::NoData, tr("No decision chosen"), tr("Choose a row to see the way of its request."));
    stack_->setCurrentIndex(0);
    return setNote({});
  }
  if (detail_ && detail_->decision.id != *id) forget();
  if (!detail_) waiting_.start();
  context_.client.getDecision(asker_.next(), *id, [this](const Result<control::DecisionDetail>& detail) {
    waiting_.stop();
    if (detail) return show(*detail);
    forget();
    empty_->setContent(EmptyKind::Failed, tr("This decision cannot be shown"), QString::fromStdString(detail.error().message));
    stack_->setCurrentIndex(0);
  });
}

void DecisionDock::show(const control::DecisionDetail& detail) {
  detail_ = detail;
  const domain::Decision& d = detail.decision;
  id_->setText(QString::fromStdString(d.id.string()));
  subtitle_->setText(subtitleOf(d, context_.selection.zone()));
  showFacts(d);
  way_->setWay(wayOf(detail));
  std::vector<QString> tiers;
  for (const std::string& tier : detail.tiers) tiers.push_back(QString::fromStdString(tier));
  const bool zones = !detail.boundaries.empty() && detail.boundaries.size() + 1 <= tiers.size();
  strip_section_->setVisible(zones);  // trees, cascades and fixed tiers have none: an empty bar would say less than nothing
  if (zones) tiers.resize(detail.boundaries.size() + 1);
  strip_->setZones(tiers, zones ? detail.boundaries : std::vector<double>());
  const std::string_view reason = d.reason ? domain::name(*d.reason) : std::string_view("refused");
  strip_->setScore(d.complexity, tr("not scored: %1").arg(QString::fromUtf8(reason.data(), static_cast<qsizetype>(reason.size()))));
  reasons_->setLines(reasonsOf(detail));
  QStringList notes;
  if (!d.explanation.empty()) notes.append(QString::fromStdString(d.explanation) + QLatin1Char('.'));
  if (detail.recomputed) notes.append(tr("Worked out again from the record and its policy; times of steps were not kept."));
  score_note_->setText(notes.join(QLatin1Char(' ')));
  score_note_->setVisible(!notes.isEmpty());
  showTextNote();
  showGrade();
  stack_->setCurrentIndex(1);
}

void DecisionDock::showFacts(const domain::Decision& d) {
  const auto fact = [](const QString& label, const QString& value) {
    HeadlineNumber number;
    number.label = label;
    number.value = value;
    number.word = true;
    return number;
  };
  const TierKey tier = tierKey(detail_->tiers, d.final_tier);
  HeadlineNumber who = fact(tr("Answered by"), d.final_tier.empty() ? tr("none") : QString::fromStdString(d.final_tier));
  if (tier.kind != TierKind::None) who.tier = tier;
  facts_->setNumbers({who, fact(tr("Escalated"), escalatedWords(d)), fact(tr("Latency"), format::latencyMs(d.latency_ms)),
                      fact(tr("Cost"), format::money(d.cost_usd)),
                      fact(tr("Overhead"), d.overhead_us ? format::micros(static_cast<double>(*d.overhead_us)) : format::unknown())});
}

// What the policy of this decision says about text; the record itself never holds any.
void DecisionDock::showTextNote() {
  if (!detail_) return;
  const domain::Decision& d = detail_->decision;
  const WorkloadFacts* facts = book_.find(d.policy, d.workload);
  const QString workload = QString::fromStdString(d.workload);
  if (!facts) return text_note_->setText(tr("The text of prompt and answer is not in the record."));
  text_note_->setText(facts->keep_text.empty()
                          ? tr("Not kept: the policy of %1 stores no text.").arg(workload)
                          : tr("Not kept: the policy of %1 asks for text to be kept for %2, but this router does not keep text.")
                                .arg(workload, QString::fromStdString(facts->keep_text)));
}

bool DecisionDock::canGrade() const { return detail_ && context_.client.may(domain::Role::Tuner); }

void DecisionDock::showGrade() {
  const bool may = context_.client.may(domain::Role::Tuner);
  for (QPushButton* button : grades_) {
    button->setEnabled(canGrade());
    button->setToolTip(may ? QString() : tr("Grading needs the role tuner."));
  }
  grade_note_->setTone(Tone::Text2);
  grade_note_->setText(!may ? tr("Grading needs the role tuner.") : detail_ ? gradeWords(detail_->decision) : QString());
}

void DecisionDock::grade(std::optional<double> score) {
  if (!canGrade()) return;
  grade_note_->setText(tr("Saving…"));
  context_.client.addLabel(ticketFor(this), {detail_->decision.id, score, {}}, [this](const Result<control::Done>& done) {
    if (done) return;
    grade_note_->setTone(Tone::Bad);
    grade_note_->setText(tr("Not saved: %1").arg(QString::fromStdString(done.error().message)));
  });
}

void DecisionDock::copyAsCurl() {
  if (!detail_) return;
  QGuiApplication::clipboard()->setText(curlFor(context_.client.link().here ? context_.router : nullptr, QString::fromStdString(detail_->decision.requested_model)));
}

void DecisionDock::copyId() {
  if (detail_) QGuiApplication::clipboard()->setText(QString::fromStdString(detail_->decision.id.string()));
}

}  // namespace signalbox::ui
