// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/empty_state.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {
namespace {

StateMark markOf(EmptyKind kind) {
  switch (kind) {
    case EmptyKind::NoData: return StateMark::NoData;
    case EmptyKind::Filtered: return StateMark::None;  // the filter's icon
    case EmptyKind::NotPermitted: return StateMark::NotPermitted;
    case EmptyKind::Stale: return StateMark::Stale;
    case EmptyKind::TooSlow: return StateMark::Warn;
    case EmptyKind::Failed: return StateMark::Bad;
  }
  return StateMark::None;
}

// The command, on a quiet field with a hairline around it.
class SnippetBox : public QWidget {
 public:
  using QWidget::QWidget;

 protected:
  void paintEvent(QPaintEvent* /*event*/) override {
    QPainter painter(this);
    paint::box(painter, rect(), metricsOf(this).radius(), themeOf(this).alt, themeOf(this).line);
  }
};

}  // namespace

class EmptyState::Mark : public QWidget {
 public:
  explicit Mark(QWidget* parent) : QWidget(parent) { setFixedSize(sizeHint()); }
  EmptyKind kind = EmptyKind::NoData;
  [[nodiscard]] QSize sizeHint() const override {
    const int side = 2 * metricsOf(this).icon();
    return {side, side};
  }

 protected:
  void paintEvent(QPaintEvent* /*event*/) override {
    QPainter painter(this);
    if (kind == EmptyKind::Filtered) paintIcon(painter, rect(), QStringLiteral("filter"), themeOf(this).text2);
    else paint::state(painter, rect(), markOf(kind), themeOf(this));
  }
};

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), mark_(new Mark(this)), sentence_(new ToneLabel({}, Tone::Text, Type::Heading)),
      detail_(new ToneLabel({}, Tone::Text2, Type::Body)), snippetBox_(new SnippetBox(this)),
      snippet_(new ToneLabel({}, Tone::Text, Type::Mono)), actions_(new QHBoxLayout) {
  const Metrics m = metricsOf(this);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(2 * m.u);
  column->addStretch(2);
  column->addWidget(mark_, 0, Qt::AlignHCenter);
  for (ToneLabel* label : {sentence_, detail_}) {
    label->setAlignment(Qt::AlignHCenter);
    label->setWordWrap(true);
    column->addWidget(label);
  }
  auto* box = new QHBoxLayout(snippetBox_);
  box->setContentsMargins(3 * m.u, 2 * m.u, 2 * m.u, 2 * m.u);
  snippet_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  snippet_->setWordWrap(true);
  box->addWidget(snippet_, 1);
  auto* copy = new QPushButton(icon(QStringLiteral("copy")), tr("Copy"), snippetBox_);
  copy->setObjectName(QStringLiteral("empty.copy"));
  copy->setProperty("small", true);
  connect(copy, &QPushButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(snippet_->text());
    Q_EMIT copied();
  });
  box->addWidget(copy, 0, Qt::AlignTop);
  auto* middle = new QHBoxLayout;
  middle->addStretch(1);
  middle->addWidget(snippetBox_, 4);
  middle->addStretch(1);
  column->addLayout(middle);
  actions_->setAlignment(Qt::AlignHCenter);
  column->addSpacing(m.u);
  column->addLayout(actions_);
  column->addStretch(3);
  snippetBox_->hide();
}

void EmptyState::setContent(EmptyKind kind, const QString& sentence, const QString& detail) {
  mark_->kind = kind;
  mark_->update();
  sentence_->setText(sentence);
  detail_->setText(detail);
  detail_->setVisible(!detail.isEmpty());
  setAccessibleName(sentence + QLatin1Char(' ') + detail);
}

void EmptyState::setSnippet(const QString& command) {
  snippet_->setText(command);
  snippetBox_->setVisible(!command.isEmpty());
}

void EmptyState::setActions(const std::vector<EmptyAction>& actions) {
  if (actions == shown_) return;  // a button that is being pressed, or has the focus, stays
  shown_ = actions;
  while (QLayoutItem* item = actions_->takeAt(0)) {
    if (item->widget() != nullptr) item->widget()->deleteLater();
    delete item;
  }
  for (const EmptyAction& action : actions) {
    auto* button = new QPushButton(action.text, this);
    button->setObjectName(QStringLiteral("empty.") + action.id);
    if (action.primary) button->setProperty("kind", QStringLiteral("primary"));
    connect(button, &QPushButton::clicked, this, [this, id = action.id] { Q_EMIT actionTriggered(id); });
    actions_->addWidget(button);
  }
}

}  // namespace signalbox::ui
