// SPDX-License-Identifier: Apache-2.0
// Answers out of the hub, as responses. A whole answer goes the way of a stream whose events nobody hears, so that both say the same.
#include <map>

#include "dialect/citations.h"
#include "dialect/json_object.h"
#include "dialect/openai_error.h"
#include "dialect/responses_hub.h"
#include "dialect/responses_output.h"
#include "domain/error_status.h"

namespace signalbox::dialect {
namespace {

using Kind = OutputItem::Kind;

class ResponsesWriter final : public ReplyWriter {
 public:
  ResponsesWriter(const domain::Request& request, std::int64_t now) : object_(request, now) {}

  std::string whole(const Reply& reply) override {
    streams_ = false;
    std::ignore = piece({.kind = Piece::Kind::Begin, .id = reply.id, .name = reply.model, .created = reply.created});
    if (!reply.choices.empty()) say(reply.choices.front());
    usage_ = reply.usage;
    closeAll();
    return object_.json(ended());
  }

  std::string piece(const Piece& piece) override {
    if (piece.choice != 0) return {};  // a response is one answer
    if (piece.kind == Piece::Kind::Logprobs) {
      if (object_.withLogprobs()) logprobs_ += (logprobs_.empty() ? "" : ",") + piece.text;
      return std::exchange(out_, {});
    }
    flushText();
    switch (piece.kind) {
      case Piece::Kind::Begin: begin(piece); break;
      case Piece::Kind::Text: held_ = piece.text; break;
      case Piece::Kind::Refusal: refuse(piece.text); break;
      case Piece::Kind::Reasoning: think(piece.text); break;
      case Piece::Kind::Signature: sign(piece.text); break;
      case Piece::Kind::Redacted: redact(piece.text); break;
      case Piece::Kind::Citation: cite(piece.citation); break;
      case Piece::Kind::ToolBegin: beginCall(piece); break;
      case Piece::Kind::ToolArguments: addArguments(piece); break;
      case Piece::Kind::Finish:
        finish_ = piece.finish;
        closeAll();
        break;
      case Piece::Kind::Usage: usage_ = piece.usage; break;
      case Piece::Kind::Logprobs: break;
    }
    // Probabilities come behind the text they are of: only where they are wanted does it wait for them.
    if (!object_.withLogprobs()) flushText();
    return std::exchange(out_, {});
  }

  bool cites() const override { return true; }

  std::string terminal() override {
    flushText();
    closeAll();
    const auto state = ended();
    emit(state.status == "incomplete" ? "response.incomplete" : "response.completed", JsonObject().raw("response", object_.json(state)));
    return std::exchange(out_, {});
  }

  std::string failure(const Error& error) override {
    if (!begun_) return {};
    flushText();
    const std::string said = errorBody(error);
    const auto doc = JsonDoc::parse(said);
    const auto body = doc->root()["error"];
    JsonObject event;
    for (const std::string_view name : {"code", "message", "param"}) event.raw(name, body[name].raw());
    emit("error", event.raw("error", body.raw()));  // told twice: as the specification has it, and where its clients look for it
    ResponseObject::State state{.status = "failed", .output = output(), .usage = usage_};
    state.error = JsonObject().raw("code", "\"server_error\"").text("message", error.message).str();
    emit("response.failed", JsonObject().raw("response", object_.json(state)));
    return std::exchange(out_, {});
  }

 private:
  void say(const Choice& choice) {
    std::string_view logprobs = object_.withLogprobs() ? std::string_view(choice.logprobs) : std::string_view();
    for (const auto& part : choice.parts) {
      if (part.kind == Part::Kind::Text) {
        flushText();
        held_ = part.text;
        logprobs_ = std::exchange(logprobs, {});
      } else if (part.kind == Part::Kind::Refusal) {
        flushText();
        refuse(part.text);
      } else if (part.kind == Part::Kind::Reasoning) {
        flushText();
        close(Kind::Reasoning);  // one item each
        think(part.text);
        if (part.redacted) redact(part.data);
        else sign(part.signature);
      }
    }
    flushText();
    for (const auto& citation : choice.citations) cite(citation);
    int index = 0;
    for (const auto& call : choice.calls) {
      beginCall({.kind = Piece::Kind::ToolBegin, .index = index, .id = call.id, .name = call.name});
      addArguments({.kind = Piece::Kind::ToolArguments, .index = index++, .text = call.arguments});
    }
    finish_ = choice.finish;
  }

  void emit(std::string_view type, const JsonObject& members) {
    if (!streams_) return;
    const std::string rest = members.str();
    const std::string head = JsonObject().text("type", type).number("sequence_number", sequence_++).str();
    out_ += http::sseEvent(head.substr(0, head.size() - 1) + (rest.size() > 2 ? "," : "") + rest.substr(1), type);
  }

  // Where an event belongs.
  JsonObject at(std::size_t item) const { return JsonObject().text("item_id", items_[item].id).number("output_index", static_cast<std::int64_t>(item)); }
  JsonObject atPart(std::size_t item) const {
    JsonObject place = at(item);
    return place.number("content_index", static_cast<std::int64_t>(items_[item].parts.size()) - 1);
  }

  void begin(const Piece& piece) {
    if (std::exchange(begun_, true)) return;
    object_.begin(piece.id, piece.name, piece.created);
    const auto response = object_.json({.status = "in_progress"});
    emit("response.created", JsonObject().raw("response", response));
    emit("response.in_progress", JsonObject().raw("response", response));
  }

  OutputItem& open(Kind kind) {
    OutputItem& item = items_.emplace_back();
    item.kind = kind;
    item.id = object_.itemId(kind, items_.size() - 1);
    return item;
  }
  void announce() {
    emit("response.output_item.added",
         JsonObject().number("output_index", static_cast<std::int64_t>(items_.size()) - 1).raw("item", itemJson(items_.back(), object_.withSignature())));
  }
  // What is said and thought goes one after the other; calls may be told at the same time.
  bool isOpen(Kind kind) const { return !items_.empty() && items_.back().kind == kind && items_.back().status == "in_progress"; }
  bool inText() const { return isOpen(Kind::Message) && !items_.back().parts.empty() && !items_.back().parts.back().refusal; }
  void closeOthers(Kind kind) {
    for (const Kind other : {Kind::Reasoning, Kind::Message}) {
      if (other != kind) close(other);
    }
  }
  // REQUIRES: no call; whatever else is open is the last item.
  void close(Kind kind) {
    if (isOpen(kind)) closeItem(items_.size() - 1);
  }
  void closeAll() {
    for (; closed_ < items_.size(); ++closed_) {
      if (items_[closed_].status == "in_progress") closeItem(closed_);
    }
  }

  void closeItem(std::size_t i) {
    OutputItem& item = items_[i];
    if (item.kind == Kind::Message) closePart(i);
    if (item.kind == Kind::Call) emit("response.function_call_arguments.done", at(i).text("arguments", item.text).text("name", item.name));
    if (item.kind == Kind::Reasoning && !item.text.empty()) {
      emit("response.reasoning_summary_text.done", at(i).number("summary_index", 0).text("text", item.text));
      const auto part = JsonObject().raw("type", "\"summary_text\"").text("text", item.text).str();
      emit("response.reasoning_summary_part.done", at(i).number("summary_index", 0).raw("part", part));
    }
    const bool cut = finish_ == Finish::Length || finish_ == Finish::ContentFilter;
    item.status = cut && i + 1 == items_.size() ? "incomplete" : "completed";
    emit("response.output_item.done", JsonObject().number("output_index", static_cast<std::int64_t>(i)).raw("item", itemJson(item, object_.withSignature())));
  }

  void closePart(std::size_t i) {
    const auto& parts = items_[i].parts;
    if (parts.empty()) return;
    const auto& part = parts.back();
    if (part.refusal) {
      emit("response.refusal.done", atPart(i).text("refusal", part.text));
    } else {
      emit("response.output_text.done", atPart(i).text("text", part.text).raw("logprobs", "[" + part.logprobs + "]"));
    }
    emit("response.content_part.done", atPart(i).raw("part", partJson(part)));
  }

  // The part of the message that text or a refusal goes on in.
  OutputPart& saying(bool refusal) {
    closeOthers(Kind::Message);
    if (!isOpen(Kind::Message)) {
      open(Kind::Message);
      announce();
    }
    auto& parts = items_.back().parts;
    if (parts.empty() || parts.back().refusal != refusal) {
      closePart(items_.size() - 1);
      parts.push_back({.refusal = refusal});
      emit("response.content_part.added", atPart(items_.size() - 1).raw("part", partJson(parts.back())));
    }
    return parts.back();
  }

  void flushText() {
    if (held_.empty() && logprobs_.empty()) return;
    const std::string text = std::exchange(held_, {});
    const std::string logprobs = std::exchange(logprobs_, {});
    if (text.empty() && !inText()) return;  // they are of thoughts or calls, which have no place for them
    OutputPart& part = saying(false);
    part.text += text;
    part.logprobs += (part.logprobs.empty() || logprobs.empty() ? "" : ",") + logprobs;
    emit("response.output_text.delta", atPart(items_.size() - 1).text("delta", text).raw("logprobs", "[" + logprobs + "]"));
  }

  // REQUIRES: what it is of has been said. A citation of nothing is left out.
  void cite(const Citation& citation) {
    if (!inText()) return;
    auto& citations = items_.back().parts.back().citations;
    citations.push_back(citation);
    emit("response.output_text.annotation.added",
         atPart(items_.size() - 1).number("annotation_index", static_cast<std::int64_t>(citations.size()) - 1).raw("annotation", responsesAnnotation(citation)));
  }

  void refuse(const std::string& text) {
    saying(true).text += text;
    emit("response.refusal.delta", atPart(items_.size() - 1).text("delta", text));
  }

  void startThinking() {
    closeOthers(Kind::Reasoning);
    if (isOpen(Kind::Reasoning)) return;
    open(Kind::Reasoning);
    announce();
  }
  void think(const std::string& text) {
    if (text.empty()) return;
    if (isOpen(Kind::Reasoning) && !items_.back().signature.empty()) close(Kind::Reasoning);  // that thought has ended
    startThinking();
    OutputItem& item = items_.back();
    const std::size_t i = items_.size() - 1;
    if (item.text.empty()) {
      emit("response.reasoning_summary_part.added", at(i).number("summary_index", 0).raw("part", R"({"type":"summary_text","text":""})"));
    }
    item.text += text;
    emit("response.reasoning_summary_text.delta", at(i).number("summary_index", 0).text("delta", text));
  }
  void sign(const std::string& signature) {
    if (signature.empty()) return;
    startThinking();
    items_.back().signature += signature;
  }

  void redact(const std::string& data) {
    close(Kind::Reasoning);
    startThinking();
    items_.back().signature = std::string(kRedacted) + data;
    close(Kind::Reasoning);
  }

  void beginCall(const Piece& piece) {
    closeOthers(Kind::Call);
    OutputItem& item = open(Kind::Call);
    item.call_id = piece.id;
    item.name = piece.name;
    calls_.emplace(piece.index, items_.size() - 1);
    announce();
  }
  void addArguments(const Piece& piece) {
    const auto call = calls_.find(piece.index);
    if (call == calls_.end() || piece.text.empty()) return;
    items_[call->second].text += piece.text;
    emit("response.function_call_arguments.delta", at(call->second).text("delta", piece.text));
  }

  std::string output() const {
    JsonArray list;
    for (const auto& item : items_) list.raw(itemJson(item, object_.withSignature()));
    return list.str();
  }
  ResponseObject::State ended() const {
    ResponseObject::State state{.status = "completed", .output = output(), .usage = usage_};
    if (finish_ == Finish::Length) state.incomplete = "max_output_tokens";
    if (finish_ == Finish::ContentFilter) state.incomplete = "content_filter";
    if (!state.incomplete.empty()) state.status = "incomplete";
    return state;
  }

  ResponseObject object_;
  std::vector<OutputItem> items_;
  std::size_t closed_ = 0;             // all before this one
  std::map<int, std::size_t> calls_;  // where they stand, by their index
  std::string held_;      // text whose probabilities are still to come
  std::string logprobs_;  // of it
  std::optional<domain::Usage> usage_;
  Finish finish_ = Finish::None;
  std::int64_t sequence_ = 0;
  bool streams_ = true;
  bool begun_ = false;
  std::string out_;
};

}  // namespace

std::unique_ptr<ReplyWriter> responsesReplyWriter(const domain::Request& request, std::int64_t now) { return std::make_unique<ResponsesWriter>(request, now); }

}  // namespace signalbox::dialect
