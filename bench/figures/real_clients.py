#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Official clients through the router to real model servers: what works, streamed and whole.

    real_clients.py --local URL --frontier URL [--bin build/release/bin]

The clients are those of openai, anthropic, langchain-openai and litellm that are installed where it runs. Every check looks at the
shape of what arrives, as a model of any size gives it, and not at what the model says. Each runs against both servers alone, and
through the router against both tiers and the cascade of the two. Prints a Markdown table; exits with 1 when something fails through the
router that works with the servers alone.
"""
import argparse
import contextlib
import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAY = [{"role": "user", "content": "Name a colour."}]
TOOL = {"name": "weather", "description": "Tells the weather of a town.",
        "parameters": {"type": "object", "properties": {"town": {"type": "string", "enum": ["Oslo", "Rome"]}}, "required": ["town"]}}
LIMITS = {"max_tokens": 24, "temperature": 0}


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


class OpenAi:
    """The `openai` package."""
    needs = "openai"

    def __init__(self, url, key, model):
        import openai
        self.errors = openai.NotFoundError, openai.BadRequestError
        self.client, self.model = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=120), model

    def chat(self, **fields):
        return self.client.chat.completions.create(model=self.model, messages=SAY, **{**LIMITS, **fields})

    def check_whole(self):
        answer = self.chat()
        expect(answer.choices[0].message.content and answer.choices[0].finish_reason in ("stop", "length"), answer)
        expect(answer.usage.completion_tokens > 0 and answer.choices[0].logprobs is None, "usage, and no logprobs that were not asked for")

    def check_stream(self):
        chunks = list(self.chat(stream=True))
        expect("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), "text")
        expect([c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] in (["stop"], ["length"]), "one end")
        expect(all(c.usage is None for c in chunks), "usage was not asked for")

    def check_stream_usage(self):
        expect(list(self.chat(stream=True, stream_options={"include_usage": True}))[-1].usage.completion_tokens > 0, "usage at the end")

    def check_whole_is_stream(self):
        whole = self.chat(seed=1).choices[0].message.content
        streamed = "".join(c.choices[0].delta.content or "" for c in self.chat(seed=1, stream=True) if c.choices)
        expect(whole == streamed, f"{whole!r} is not {streamed!r}")

    def check_logprobs(self):
        tokens = self.chat(logprobs=True, top_logprobs=3).choices[0].logprobs.content
        expect(tokens and all(t.logprob <= 0.001 and len(t.top_logprobs) <= 3 for t in tokens), "probabilities with at most three alternatives")
        seen = [t for c in self.chat(logprobs=True, top_logprobs=3, stream=True) if c.choices and c.choices[0].logprobs for t in c.choices[0].logprobs.content]
        expect(seen, "probabilities in the stream")

    def check_stop(self):
        text = self.chat(max_tokens=40).choices[0].message.content
        at = next((c for c in text[2:] if c.isalpha()), None)
        if at:
            expect(at not in self.chat(max_tokens=40, stop=[at]).choices[0].message.content, "the stop word is left out")

    def check_tools(self):
        fields = {"tools": [{"type": "function", "function": TOOL}], "tool_choice": "required", "max_tokens": 300}
        call = self.chat(**fields).choices[0].message.tool_calls[0].function
        expect((call.name, set(json.loads(call.arguments))) == ("weather", {"town"}), call)
        pieces = [c.choices[0].delta.tool_calls[0].function for c in self.chat(stream=True, **fields) if c.choices and c.choices[0].delta.tool_calls]
        expect(set(json.loads("".join(p.arguments or "" for p in pieces))) == {"town"}, pieces)

    def check_parse(self):
        import pydantic
        colour = pydantic.create_model("Colour", name=(str, ...))
        answer = self.client.chat.completions.parse(model=self.model, messages=SAY, response_format=colour, **{**LIMITS, "max_tokens": 400})
        expect(answer.choices[0].message.parsed.name is not None, answer)

    def check_responses(self):
        answer = self.client.responses.create(model=self.model, input="Name a colour.", max_output_tokens=24, temperature=0)
        expect(answer.output_text and answer.usage.output_tokens > 0, answer)

    def check_responses_stream(self):
        kinds, text = [], ""
        for event in self.client.responses.create(model=self.model, input="Name a colour.", max_output_tokens=24, temperature=0, stream=True):
            kinds.append(event.type)
            text += event.delta if event.type == "response.output_text.delta" else ""
        expect(text and kinds[0] == "response.created" and kinds[-1] in ("response.completed", "response.incomplete"), kinds)

    def check_completions(self):
        expect(self.client.completions.create(model=self.model, prompt="Red, green and", **LIMITS).choices[0].text, "text")

    def check_embeddings(self):
        vectors = self.client.embeddings.create(model=self.model, input=["red", "green"]).data
        expect(len(vectors) == 2 and len(vectors[0].embedding) > 100, vectors)

    def check_errors(self):
        for fields, kind in zip(({"model": "no/such"}, {"messages": "no list"}), self.errors):
            try:
                self.client.chat.completions.create(**{"model": self.model, "messages": SAY, **fields})
            except kind:
                continue
            raise AssertionError(f"{fields} was answered")


class Anthropic:
    """The `anthropic` package, on servers that speak OpenAI's dialect."""
    needs = "anthropic"

    def __init__(self, url, key, model):
        import anthropic
        self.client, self.model = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0, timeout=120), model

    def check_whole(self):
        answer = self.client.messages.create(model=self.model, messages=SAY, max_tokens=24)
        expect(answer.content[0].text and answer.usage.output_tokens > 0 and answer.stop_reason in ("end_turn", "max_tokens"), answer)

    def check_stream(self):
        with self.client.messages.stream(model=self.model, messages=SAY, system="Be brief.", max_tokens=24) as stream:
            text = "".join(stream.text_stream)
            expect(text and stream.get_final_message().stop_reason in ("end_turn", "max_tokens"), text)

    def check_tools(self):
        tool = {"name": TOOL["name"], "description": TOOL["description"], "input_schema": TOOL["parameters"]}
        fields = {"model": self.model, "messages": SAY, "tools": [tool], "tool_choice": {"type": "any"}, "max_tokens": 300}
        used = [block for block in self.client.messages.create(**fields).content if block.type == "tool_use"]
        expect(used and set(used[0].input) == {"town"}, used)
        with self.client.messages.stream(**fields) as stream:
            used = [block for block in stream.get_final_message().content if block.type == "tool_use"]
        expect(used and set(used[0].input) == {"town"}, used)

    def check_count_tokens(self):
        expect(self.client.messages.count_tokens(model=self.model, messages=SAY).input_tokens > 0, "a count")


class LangChain:
    """`langchain-openai`."""
    needs = "langchain_openai"

    def __init__(self, url, key, model):
        from langchain_openai import ChatOpenAI
        self.chat = ChatOpenAI(base_url=url + "/v1", api_key=key, model=model, max_retries=0, timeout=120, **LIMITS)

    def check_whole(self):
        answer = self.chat.invoke("Name a colour.")
        expect(answer.content and answer.usage_metadata["output_tokens"] > 0, answer)

    def check_stream(self):
        expect("".join(chunk.content for chunk in self.chat.stream("Name a colour.")), "text")

    def check_tools(self):
        bound = self.chat.bind_tools([{"type": "function", "function": TOOL}], tool_choice="any")
        expect(set(bound.invoke("Oslo?", max_tokens=300).tool_calls[0]["args"]) == {"town"}, "a call")


class LiteLlm:
    """`litellm` as a client."""
    needs = "litellm"

    def __init__(self, url, key, model):
        import litellm
        litellm.suppress_debug_info = True
        self.ask = lambda **fields: litellm.completion(model="openai/" + model, api_base=url + "/v1", api_key=key, messages=SAY, num_retries=0,
                                                       timeout=120, **{**LIMITS, **fields})

    def check_whole(self):
        expect(self.ask().choices[0].message.content, "text")

    def check_stream(self):
        expect("".join(c.choices[0].delta.content or "" for c in self.ask(stream=True)), "text")


def router_for(stack, folder, options):
    sys.path.insert(0, str(ROOT / "tests/flow"))
    import harness
    servers = {"local": options.local, "frontier": options.frontier}
    upstreams = [{"name": name, "api": "openai", "base_url": url, "models": [{"id": name, "logprobs": True}]} for name, url in servers.items()]
    tiers = [{"name": name, "deployments": [f"{name}/{name}"], "timeout": "60s"} for name in servers]
    policy = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.5}}}]}
    return stack.enter_context(harness.Router(folder, upstreams, tiers, policy))


def outcome(kind, check, url, key, model):
    """Nothing, or what went wrong."""
    try:
        getattr(kind(url, key, model), f"check_{check}")()
    except Exception as error:  # whatever a client's library raises is the finding
        return f"{type(error).__name__}: {str(error)[:300]}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--local", required=True, metavar="URL")
    parser.add_argument("--frontier", required=True, metavar="URL")
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=Path)
    options = parser.parse_args()
    os.environ["SIGNALBOX_BIN"] = str(options.bin / "signalbox")
    failures, worked = [], False
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        router = router_for(stack, Path(name), options)
        alone = {"local": options.local.removesuffix("/v1"), "frontier": options.frontier.removesuffix("/v1")}
        ways = {"local alone": (alone["local"], "none", "local"), "local": (router.url, router.token, "tier:local"),
                "frontier alone": (alone["frontier"], "none", "frontier"), "frontier": (router.url, router.token, "tier:frontier"),
                "cascade": (router.url, router.token, "auto")}
        print(f"| client | check | {' | '.join(ways)} |\n|---|---|{'---|' * len(ways)}")
        for kind in (OpenAi, Anthropic, LangChain, LiteLlm):
            if importlib.util.find_spec(kind.needs) is None:
                print(f"| {kind.__doc__.strip('.')} | not installed here |{' |' * len(ways)}")
                continue
            for check in [member.removeprefix("check_") for member in vars(kind) if member.startswith("check_")]:
                said = {way: outcome(kind, check, *place) for way, place in ways.items()}
                print(f"| {kind.__doc__.strip('.')} | {check.replace('_', ' ')} | {' | '.join('works' if not s else 'fails' for s in said.values())} |", flush=True)
                works_alone = not said["local alone"] and not said["frontier alone"]
                worked = worked or works_alone
                failures += [f"{kind.__name__} {check} {way}: {words}" for way, words in said.items() if words and (works_alone or "alone" in way)]
    print("\n".join(["", *failures]), file=sys.stderr)
    if not worked:
        sys.exit("not one check worked with the servers alone: this says nothing of the router")
    sys.exit(1 if any(" alone: " not in words for words in failures) else 0)

if __name__ == "__main__":
    main()
