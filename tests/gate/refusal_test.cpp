// SPDX-License-Identifier: Apache-2.0
#include "gate/refusal.h"

#include <gtest/gtest.h>

#include <string>

namespace signalbox::gate {
namespace {

TEST(RefusalTest, knowsRefusals) {
  for (const std::string text : {
           "I'm sorry, but I can't assist with that.",
           "I’m sorry, but I can’t help with that request.",
           "I am very sorry, I am unable to provide medical advice.",
           "Sorry, I can't help with that.",
           "Sorry, but as an AI language model I cannot answer this.",
           "I cannot provide instructions for that.",
           "I can't help you with this.",
           "I won't create that content.",
           "I'm unable to assist with this request.",
           "I'm not able to help with that.",
           "As an AI language model, I don't have access to your account.",
           "I'm just an AI, I can't give legal advice.",
           "Unfortunately, I cannot access external websites.",
           "I must respectfully decline to answer.",
           "I apologize, but I cannot fulfill this request.",
           "My apologies, but I can't continue with this.",
           "\"I cannot assist with that.\"",
           "\n\n I   cannot\nassist with that.",
           "I do not feel comfortable with this topic.",
           "It would be inappropriate for me to provide that.",
           "That is against my programming.",
           "This request violates our usage policies.",
       }) {
    EXPECT_TRUE(isRefusal(text)) << text;
  }
}

TEST(RefusalTest, leavesAnswersAlone) {
  for (const std::string text : {
           "BILL",
           "",
           "42",
           "I can help with that. First, open the settings.",
           "I can't believe how well this works! Here is the summary.",
           "You cannot provide two values for one key.",
           "The customer is sorry that he cannot help the agent.",
           "I'm sorry to hear that your parcel is late. I have opened a case for you.",
           "Sorry for the delay. The answer is 12.",
           "Unfortunately, the flight was cancelled. The next one leaves at 9.",
           "The contract says: \"I cannot assist with that\" is the standard phrase.",
           "No, a square cannot have five sides.",
           "I would recommend the second option.",
           "As an assistant manager, I run the morning shift.",
       }) {
    EXPECT_FALSE(isRefusal(text)) << text;
  }
}

TEST(RefusalTest, readsOnlyTheBeginning) { EXPECT_FALSE(isRefusal(std::string(1000, 'x') + " That is against my programming.")); }

}  // namespace
}  // namespace signalbox::gate
