// SPDX-License-Identifier: Apache-2.0
// What `signalbox init` learns from its flags and its questions: words of a person, made into a config::Starter or refused with what
// is allowed. Nothing here asks a network.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "config/starter.h"

namespace signalbox::app {

struct StarterArguments {
  std::vector<std::string> presets;    // names of config::providers()
  std::vector<std::string> upstreams;  // NAME=URL
  std::vector<std::string> key_envs;   // [UPSTREAM=]VARIABLE
  std::vector<std::string> models;     // [UPSTREAM/]ID
  std::vector<std::string> tiers;      // NAME=UPSTREAM/ID[,UPSTREAM/ID…]
  std::string goal = "balanced";
};

// The providers that a name stands for, those on the user's own machine or the others, in one line.
[[nodiscard]] std::string presetNames(bool local);
// InvalidInput names the flag in `param`.
[[nodiscard]] Result<config::Starter> starterOf(const StarterArguments& arguments);
// The three questions, on a terminal. Cancelled when there are no more answers. A wrong answer is asked for again.
[[nodiscard]] Result<StarterArguments> askForStarter(std::istream& answers, std::ostream& questions);

}  // namespace signalbox::app
