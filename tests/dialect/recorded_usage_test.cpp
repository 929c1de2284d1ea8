// SPDX-License-Identifier: Apache-2.0
// Usages as a provider really reported them, and those of its specification's examples, from $SIGNALBOX_DATA/openai_api, and all that
// Anthropic's counts may say, which stand beside each other and not within: every token is counted and priced once.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "dialect/evidence.h"
#include "dialect/made_up.h"
#include "dialect/messages.h"
#include "dialect/messages_answer.h"

namespace signalbox::dialect {
namespace {

void gather(const Json& json, std::vector<Json>& into) {
  if (json.is_object()) {
    if (json.contains("prompt_tokens") && json["prompt_tokens"].is_number() && json.contains("completion_tokens")) into.push_back(json);
  }
  if (json.is_structured()) {
    for (const auto& one : json) gather(one, into);
  }
}

std::vector<Json> recorded(const std::filesystem::path& data) {
  std::vector<Json> usages;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data / "openai_api")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path());
    std::ostringstream whole;
    whole << stream.rdbuf();
    const auto all = Json::parse(whole.str(), nullptr, false);
    if (!all.is_discarded()) {
      gather(all, usages);
      continue;
    }
    std::istringstream lines(whole.str());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("data:")) line.erase(0, 5);
      const auto one = Json::parse(line, nullptr, false);
      if (!one.is_discarded()) gather(one, usages);
    }
  }
  return usages;
}

TEST(RecordedUsageTest, everyTokenIsCountedAndPricedOnce) {
  const char* data = std::getenv("SIGNALBOX_DATA");
  if (data == nullptr) GTEST_SKIP() << "SIGNALBOX_DATA is not set: recorded usages were not looked at";
  const auto usages = recorded(data);
  ASSERT_GE(usages.size(), 15U);
  domain::Price flat, parts;
  flat.input = parts.input = 2;
  flat.output = parts.output = 3;
  parts.cached_input = parts.cache_write = parts.audio_input = 0;
  parts.reasoning = parts.audio_output = 0;
  std::size_t with_parts = 0;
  for (const auto& json : usages) {
    const std::string text = json.dump();
    const auto doc = JsonDoc::parse(text);
    ASSERT_TRUE(doc);
    const auto usage = readUsage(doc->root());
    ASSERT_TRUE(usage) << text;
    const auto prompt = json["prompt_tokens"].get<std::int64_t>(), completion = json["completion_tokens"].get<std::int64_t>();
    const std::int64_t total = json.value("total_tokens", prompt + completion);
    EXPECT_EQ(usage->input, prompt) << text;
    EXPECT_EQ(usage->input + usage->output, total) << text;
    EXPECT_DOUBLE_EQ(*domain::costUsd(*usage, flat), 2.0 * static_cast<double>(usage->input) + 3.0 * static_cast<double>(usage->output)) << text;
    // With every part free, what is left is what is in no part.
    const std::int64_t in_parts = usage->cached_input + usage->cache_write + usage->audio_input, out_parts = usage->reasoning + usage->audio_output;
    ASSERT_LE(in_parts, usage->input) << text;
    ASSERT_LE(out_parts, usage->output) << text;
    with_parts += in_parts + out_parts > 0;
    EXPECT_DOUBLE_EQ(*domain::costUsd(*usage, parts),
                     2.0 * static_cast<double>(usage->input - in_parts) + 3.0 * static_cast<double>(usage->output - out_parts)) << text;
  }
  EXPECT_GE(with_parts, 1U);
}

// What is read from a cache and written to one is no part of Anthropic's input_tokens: the three add up.
TEST(MessagesUsageTest, everyTokenIsCountedAndPricedOnce) {
  domain::Price price;
  price.input = 1;
  price.output = 5;
  price.cached_input = 0.1;
  price.cache_write = 1.25;
  price.reasoning = 7;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    MadeUp made_up(seed);
    const std::int64_t input = made_up.below(2000), output = made_up.below(2000);
    Json at_start{{"input_tokens", input}, {"output_tokens", made_up.below(9)}}, at_end{{"output_tokens", output}};
    std::int64_t read = 0, written = 0, for_an_hour = 0, thoughts = 0;
    if (made_up.maybe()) at_start["cache_read_input_tokens"] = read = made_up.below(9000);
    if (made_up.maybe()) at_start["cache_creation_input_tokens"] = written = made_up.below(9000);
    if (made_up.maybe()) {
      for_an_hour = made_up.below(static_cast<int>(written) + 1);
      at_start["cache_creation"] = {{"ephemeral_5m_input_tokens", written - for_an_hour}, {"ephemeral_1h_input_tokens", for_an_hour}};
    }
    if (made_up.maybe()) at_end["output_tokens_details"]["thinking_tokens"] = thoughts = made_up.below(static_cast<int>(output) + 1);
    // Some tell all of it again at the end.
    if (made_up.maybe()) at_end.update(at_start), at_end["output_tokens"] = output;
    MessagesUsage usage;
    for (const Json& one : {at_start, at_end}) {
      const std::string text = one.dump();
      const auto doc = JsonDoc::parse(text);
      ASSERT_TRUE(doc);
      usage.add(doc->root());
    }
    const auto total = usage.total();
    ASSERT_TRUE(total) << at_start << at_end;
    EXPECT_EQ(total->input, input + read + written) << at_start << at_end;
    EXPECT_EQ(total->output, output) << at_start << at_end;
    const double usd = static_cast<double>(input) + 0.1 * static_cast<double>(read) + 1.25 * static_cast<double>(written - for_an_hour) + 2.0 * static_cast<double>(for_an_hour) +
                       5.0 * static_cast<double>(output - thoughts) + 7.0 * static_cast<double>(thoughts);
    EXPECT_NEAR(*domain::costUsd(*total, price), usd, 1e-6) << at_start << at_end;
    domain::Price plain;
    plain.input = plain.output = 1;
    plain.cache_write_1h = 1;
    EXPECT_NEAR(*domain::costUsd(*total, plain), static_cast<double>(input + read + written + output), 1e-6) << at_start << at_end;
  }
}

TEST(MessagesUsageTest, searchesAndTheTierOfTheWorkAreReadWhereverTheyStand) {
  MessagesUsage usage;
  for (const std::string_view text : {R"({"input_tokens":1,"output_tokens":1,"service_tier":"batch"})", R"({"output_tokens":2,"server_tool_use":{"web_search_requests":3}})"}) {
    const auto doc = JsonDoc::parse(text);
    usage.add(doc->root());
  }
  ASSERT_TRUE(usage.total());
  EXPECT_EQ(usage.total()->web_searches, 3);
  EXPECT_EQ(usage.total()->tier, domain::ServiceTier::Batch);
}

TEST(MessagesUsageTest, countsThatAreToldToAClientAreReadBackTheSame) {
  const auto writer = messagesReplyWriter({}, 0);
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    MadeUp made_up(seed);
    domain::Usage usage;
    usage.cached_input = made_up.below(500);
    usage.cache_write = made_up.below(500);
    usage.input = usage.cached_input + usage.cache_write + made_up.below(500);
    usage.output = made_up.below(500);
    usage.source = domain::UsageSource::Provider;
    Reply reply;
    reply.usage = usage;
    const std::string told = Json::parse(writer->whole(reply)).at("usage").dump();
    const auto doc = JsonDoc::parse(told);
    ASSERT_TRUE(doc) << told;
    MessagesUsage read;
    read.add(doc->root());
    const auto total = read.total();
    ASSERT_TRUE(total) << told;
    EXPECT_EQ(std::tuple(total->input, total->cached_input, total->cache_write, total->output),
              std::tuple(usage.input, usage.cached_input, usage.cache_write, usage.output)) << told;
  }
}

}  // namespace
}  // namespace signalbox::dialect
