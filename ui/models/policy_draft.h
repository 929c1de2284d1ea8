// SPDX-License-Identifier: GPL-3.0-only
// A policy being worked on: the document that is live, the one that is proposed, and the thresholds in it by JSON pointer. It is
// never sent from here. When the live policy moves on underneath, rebase() carries the changes over. GUI thread.
#pragma once
#include <QObject>
#include <QString>
#include <optional>
#include <string>
#include <vector>

#include "domain/policy_document.h"
#include "models/policy_changes.h"

namespace signalbox::ui {

struct Threshold {
  enum class Kind { Boundary, EscalateBelow, TrustAbove };
  std::string pointer;   // "/workloads/0/route/boundaries/0"
  std::string workload;
  Kind kind = Kind::Boundary;
  std::string tier;      // of the gate; of a boundary the tier below it
  std::string next;      // the tier above; empty = there is none
  std::string signal;    // of the gate
  std::optional<double> live;  // nullopt: the live policy has no such threshold
  double proposed = 0;
  [[nodiscard]] QString name() const;    // "Boundary local | mid", "Gate local, escalate below"
  [[nodiscard]] bool isMoved() const { return !live || *live != proposed; }
};

class PolicyDraft : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  void setTiers(std::vector<std::string> tiers);
  // Begins anew on this revision; the proposal is the same.
  void setLive(domain::Revision revision, Json document);
  // The live policy became another: keeps what was changed here, workload by workload and by name. Returns the pointers to what
  // both sides changed; there ours stays proposed.
  std::vector<std::string> rebase(domain::Revision revision, Json document);

  [[nodiscard]] domain::Revision base() const { return base_; }
  [[nodiscard]] bool isEmpty() const { return base_ == 0; }
  [[nodiscard]] bool isDirty() const { return proposed_ != live_; }
  [[nodiscard]] const Json& live() const { return live_; }
  [[nodiscard]] const Json& proposed() const { return proposed_; }
  [[nodiscard]] std::vector<std::string> workloads() const;  // of the proposal, in order
  [[nodiscard]] std::vector<Threshold> thresholds() const;
  [[nodiscard]] std::vector<PolicyChange> changes() const;   // from live to proposed
  // Why the draft cannot be applied as it stands: boundaries out of order, a gate above its trust; empty = nothing known.
  [[nodiscard]] QString objection() const;

 public Q_SLOTS:
  void setNumber(const std::string& pointer, double value);
  void reset(const std::string& pointer);
  void resetAll();
  void replaceDocument(const signalbox::Json& document);  // from the text

 Q_SIGNALS:
  void changed();       // the proposal
  void liveChanged();

 private:
  std::vector<std::string> tiers_;
  domain::Revision base_ = 0;
  Json live_ = Json::object();
  Json proposed_ = Json::object();
};

}  // namespace signalbox::ui
