// SPDX-License-Identifier: Apache-2.0
// Most chunks of a stream are the one before with another word in it, and other probabilities. Once one has been read, the next that
// is the same but for such values need not be read as JSON again, which is most of what a chunk costs. Pure; one for each stream.
// Internal to dialect/.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_doc.h"

namespace signalbox::dialect {

class ChunkPattern {
 public:
  // `data` is a valid chunk, of which `edits` are made for the client; a chunk that differs from it in `differing` alone, each a
  // string, a number or an array of numbers, has the same of everything but what the first of them, a string, says. The nodes are of
  // a document over `data`. Nothing is learned of a large chunk or of many nodes, nor where an edit changes one of the nodes.
  void learn(std::string_view data, std::span<const JsonDoc::Node> differing, const TextEdits& edits);

  // Whether a chunk is as the one that was learned; where it is, words() and relayed() are of this one, as long as its bytes stand.
  [[nodiscard]] bool fits(std::string_view data);
  // What it says is added to `text`.
  void words(std::string& text) const;
  // Whether the client gets anything else than what came, and what.
  [[nodiscard]] bool changes() const { return changes_; }
  [[nodiscard]] std::string relayed() const;

 private:
  // What every chunk has, and the value behind it; the last piece has none.
  struct Piece {
    std::uint32_t came = 0, left = 0;  // how much of came_ and left_ is its own
    JsonDoc::Kind kind = JsonDoc::Kind::Null;
    bool kept = true;                  // the client gets the value
    bool escaped = false;
    std::string_view value;            // of the chunk that is being looked at
  };
  std::string came_;  // all that does not differ, as it came
  std::string left_;  // and what the client gets of it
  std::vector<Piece> pieces_;
  std::size_t words_ = 0;  // the piece before the string that says something
  bool changes_ = false;
};

}  // namespace signalbox::dialect
