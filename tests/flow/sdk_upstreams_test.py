# SPDX-License-Identifier: Apache-2.0
"""The official OpenAI SDK through the router, to a provider of chat completions and to one of messages: what is sent, and what comes back."""
import json
import unittest

from own_venv import start_again_with

if __name__ == "__main__":
    start_again_with(["openai==3.54.0"])

import openai  # noqa: E402
import pydantic  # noqa: E402

from harness import FlowTest, Router  # noqa: E402
from record_test import Provider  # noqa: E402
from scripted import INPUT, OUTPUT, Says, answer  # noqa: E402

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "gpt"}}]}
APIS = {"gpt": "openai", "claude": "anthropic"}
TOOLS = [{"type": "function", "function": {"name": name, "description": "Looks.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}
         for name in ("weather", "time")]
CALLS = (("call_1", "weather", {"city": "Zürich"}), ("call_2", "time", {"city": "Oslo"}))
TEXT = "It is warm, said the model."
PNG = "iVBORw0KGgo="
PDF = "JVBERi0xLjQK"


class City(pydantic.BaseModel):
    name: str
    people: int


class UpstreamsTest(FlowTest):
    def setUp(self):
        super().setUp()
        self.says = Says(TEXT)
        self.failure = None
        self.providers = {name: self.enter(Provider(lambda body, send, api=api: self.reply(api, body, send))) for name, api in APIS.items()}
        upstreams = [{"name": name, "api": api, "base_url": self.providers[name].url, "models": [{"id": "m"}]} for name, api in APIS.items()]
        self.router = self.enter(Router(self.folder, upstreams, [{"name": name, "deployments": [f"{name}/m"], "timeout": "5s"} for name in APIS], POLICY))
        self.client = openai.OpenAI(base_url=self.router.url + "/v1", api_key=self.router.token, max_retries=0)
        self.addCleanup(self.client.close)

    def reply(self, api, body, send):
        if self.failure is not None:
            return send(*self.failure(api, body))
        if "input" in body:
            return send(200, {"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 2, "total_tokens": 2}})
        if "prompt" in body:
            return send(404, {"error": {"message": "This is a chat model."}})
        send(200, answer(api, self.says, body))

    def sent(self, name):
        return self.providers[name].asked[-1]

    def chat(self, name, **fields):
        return self.client.chat.completions.create(**{"model": "tier:" + name, "messages": [{"role": "user", "content": "Hi"}], **fields})

    def both(self):
        for name in APIS:
            with self.subTest(upstream=name):
                yield name


class ChatTest(UpstreamsTest):
    def test_whole(self):
        for name in self.both():
            told = self.chat(name)
            self.assertEqual((told.choices[0].message.content, told.choices[0].finish_reason, told.model), (TEXT, "stop", "m"))
            self.assertEqual((told.usage.prompt_tokens, told.usage.completion_tokens, told.usage.total_tokens), (INPUT, OUTPUT, INPUT + OUTPUT))

    def test_streamed(self):
        for name in self.both():
            with self.chat(name, stream=True, stream_options={"include_usage": True}) as stream:
                chunks = list(stream)
            self.assertEqual("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), TEXT)
            self.assertEqual([c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason], ["stop"])
            self.assertEqual((chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens), (INPUT, OUTPUT))

    def test_an_answer_that_was_cut_says_so(self):
        self.says = Says(TEXT, finish="length")
        for name in self.both():
            self.assertEqual(self.chat(name).choices[0].finish_reason, "length")
            with self.chat(name, stream=True) as stream:
                self.assertEqual([c.choices[0].finish_reason for c in stream if c.choices][-1], "length")

    def test_parallel_calls(self):
        self.says = Says("Let me look.", calls=CALLS)
        for name in self.both():
            told = self.chat(name, tools=TOOLS, parallel_tool_calls=True)
            calls = [(c.function.name, json.loads(c.function.arguments)) for c in told.choices[0].message.tool_calls]
            self.assertEqual((calls, told.choices[0].finish_reason), ([c[1:] for c in CALLS], "tool_calls"))
            self.assertEqual(told.choices[0].message.content, "Let me look.")
            with self.client.chat.completions.stream(model="tier:" + name, messages=[{"role": "user", "content": "Hi"}], tools=TOOLS) as stream:
                final = stream.get_final_completion()
            calls = [(c.id, c.function.name, json.loads(c.function.arguments)) for c in final.choices[0].message.tool_calls]
            self.assertEqual((calls, final.choices[0].finish_reason), (list(CALLS), "tool_calls"))
        tools = self.providers["claude"].asked[0]
        self.assertEqual(([t["name"] for t in tools["tools"]], tools["tool_choice"]), (["weather", "time"], {"type": "auto", "disable_parallel_tool_use": False}))

    def test_results_of_calls_go_back(self):
        turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "And?"},
                 {"role": "assistant", "content": None, "tool_calls": [{"id": i, "type": "function", "function": {"name": n, "arguments": json.dumps(a)}} for i, n, a in CALLS]},
                 {"role": "tool", "tool_call_id": "call_1", "content": "warm"}, {"role": "tool", "tool_call_id": "call_2", "content": "noon"}]
        for name in self.both():
            self.assertEqual(self.chat(name, messages=turns, tools=TOOLS).choices[0].message.content, TEXT)
        self.assertEqual(self.sent("gpt")["messages"], turns)
        claude = self.sent("claude")
        self.assertEqual(claude["system"], [{"type": "text", "text": "Be brief."}])
        self.assertEqual([block["input"] for block in claude["messages"][1]["content"]], [c[2] for c in CALLS])
        self.assertEqual([(block["tool_use_id"], block["content"]) for block in claude["messages"][2]["content"]], [("call_1", "warm"), ("call_2", "noon")])

    def test_several_answers(self):
        told = self.chat("gpt", n=2)
        self.assertEqual([choice.message.content for choice in told.choices], [TEXT, TEXT])
        with self.chat("gpt", n=2, stream=True) as stream:
            said = ["", ""]
            for c in stream:
                for choice in c.choices:
                    said[choice.index] += choice.delta.content or ""
        self.assertEqual(said, [TEXT, TEXT])
        with self.assertRaises(openai.BadRequestError) as refused:
            self.chat("claude", n=2)
        self.assertEqual((refused.exception.code, refused.exception.param), ("unsupported_parameter", "n"))

    def test_pictures_and_files(self):
        content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}},
                   {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                   {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF}"}}]
        for name in self.both():
            self.chat(name, messages=[{"role": "user", "content": content}])
        self.assertEqual(self.sent("gpt")["messages"][0]["content"], content)
        _, inline, linked, file = self.sent("claude")["messages"][0]["content"]
        self.assertEqual(inline["source"], {"type": "base64", "media_type": "image/png", "data": PNG})
        self.assertEqual(linked["source"], {"type": "url", "url": "https://example.org/a.png"})
        self.assertEqual((file["type"], file["title"], file["source"]["data"]), ("document", "a.pdf", PDF))

    def test_reasoning(self):
        self.says = Says(TEXT, "Hm, hm.", "c2ln")
        for name in self.both():
            self.assertEqual(self.chat(name).choices[0].message.reasoning_content, "Hm, hm.")
            with self.chat(name, stream=True) as stream:
                deltas = [c.choices[0].delta for c in stream if c.choices]
            self.assertEqual("".join(getattr(d, "reasoning_content", None) or "" for d in deltas), "Hm, hm.")
            self.assertEqual("".join(d.content or "" for d in deltas), TEXT)
        self.chat("gpt", reasoning_effort="low")
        self.assertEqual(self.sent("gpt")["reasoning_effort"], "low")
        thinking = {"type": "enabled", "budget_tokens": 1024}
        self.chat("claude", extra_body={"thinking": thinking}, max_tokens=2048)
        self.assertEqual((self.sent("claude")["thinking"], self.sent("claude")["max_tokens"]), (thinking, 2048))

    def test_sampling(self):
        asked = {"stop": ["END", "\n\nQ:"], "seed": 7, "temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 30, "user": "u-1", "frequency_penalty": 0.5}
        for name in self.both():
            raw = self.client.chat.completions.with_raw_response.create(model="tier:" + name, messages=[{"role": "user", "content": "Hi"}], **asked)
            self.assertEqual(raw.headers.get("x-signalbox-dropped"), {"gpt": None, "claude": "frequency_penalty, seed, top_p"}[name])
        self.assertLessEqual(asked.items(), self.sent("gpt").items())
        claude = self.sent("claude")
        self.assertEqual([claude[k] for k in ("stop_sequences", "temperature", "max_tokens", "metadata")], [asked["stop"], 0.5, 30, {"user_id": "u-1"}])
        self.assertFalse({"seed", "frequency_penalty", "stop", "user", "top_p"} & claude.keys(), "newer models refuse top_p next to a temperature")
        self.client.chat.completions.create(model="tier:claude", messages=[{"role": "user", "content": "Hi"}], top_p=0.9)
        self.assertEqual(self.sent("claude")["top_p"], 0.9)

    def test_probabilities(self):
        told = self.chat("gpt", logprobs=True, top_logprobs=1)
        self.assertEqual("".join(token.token for token in told.choices[0].logprobs.content), TEXT)
        with self.chat("gpt", logprobs=True, stream=True) as stream:
            tokens = [t for c in stream if c.choices and c.choices[0].logprobs for t in c.choices[0].logprobs.content]
        self.assertEqual(("".join(t.token for t in tokens), {t.logprob for t in tokens}), (TEXT, {-0.25}))
        with self.assertRaises(openai.BadRequestError) as refused:
            self.chat("claude", logprobs=True)
        self.assertEqual(refused.exception.param, "logprobs")

    def test_shapes(self):
        self.says = Says('{"name": "Bern", "people": 134591}')
        for name in self.both():
            told = self.client.chat.completions.parse(model="tier:" + name, messages=[{"role": "user", "content": "Hi"}], response_format=City)
            self.assertEqual((told.choices[0].message.parsed, told.choices[0].finish_reason), (City(name="Bern", people=134591), "stop"))
            with self.client.chat.completions.stream(model="tier:" + name, messages=[{"role": "user", "content": "Hi"}], response_format=City) as stream:
                self.assertEqual(stream.get_final_completion().choices[0].message.parsed, City(name="Bern", people=134591))
        self.assertEqual(self.sent("gpt")["response_format"]["json_schema"]["name"], "City")
        self.assertEqual(self.sent("claude")["tool_choice"], {"type": "tool", "name": "City", "disable_parallel_tool_use": True})


class ResponsesTest(UpstreamsTest):
    FLAT = [{"type": "function", **tool["function"]} for tool in TOOLS]

    def create(self, name, **fields):
        return self.client.responses.create(**{"model": "tier:" + name, "input": "Hi", **fields})

    def streamed(self, name, **fields):
        with self.client.responses.stream(model="tier:" + name, input="Hi", **fields) as stream:
            events = list(stream)
            return events, stream.get_final_response()

    def test_whole_and_streamed(self):
        self.says = Says(TEXT, "Hm, hm.")
        for name in self.both():
            told = self.create(name)
            events, final = self.streamed(name)
            for response in (told, final):
                self.assertEqual((response.output_text, response.status, response.output[0].summary[0].text), (TEXT, "completed", "Hm, hm."))
                self.assertEqual((response.usage.input_tokens, response.usage.output_tokens), (INPUT, OUTPUT))
            self.assertEqual("".join(e.delta for e in events if e.type == "response.output_text.delta"), TEXT)
            self.assertEqual("".join(e.delta for e in events if e.type == "response.reasoning_summary_text.delta"), "Hm, hm.")
            self.assertEqual([e.sequence_number for e in events], list(range(len(events))))

    def test_parallel_calls_and_their_results(self):
        for name in self.both():
            self.says = Says("", "Both.", "c2ln", calls=CALLS)
            asked = {"tools": self.FLAT, "include": ["reasoning.encrypted_content"], "store": False}
            told = self.create(name, **asked)
            _, final = self.streamed(name, **asked)
            for response in (told, final):
                calls = [item for item in response.output if item.type == "function_call"]
                self.assertEqual([(c.call_id, c.name, json.loads(c.arguments)) for c in calls], list(CALLS))
            self.says = Says(TEXT)
            results = [{"type": "function_call_output", "call_id": i, "output": "warm"} for i, _, _ in CALLS]
            turns = [{"role": "user", "content": "Hi"}, *[item.to_dict() for item in final.output], *results]
            self.assertEqual(self.create(name, input=turns, tools=self.FLAT).output_text, TEXT)
        roles = [m["role"] for m in self.sent("gpt")["messages"]]
        self.assertEqual(roles, ["user", "assistant", "tool", "tool"])
        thoughts, *calls = self.sent("claude")["messages"][1]["content"]
        self.assertEqual(thoughts, {"type": "thinking", "thinking": "Both.", "signature": "c2ln"}, "the provider knows it again")
        self.assertEqual([c["input"] for c in calls], [c[2] for c in CALLS])

    def test_pictures_files_and_instructions(self):
        content = [{"type": "input_text", "text": "What?"}, {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "auto"},
                   {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF}"}]
        for name in self.both():
            self.create(name, instructions="Be brief.", input=[{"role": "user", "content": content}], max_output_tokens=30, temperature=0.5)
        system, user = self.sent("gpt")["messages"]
        self.assertEqual((system["content"], [part["type"] for part in user["content"]]), ("Be brief.", ["text", "image_url", "file"]))
        claude = self.sent("claude")
        self.assertEqual([part["type"] for part in claude["messages"][0]["content"]], ["text", "image", "document"])
        self.assertEqual((claude["system"][0]["text"], claude["max_tokens"], claude["temperature"]), ("Be brief.", 30, 0.5))

    def test_shapes(self):
        self.says = Says('{"name": "Bern", "people": 134591}')
        for name in self.both():
            told = self.client.responses.parse(model="tier:" + name, input="Hi", text_format=City)
            self.assertEqual(told.output_parsed, City(name="Bern", people=134591))
            _, final = self.streamed(name, text_format=City)
            self.assertEqual(final.output_parsed, City(name="Bern", people=134591))

    def test_probabilities_and_cut_answers(self):
        told = self.create("gpt", include=["message.output_text.logprobs"], top_logprobs=1)
        self.assertEqual("".join(t.token for t in told.output[0].content[0].logprobs), TEXT)
        with self.assertRaises(openai.BadRequestError) as refused:
            self.create("claude", include=["message.output_text.logprobs"])
        self.assertEqual((refused.exception.code, refused.exception.param), ("unsupported_parameter", "include"))
        self.says = Says(TEXT, finish="length")
        for name in self.both():
            told = self.create(name)
            self.assertEqual((told.status, told.incomplete_details.reason), ("incomplete", "max_output_tokens"))


class OthersTest(UpstreamsTest):
    def test_completions(self):
        for name in self.both():
            told = self.client.completions.create(model="tier:" + name, prompt="Hi", max_tokens=30, stop="END")
            self.assertEqual((told.choices[0].text, told.choices[0].finish_reason, told.usage.total_tokens), (TEXT, "stop", INPUT + OUTPUT))
            with self.client.completions.create(model="tier:" + name, prompt="Hi", stream=True, stream_options={"include_usage": True}) as stream:
                chunks = list(stream)
            self.assertEqual("".join(c.choices[0].text for c in chunks if c.choices), TEXT)
            self.assertEqual(chunks[-1].usage.completion_tokens, OUTPUT)

    def test_embeddings(self):
        self.assertEqual(self.client.embeddings.create(model="tier:gpt", input="x", encoding_format="float").data[0].embedding, [0.5])
        for model in ("tier:claude", "claude/m"):
            with self.assertRaises(openai.BadRequestError) as refused:
                self.client.embeddings.create(model=model, input="x")
            self.assertEqual(refused.exception.code, "unsupported_parameter")

    def test_models(self):
        self.assertLessEqual({"auto", "tier:gpt", "tier:claude", "gpt/m", "claude/m"}, {model.id for model in self.client.models.list()})
        self.assertEqual(self.client.models.retrieve("claude/m").id, "claude/m")


class ErrorsTest(UpstreamsTest):
    def asks(self, name):
        yield lambda: self.chat(name)
        yield lambda: self.client.responses.create(model="tier:" + name, input="Hi")

    def refuse(self, status, kind, **headers):
        words = {"type": kind, "message": "no, said the provider"}
        self.failure = lambda api, body: (status, {"type": "error", "error": words} if api == "anthropic" else {"error": {**words, "param": None, "code": kind}}, headers)

    def well(self, name):
        self.failure = None
        self.chat(name)

    def test_classes(self):
        for name in self.both():
            for status, kind, raised, seen in ((400, "invalid_request_error", openai.BadRequestError, 400), (404, "not_found_error", openai.NotFoundError, 404),
                                               (413, "request_too_large", openai.APIStatusError, 413), (500, "api_error", openai.InternalServerError, 502),
                                               (529, "overloaded_error", openai.InternalServerError, 502)):
                for ask in self.asks(name):
                    self.refuse(status, kind)
                    with self.assertRaises(raised) as told:
                        ask()
                    self.assertEqual(told.exception.status_code, seen)
                    if seen < 500:
                        self.assertIn("no, said the provider", str(told.exception))
                    self.well(name)

    def test_limits_say_when(self):
        for name in self.both():
            self.refuse(429, "rate_limit_error", **{"retry-after": "1"})
            with self.assertRaises(openai.RateLimitError) as told:
                self.chat(name)
            self.assertIn("retry-after", told.exception.response.headers)

    def test_a_refused_credential_is_the_routers(self):
        for name in self.both():
            self.refuse(401, "authentication_error")
            with self.assertRaises(openai.InternalServerError) as told:
                self.chat(name)
            self.assertEqual(told.exception.code, "upstream_auth")

    def test_streams_that_break_off_or_say_an_error_raise(self):
        for name, api in APIS.items():
            whole = answer(api, self.says, {"model": "m", "stream": True})
            wrong = {"type": "error", "error": {"type": "overloaded_error", "message": "too much"}}
            last = json.dumps(wrong) + "\nevent: error" if api == "anthropic" else {"error": wrong["error"]}
            for events in (whole[:-2], [*whole[:-2], last]):
                for ask in (lambda: self.chat(name, stream=True), lambda: self.client.responses.create(model="tier:" + name, input="Hi", stream=True),
                            lambda: self.client.completions.create(model="tier:" + name, prompt="Hi", stream=True)):
                    with self.subTest(upstream=name, events=len(events)):
                        self.failure = lambda api, body: (404, {"error": {"message": "chats only"}}) if "prompt" in body else (200, events)
                        with self.assertRaises(openai.APIError):
                            for _ in ask():
                                pass
                        self.well(name)


if __name__ == "__main__":
    unittest.main()
