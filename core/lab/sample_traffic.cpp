// SPDX-License-Identifier: Apache-2.0
#include "lab/sample_traffic.h"

#include <numbers>

#include "base/json.h"
#include "lab/simulated_answer.h"

namespace signalbox::resources {
extern const std::string_view demoTraffic;
extern const std::string_view demoPolicy;
}  // namespace signalbox::resources

namespace signalbox::lab {
namespace {

double logistic(double z) { return 1 / (1 + std::exp(-z)); }

// Values for the slots of one message; the same slot has the same value everywhere in it.
class Filling {
 public:
  Filling(const Json& slots, Random& random) : slots_(slots), random_(random) {}

  std::string operator()(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const auto open = text.find('{', at);
      const auto close = open == std::string_view::npos ? open : text.find('}', open);
      const std::string name = close == std::string_view::npos ? "" : std::string(text.substr(open + 1, close - open - 1));
      if (close == std::string_view::npos) {
        out += text.substr(at);
        break;
      }
      out += text.substr(at, open - at);
      if (const std::string* value = valueOf(name)) {
        out += *value;
        at = close + 1;
      } else {
        out += '{';  // a brace of the text itself
        at = open + 1;
      }
    }
    return out;
  }

 private:
  const std::string* valueOf(const std::string& name) {
    if (const auto known = values_.find(name); known != values_.end()) return &known->second;
    std::string value;
    if (name == "code") {
      const std::string letters = pick("order").substr(1);
      value = letters + "-" + digits();
    } else if (slots_.contains(name)) {
      value = pick(name);
      if (name == "order") value += digits();
    } else {
      return nullptr;
    }
    return &values_.emplace(name, std::move(value)).first->second;
  }
  std::string pick(const std::string& name) {
    const Json& list = slots_.at(name);
    return list.at(random_.below(list.size())).get<std::string>();
  }
  std::string digits() { return std::to_string(100'000 + random_.below(900'000)); }

  const Json& slots_;
  Random& random_;
  std::map<std::string, std::string> values_;
};

constexpr double kSteepness = 7;   // how fast a model goes from sure to lost as difficulty passes its skill
constexpr double kLuck = 0.9;      // what makes one message of a kind harder than another
constexpr double kSelfDoubt = 0.5; // how far a model misjudges its own chance
constexpr double kConceit = 1.4;   // how much surer it sounds than it is, as real models do: what a calibration map takes back

Record madeUpRecord(const SampleModel& model, double difficulty, const std::string& right, const std::string& wrong, Random& random) {
  const double chance = kSteepness * (model.skill - difficulty) + kLuck * random.normal();
  Record record;
  record.correct = random.chance(logistic(chance)) ? 1 : 0;
  record.token_prob = clampProbability(logistic(kConceit * (chance + kSelfDoubt * random.normal()) + kConceit));
  if (!wrong.empty()) record.reply = record.right() ? right : wrong;
  return record;
}

OutcomeRow makeRow(const Json& text, const SampleWorkload& workload, const Json& slots, const std::vector<SampleModel>& models,
                   std::size_t number, Random& random) {
  Filling fill(slots, random);
  OutcomeRow row;
  row.id = workload.name + "-" + std::to_string(number);
  row.set = "sample";
  row.task = workload.name;
  std::string prompt = fill(text.at("text").get<std::string>());
  double difficulty = text.at("difficulty").get<double>() + 0.08 * random.normal();
  const std::string answer = fill(text.at("answer").get<std::string>());
  const std::string wrong = text.contains("wrong") ? fill(text.at("wrong").get<std::string>()) : "";
  if (wrong.empty()) row.answer = answer;
  prompt += " [" + std::to_string(10'000 + number) + "]";  // two customers never write quite the same
  row.messages = {{"system", workload.system}, {"user", prompt}};
  for (const auto& model : models) row.models.emplace(model.name, madeUpRecord(model, difficulty, answer, wrong, random));
  return row;
}

SampleTraffic make(const Json& templates, std::size_t prompts, std::uint64_t seed) {
  SampleTraffic traffic;
  for (const Json& model : templates.at("models")) {
    const Json& ttft = model.at("ttft_ms");
    traffic.models.push_back({model.at("name").get<std::string>(), model.at("skill").get<double>(),
                              {ttft.at(0).get<double>(), ttft.at(1).get<double>(), model.at("tokens_per_s").get<double>()}});
  }
  Random random(seed);
  std::vector<OutcomeRow> rows;
  for (const Json& part : templates.at("workloads")) {
    SampleWorkload workload{part.at("name").get<std::string>(), part.at("model").get<std::string>(), part.at("share").get<double>(),
                            part.at("streamed").get<double>(), part.at("system").get<std::string>(), {}};
    const auto count = static_cast<std::size_t>(static_cast<double>(prompts) * workload.share);
    const Json& texts = part.at("texts");
    for (std::size_t i = 0; i < count; ++i) {
      workload.rows.push_back(rows.size());
      rows.push_back(makeRow(texts.at(random.below(texts.size())), workload, templates.at("slots"), traffic.models, rows.size(), random));
    }
    traffic.workloads.push_back(std::move(workload));
  }
  traffic.outcomes = std::make_shared<const Outcomes>(std::move(rows));
  return traffic;
}

}  // namespace

const SampleWorkload& SampleTraffic::pickWorkload(Random& random) const {
  double at = random.uniform();
  for (const auto& workload : workloads) {
    at -= workload.share;
    if (at < 0) return workload;
  }
  return workloads.back();
}

Result<SampleTraffic> makeSampleTraffic(std::string_view templates, std::size_t prompts, std::uint64_t seed) {
  const auto json = parseJson(templates);
  if (!json) return std::unexpected(json.error());
  try {
    return make(*json, prompts, seed);
  } catch (const Json::exception& e) {
    return fail(ErrorCode::InvalidInput, std::string("sample templates: ") + e.what());
  }
}

std::string_view sampleTemplates() { return resources::demoTraffic; }
std::string_view samplePolicy() { return resources::demoPolicy; }

double dailyShape(WallMicros time) {
  constexpr double kDay = 86'400e6;
  const double hour = std::fmod(static_cast<double>(time), kDay) / 3'600e6;
  const auto hump = [hour](double at, double width) {
    const double distance = std::min(std::abs(hour - at), 24 - std::abs(hour - at));
    return std::exp(-distance * distance / (2 * width * width));
  };
  const double minutes = static_cast<double>(time) / 60e6;
  const double ripple = 0.12 * std::sin(2 * std::numbers::pi * minutes / 47) + 0.08 * std::sin(2 * std::numbers::pi * minutes / 11.3);
  return (0.62 + 0.75 * hump(10.5, 2.4) + 0.60 * hump(19.5, 2.8)) * (1 + ripple);
}

}  // namespace signalbox::lab
