// SPDX-License-Identifier: GPL-3.0-only
#include "models/change_words.h"

#include <QCoreApplication>
#include <QHash>
#include <QRegularExpression>
#include <QStringList>
#include <utility>

namespace signalbox::ui {

namespace {
QString tr(const char* text) { return QCoreApplication::translate("change", text); }

QString guardrailName(const QString& key) {
  if (key == QLatin1String("max-step")) return tr("the largest step");
  if (key == QLatin1String("min-coverage")) return tr("the least coverage");
  if (key == QLatin1String("max-quality-drop")) return tr("the largest loss of quality");
  if (key == QLatin1String("usd-per-day")) return tr("the dollars a day");
  return key;
}

// Where a workload has a name of its own before the place: a blank, then a key of a workload.
const QRegularExpression& withWorkload() {
  static const QRegularExpression rule(QStringLiteral(
      "^([^ ]+) ((?:gate|route|match|validate|overrides|depth|latency|cache|learned|shadow|explore|experiment|text)(?:[.\\[ ].*)?)$"));
  return rule;
}
}  // namespace

QString placeWords(QString place) {
  static const QRegularExpression gate(QStringLiteral("\\bgate[. ]([^. ]+)[. ]escalate-below\\b"));
  static const QRegularExpression trust(QStringLiteral("\\bgate[. ]([^. ]+)[. ]trust-above\\b"));
  static const QRegularExpression gated(QStringLiteral("\\bgate\\.([^. ]+)\\."));
  static const QRegularExpression boundary(QStringLiteral("\\broute[. ]boundaries[\\[ ](\\d+)\\]?"));
  static const QRegularExpression route(QStringLiteral("\\broute\\.(?=\\w)"));
  static const QRegularExpression guardrail(QStringLiteral("\\bguardrails[. ]([a-z-]+)"));
  place.replace(gate, tr("gate %1").arg(QStringLiteral("\\1")));
  place.replace(trust, tr("gate %1, trust above").arg(QStringLiteral("\\1")));
  place.replace(gated, tr("gate %1, ").arg(QStringLiteral("\\1")));
  if (const auto found = boundary.match(place); found.hasMatch()) {
    place.replace(found.capturedStart(), found.capturedLength(), tr("boundary %1").arg(found.captured(1).toInt() + 1));
  }
  place.replace(route, QString());
  if (const auto found = guardrail.match(place); found.hasMatch()) {
    place.replace(found.capturedStart(), found.capturedLength(), guardrailName(found.captured(1)));
  }
  return place;
}

QString changeWords(const std::string& diff) {
  QStringList parts;
  for (const QString& part : QString::fromStdString(diff).split(QStringLiteral("; "), Qt::SkipEmptyParts)) {
    const auto named = withWorkload().match(part);
    parts.append(named.hasMatch() ? named.captured(1) + QStringLiteral(": ") + placeWords(named.captured(2)) : placeWords(part));
  }
  return parts.join(QStringLiteral("; "));
}

QString actionWords(const std::string& action) {
  const QHash<QString, QString> words = {
      {QStringLiteral("policy.apply"), tr("make live")},
      {QStringLiteral("policy.override"), tr("make live past a guardrail")},
      {QStringLiteral("policy.confirm"), tr("confirm")},
      {QStringLiteral("policy.rollback"), tr("roll back")},
      {QStringLiteral("policy.revert"), tr("revert by itself")},
      {QStringLiteral("label.add"), tr("grade")},
  };
  const QString key = QString::fromStdString(action);
  return words.value(key, key);
}

QString validatorWords(const std::string& validators) {
  const QHash<QString, QString> words = {
      {QStringLiteral("enum"), tr("labels")},
      {QStringLiteral("json-schema"), tr("schema")},
      {QStringLiteral("regex"), tr("pattern")},
      {QStringLiteral("refusal"), tr("refusal")},
      {QStringLiteral("max-chars"), tr("length")},
  };
  QStringList said;
  for (const QString& key : QString::fromStdString(validators).split(QLatin1Char(','), Qt::SkipEmptyParts)) said.append(words.value(key, key));
  return said.join(QStringLiteral(", "));
}

}  // namespace signalbox::ui
