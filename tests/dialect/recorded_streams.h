// SPDX-License-Identifier: Apache-2.0
// Streams as a provider really sent them, from $SIGNALBOX_DATA/openai_api: name and payloads of each; none where it is not set.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace signalbox::dialect {

inline std::vector<std::pair<std::string, std::vector<std::string>>> recordedStreams() {
  std::vector<std::pair<std::string, std::vector<std::string>>> streams;
  const char* data = std::getenv("SIGNALBOX_DATA");
  if (!data) return streams;
  for (const char* folder : {"openai_api/streams", "openai_api/cassettes"}) {
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(data) / folder)) {
      std::ifstream file(entry.path());
      std::vector<std::string> payloads;
      for (std::string line; std::getline(file, line);) {
        if (line.starts_with("data: ")) payloads.push_back(line.substr(6));
      }
      streams.emplace_back(entry.path().filename().string(), std::move(payloads));
    }
  }
  return streams;
}

}  // namespace signalbox::dialect
