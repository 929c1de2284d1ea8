// SPDX-License-Identifier: GPL-3.0-only
// The scores of the latest requests: what a threshold's histogram shows, and how many of them a change would send another way.
// A plain count over what was logged, no estimate of anything else. Values.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "control/console_api.h"
#include "models/policy_draft.h"

namespace signalbox::ui {

class ScoreSample {
 public:
  void take(const std::vector<domain::CommittedDecision>& decisions);
  [[nodiscard]] std::size_t size() const { return size_; }  // requests looked at

  // False: the router gave the list without the attempts, so that scores of requests that went up are missing.
  [[nodiscard]] bool isWhole() const { return whole_; }

  // Counts of the scores that the threshold cuts, in `bins` equal steps from 0 to 1; empty = none is known.
  [[nodiscard]] std::vector<double> histogram(const Threshold& threshold, std::size_t bins) const;
  // How many of them lie between the live value and the proposed one.
  [[nodiscard]] std::size_t moving(const Threshold& threshold) const;
  [[nodiscard]] std::size_t known(const Threshold& threshold) const;

 private:
  [[nodiscard]] const std::vector<double>* scoresFor(const Threshold& threshold) const;
  std::size_t size_ = 0;
  bool whole_ = true;
  std::map<std::string, std::vector<double>> complexity_;                            // by workload
  std::map<std::pair<std::string, std::string>, std::vector<double>> confidence_;   // by workload and tier
};

}  // namespace signalbox::ui
