// SPDX-License-Identifier: Apache-2.0
#include "admit/places.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

namespace signalbox::admit {
namespace {

using namespace std::chrono_literals;
using State = Places::Waiter::State;

class Guest final : public Places::Waiter {
 public:
  using Waiter::Waiter;
  void told() override { ++words; }
  int words = 0;
};

std::shared_ptr<Guest> guest(std::string key, const void* home = nullptr) { return std::make_shared<Guest>(std::move(key), home); }

TEST(PlacesTest, soManyAtOnceSoManyWaitingAndNoMore) {
  Places places({2, 3, 1s});
  EXPECT_TRUE(places.tryEnter());
  EXPECT_EQ(places.enter(guest("a")), State::Granted);
  EXPECT_FALSE(places.tryEnter());
  std::vector<std::shared_ptr<Guest>> line;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(places.enter(line.emplace_back(guest("a"))), State::Waiting);
  EXPECT_EQ(places.enter(guest("a")), State::Shed);
  EXPECT_EQ(places.inFlight(), 2U);
  EXPECT_EQ(places.pending(), 3U);
  places.leave(std::nullopt);
  EXPECT_EQ(line[0]->words, 1);
  EXPECT_EQ(places.giveUp(*line[0]), State::Granted);
  EXPECT_EQ(line[1]->words, 0);
  EXPECT_EQ(places.giveUp(*line[1]), State::Shed);
  EXPECT_EQ(places.pending(), 1U);
  for (int i = 0; i < 3; ++i) places.leave(std::nullopt);  // that of the last in the line too
  EXPECT_EQ(line[2]->words, 1);
  EXPECT_EQ(places.inFlight(), 0U);
}

TEST(PlacesTest, keysTakeTurnsWhereverTheyStand) {
  Places places({1, 100, 1s});
  ASSERT_TRUE(places.tryEnter());
  std::vector<std::shared_ptr<Guest>> greedy, modest;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(places.enter(greedy.emplace_back(guest("greedy"))), State::Waiting);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(places.enter(modest.emplace_back(guest("modest"))), State::Waiting);
  for (int i = 0; i < 6; ++i) places.leave(std::nullopt);
  for (const auto& one : modest) EXPECT_EQ(one->words, 1);
  EXPECT_EQ(greedy[2]->words, 1);
  EXPECT_EQ(greedy[3]->words, 0);
}

TEST(PlacesTest, theLongestLineGivesWayWhereAllIsFull) {
  Places places({1, 10, 1s});
  ASSERT_TRUE(places.tryEnter());
  std::vector<std::shared_ptr<Guest>> greedy;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(places.enter(greedy.emplace_back(guest("greedy"))), State::Waiting);
  const auto modest = guest("modest");
  EXPECT_EQ(places.enter(modest), State::Waiting);
  EXPECT_EQ(greedy.back()->words, 1);
  EXPECT_EQ(places.giveUp(*greedy.back()), State::Shed);
  EXPECT_EQ(places.pending(), 10U);
  EXPECT_EQ(places.enter(guest("greedy")), State::Shed);
}

TEST(PlacesTest, whoeverWouldWaitForLongerThanTheLimitIsShedAtOnce) {
  Places places({10, 256, 100ms});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(places.tryEnter());
  for (int i = 0; i < 10; ++i) {
    places.leave(100ms);
    ASSERT_TRUE(places.tryEnter());
  }
  std::vector<std::shared_ptr<Guest>> line;
  while (places.enter(line.emplace_back(guest("a"))) == State::Waiting) ASSERT_LT(line.size(), 100U);
  EXPECT_EQ(line.size(), 11U);  // ten get a place within those 100 ms
  EXPECT_EQ(places.enter(guest("b")), State::Waiting) << "its turn comes second";
}

TEST(PlacesTest, otherLimitsHoldAtOnce) {
  Places places({1, 1, 1s});
  ASSERT_TRUE(places.tryEnter());
  const auto first = guest("a"), second = guest("a");
  ASSERT_EQ(places.enter(first), State::Waiting);
  EXPECT_EQ(places.enter(guest("a")), State::Shed);
  places.change({2, 5, 3s});
  EXPECT_EQ(first->words, 1);
  EXPECT_EQ(places.longestWait(), 3s);
  EXPECT_EQ(places.enter(second), State::Waiting);
  places.change({1, 0, 3s});
  places.leave(10ms);
  EXPECT_EQ(second->words, 0) << "one is inside, and no more may be";
  places.leave(10ms);
  EXPECT_EQ(second->words, 1);
}

TEST(PlacesTest, whoseHomeHasGoneIsNotTold) {
  Places places({1, 10, 1s});
  ASSERT_TRUE(places.tryEnter());
  const int here = 0, there = 0;
  const auto gone = guest("a", &here), stays = guest("a", &there);
  ASSERT_EQ(places.enter(gone), State::Waiting);
  ASSERT_EQ(places.enter(stays), State::Waiting);
  places.abandon(&here);
  places.leave(std::nullopt);
  EXPECT_EQ(gone->words, 0);
  EXPECT_EQ(stays->words, 1);
  EXPECT_EQ(places.giveUp(*gone), State::Waiting);
}

// Whatever comes in whatever order: limits hold, nobody is told twice, and no place is lost.
TEST(PlacesTest, noPlaceIsLostOrGivenTwice) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    const auto upto = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
    Places places({1 + upto(5), upto(8), 1s});
    std::vector<std::shared_ptr<Guest>> waiting;
    std::size_t inside = 0;
    for (int step = 0; step < 2000; ++step) {
      const auto take = [&](std::size_t at) {
        const auto one = waiting[at];
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
        ASSERT_LE(one->words, 1);
        if (places.giveUp(*one) == State::Granted) ++inside;
      };
      const auto what = upto(3);
      if (what <= 1) {
        const auto one = guest(std::string(1, static_cast<char>('a' + upto(3))));
        const State state = places.enter(one);
        if (state == State::Granted) ++inside;
        if (state == State::Waiting) waiting.push_back(one);
      } else if (what == 2 && inside > 0) {
        places.leave(std::chrono::milliseconds(upto(50)));
        --inside;
      } else if (!waiting.empty()) {
        take(upto(waiting.size() - 1));
      }
      for (std::size_t i = waiting.size(); i-- > 0;) {
        if (waiting[i]->words > 0) take(i);
      }
      ASSERT_EQ(places.inFlight(), inside) << "seed " << seed;
      ASSERT_EQ(places.pending(), waiting.size()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace signalbox::admit
