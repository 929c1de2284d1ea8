// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "base/strings.h"
#include "schema/pointer.h"

namespace signalbox::config {
namespace {

constexpr std::size_t kMaxBytes = 4 << 20;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 100'000;  // aliases included: a bomb of nested aliases is small as text
constexpr std::size_t kMostRepeatedBytes = 1 << 20;

Place placeOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

struct Refusal {
  Place place;
  std::string message;
};

std::size_t countNodes(const Json& value) {
  std::size_t count = 1;
  if (value.is_structured()) {
    for (const Json& child : value) count += countNodes(child);
  }
  return count;
}

// Of its texts and keys.
std::size_t countBytes(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().size();
  std::size_t bytes = 0;
  if (value.is_structured()) {
    for (const auto& [key, child] : value.items()) bytes += (value.is_object() ? key.size() : 0) + countBytes(child);
  }
  return bytes;
}

// Builds the value from the parser's events, inside out.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const std::string& file) : file_(file) {}
  YamlDocument document;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Refusal{placeOf(mark), "a second document begins here; allowed is one"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, anchor, nullptr, "null"); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    if (expectsKey()) return takeKey(mark, value);
    const bool is_text = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!is_text && tag != "?" && !tag.empty() && !tag.starts_with("tag:yaml.org,2002:")) {
      throw Refusal{placeOf(mark), "the tag " + tag.substr(0, 40) + " is not known; allowed are plain and quoted values"};
    }
    Json json = is_text ? Json(value) : plainScalar(value);
    if (json.is_discarded()) throw Refusal{placeOf(mark), "not a finite number"};
    scalar(mark, anchor, std::move(json), value);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expectsKey()) throw Refusal{placeOf(mark), "a key is plain text, not an alias"};
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) throw Refusal{placeOf(mark), "an alias of something that is not finished"};
    nodes_ += countNodes(found->second);
    repeated_bytes_ += countBytes(found->second);
    if (repeated_bytes_ > kMostRepeatedBytes) throw Refusal{placeOf(mark), "aliases repeat more than " + std::to_string(kMostRepeatedBytes >> 20) + " MiB of text"};
    begin(mark);
    finish(found->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Json value;
    std::string pointer;
    YAML::anchor_t anchor = 0;
    std::string key;              // of the member being read
    Place key_place;
    bool has_key = false;
    bool duplicate = false;       // … which is there already and is dropped
    std::map<std::string, Place> seen;
  };

  bool expectsKey() const { return !frames_.empty() && frames_.back().value.is_object() && !frames_.back().has_key; }

  void takeKey(const YAML::Mark& mark, const std::string& key) {
    Frame& frame = frames_.back();
    frame.key = key;
    frame.key_place = placeOf(mark);
    frame.has_key = true;
    const auto [first, is_new] = frame.seen.emplace(key, frame.key_place);
    frame.duplicate = !is_new;
    if (!is_new) {
      document.errors.push_back({file_, frame.key_place.line, frame.key_place.column,
                                 "the key \"" + key.substr(0, 60) + "\" is there twice (first on line " + std::to_string(first->second.line) +
                                     "); allowed is once"});
    }
  }

  // The pointer of the value that begins here, noted in the source map.
  std::string begin(const YAML::Mark& mark) {
    if (++nodes_ > kMaxNodes) throw Refusal{placeOf(mark), "more than " + std::to_string(kMaxNodes) + " values"};
    if (frames_.empty()) {
      document.places.set("", placeOf(mark), placeOf(mark));
      return "";
    }
    const Frame& frame = frames_.back();
    if (frame.duplicate) return frame.pointer + "/-";
    const bool is_member = frame.value.is_object();
    const std::string pointer = frame.pointer + "/" + (is_member ? schema::pointerToken(frame.key) : std::to_string(frame.value.size()));
    document.places.set(pointer, is_member ? frame.key_place : placeOf(mark), placeOf(mark));
    return pointer;
  }

  void finish(Json value) {
    if (frames_.empty()) {
      document.json = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.value.is_array()) frame.value.push_back(std::move(value));
    else if (!frame.duplicate) frame.value[frame.key] = std::move(value);
    frame.has_key = false;
    frame.duplicate = false;
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Json value, const std::string& text) {
    if (expectsKey()) return takeKey(mark, text);
    begin(mark);
    if (anchor) anchored_[anchor] = value;
    finish(std::move(value));
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Json empty) {
    if (expectsKey()) throw Refusal{placeOf(mark), "a key is plain text, not a list or a mapping"};
    if (frames_.size() >= kMaxDepth) throw Refusal{placeOf(mark), "nested deeper than " + std::to_string(kMaxDepth) + " levels"};
    Frame frame;
    frame.pointer = begin(mark);
    frame.value = std::move(empty);
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.value.is_object() && frame.value.contains("<<")) merge(frame);
    if (frame.anchor) anchored_[frame.anchor] = frame.value;
    finish(std::move(frame.value));
  }

  // YAML's merge key: members of another mapping, or of several, as far as this one has none of that name; the first that has one counts.
  static void merge(Frame& frame) {
    const Json merged = std::move(frame.value["<<"]);
    frame.value.erase("<<");
    const auto take = [&](const Json& from) {
      if (!from.is_object()) throw Refusal{frame.seen.at("<<"), "the key << takes the members of a mapping, or of a list of mappings"};
      for (const auto& [key, value] : from.items()) {
        if (!frame.value.contains(key)) frame.value[key] = value;
      }
    };
    if (!merged.is_array()) return take(merged);
    for (const Json& one : merged) take(one);
  }

  const std::string& file_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Json> anchored_;
  std::size_t nodes_ = 0;
  std::size_t repeated_bytes_ = 0;  // by aliases
  int documents_ = 0;
};

}  // namespace

SourceMap::Both SourceMap::find(std::string_view pointer) const {
  while (true) {
    if (const auto found = places_.find(std::string(pointer)); found != places_.end()) return found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return {};
    pointer = pointer.substr(0, slash);
  }
}

Place SourceMap::value(std::string_view pointer) const { return find(pointer).value; }
Place SourceMap::key(std::string_view pointer) const { return find(pointer).key; }

YamlDocument readYaml(std::string_view text, const std::string& file_name) {
  Builder builder(file_name);
  const auto refuse = [&](Place place, const std::string& message) {
    builder.document.errors.push_back({file_name, place.line, place.column, message});
    return std::move(builder.document);
  };
  if (text.size() > kMaxBytes) return refuse({}, "larger than " + std::to_string(kMaxBytes >> 20) + " MiB");
  int number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (!isValidUtf8(line) || line.find('\0') != std::string_view::npos) return refuse({number, 1}, "not UTF-8 text; allowed is UTF-8 without NUL");
  }
  builder.document.places.set("", {1, 1}, {1, 1});  // of a text that holds nothing
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    return refuse(refusal.place, refusal.message);
  } catch (const YAML::Exception& e) {
    return refuse(e.mark.is_null() ? Place{} : placeOf(e.mark), "not YAML: " + e.msg);
  }
  return std::move(builder.document);
}

}  // namespace signalbox::config
