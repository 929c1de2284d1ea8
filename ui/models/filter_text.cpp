// SPDX-License-Identifier: GPL-3.0-only
#include "models/filter_text.h"

#include <QCoreApplication>
#include <QHash>
#include <QLocale>
#include <QRegularExpression>
#include <QStringList>
#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
using Op = domain::Condition::Op;

QString tr(const char* text) { return QCoreApplication::translate("filter", text); }

const QHash<QString, QString>& shortNames() {
  static const QHash<QString, QString> names = {
      {QStringLiteral("tier"), QStringLiteral("final_tier")},       {QStringLiteral("cost"), QStringLiteral("cost_usd")},
      {QStringLiteral("latency"), QStringLiteral("latency_ms")},    {QStringLiteral("ttft"), QStringLiteral("ttft_ms")},
      {QStringLiteral("model"), QStringLiteral("requested_model")}, {QStringLiteral("score"), QStringLiteral("complexity")},
      {QStringLiteral("revision"), QStringLiteral("policy")},       {QStringLiteral("user"), QStringLiteral("user_hash")}};
  return names;
}

// White space separates, but not inside double quotes.
QStringList wordsOf(const QString& typed) {
  QStringList words;
  QString word;
  bool quoted = false;
  for (const QChar c : typed) {
    if (c == QLatin1Char('"')) {
      quoted = !quoted;
    } else if (c.isSpace() && !quoted) {
      if (!word.isEmpty()) words.append(std::exchange(word, {}));
    } else {
      word.append(c);
    }
  }
  if (!word.isEmpty()) words.append(word);
  return words;
}

Json valueOf(const QString& text) {
  static const QRegularExpression revision(QStringLiteral("^r(\\d+)$"));
  if (text.compare(QLatin1String("unknown"), Qt::CaseInsensitive) == 0) return nullptr;
  if (text == QLatin1String("true") || text == QLatin1String("false")) return text == QLatin1String("true");
  bool whole = false, real = false;
  const qlonglong integer = text.toLongLong(&whole);
  const double number = QLocale::c().toDouble(text, &real);
  if (whole) return static_cast<std::int64_t>(integer);
  if (real) return number;
  if (const auto match = revision.match(text); match.hasMatch()) {
    return static_cast<std::int64_t>(match.captured(1).toLongLong());
  }
  return text.toStdString();
}

Result<domain::Condition> compared(const QString& field, const QString& op, const QString& value) {
  domain::Condition condition;
  condition.field = fieldFor(field).toStdString();
  const auto& known = domain::whereFields();
  if (std::find(known.begin(), known.end(), condition.field) == known.end()) {
    const std::string near = nearest(condition.field, known);
    return fail(ErrorCode::InvalidInput, near.empty() ? tr("There is no field “%1”.").arg(field).toStdString()
                                                      : tr("There is no field “%1”; perhaps %2?")
                                                            .arg(field, QString::fromStdString(near)).toStdString());
  }
  if (value.isEmpty()) return fail(ErrorCode::InvalidInput, tr("“%1” needs a value.").arg(field + op).toStdString());
  if (op == QLatin1String(":") || op == QLatin1String("=") || op == QLatin1String("!=")) {
    condition.op = op == QLatin1String("!=") ? Op::NoneOf : Op::AnyOf;
    for (const QString& part : value.split(QLatin1Char(','), Qt::SkipEmptyParts)) condition.values.push_back(valueOf(part));
    return condition;
  }
  if (op == QLatin1String("~")) {
    condition.op = Op::Contains;
    condition.values.push_back(value.toStdString());
    return condition;
  }
  condition.op = op == QLatin1String(">=") ? Op::Ge : op == QLatin1String(">") ? Op::Gt : op == QLatin1String("<=") ? Op::Le : Op::Lt;
  condition.values.push_back(valueOf(value));
  if (!condition.values.front().is_number()) {
    return fail(ErrorCode::InvalidInput, tr("“%1” is compared with a number, not with “%2”.").arg(field, value).toStdString());
  }
  return condition;
}

QString textOf(const Json& value) {
  if (value.is_null()) return tr("unknown");
  if (value.is_string()) return QString::fromStdString(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? tr("yes") : tr("no");
  if (value.is_number_integer()) return QString::number(value.get<std::int64_t>());
  if (value.is_number()) return QString::fromStdString(shortest(value.get<double>()));
  return QString::fromStdString(value.dump());
}
}  // namespace

QString fieldFor(const QString& typed) { return shortNames().value(typed, typed); }

Result<std::vector<domain::Condition>> parseFilterText(const QString& typed) {
  static const QRegularExpression shape(QStringLiteral("^([A-Za-z_]+)(>=|<=|!=|:|=|>|<|~)(.*)$"));
  std::vector<domain::Condition> conditions;
  QStringList free;
  for (const QString& word : wordsOf(typed)) {
    const auto match = shape.match(word);
    if (!match.hasMatch()) {
      free.append(word);
      continue;
    }
    auto condition = compared(match.captured(1), match.captured(2), match.captured(3));
    if (!condition) return std::unexpected(condition.error());
    conditions.push_back(std::move(*condition));
  }
  if (!free.isEmpty()) {
    conditions.push_back({"text", Op::Contains, {free.join(QLatin1Char(' ')).toStdString()}});
  }
  return conditions;
}

ConditionWords wordsFor(const domain::Condition& condition) {
  ConditionWords words;
  words.field = shortNames().key(QString::fromStdString(condition.field), QString::fromStdString(condition.field));
  words.field.replace(QLatin1Char('_'), QLatin1Char(' '));
  const QString first = condition.values.empty() ? QString() : textOf(condition.values.front());
  const auto more = condition.values.size() > 1 ? condition.values.size() - 1 : 0;
  words.value = more == 0 ? first : QStringLiteral("%1 +%2").arg(first).arg(more);
  switch (condition.op) {
    case Op::AnyOf: words.op = more == 0 ? tr("is") : tr("is any of"); break;
    case Op::NoneOf: words.op = more == 0 ? tr("is not") : tr("is none of"); break;
    case Op::Ge: words.op = QStringLiteral("≥"); break;
    case Op::Gt: words.op = QStringLiteral(">"); break;
    case Op::Le: words.op = QStringLiteral("≤"); break;
    case Op::Lt: words.op = QStringLiteral("<"); break;
    case Op::Contains: words.op = tr("contains"); break;
  }
  return words;
}

QString filterSentence(const domain::Where& filter) {
  QStringList parts;
  for (const domain::Condition& condition : filter.all) parts.append(wordsFor(condition).text());
  return parts.join(QStringLiteral(" · "));
}

}  // namespace signalbox::ui
