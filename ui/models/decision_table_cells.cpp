// SPDX-License-Identifier: GPL-3.0-only
// How the decisions table looks: the text and the drawing of each cell.
#include <algorithm>

#include "models/decision_table_model.h"
#include "theme/cells.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
std::optional<double> known(double value) { return value < 0 ? std::nullopt : std::optional(value); }
std::optional<qint64> known(std::int64_t value) { return value < 0 ? std::nullopt : std::optional<qint64>(value); }

bool failed(const DecisionRow& row) { return row.outcome != domain::Outcome::Ok; }
}  // namespace

int DecisionTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(window_.size());
}

int DecisionTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

TierKey DecisionTableModel::tierOf(const DecisionRow& row, WordPool::Index tier) const {
  if (row.cache == domain::CacheKind::Learned) return TierKey::learned();
  if (row.cache != domain::CacheKind::None) return TierKey::cache();
  if (!client_.hello()) return {};
  const auto& tiers = client_.hello()->tiers;
  const auto found = std::find(tiers.begin(), tiers.end(), words_.at(tier).toStdString());
  if (found == tiers.end()) return {};
  return TierKey::ladder(static_cast<int>(found - tiers.begin()), static_cast<int>(tiers.size()));
}

QString DecisionTableModel::text(const DecisionRow& row, int column) const {
  switch (column) {
    case Time: return selection_.zone().text(row.ts, Zone::Style::Milli);
    case Workload: return words_.at(row.workload);
    case Tokens:
      return QStringLiteral("%1 → %2").arg(format::count(known(row.input_tokens)), format::count(known(row.output_tokens)));
    case Complexity: return row.complexity < 0 ? tr("not scored") : format::editableScore(row.complexity);
    case Way: {
      if (row.cache == domain::CacheKind::Learned) return tr("learned");
      if (row.cache != domain::CacheKind::None) return tr("cache");
      if (words_.at(row.final_tier).isEmpty()) return tr("none");
      return words_.at(row.final_tier);
    }
    case Confidence: return format::score(known(row.confidence));
    case Why: return words_.at(row.reason);
    case Latency: return format::latencyMs(known(row.latency_ms));
    case Cost: return format::money(known(row.cost_usd));
    default: return {};
  }
}

QVariant DecisionTableModel::cell(const DecisionRow& row, int column) const {
  switch (column) {
    case Time: return QVariant::fromValue(MonoCell{text(row, Time), false});
    case Complexity: {
      ComplexityCell cell{known(row.complexity), {}, text(row, Complexity)};
      const WorkloadFacts* facts = book_.find(row.policy, words_.at(row.workload).toStdString());
      if (facts) cell.boundaries = facts->boundaries;
      return QVariant::fromValue(cell);
    }
    case Way: {
      const TierKey final = tierOf(row, row.final_tier);
      const TierKey start = row.escalations > 0 ? tierOf(row, row.start_tier) : final;
      return QVariant::fromValue(WayCell{start, final, text(row, Way)});
    }
    case Confidence: return QVariant::fromValue(ConfidenceCell{known(row.confidence), known(row.gate), text(row, Confidence)});
    case Why:
      if (failed(row)) return QVariant::fromValue(StateCell{StateMark::Warn, text(row, Why)});
      if (row.verdict == domain::Verdict::Review) {
        return QVariant::fromValue(BadgeCell{BadgeTone::Info, tr("review"), {}, text(row, Why)});
      }
      return {};
    default: return {};
  }
}

QVariant DecisionTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const DecisionRow& row = window_.at(static_cast<std::size_t>(index.row()));
  switch (role) {
    case Qt::DisplayRole: return text(row, index.column());
    case kCellRole: return cell(row, index.column());
    case Qt::TextAlignmentRole: {
      const bool number = index.column() == Tokens || index.column() == Latency || index.column() == Cost;
      return QVariant(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    }
    case Qt::ToolTipRole:
      if (index.column() == Cost && row.cost_usd < 0) return tr("The price of a model it used is not known.");
      if (index.column() == Confidence && row.confidence >= 0 && row.confidence_raw >= 0) {
        return tr("%1, calibrated from %2 by %3")
            .arg(format::editableScore(row.confidence), format::nearOne(row.confidence_raw), words_.at(row.calibration));
      }
      if (index.column() == Confidence && row.confidence < 0) return tr("No gate held this answer against a confidence.");
      return {};
    default: return {};
  }
}

QVariant DecisionTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) {
    const bool number = section == Tokens || section == Latency || section == Cost;
    return QVariant(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
  }
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Time: return tr("Time (%1) ▾").arg(selection_.zone().label());
    case Workload: return tr("Workload");
    case Tokens: return tr("Tokens");
    case Complexity: return tr("Complexity");
    case Way: return tr("Way");
    case Confidence: return tr("Confidence");
    case Why: return tr("Reason");
    case Latency: return tr("Latency");
    case Cost: return tr("Cost");
    default: return {};
  }
}

}  // namespace signalbox::ui
