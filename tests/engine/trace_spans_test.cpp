// SPDX-License-Identifier: Apache-2.0
#include "engine/trace_spans.h"

#include <gmock/gmock.h>

#include "base/json.h"

namespace signalbox::engine {
namespace {

TEST(TraceParentTest, readsWhatTheRecommendationAllows) {
  const auto read = readTraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(read->span_id, "b7ad6b7169203331");
  EXPECT_TRUE(read->sampled);
  EXPECT_FALSE(readTraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02")->sampled);
  EXPECT_TRUE(readTraceParent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0f-more")->sampled) << "a later version says more";
}

TEST(TraceParentTest, takesNothingElse) {
  for (const std::string_view header : {"", "junk", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                        "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
                                        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"}) {
    EXPECT_FALSE(readTraceParent(header)) << header;
  }
}

TEST(TraceSampleTest, takesTheShareThatWasSaidAndTheSameEveryTime) {
  int taken = 0;
  constexpr int kAll = 20'000;
  for (int i = 0; i < kAll; ++i) {
    const auto id = Uuid::v7();
    const bool sampled = isSampled(id, 0.1);
    EXPECT_EQ(sampled, isSampled(id, 0.1));
    EXPECT_FALSE(isSampled(id, 0));
    EXPECT_TRUE(isSampled(id, 1));
    taken += sampled ? 1 : 0;
  }
  // Six standard deviations of a binomial share.
  EXPECT_NEAR(taken, kAll * 0.1, 6 * 43);
}

Trace example() {
  Trace trace;
  auto& d = trace.decision;
  d.id = Uuid::v7();
  d.ts = 1'700'000'000'000'000;
  d.requested_model = "auto";
  d.final_tier = "frontier";
  d.latency_ms = 12.5;
  d.status = 200;
  d.input_tokens = 7;
  d.explanation = "words of the policy";
  domain::Attempt failed;
  failed.tier = "local";
  failed.model = "m-1";
  failed.upstream = "one";
  failed.error = "upstream_timeout";
  domain::Attempt good;
  good.tier = "frontier";
  good.model = "m-2";
  good.upstream = "two";
  good.cost_usd = 0.25;
  d.attempts = {failed, good};
  return trace;
}

Json spansOf(const Trace& trace) {
  const TraceResource resource{"service", "1.0", "router", {{"two", "azure"}}};
  const std::string body = tracesBody(std::span(&trace, 1), resource);
  return Json::parse(body)["resourceSpans"][0]["scopeSpans"][0]["spans"];
}

Json attributeOf(const Json& span, const std::string& key) {
  for (const auto& one : span["attributes"]) {
    if (one["key"] == key) return one["value"];
  }
  return nullptr;
}

TEST(TraceSpansTest, aDecisionIsTheParentOfItsAttempts) {
  const Trace trace = example();
  const Json spans = spansOf(trace);
  ASSERT_EQ(spans.size(), 3u);
  std::string id = trace.decision.id.string();
  std::erase(id, '-');
  EXPECT_EQ(spans[0]["traceId"], id);
  EXPECT_FALSE(spans[0].contains("parentSpanId"));
  EXPECT_EQ(spans[1]["parentSpanId"], spans[0]["spanId"]);
  EXPECT_EQ(spans[0]["startTimeUnixNano"], "1700000000000000000");
  EXPECT_EQ(spans[0]["endTimeUnixNano"], "1700000000012500000");
  EXPECT_EQ(attributeOf(spans[0], "gen_ai.response.model"), (Json{{"stringValue", "m-2"}}));
  EXPECT_EQ(attributeOf(spans[0], "gen_ai.provider.name"), (Json{{"stringValue", "azure.ai.openai"}}));
  EXPECT_EQ(attributeOf(spans[0], "gen_ai.usage.input_tokens"), (Json{{"intValue", "7"}}));
  EXPECT_EQ(attributeOf(spans[2], "signalbox.cost_usd"), (Json{{"doubleValue", 0.25}}));
  EXPECT_EQ(attributeOf(spans[1], "error.type"), (Json{{"stringValue", "upstream_timeout"}}));
  EXPECT_EQ(spans[1]["status"]["code"], 2);
  EXPECT_EQ(spans[0]["status"], Json::object());
}

TEST(TraceSpansTest, whatIsUnknownIsNotThere) {
  const Json spans = spansOf(example());
  EXPECT_TRUE(attributeOf(spans[0], "gen_ai.usage.output_tokens").is_null());
  EXPECT_TRUE(attributeOf(spans[0], "signalbox.cost_usd").is_null());
  EXPECT_EQ(spans.dump().find("words of the policy"), std::string::npos);
}

TEST(TraceSpansTest, aClientsTraceGoesOn) {
  Trace trace = example();
  trace.parent = readTraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const Json spans = spansOf(trace);
  EXPECT_EQ(spans[2]["traceId"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(spans[0]["parentSpanId"], "b7ad6b7169203331");
}

}  // namespace
}  // namespace signalbox::engine
