// SPDX-License-Identifier: Apache-2.0
#include "base/json_doc.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/json.h"

namespace signalbox {
namespace {

std::string problemOf(std::string_view text, JsonLimits limits = {}) {
  const auto doc = JsonDoc::parse(text, limits);
  return doc ? "" : doc.error().message;
}

TEST(JsonDocTest, knowsTheBytesOfEveryValue) {
  const std::string text = R"( {"a": [1.50, "x\u00e9\n", null], "b":{"c":true}} )";
  const auto doc = JsonDoc::parse(text);
  ASSERT_TRUE(doc);
  const auto root = doc->root();
  EXPECT_EQ(root["a"].raw(), R"([1.50, "x\u00e9\n", null])");
  EXPECT_EQ(root["a"].at(0).raw(), "1.50");
  EXPECT_EQ(root["a"].at(0).number(), 1.5);
  EXPECT_EQ(root["a"].at(1).string(), "x\xc3\xa9\n");
  EXPECT_TRUE(root["a"].at(2).isNull());
  EXPECT_FALSE(root["a"].at(3));
  EXPECT_EQ(root["b"]["c"].boolean(), true);
  EXPECT_FALSE(root["b"]["missing"]["deeper"]);
}

TEST(JsonDocTest, aNumberThatIsTooSmallIsZeroAndOneThatIsTooLargeNone) {
  const auto doc = JsonDoc::parse("[5e-3204, -1e-400, 4.9e-324, 1e999, -1e999]");
  ASSERT_TRUE(doc);
  const auto root = doc->root();
  EXPECT_EQ(root.at(0).number(), 0.0);
  EXPECT_EQ(root.at(1).number(), 0.0);
  EXPECT_EQ(root.at(2).number(), 4.9e-324);
  EXPECT_EQ(root.at(3).number(), std::nullopt);
  EXPECT_EQ(root.at(4).number(), std::nullopt);
}

TEST(JsonDocTest, findsMembersHoweverTheirKeysAreSpelled) {
  const auto doc = JsonDoc::parse(R"({"\u0061b":1,"a\\b":2,"plain":3,"":4})");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root()["ab"].integer(), 1);
  EXPECT_EQ(doc->root()["a\\b"].integer(), 2);
  EXPECT_FALSE(doc->root()["a\\\\b"]);  // its spelling is no name
  EXPECT_FALSE(doc->root()["\\u0061b"]);
  EXPECT_EQ(doc->root()["plain"].integer(), 3);
  EXPECT_EQ(doc->root()[""].integer(), 4);
}

// The index grows while a text is read.
TEST(JsonDocTest, readsTextsOfMoreValuesThanTheirLengthSuggests) {
  for (const std::size_t size : {15U, 16U, 17U, 1000U, 20'000U}) {
    std::string text = "[[],{},";
    for (std::size_t i = 0; i < size; ++i) text += "[0],";
    text += "{\"last\":[" + std::to_string(size) + "]}]";
    const auto doc = JsonDoc::parse(text);
    ASSERT_TRUE(doc);
    EXPECT_EQ(doc->root().size(), size + 3);
    EXPECT_EQ(doc->root().at(size + 2)["last"].first().integer(), static_cast<std::int64_t>(size));
    EXPECT_EQ(doc->root().at(0).raw(), "[]");
    EXPECT_FALSE(doc->root().at(size + 2).next());
  }
}

TEST(JsonDocTest, refusesWhatRfc8259Refuses) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", "-", "1e", "nul", "\"\\x\"", "\"a", "\"\t\"", "[1] 2",
                           "{\"a\" 1}", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\xff", "\"\xc0\x80\"", "+1", ".5", "NaN"}) {
    EXPECT_NE(problemOf(text), "") << text;
  }
}

TEST(JsonDocTest, refusesDuplicateKeysHoweverTheyAreSpelled) {
  EXPECT_NE(problemOf(R"({"a":1,"a":2})"), "");
  EXPECT_NE(problemOf(R"({"a":1,"\u0061":2})"), "");
  EXPECT_EQ(problemOf(R"({"a":{"a":1},"b":{"a":1}})"), "");
}

TEST(JsonDocTest, refusesDuplicateKeysAmongMany) {
  std::string many;
  for (int i = 0; i < 3000; ++i) many += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
  EXPECT_EQ(problemOf("{" + many + "}"), "");
  EXPECT_NE(problemOf("{" + many + ",\"k7\":0}"), "");
  EXPECT_NE(problemOf("{" + many + ",\"\\u006b2999\":0}"), "");
  EXPECT_EQ(problemOf("{\"in\":{" + many + "}," + many + "}"), "");
  EXPECT_NE(problemOf("{" + many + ",\"in\":{\"a\":1,\"a\":2}}"), "");
}

TEST(JsonDocTest, refusesDuplicateKeysAtEveryDistanceAndSize) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::set<std::string> keys;
    bool twice = false;
    std::string text = "{";
    const auto size = random() % 40;
    for (unsigned i = 0; i < size; ++i) {
      // One in ten is written with an escape; the alphabet is small, so that many have the same length and ends.
      std::string key(1 + random() % 3, static_cast<char>('a' + random() % 26));
      key.back() = static_cast<char>('a' + random() % 26);
      twice |= !keys.insert(key).second;
      std::string written = key;
      if (random() % 10 == 0) written = "\\u00" + std::string(1, "67"[key[0] / 16 - 6]) + std::string(1, "0123456789abcdef"[key[0] % 16]) + key.substr(1);
      text += std::string(i == 0 ? "" : ",") + '"' + written + "\":" + (random() % 2 == 0 ? "{\"a\":[{}]}" : "[]");
    }
    EXPECT_EQ(problemOf(text + "}") != "", twice) << text;
  }
}

TEST(JsonDocTest, findsTheEndOfStringsOfEveryLength) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (const std::string special : {"", "\\n", "\xc3\xa9", "\x7f"}) {
      for (std::size_t at = 0; at <= length; at += 3) {
        auto inside = std::string(length, '~');
        inside.insert(at, special);
        const auto text = "[\"" + inside + "\",1]";
        const auto doc = JsonDoc::parse(text);
        ASSERT_TRUE(doc) << text;
        EXPECT_EQ(doc->root().first().raw().size(), inside.size() + 2);
        EXPECT_NE(problemOf("[\"" + inside + "\x1f\"]"), "");
        EXPECT_NE(problemOf("[\"" + inside + "\x80\"]"), "");
      }
    }
  }
}

TEST(JsonDocTest, boundsDepthAndKeys) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  EXPECT_NE(problemOf(deep), "");
  EXPECT_EQ(problemOf(deep.substr(1, 128)), "");
  EXPECT_NE(problemOf(std::string(1'000'000, '[')), "");
  EXPECT_NE(problemOf(R"({"a":1,"b":2,"c":3})", {64, 2}), "");
  EXPECT_EQ(problemOf("[[1,2],3]", {64, 2, 5}), "");
  EXPECT_NE(problemOf("[[1,2],3,4]", {64, 2, 5}), "");
}

// A random value, written by the other library and read by ours, and the other way round.
Json randomValue(std::mt19937& random, int depth) {
  const auto kind = random() % (depth > 0 ? 7 : 5);
  switch (kind) {
    case 0: return nullptr;
    case 1: return random() % 2 == 0;
    case 2: return static_cast<std::int64_t>(random()) - 2'000'000'000;
    case 3: return static_cast<double>(random()) / 1000.0;
    case 4: {
      std::string text;
      for (auto n = random() % 8; n > 0; --n) text += std::array{"a", "\"", "\\", "\n", "\xc3\xa9", "\xf0\x9f\x98\x80", "\x01"}[random() % 7];
      return text;
    }
    case 5: {
      Json array = Json::array();
      for (auto n = random() % 4; n > 0; --n) array.push_back(randomValue(random, depth - 1));
      return array;
    }
    default: {
      Json object = Json::object();
      for (auto n = random() % 4; n > 0; --n) object["k" + std::to_string(random() % 9)] = randomValue(random, depth - 1);
      return object;
    }
  }
}

Json toJson(JsonDoc::Node node) {
  switch (node.kind()) {
    case JsonDoc::Kind::Null: return nullptr;
    case JsonDoc::Kind::True: return true;
    case JsonDoc::Kind::False: return false;
    case JsonDoc::Kind::Number: return node.integer() ? Json(*node.integer()) : Json(*node.number());
    case JsonDoc::Kind::String: return *node.string();
    case JsonDoc::Kind::Array: {
      Json array = Json::array();
      for (auto e = node.first(); e; e = e.next()) array.push_back(toJson(e));
      return array;
    }
    case JsonDoc::Kind::Object: break;
  }
  Json object = Json::object();
  for (auto m = node.first(); m; m = m.next()) object[m.key()] = toJson(m);
  return object;
}

TEST(JsonDocTest, readsWhatAnotherLibraryWrites) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const Json value = randomValue(random, 4);
    for (const int indent : {-1, 2}) {
      const std::string text = value.dump(indent, ' ', i % 2 == 0);
      const auto doc = JsonDoc::parse(text);
      ASSERT_TRUE(doc) << text;
      EXPECT_EQ(toJson(doc->root()), value) << text;
    }
  }
}

TEST(JsonDocTest, acceptsNothingThatAnotherLibraryRefusesAfterOneByteIsChanged) {
  std::mt19937 random(11);
  const std::string alphabet = "{}[]\",:0.-+tfn\\u \x01\xc3";
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = randomValue(random, 3).dump();
    text[random() % text.size()] = alphabet[random() % alphabet.size()];
    const Json other = Json::parse(text, nullptr, false);
    const auto doc = JsonDoc::parse(text);
    EXPECT_FALSE(doc && other.is_discarded()) << text;
    refused += !doc;
  }
  EXPECT_GT(refused, 500);
}

TEST(QuoteJsonTest, replacesOnlyTheBytesThatAreNoCharacter) {
  EXPECT_EQ(quoteJson("\xe8\xaf\xb7 \xc3\xa9\xff\xf0\x9f\x98\x80!\xe8\xaf"), "\"\xe8\xaf\xb7 \xc3\xa9\xef\xbf\xbd\xf0\x9f\x98\x80!\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(TextEditsTest, changesOnePlaceAndLeavesEveryOtherByte) {
  const std::string text = "{ \"model\" : \"auto\",\"x\": 1.0e+2 , \"keep\":[ 1 ,2 ]}";
  const auto doc = JsonDoc::parse(text);
  ASSERT_TRUE(doc);
  TextEdits edits;
  edits.setMember(doc->root(), "model", "\"gpt\"");
  edits.setMember(doc->root(), "logprobs", "true");
  EXPECT_EQ(edits.apply(text), "{ \"model\" : \"gpt\",\"x\": 1.0e+2 , \"keep\":[ 1 ,2 ],\"logprobs\":true}");
}

TEST(TextEditsTest, removesAnySetOfMembersAndStaysValid) {
  const std::string text = R"({"a":1, "b":[1,2], "c":{"d":1} ,"e":null})";
  for (unsigned mask = 0; mask < 16; ++mask) {
    const auto doc = JsonDoc::parse(text);
    ASSERT_TRUE(doc);
    Json expected = Json::parse(text);
    std::vector<JsonDoc::Node> gone;
    unsigned bit = 1;
    for (auto m = doc->root().first(); m; m = m.next(), bit <<= 1) {
      if (mask & bit) {
        gone.push_back(m);
        expected.erase(m.key());
      }
    }
    TextEdits edits;
    edits.removeMembers(doc->root(), gone);
    const std::string left = edits.apply(text);
    EXPECT_TRUE(JsonDoc::parse(left)) << left;
    EXPECT_EQ(Json::parse(left, nullptr, false), expected) << left;
  }
}

TEST(CanonicalJsonTest, writesNumbersAsRfc8785) {
  const std::pair<double, const char*> cases[] = {{0.0, "0"},          {-0.0, "0"},        {1e21, "1e+21"},   {1e20, "100000000000000000000"},
                                                  {1e-6, "0.000001"},  {1e-7, "1e-7"},     {4.5, "4.5"},      {0.002, "0.002"},
                                                  {333333333.33333329, "333333333.3333333"}, {1e30, "1e+30"}, {-1.25e-9, "-1.25e-9"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(canonicalJson(Json(value)), text);
}

TEST(CanonicalJsonTest, sortsKeysAndLeavesNoSpace) {
  EXPECT_EQ(canonicalJson(Json::parse(R"({"b":[1, 2],"a":{"z":"\u20ac","y":"\u000f\n"}})")), "{\"a\":{\"y\":\"\\u000f\\n\",\"z\":\"\xe2\x82\xac\"},\"b\":[1,2]}");
}

}  // namespace
}  // namespace signalbox
