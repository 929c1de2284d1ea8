# SPDX-License-Identifier: Apache-2.0
"""What clients of OpenAI's dialects get, held against the specification of that API, whoever answered."""
import itertools
import json
import threading
import unittest

from own_venv import start_again_with

if __name__ == "__main__":
    start_again_with(["jsonschema==4.26.0"], "-shapes")

import jsonschema  # noqa: E402

from dialects_test import read_stream, vectors  # noqa: E402
from harness import FlowTest, Router, skip_without_data, sse  # noqa: E402
from record_test import Provider  # noqa: E402
from scripted import Says, answer  # noqa: E402

APIS = {"gpt": "openai", "claude": "anthropic"}
TOOLS = [{"name": name, "parameters": {"type": "object", "properties": {}}} for name in ("weather", "time")]
SAYS = {"text": Says("It is warm."), "thoughts": Says("It is warm.", "Hm, hm.", "c2ln"), "cut": Says("It is", finish="length"),
        "calls": Says("I look.", calls=(("call_1", "weather", {"city": "Zürich"}), ("call_2", "time", {"city": "Oslo"})))}
ASKS = {"/v1/chat/completions": {"messages": [{"role": "user", "content": "Hi"}], "tools": [{"type": "function", "function": tool} for tool in TOOLS]},
        "/v1/responses": {"input": "Hi", "instructions": "Be brief.", "tools": [{"type": "function", "strict": False, **tool} for tool in TOOLS], "metadata": {"k": "v"},
                          "include": ["reasoning.encrypted_content"]},
        "/v1/completions": {"prompt": "Hi"}}
EVIDENCE = {"/v1/chat/completions": {"logprobs": True, "top_logprobs": 1}, "/v1/completions": {"logprobs": 1},
            "/v1/responses": {"include": ["reasoning.encrypted_content", "message.output_text.logprobs"], "top_logprobs": 1}}
WHOLE = {"/v1/chat/completions": "CreateChatCompletionResponse", "/v1/responses": "Response", "/v1/completions": "CreateCompletionResponse"}
EVENT = {"/v1/chat/completions": "CreateChatCompletionStreamResponse", "/v1/completions": "CreateCompletionResponse"}


def with_null(schema):
    """Its older word for what may be null, in the words of JSON Schema."""
    if isinstance(schema, list):
        return [with_null(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: with_null(value) for name, value in schema.items() if name not in ("nullable", "example", "examples", "x-oaiMeta")}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


class ShapesTest(FlowTest):
    def setUp(self):
        super().setUp()
        specification = json.loads((skip_without_data("openai_api") / "openapi.json").read_text())
        self.schemas = with_null(specification["components"]["schemas"])
        self.root = {"components": {"schemas": self.schemas}}
        self.says, self.failure = SAYS["text"], None
        providers = {name: self.enter(Provider(lambda body, send, api=api: self.reply(api, body, send))) for name, api in APIS.items()}
        upstreams = [{"name": name, "api": api, "base_url": providers[name].url, "models": [{"id": "m", **({"completions": "chat"} if api == "openai" else {})}]}
                     for name, api in APIS.items()]
        policy = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "gpt"}}]}
        self.router = self.enter(Router(self.folder, upstreams, [{"name": name, "deployments": [f"{name}/m"]} for name in APIS], policy))

    def reply(self, api, body, send):
        if "input" in body:
            return send(200, vectors(body, "m"))
        send(200, self.failure if self.failure is not None else answer(api, self.says, body))

    def hold(self, value, schema):
        schema = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
        errors = sorted(jsonschema.Draft202012Validator({**self.root, **schema}).iter_errors(value), key=lambda e: e.path)
        told = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in errors]
        self.assertFalse(told, json.dumps(value)[:2000])

    def event_schema(self, kind):
        for choice in self.schemas["ResponseStreamEvent"]["anyOf"]:
            name = choice["$ref"].rsplit("/", 1)[1]
            if kind in self.schemas[name]["properties"]["type"]["enum"]:
                return name
        self.fail(f"the API has no event {kind}")

    def ways(self):
        for tier, (name, says), path in itertools.product(APIS, SAYS.items(), ASKS):
            if name == "calls" and path == "/v1/completions":
                continue
            self.says = says
            yield f"{path}, {name}, from {tier}", path, {"model": "tier:" + tier, **ASKS[path], **(EVIDENCE[path] if tier == "gpt" else {})}

    def test_whole_answers(self):
        for way, path, body in self.ways():
            with self.subTest(way):
                status, _, text = self.router.request("POST", path, body)
                self.assertEqual(status, 200, text)
                self.hold(json.loads(text), WHOLE[path])

    def test_events_of_streams(self):
        for way, path, body in self.ways():
            with self.subTest(way):
                _, text = read_stream(self.router, path, {**body, "stream": True})
                events = [json.loads(data) for data in sse(text)[0] if data != "[DONE]"]
                self.assertGreater(len(events), 2)
                for event in events:
                    if path == "/v1/completions":  # whose specification knows no answer that has not ended
                        for choice in event["choices"]:
                            choice["finish_reason"] = choice["finish_reason"] or "stop"
                    self.hold(event, EVENT[path] if path in EVENT else self.event_schema(event["type"]))

    def test_streams_that_break_off(self):
        for tier, api in APIS.items():
            begun = threading.Event()
            events = answer(api, SAYS["thoughts"], {"model": "m", "stream": True})[:-2]
            self.failure = [*events[:-1], begun, events[-1]]
            _, text = read_stream(self.router, "/v1/responses", {"model": "tier:" + tier, "stream": True, **ASKS["/v1/responses"]}, begun=begun)
            events = [json.loads(data) for data in sse(text)[0]]
            self.assertEqual(events[-1]["type"], "response.failed")
            for event in events:
                self.hold(event, self.event_schema(event["type"]))

    def test_embeddings_and_models_and_errors(self):
        _, _, text = self.router.request("POST", "/v1/embeddings", {"model": "tier:gpt", "input": ["a", "b"]})
        self.hold(json.loads(text), "CreateEmbeddingResponse")
        _, _, text = self.router.request("GET", "/v1/models")
        self.hold(json.loads(text), "ListModelsResponse")
        for path, body in (("/v1/responses", {"model": "nobody", "input": "x"}), ("/v1/chat/completions", {"model": 1}), ("/v1/embeddings", {"model": "tier:claude", "input": "x"})):
            status, _, text = self.router.request("POST", path, body)
            self.assertGreaterEqual(status, 400)
            self.hold(json.loads(text), "ErrorResponse")


if __name__ == "__main__":
    unittest.main()
