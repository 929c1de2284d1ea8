# SPDX-License-Identifier: Apache-2.0
"""The official OpenAI SDK against the router, in a virtual environment of the test's own."""
import json
import unittest

from own_venv import start_again_with

OPENAI = "openai==3.54.0"  # a newer one is a change of this line, not a surprise

if __name__ == "__main__":
    start_again_with([OPENAI])

import openai  # noqa: E402
import pydantic  # noqa: E402

from harness import FlowTest, Router, row, set_fault, simulate, write_outcomes  # noqa: E402

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.8}}}]}
SURE, UNSURE = "question 1?", "question 2?"
STRUCTURED = "how many?"
ANSWER = "a longer answer, in several tokens"
TOOL = {"type": "function", "function": {"name": "classify", "description": "Sorts.", "parameters": {"type": "object", "properties": {"answer": {"type": "string"}}}}}


FLAT_TOOL = {"type": "function", **TOOL["function"]}


class Count(pydantic.BaseModel):
    n: int


class SdkTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(i, f"question {i}?", "a longer answer, in several tokens", "open", small=(1, 0.95 if i % 2 else 0.4), large=(1, 0.99)) for i in range(10)]
        rows.append(row(99, STRUCTURED, '{"n": 4}', "count", small=(1, 0.95), large=(1, 0.99)))
        upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "large"))
        self.small, self.large = upstreams.urls["small"], upstreams.urls["large"]
        self.router = self.enter(Router(
            self.folder,
            [{"name": n, "api": "openai", "base_url": upstreams.urls[n], "models": [{"id": n, "logprobs": True, "price": {"input": 1, "output": 2, "per": "1M"}}]}
             for n in ("small", "large")],
            [{"name": "local", "deployments": ["small/small"], "timeout": "2s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "2s"}], POLICY))
        self.client = openai.OpenAI(base_url=self.router.url + "/v1", api_key=self.router.token, max_retries=0)
        self.addCleanup(self.client.close)

    def create(self, prompt=SURE, model="auto", **fields):
        return self.client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}], **fields)

    def test_chat(self):
        answer = self.create()
        self.assertEqual((answer.model, answer.choices[0].message.content), ("small", "a longer answer, in several tokens"))
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertGreater(answer.usage.total_tokens, 0)
        self.assertIsNone(answer.choices[0].logprobs, "the router asked for logprobs, the client did not")
        self.assertEqual(self.create(UNSURE).model, "large")

    def test_models(self):
        names = {model.id for model in self.client.models.list()}
        self.assertLessEqual({"auto", "auto:all", "tier:local", "tier:frontier", "small/small", "large/large"}, names)
        self.assertEqual(self.create(UNSURE, "tier:local").model, "small", "pinned")
        self.assertEqual(self.create(SURE, "large/large").model, "large")

    def test_stream(self):
        for prompt, model in ((SURE, "small"), (UNSURE, "large")):
            with self.create(prompt, stream=True) as stream:
                chunks = list(stream)
            self.assertEqual("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), "a longer answer, in several tokens")
            self.assertEqual({c.model for c in chunks}, {model})
            self.assertTrue(all(c.usage is None for c in chunks), "the router asked for usage, the client did not")
            self.assertTrue(all(c.choices[0].logprobs is None for c in chunks if c.choices))
        with self.create(stream=True, stream_options={"include_usage": True}) as stream:
            self.assertGreater(list(stream)[-1].usage.completion_tokens, 0)

    def test_logprobs(self):
        answer = self.create(logprobs=True, top_logprobs=2)
        tokens = answer.choices[0].logprobs.content
        self.assertEqual("".join(t.token for t in tokens), answer.choices[0].message.content)
        self.assertAlmostEqual(tokens[0].logprob, -0.0513, places=3)
        with self.create(logprobs=True, stream=True) as stream:
            seen = [t.token for c in stream if c.choices and c.choices[0].logprobs for t in c.choices[0].logprobs.content]
        self.assertEqual(len(seen), len(tokens))

    def test_tools(self):
        choice = {"type": "function", "function": {"name": "classify"}}
        answer = self.create(UNSURE, "tier:local", tools=[TOOL], tool_choice=choice)
        call = answer.choices[0].message.tool_calls[0]
        self.assertEqual((answer.choices[0].finish_reason, call.function.name), ("tool_calls", "classify"))
        self.assertIn("answer", json.loads(call.function.arguments))
        with self.create(UNSURE, "tier:local", tools=[TOOL], tool_choice="required", stream=True) as stream:
            names = [c.choices[0].delta.tool_calls[0].function.name for c in stream if c.choices and c.choices[0].delta.tool_calls]
        self.assertEqual(names, ["classify"])

    def test_headers(self):
        raw = self.client.chat.completions.with_raw_response.create(model="auto", messages=[{"role": "user", "content": UNSURE}])
        headers = raw.headers
        self.assertEqual((headers["x-signalbox-tier"], headers["x-signalbox-model"], headers["x-signalbox-upstream"]), ("frontier", "large", "large"))
        self.assertEqual((headers["x-signalbox-escalations"], headers["x-signalbox-reason"], headers["x-signalbox-cache"]), ("1", "cascade", "none"))
        self.assertEqual(headers["x-signalbox-policy"], "1")
        self.assertGreater(float(headers["x-signalbox-cost-usd"]), 0)
        self.assertGreaterEqual(int(headers["x-signalbox-overhead-us"]), 0)
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["workload"], decision["start_tier"], decision["final_tier"]), ("all", "local", "frontier"))
        self.assertEqual(raw.parse().model, "large")

    def test_error_classes(self):
        with self.assertRaises(openai.AuthenticationError) as refused:
            openai.OpenAI(base_url=self.router.url + "/v1", api_key="wrong", max_retries=0).models.list()
        self.assertEqual(refused.exception.code, "invalid_api_key")
        with self.assertRaises(openai.NotFoundError) as unknown:
            self.create(model="nobody")
        self.assertEqual(unknown.exception.code, "model_not_found")
        with self.assertRaises(openai.BadRequestError):
            self.create(temperature=float(1), model="auto", extra_body={"messages": "no list"})
        for url in (self.small, self.large):
            set_fault(url, "status=429,retry-after=1")
        with self.assertRaises(openai.RateLimitError) as limited:
            self.create()
        self.assertIn("retry-after", limited.exception.response.headers)

    def test_server_errors(self):
        for url in (self.small, self.large):
            set_fault(url, "status=500")
        with self.assertRaises(openai.InternalServerError) as broken:
            self.create()
        self.assertEqual(broken.exception.status_code, 502)

    def test_a_cut_stream_raises(self):
        ungated = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
        self.router.stop()
        (self.folder / "signalbox.db").unlink()
        router = self.enter(Router(self.folder, json.loads(self.router.config_file.read_text())["upstreams"], [{"name": "local", "deployments": ["small/small"]}], ungated))
        client = openai.OpenAI(base_url=router.url + "/v1", api_key=router.token, max_retries=0)
        set_fault(self.small, "drip=30ms,end-after=5")
        with self.assertRaises(openai.APIError):
            for _ in client.chat.completions.create(model="auto", messages=[{"role": "user", "content": SURE}], stream=True):
                pass

    def test_timeouts(self):
        for url in (self.small, self.large):
            set_fault(url, "delay=20s")
        with self.assertRaises(openai.APITimeoutError):
            self.client.with_options(timeout=0.3).chat.completions.create(model="auto", messages=[{"role": "user", "content": SURE}])
        with self.assertRaises(openai.InternalServerError) as late:
            self.create(max_tokens=16)
        self.assertEqual((late.exception.status_code, late.exception.code), (504, "upstream_timeout"))

    def test_parse(self):
        answer = self.client.chat.completions.parse(model="auto", messages=[{"role": "user", "content": STRUCTURED}], response_format=Count)
        self.assertEqual(answer.choices[0].message.parsed, Count(n=4))

    def test_responses(self):
        for prompt, model in ((SURE, "small"), (UNSURE, "large")):
            answer = self.client.responses.create(model="auto", input=prompt, metadata={"mine": "1"})
            self.assertEqual((answer.model, answer.output_text, answer.status, answer.metadata), (model, ANSWER, "completed", {"mine": "1"}))
        self.assertEqual(answer.usage.total_tokens, answer.usage.input_tokens + answer.usage.output_tokens)
        self.assertEqual(answer.output[0].content[0].logprobs, [], "the router asked for logprobs, the client did not")
        answer = self.client.responses.create(model="auto", input=SURE, include=["message.output_text.logprobs"], top_logprobs=1)
        self.assertEqual("".join(token.token for token in answer.output[0].content[0].logprobs), ANSWER)
        short = self.client.responses.create(model="auto", input=SURE, max_output_tokens=2)
        self.assertEqual((short.status, short.incomplete_details.reason), ("incomplete", "max_output_tokens"))

    def test_responses_streamed(self):
        for prompt, model in ((SURE, "small"), (UNSURE, "large")):
            with self.client.responses.stream(model="auto", input=prompt) as stream:
                said = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
                final = stream.get_final_response()
            self.assertEqual((said, final.output_text, final.model, final.status), (ANSWER, ANSWER, model, "completed"))
        with self.client.responses.create(model="auto", input=SURE, stream=True) as stream:
            events = list(stream)
        self.assertEqual([event.sequence_number for event in events], list(range(len(events))))
        self.assertEqual(events[-1].type, "response.completed")

    def test_responses_parse(self):
        answer = self.client.responses.parse(model="auto", input=STRUCTURED, text_format=Count)
        self.assertEqual(answer.output_parsed, Count(n=4))

    def test_responses_tools(self):
        answer = self.client.responses.create(model="tier:local", input=UNSURE, tools=[FLAT_TOOL], tool_choice="required")
        call = answer.output[0]
        self.assertEqual((call.type, call.name, list(json.loads(call.arguments))), ("function_call", "classify", ["answer"]))
        with self.client.responses.stream(model="tier:local", input=UNSURE, tools=[FLAT_TOOL], tool_choice="required") as stream:
            events = [event.type for event in stream]
            streamed = stream.get_final_response().output[0]
        self.assertIn("response.function_call_arguments.delta", events)
        self.assertEqual((streamed.name, streamed.arguments), (call.name, call.arguments))
        followed = [{"role": "user", "content": SURE}, call.to_dict(), {"type": "function_call_output", "call_id": call.call_id, "output": "42"}]
        self.assertEqual(self.client.responses.create(model="tier:local", input=followed, tools=[FLAT_TOOL]).output_text, ANSWER)

    def test_responses_errors(self):
        with self.assertRaises(openai.BadRequestError) as refused:
            self.client.responses.create(model="auto", input="hi", previous_response_id="resp_1")
        self.assertEqual((refused.exception.param, refused.exception.code), ("previous_response_id", "unsupported_parameter"))
        with self.assertRaises(openai.NotFoundError):
            self.client.responses.create(model="nobody", input="hi")
        set_fault(self.small, "drip=30ms,end-after=5")
        with self.assertRaises(openai.APIError):
            for _ in self.client.responses.create(model="tier:local", input=SURE, stream=True):
                pass

    def test_completions(self):
        for prompt, model in ((SURE, "small"), (UNSURE, "large")):
            answer = self.client.completions.create(model="auto", prompt=prompt, max_tokens=100)
            self.assertEqual((answer.model, answer.choices[0].text, answer.choices[0].finish_reason), (model, ANSWER, "stop"))
            with self.client.completions.create(model="auto", prompt=prompt, stream=True) as stream:
                self.assertEqual("".join(c.choices[0].text for c in stream if c.choices), ANSWER)
        answer = self.client.completions.create(model="auto", prompt=SURE, logprobs=1)
        self.assertEqual("".join(answer.choices[0].logprobs.tokens), ANSWER)

    def test_embeddings(self):
        answer = self.client.embeddings.create(model="auto", input=["one", "two", "one"])
        first, second, third = (one.embedding for one in answer.data)
        self.assertEqual((answer.model, first == third, first == second, len(first)), ("small", True, False, 64))
        self.assertAlmostEqual(sum(x * x for x in first), 1, places=4)
        plain = self.client.embeddings.create(model="large/large", input="one", encoding_format="float", dimensions=8)
        self.assertEqual((plain.model, len(plain.data[0].embedding), plain.usage.prompt_tokens), ("large", 8, 1))

    def test_unknown_fields_travel_on(self):
        answer = self.create(extra_body={"some_field_of_tomorrow": {"deep": [1, 2]}}, extra_headers={"x-signalbox-session": "s-1"})
        self.assertEqual(answer.model, "small")


if __name__ == "__main__":
    unittest.main()
