// SPDX-License-Identifier: Apache-2.0
#include "config/price_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <vector>

#include "base/strings.h"

namespace signalbox::resources {
extern const std::string_view priceTable;
}

namespace signalbox::config {
namespace {

// Those who make the models they sell: their price is meant where nobody says who sells. In order of preference.
constexpr std::array<std::string_view, 12> kMakers{"openai", "anthropic",  "google",  "mistral", "xai",        "deepseek",
                                                   "cohere", "moonshotai", "zhipuai", "minimax", "perplexity", "voyageai"};

struct Entry {
  std::string_view provider;
  domain::Price price;
};

struct Table {
  std::map<std::string_view, std::string_view> aliases;  // of providers
  std::map<std::string_view, std::string> sources;       // by their letter
  std::map<std::string_view, std::vector<Entry>> by_model;
  std::size_t rows = 0;

  [[nodiscard]] bool knowsProvider(std::string_view name) const {
    return std::any_of(by_model.begin(), by_model.end(), [&](const auto& model) {
      return std::any_of(model.second.begin(), model.second.end(), [&](const Entry& entry) { return entry.provider == name; });
    });
  }
};

std::optional<double> perToken(std::string_view field) {
  double per_million = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), per_million);
  if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  return per_million / 1e6;
}

// "# alias A P", "# source X D words…"
void readComment(std::string_view line, Table& table) {
  const auto words = split(trim(line.substr(1)), ' ');
  if (words.size() == 3 && words[0] == "alias") table.aliases.emplace(words[1], words[2]);
  if (words.size() < 4 || words[0] != "source") return;
  std::string source(words[3]);
  if (words[2] != "-") source += " " + std::string(words[2]);
  table.sources.emplace(words[1], std::move(source));
}

void readRow(std::string_view line, Table& table) {
  const auto fields = split(line, ',');
  if (fields.size() != 16) return;
  const auto input = perToken(fields[2]);
  const auto output = perToken(fields[3]);
  if (!input || !output) return;
  domain::Price price{*input, *output, perToken(fields[4]), perToken(fields[5]), {}};
  price.reasoning = perToken(fields[6]);
  price.audio_input = perToken(fields[7]);
  price.audio_output = perToken(fields[8]);
  price.batch_input = perToken(fields[9]);
  price.batch_output = perToken(fields[10]);
  price.priority_input = perToken(fields[11]);
  price.priority_output = perToken(fields[12]);
  price.cache_write_1h = perToken(fields[13]);
  price.web_search = perToken(fields[14]);
  const auto source = table.sources.find(fields[15]);
  price.source = source == table.sources.end() ? std::string("built-in table") : source->second;
  table.by_model[fields[1]].push_back({fields[0], std::move(price)});
  ++table.rows;
}

const Table& table() {
  static const Table read = [] {
    Table out;
    for (const auto line : split(resources::priceTable, '\n')) {
      if (line.starts_with('#'))
        readComment(line, out);
      else
        readRow(line, out);
    }
    return out;
  }();
  return read;
}

std::optional<domain::Price> ofProvider(const std::vector<Entry>& entries, std::string_view provider) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.provider == provider; });
  return found == entries.end() ? std::nullopt : std::optional(found->price);
}

std::optional<domain::Price> exact(std::string_view provider, std::string_view model) {
  const auto found = table().by_model.find(model);
  if (found == table().by_model.end()) return std::nullopt;
  const auto& entries = found->second;
  if (!provider.empty()) {
    if (auto price = ofProvider(entries, provider)) return price;
    if (table().knowsProvider(provider)) return std::nullopt;  // this one sells it under another name, or not at all
  }
  for (const auto maker : kMakers) {
    if (auto price = ofProvider(entries, maker)) return price;
  }
  // Sellers of open models differ; whoever is not named leaves the price unknown.
  const bool agreed =
      std::all_of(entries.begin(), entries.end(), [&](const Entry& e) { return sameFigures(e.price, entries[0].price); });
  return provider.empty() && agreed ? std::optional(entries[0].price) : std::nullopt;
}

bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Without -2024-08-06, -20241022 or @20241022 at the end; the same text when there is none.
std::string_view withoutDate(std::string_view model) {
  const auto ends = [&](std::size_t length) { return model.size() > length + 1; };
  if (ends(10)) {
    const auto tail = model.substr(model.size() - 11);
    if (tail[0] == '-' && tail[5] == '-' && tail[8] == '-' && digits(tail.substr(1, 4)) && digits(tail.substr(6, 2)) &&
        digits(tail.substr(9))) {
      return model.substr(0, model.size() - 11);
    }
  }
  if (ends(8)) {
    const auto tail = model.substr(model.size() - 9);
    if ((tail[0] == '-' || tail[0] == '@') && tail.substr(1).starts_with("20") && digits(tail.substr(1))) {
      return model.substr(0, model.size() - 9);
    }
  }
  return model;
}

}  // namespace

std::optional<domain::Price> builtInPrice(std::string_view provider, std::string_view model) {
  const auto alias = table().aliases.find(provider);
  if (alias != table().aliases.end()) provider = alias->second;
  if (auto price = exact(provider, model)) return price;
  const auto plain = withoutDate(model);
  return plain == model ? std::nullopt : exact(provider, plain);
}

std::size_t priceTableSize() { return table().rows; }

bool sameFigures(domain::Price a, const domain::Price& b) {
  a.source = b.source;
  return a == b;
}

}  // namespace signalbox::config
