// SPDX-License-Identifier: Apache-2.0
// signalbox init: a starter configuration, from three questions or from flags. It contacts nobody and writes two files, both or none.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

#include "base/strings.h"
#include "policy/policy.h"
#include "signalbox/commands.h"
#include "signalbox/next_steps.h"
#include "signalbox/starter_arguments.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {
namespace {

struct InitOptions {
  StarterArguments starter;
  std::string out = "signalbox.yaml";
  bool force = false;
  bool yes = false;
  bool json = false;
};

ExitCode failed(const std::string& message) {
  std::cerr << "signalbox init: " << message << '\n';
  return ExitCode::Failed;
}

ExitCode wrong(const std::string& message) {
  std::cerr << "signalbox init: " << message << "; see `signalbox init --help`\n";
  return ExitCode::WrongUsage;
}

ExitCode init(InitOptions options) {
  const auto& given = options.starter;
  const bool by_flags = !given.presets.empty() || !given.upstreams.empty();
  if (!by_flags && !options.yes && ::isatty(STDIN_FILENO) != 1) {
    return wrong("there is no terminal to ask three questions on; say it in flags, such as --preset openai, or take the defaults with --yes");
  }
  // Before the first question: nobody likes to answer in vain.
  const auto places = draftPlaces(options.out);
  if (const auto taken = places.taken(); !options.force && !taken.empty()) {
    return failed(taken + " is there already; --force replaces it, --out FILE writes elsewhere");
  }
  if (!by_flags && options.yes) options.starter.presets = {"openai"};
  if (!by_flags && !options.yes) {
    auto asked = askForStarter(std::cin, std::cerr);
    if (!asked) return failed(asked.error().message);
    options.starter = *std::move(asked);
  }
  const auto starter = starterOf(options.starter);
  if (!starter) return wrong(starter.error().param + ": " + starter.error().message);
  if (starter->upstreams.empty()) return wrong("no provider and no model server: there is nothing to route to");
  auto draft = config::starterDraft(*starter);
  if (!draft) return wrong(draft.error().message);
  draft->policy_file = places.policy_name;
  if (const auto problems = config::checkDraft(*draft, options.out, &policy::check); !problems.empty()) {
    std::vector<std::string> messages;
    for (const auto& one : problems) messages.push_back(one.message);
    return wrong(join(messages, "; "));
  }
  const auto written = writePlaces(*draft, places);
  if (!written) return failed(written.error().message);
  if (options.json) std::cout << jsonText(summary(*draft, places), 2) << '\n';
  else std::cout << nextSteps(*draft, places);
  return ExitCode::Ok;
}

}  // namespace

void addInit(CLI::App& app, ExitCode& exit) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command = app.add_subcommand("init", "Write a starter signalbox.yaml: three questions, or flags");
  auto& starter = options->starter;
  command->add_option("--preset", starter.presets, "A provider or local server by its name, such as openai, anthropic, gemini, groq, mistral, ollama or vllm; may be repeated")
      ->type_name("NAME")->allow_extra_args(false);
  command->add_option("--upstream", starter.upstreams, "An OpenAI-style API; may be repeated")->type_name("NAME=URL")->allow_extra_args(false);
  command->add_option("--key-env", starter.key_envs, "The environment variable that holds the key; may be repeated")
      ->type_name("[UPSTREAM=]VARIABLE")->allow_extra_args(false);
  command->add_option("--model", starter.models, "A model, the cheapest first; may be repeated")->type_name("[UPSTREAM/]ID")->allow_extra_args(false);
  command->add_option("--tier", starter.tiers, "A tier, in the order of escalation, instead of those made from the models; may be repeated")
      ->type_name("NAME=UPSTREAM/ID[,…]")->allow_extra_args(false);
  command->add_option("--goal", starter.goal, "What matters most")->type_name("cost|balanced|quality")->capture_default_str();
  command->add_option("--out", options->out, "Where to write; the policy goes beside it")->type_name("FILE")->capture_default_str();
  command->add_flag("--force", options->force, "Replace what is there");
  command->add_flag("--yes", options->yes, "Ask nothing and take the defaults");
  command->add_flag("--json", options->json, "Print what was written as one JSON object");
  command->footer("Nothing is contacted. Exit status 2 without a terminal and without flags, 1 where a file is there already.");
  command->callback([options, &exit] { exit = init(*options); });
}

}  // namespace signalbox::app
