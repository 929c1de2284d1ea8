// SPDX-License-Identifier: Apache-2.0
#include "upstream/simulation.h"

namespace signalbox::upstream {
namespace {

TEST(SimulationTest, keepsItsPromisesWhateverHappensAndDrainsWhole) {
  int served = 0, failed = 0, shed = 0, left = 0, cut = 0, trials = 0, further = 0, waited = 0, passed_over = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation one(seed);
    one.run();
    if (HasFailure()) return;
    served += one.served, failed += one.failed, shed += one.shed, left += one.left, cut += one.cut, trials += one.trials, further += one.further, waited += one.waited;
    passed_over += one.passed_over;
  }
  for (const int count : {served, failed, shed, left, trials, further, waited}) EXPECT_GT(count, 100) << "all of it has happened";
  EXPECT_GT(served, 50'000);
  EXPECT_GT(passed_over, 10) << "some were to be left alone by the time that their wait was over";
  EXPECT_GT(cut, 0) << "some did not end before the drain's deadline";
  RecordProperty("requests", served + failed + shed + left + cut);
  std::printf("served %d, failed %d, shed %d, left %d, cut %d; trials %d, further attempts %d, passed over after a wait %d, waited for a place %d\n", served, failed,
              shed, left, cut, trials, further, passed_over, waited);
}

TEST(SimulationTest, aSeedSaysAllThatHappens) {
  Simulation one(7), same(7), other(8);
  one.run();
  same.run();
  other.run();
  EXPECT_FALSE(one.story.empty());
  EXPECT_TRUE(one.story == same.story) << "of " << one.story.size() << " and " << same.story.size() << " characters";
  EXPECT_TRUE(one.story != other.story);
}

}  // namespace
}  // namespace signalbox::upstream
