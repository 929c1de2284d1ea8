// SPDX-License-Identifier: GPL-3.0-only
#include "models/policy_text.h"

#include <QRegularExpression>
#include <QStringList>
#include <algorithm>
#include <array>

#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox::ui {

namespace {
constexpr int kFlowWidth = 76;

// The order in which people write a policy; keys that are not named follow by the alphabet.
constexpr std::array<std::string_view, 34> kOrder = {
    "workloads", "name", "match", "strategy", "route", "to", "tier", "domain", "pattern", "boundaries", "tree", "heuristic",
    "llm", "gate", "local", "mid", "frontier", "signal", "escalate-below", "trust-above", "stream", "prefix-tokens",
    "validate", "overrides", "depth", "latency", "cache", "learned", "shadow", "explore", "experiment", "guardrails",
    "when-unknown", "prior-correction"};

std::size_t rank(const std::string& key) {
  return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), key) - kOrder.begin());
}

std::vector<std::string> orderedKeys(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  std::stable_sort(keys.begin(), keys.end(),
                   [](const std::string& a, const std::string& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
  return keys;
}

// Words that YAML would read as something else than text are quoted, as JSON does it: JSON strings are YAML.
QString word(const std::string& text) {
  static const QRegularExpression plain(QStringLiteral("^[A-Za-z_][A-Za-z0-9_./-]*$"));
  static const QRegularExpression special(QStringLiteral("^(true|false|null|yes|no|on|off|y|n)$"),
                                          QRegularExpression::CaseInsensitiveOption);
  const QString q = QString::fromStdString(text);
  if (plain.match(q).hasMatch() && !special.match(q).hasMatch()) return q;
  return QString::fromStdString(quoteJson(text));
}

QString scalar(const Json& value) {
  if (value.is_string()) return word(value.get<std::string>());
  if (value.is_number_float()) return QString::fromStdString(shortest(value.get<double>()));
  return QString::fromStdString(value.dump());
}

QString flow(const Json& value) {
  QStringList parts;
  if (value.is_array()) {
    for (const Json& item : value) parts.append(flow(item));
    return QLatin1Char('[') + parts.join(QStringLiteral(", ")) + QLatin1Char(']');
  }
  if (!value.is_object()) return scalar(value);
  for (const std::string& key : orderedKeys(value)) parts.append(word(key) + QStringLiteral(": ") + flow(value[key]));
  return parts.isEmpty() ? QStringLiteral("{}") : QStringLiteral("{ ") + parts.join(QStringLiteral(", ")) + QStringLiteral(" }");
}

bool isLeafy(const Json& value) {
  return std::none_of(value.begin(), value.end(), [](const Json& item) { return item.is_object(); });
}

void block(const Json& value, int indent, QStringList& lines);

void entry(const QString& lead, const Json& value, int indent, QStringList& lines) {
  const QString line = lead + QLatin1Char(' ') + flow(value);
  if (!value.is_structured() || value.empty() || (isLeafy(value) && line.size() <= kFlowWidth)) {
    lines.append(line);
    return;
  }
  lines.append(lead);
  block(value, indent + 2, lines);
}

void block(const Json& value, int indent, QStringList& lines) {
  const QString space(indent, QLatin1Char(' '));
  if (value.is_object()) {
    for (const std::string& key : orderedKeys(value)) entry(space + word(key) + QLatin1Char(':'), value[key], indent, lines);
    return;
  }
  for (const Json& item : value) {
    if (!item.is_object() || item.empty() || (isLeafy(item) && flow(item).size() + indent + 2 <= kFlowWidth)) {
      lines.append(space + QStringLiteral("- ") + flow(item));
      continue;
    }
    QStringList inner;
    block(item, indent + 2, inner);
    inner.front().replace(indent, 1, QLatin1Char('-'));
    lines.append(inner);
  }
}
}  // namespace

QString policyText(const Json& policy) {
  QStringList lines;
  if (policy.is_structured()) block(policy, 0, lines);
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

namespace {
// Longest common subsequence of the parts that differ; `first` lines before them are the same.
void diffMiddle(const QStringList& a, const QStringList& b, std::size_t first, std::vector<LineChange>& lines) {
  const auto n = static_cast<std::size_t>(a.size()), m = static_cast<std::size_t>(b.size());
  std::vector<std::vector<std::uint32_t>> common(n + 1, std::vector<std::uint32_t>(m + 1, 0));
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      common[i][j] = a[static_cast<qsizetype>(i)] == b[static_cast<qsizetype>(j)]
                         ? common[i + 1][j + 1] + 1
                         : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::size_t i = 0, j = 0;
  while (i < n || j < m) {
    const QString left = i < n ? a[static_cast<qsizetype>(i)] : QString();
    const QString right = j < m ? b[static_cast<qsizetype>(j)] : QString();
    if (i < n && j < m && left == right) {
      lines.push_back({LineChange::Kind::Same, static_cast<int>(first + ++j), right});
      ++i;
    } else if (i < n && (j == m || common[i + 1][j] >= common[i][j + 1])) {
      lines.push_back({LineChange::Kind::Removed, static_cast<int>(first + ++i), left});
    } else {
      lines.push_back({LineChange::Kind::Added, static_cast<int>(first + ++j), right});
    }
  }
}
}  // namespace

// A slider's step changes one line of a thousand: the same head and tail are not compared with everything.
std::vector<LineChange> diffLines(const QString& before, const QString& after) {
  const QStringList a = before.split(QLatin1Char('\n')), b = after.split(QLatin1Char('\n'));
  const qsizetype least = std::min(a.size(), b.size());
  qsizetype head = 0, tail = 0;
  while (head < least && a[head] == b[head]) ++head;
  while (tail < least - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<LineChange> lines;
  for (qsizetype i = 0; i < head; ++i) lines.push_back({LineChange::Kind::Same, static_cast<int>(i + 1), b[i]});
  diffMiddle(a.mid(head, a.size() - head - tail), b.mid(head, b.size() - head - tail), static_cast<std::size_t>(head), lines);
  for (qsizetype i = b.size() - tail; i < b.size(); ++i) lines.push_back({LineChange::Kind::Same, static_cast<int>(i + 1), b[i]});
  return lines;
}

}  // namespace signalbox::ui
