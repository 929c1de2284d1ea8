// SPDX-License-Identifier: Apache-2.0
// The three questions of `signalbox init`.
#include <istream>
#include <ostream>

#include "base/strings.h"
#include "config/providers.h"
#include "signalbox/starter_arguments.h"

namespace signalbox::app {
namespace {

std::unexpected<Error> refuse(const std::string& what) { return fail(ErrorCode::InvalidInput, what); }

std::vector<std::string> words(const std::string& line) {
  std::vector<std::string> all;
  for (const auto part : split(line, ',')) {
    for (const auto word : split(part, ' ')) {
      if (!trim(word).empty()) all.emplace_back(trim(word));
    }
  }
  return all;
}

class Questions {
 public:
  Questions(std::istream& answers, std::ostream& questions) : answers_(answers), questions_(questions) {}

  // The answer without white space around it; nullopt when there are no more.
  std::optional<std::string> ask(const std::string& question) {
    questions_ << question << std::flush;
    std::string line;
    if (!std::getline(answers_, line)) return std::nullopt;
    return std::string(trim(line));
  }
  void say(const std::string& what) { questions_ << "  " << what << '\n'; }

 private:
  std::istream& answers_;
  std::ostream& questions_;
};

// Where do answers come from? Names of providers, or NAME=URL and then its variable and models.
Result<void> takeProviders(const std::string& line, StarterArguments& into) {
  for (const auto& word : words(line)) {
    if (word.find('=') != std::string::npos && word.find("://") != std::string::npos) into.upstreams.push_back(word);
    else if (word.find('=') != std::string::npos) into.key_envs.push_back(word);
    else if (const auto slash = word.find('/'); slash != std::string::npos && slash > 0) into.models.push_back(word);
    else into.presets.push_back(word);
  }
  for (const auto& name : into.presets) {
    const auto* provider = config::findProvider(name);
    if (!provider || provider->base_url.empty()) return refuse("\"" + name + "\" is none of " + presetNames(false) + "; anything else is NAME=URL");
  }
  return {};
}

// A model server on this machine: "ollama llama3.2", "http://127.0.0.1:8000/v1 my-model"; it is written down, not asked.
Result<void> takeLocal(const std::string& line, StarterArguments& into) {
  const auto all = words(line);
  if (all.empty() || all[0] == "no" || all[0] == "none" || all[0] == "n") return {};
  if (all.size() < 2) return refuse("which model does it serve? Say it behind the server, such as: ollama llama3.2");
  const auto* provider = config::findProvider(all[0]);
  const bool is_url = all[0].find("://") != std::string::npos;
  if (!is_url && (!provider || !provider->local)) return refuse("\"" + all[0] + "\" is none of " + presetNames(true) + " and no URL");
  if (is_url) into.upstreams.push_back("local=" + all[0]);
  else into.presets.emplace_back(provider->name);
  const std::string name = is_url ? "local" : std::string(provider->name);
  for (std::size_t i = 1; i < all.size(); ++i) into.models.push_back(name + "/" + all[i]);
  return {};
}

}  // namespace

Result<StarterArguments> askForStarter(std::istream& answers, std::ostream& questions) {
  Questions ask(answers, questions);
  const auto over = [] { return fail(ErrorCode::Cancelled, "there are no more answers; nothing was written"); };
  StarterArguments arguments;
  const auto until = [&](const std::string& question, const std::string& otherwise, auto take) {
    while (const auto answer = ask.ask(question)) {
      StarterArguments trial = arguments;
      const Result<void> taken = take(answer->empty() ? otherwise : *answer, trial);
      if (taken) {
        arguments = std::move(trial);
        return true;
      }
      ask.say(taken.error().message);
    }
    return false;
  };
  questions << "Three questions; nothing is contacted, and keys stay in their environment variables.\n\n";
  const std::string first = "1. Whose models do you use? " + presetNames(false) +
                            "\n   or NAME=URL NAME/MODEL NAME=KEY_VARIABLE of another, or none [openai]: ";
  if (!until(first, "openai", [](const std::string& line, StarterArguments& into) { return line == "none" ? Result<void>() : takeProviders(line, into); })) return over();
  const std::string second = "2. Does a model server run on this machine? " + presetNames(true) + " or its URL,\n   and the model's name, such as `ollama llama3.2` [no]: ";
  if (!until(second, "no", takeLocal)) return over();
  const bool asked = until("3. What matters most? cost, balanced or quality [balanced]: ", "balanced", [](const std::string& line, StarterArguments& into) {
    into.goal = line;
    return config::parseGoal(line) ? Result<void>() : refuse("\"" + line + "\" is none of cost, balanced and quality");
  });
  if (!asked) return over();
  questions << '\n';
  return arguments;
}

}  // namespace signalbox::app
