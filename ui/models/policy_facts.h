// SPDX-License-Identifier: GPL-3.0-only
// What a policy document says that views need: boundaries and gates by workload. And a book of them by revision, fetched when
// first asked for, so that an old decision is held against the policy it was made under. GUI thread.
#pragma once
#include <QObject>
#include <QString>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bridge/console_client.h"

namespace signalbox::ui {

struct GateFacts {
  std::string signal;
  std::optional<double> escalate_below, trust_above;
};
struct WorkloadFacts {
  std::string strategy;
  std::vector<double> boundaries;
  std::map<std::string, GateFacts> gates;  // by tier
  std::vector<std::string> overrides;      // "pattern (?i)…", in order, as records name them, but whole
  std::string keep_text;                   // how long texts are to be kept; empty = not at all
};
using PolicyFacts = std::map<std::string, WorkloadFacts>;

// The member, where it is there and of that kind.
[[nodiscard]] std::optional<double> numberAt(const Json& object, const char* key);
[[nodiscard]] std::string wordAt(const Json& object, const char* key);

[[nodiscard]] PolicyFacts factsOf(const Json& policy);

class PolicyBook : public QObject {
  Q_OBJECT
 public:
  explicit PolicyBook(ConsoleClient& client, QObject* parent = nullptr);
  // Null until it has arrived, which revisionArrived() tells.
  [[nodiscard]] const WorkloadFacts* find(domain::Revision revision, const std::string& workload);

 Q_SIGNALS:
  void revisionArrived(qint64 revision);

 private:
  ConsoleClient& client_;
  std::map<domain::Revision, std::optional<PolicyFacts>> known_;  // nullopt: asked for, or not to be had
};

}  // namespace signalbox::ui
