# SPDX-License-Identifier: Apache-2.0
"""What a model says, in the words of either kind of provider: chat completions and messages, whole and as streams."""
import dataclasses
import json

INPUT, OUTPUT = 11, 7  # tokens


@dataclasses.dataclass
class Says:
    text: str = ""
    reasoning: str = ""
    signature: str = ""   # of the reasoning, from a provider that signs it
    calls: tuple = ()     # (id, name, arguments as an object)
    finish: str = ""      # in OpenAI's words; else by whether there are calls


def finish(says):
    return says.finish or ("tool_calls" if says.calls else "stop")


def halves(text):
    return [text[:len(text) // 2], text[len(text) // 2:]] if len(text) > 1 else [text]


# OpenAI's


def logprobs(text):
    tokens = [{"token": part, "logprob": -0.25, "bytes": list(part.encode())} for part in halves(text)]
    return {"content": [{**token, "top_logprobs": [token]} for token in tokens], "refusal": None}


def chat(says, body):
    message = {"role": "assistant", "content": says.text or None, "refusal": None}
    if says.reasoning:
        message["reasoning_content"] = says.reasoning
    if says.calls:
        message["tool_calls"] = [{"id": i, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}} for i, name, arguments in says.calls]
    choices = [{"index": n, "message": message, "logprobs": logprobs(says.text) if body.get("logprobs") else None, "finish_reason": finish(says)}
               for n in range(body.get("n", 1))]
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": body["model"], "choices": choices,
            "usage": {"prompt_tokens": INPUT, "completion_tokens": OUTPUT, "total_tokens": INPUT + OUTPUT}}


def chat_stream(says, body):
    """Choices and calls come mixed, as providers send them."""
    def chunk(n, delta, finished=None, evidence=None):
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": body["model"],
                "choices": [{"index": n, "delta": delta, "logprobs": evidence, "finish_reason": finished}]}

    everyone = range(body.get("n", 1))
    events = [chunk(n, {"role": "assistant", "content": ""}) for n in everyone]
    events += [chunk(n, {"reasoning_content": part}) for part in halves(says.reasoning) if part for n in everyone]
    events += [chunk(n, {"content": part}, evidence={"content": [token], "refusal": None} if body.get("logprobs") else None)
               for part, token in zip(halves(says.text), logprobs(says.text)["content"]) if part for n in everyone]
    for at, (call_id, name, _) in enumerate(says.calls):
        events += [chunk(n, {"tool_calls": [{"index": at, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}]}) for n in everyone]
    for half in range(2):
        for at, (_, _, arguments) in enumerate(says.calls):
            events += [chunk(n, {"tool_calls": [{"index": at, "function": {"arguments": halves(json.dumps(arguments))[half]}}]}) for n in everyone]
    events += [chunk(n, {}, finish(says)) for n in everyone]
    if (body.get("stream_options") or {}).get("include_usage"):
        events.append({**chunk(0, {}), "choices": [], "usage": {"prompt_tokens": INPUT, "completion_tokens": OUTPUT, "total_tokens": INPUT + OUTPUT}})
    return [*events, "[DONE]"]


# Anthropic's


def blocks(says, body):
    out = []
    if says.reasoning:
        out.append({"type": "thinking", "thinking": says.reasoning, "signature": says.signature})
    forced = body.get("tool_choice", {})
    if forced.get("type") == "tool" and not says.calls:  # the shape of an answer is asked for as a call
        return [*out, {"type": "tool_use", "id": "toolu_0", "name": forced["name"], "input": json.loads(says.text)}]
    if says.text:
        out.append({"type": "text", "text": says.text})
    return out + [{"type": "tool_use", "id": i, "name": name, "input": arguments} for i, name, arguments in says.calls]


def stop_reason(content, says):
    if any(block["type"] == "tool_use" for block in content):
        return "tool_use"
    return {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}[finish(says)]


def message(says, body):
    content = blocks(says, body)
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "content": content, "stop_reason": stop_reason(content, says),
            "stop_sequence": None, "usage": {"input_tokens": INPUT, "output_tokens": OUTPUT}}


def message_stream(says, body):
    def event(kind, **members):
        return json.dumps({"type": kind, **members}) + f"\nevent: {kind}"

    content = blocks(says, body)
    begun = {**message(says, body), "content": [], "stop_reason": None, "usage": {"input_tokens": INPUT, "output_tokens": 1}}
    events = [event("message_start", message=begun), event("ping")]
    for at, block in enumerate(content):
        kind = block["type"]
        empty = {"thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}, "tool_use": {"input": {}}}[kind]
        events.append(event("content_block_start", index=at, content_block={**block, **empty}))
        name, whole = {"thinking": ("thinking_delta", block.get("thinking")), "text": ("text_delta", block.get("text")),
                       "tool_use": ("input_json_delta", json.dumps(block.get("input")))}[kind]
        field = {"thinking_delta": "thinking", "text_delta": "text", "input_json_delta": "partial_json"}[name]
        events += [event("content_block_delta", index=at, delta={"type": name, field: part}) for part in halves(whole)]
        if kind == "thinking" and says.signature:
            events.append(event("content_block_delta", index=at, delta={"type": "signature_delta", "signature": says.signature}))
        events.append(event("content_block_stop", index=at))
    events.append(event("message_delta", delta={"stop_reason": stop_reason(content, says), "stop_sequence": None}, usage={"output_tokens": OUTPUT}))
    return [*events, event("message_stop")]


def answer(api, says, body):
    """A whole answer, or the events of a stream."""
    if api == "anthropic":
        return message_stream(says, body) if body.get("stream") else message(says, body)
    return chat_stream(says, body) if body.get("stream") else chat(says, body)
