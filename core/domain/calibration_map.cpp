// SPDX-License-Identifier: Apache-2.0
#include "domain/calibration_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/strings.h"

namespace signalbox::domain {
namespace {

constexpr std::size_t kMostPoints = 10'000;
constexpr std::array<std::string_view, 2> kMethods{"isotonic", "platt"};

bool isShare(const Json& value) { return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1; }

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  ReadCalibration read() {
    if (!json_.is_object()) {
      error("", "must be an object");
      return std::move(out_);
    }
    if (json_.value("version", Json()) != 1) error("/version", "must be 1");
    out_.map.name = text("name", true);
    out_.map.workload = text("workload", false);
    out_.map.model = text("model", true);
    out_.map.method = text("method", true);
    if (!out_.map.method.empty() && std::find(kMethods.begin(), kMethods.end(), out_.map.method) == kMethods.end()) {
      error("/method", "must be isotonic or platt");
    }
    readSignal();
    readRows();
    readPoints();
    return std::move(out_);
  }

 private:
  void error(std::string pointer, std::string message) { out_.errors.push_back({std::move(pointer), std::move(message)}); }

  std::string text(const std::string& key, bool required) {
    constexpr std::size_t kMostBytes = 256;
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) {
      if (required) error("", "\"" + key + "\" is missing");
      return {};
    }
    if (found->is_string() && !found->get_ref<const std::string&>().empty() && found->get_ref<const std::string&>().size() <= kMostBytes) {
      return found->get<std::string>();
    }
    error("/" + key, "must be a text of 1 to " + std::to_string(kMostBytes) + " bytes");
    return {};
  }

  void readSignal() {
    const std::string word = text("signal", true);
    if (word.empty()) return;
    const auto signal = parse<Signal>(word);
    if (!signal) {
      const auto known = names<Signal>();
      return error("/signal", "unknown signal \"" + word + "\"; allowed is " + join({known.begin(), known.end()}, ", "));
    }
    out_.map.signal = *signal;
  }

  void readRows() {
    const Json rows = json_.value("rows", Json());
    if (!rows.is_number_integer() || rows.get<std::int64_t>() < 1) return error("/rows", "must be how many graded answers it rests on, 1 or more");
    out_.map.rows = rows.get<std::int64_t>();
  }

  void readPoints() {
    const Json points = json_.value("points", Json());
    if (!points.is_array() || points.empty() || points.size() > kMostPoints) {
      return error("/points", "must be a list of 1 to " + std::to_string(kMostPoints) + " pairs [raw, probability]");
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::string at = "/points/" + std::to_string(i);
      const Json& point = points[i];
      if (!point.is_array() || point.size() != 2 || !isShare(point[0]) || !isShare(point[1])) {
        return error(at, "must be a pair [raw, probability] of numbers from 0 to 1");
      }
      const std::pair pair(point[0].get<double>(), point[1].get<double>());
      auto& before = out_.map.points;
      if (!before.empty() && pair.first <= before.back().first) return error(at + "/0", "must be above the raw confidence before it");
      if (!before.empty() && pair.second < before.back().second) return error(at + "/1", "must not be below the probability before it");
      before.push_back(pair);
    }
  }

  const Json& json_;
  ReadCalibration out_;
};

}  // namespace

double CalibrationMap::operator()(double raw) const {
  if (points.empty()) return raw;
  if (raw <= points.front().first) return points.front().second;
  if (raw >= points.back().first) return points.back().second;
  const auto right =
      std::upper_bound(points.begin(), points.end(), raw, [](double x, const auto& point) { return x < point.first; });
  const auto left = right - 1;
  const double share = (raw - left->first) / (right->first - left->first);
  return left->second + share * (right->second - left->second);
}

bool CalibrationMap::fits(const Deployment& deployment) const {
  return model == deployment.model || model == deployment.upstream + "/" + deployment.model;
}

Json calibrationToJson(const CalibrationMap& map) {
  Json json{{"version", 1}, {"name", map.name}, {"model", map.model}, {"signal", name(map.signal)}, {"method", map.method},
            {"rows", map.rows}, {"points", map.points}};
  if (!map.workload.empty()) json["workload"] = map.workload;
  return json;
}

ReadCalibration calibrationFromJson(const Json& json) { return Reader(json).read(); }

const CalibrationMap* findCalibration(const std::vector<CalibrationMap>& maps, std::string_view workload, const Deployment& deployment,
                                      Signal signal) {
  const CalibrationMap* best = nullptr;
  int best_rank = -1;
  for (const auto& map : maps) {
    if (map.signal != signal || !map.fits(deployment) || !(map.workload.empty() || map.workload == workload)) continue;
    const int rank = (map.workload.empty() ? 0 : 2) + (map.model == deployment.model ? 0 : 1);
    if (rank > best_rank) best = &map, best_rank = rank;
  }
  return best;
}

}  // namespace signalbox::domain
