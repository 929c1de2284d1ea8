// SPDX-License-Identifier: Apache-2.0
// The built-in kinds of work. Patterns look for what people ask for, not for the topic alone, except where the topic itself
// decides: health, money and safety.
#include "classify/heuristic.h"

namespace signalbox::classify {

const std::vector<HeuristicRule>& HeuristicRules::defaults() {
  static const std::vector<HeuristicRule> rules{
      {"acknowledgement", R"((?i)^\W*(thanks|thank you|thx|ok(ay)?|got it|great|perfect|sounds good|yes|no|hi|hello|hey)\b[\s\w,'!.]{0,40}$)", 0, {}},
      {"structured extraction", R"((?i)\b(extract|pull out|parse|list (all|every|the)|find all|tag|label|classif(y|ies)|categori[sz]e)\b)", 0, {}},
      {"template", R"((?i)\b(fill (in|out)|fill the|placeholders?|template|boilerplate|using this format|mail merge)\b)", 0, {}},
      {"look-up", R"((?i)\b(what is the (capital|date|name|price|status|address|number|population|currency)|look ?up|when (was|is|did)|who (is|was|wrote)|define|definition of|how many)\b)", 0, {}},
      {"formatting", R"((?i)\b(re-?format|convert (this|it|the|to)|as (json|csv|xml|yaml|a table|markdown)|(in)?to (json|csv|xml|yaml)|capitali[sz]e|lower ?case|upper ?case|sort (this|these|the)|fix (the )?(spelling|typos|punctuation|indentation))\b)", 0, {}},

      {"multi-step work with clear rules", R"((?i)\b(follow (these|the) (steps|rules|instructions)|according to (the|these|this)|apply (the|these) rules|for each|calculate|compute|step [1-9]|then (do|add|take|multiply|check))\b)", 1, {}},
      {"moderate analysis", R"((?i)\b(analy[sz]e|compare|contrast|explain|describe|review|pros and cons|advantages|differences? between|why (does|do|is|are|did))\b)", 1, {}},
      {"translation", R"((?i)\b(translate|translation|(in|into|to) (english|german|french|spanish|italian|portuguese|dutch|polish|russian|chinese|japanese|korean|arabic|hindi|turkish))\b)", 1, {}},
      {"summary", R"((?i)\b(summar(y|ies|i[sz]e)|tl;?dr|key points|main points|in (a few|two|three) sentences|condense|shorten)\b)", 1, 500},

      {"ambiguous intent", R"((?i)(\b(what should (i|we) do|what do you think|any (ideas|advice|thoughts)|not sure (what|how|if|whether)|help me (decide|figure|understand)|is (this|it) (ok|okay|right|a good idea)|it depends)\b))", 2, {}},
      {"reasoning over several entities", R"((?i)\b(trade-?offs?|relationships? (between|among)|interactions? (between|among)|root cause|implications?|prioriti[sz]e|reconcile|which of (these|the following)|across (all|several|multiple)|prove that|derive|design an?|architect(ure)?|strategy|optimi[sz]e)\b)", 2, {}},
      {"medical matter", R"((?i)\b(symptoms?|diagnos(is|e|ed|tic)|dosage|medications?|prescri(be|bed|ption)|side effects?|patients?|chest pain|blood pressure|pregnan(t|cy)|overdose|allerg(y|ic)|tumou?r|cancer|surgery)\b)", 2, {}},
      {"financial matter", R"((?i)\b(invest(ing|ments?|ors?)?|portfolio|mortgage|tax(es|able| return| deduction)?|loan|interest rate|retirement|pension|stocks?|bonds?|derivatives?|hedg(e|ing)|bankrupt(cy)?|fraud)\b)", 2, {}},
      {"safety-critical matter", R"((?i)\b(suicid(e|al)|self-harm|emergency|poison(ing|ous)?|explosi(on|ve)s?|hazard(ous)?|safety[- ]critical|fail-?safe|brak(e|ing) system|flight control|electrocut\w*|radiation|abus(e|ive)|violen(ce|t))\b)", 2, {}},
      {"legal matter", R"((?i)\b(lawsuit|sue|liabilit(y|ies)|legal advice|litigation|non-?compete|breach of contract|custody|visa|gdpr|indemnif\w*)\b)", 2, {}},
      {"style matching", R"((?i)\b(in the (style|voice|tone) of|match (the|my|our) (tone|style|voice|brand)|sounds? like (me|us)|brand voice|my writing style|rewrite .{0,40}(tone|style|voice)|poem|sonnet|short story)\b)", 2, {}},
  };
  return rules;
}

}  // namespace signalbox::classify
