# SPDX-License-Identifier: Apache-2.0
"""The official Anthropic SDK against the router, answered by an upstream of either dialect; the official OpenAI SDK answered by an
Anthropic one. In a virtual environment of the test's own."""
import http.server
import json
import threading
import unittest

from own_venv import start_again_with

PACKAGES = ("anthropic==2.12.0", "openai==3.54.0")  # newer ones are a change of this line, not a surprise

if __name__ == "__main__":
    start_again_with(PACKAGES, "-anthropic")

import anthropic  # noqa: E402
import openai  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from harness import FlowTest, Router, request, row, set_fault, simulate, sse, write_outcomes  # noqa: E402

ANSWER = "a longer answer, in several tokens"
TOOL = {"name": "classify", "description": "Sorts.", "input_schema": {"type": "object", "properties": {"answer": {"type": "string"}}}}
FUNCTION = {"type": "function", "function": {"name": "classify", "description": "Sorts.", "parameters": TOOL["input_schema"]}}
POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "claude"}}]}


class Answer(BaseModel):
    answer: str


class DialectsTest(FlowTest):
    """One upstream of each dialect, each alone in its tier."""

    def setUp(self):
        super().setUp()
        rows = [row(i, f"question {i}?", ANSWER, "open", model=(1, 0.9)) for i in range(3)]
        outcomes = write_outcomes(self.folder / "rows.jsonl", rows)
        self.claude = self.enter(simulate(outcomes, "model", api="anthropic")).urls["model"]
        self.gpt = self.enter(simulate(outcomes, "model")).urls["model"]
        price = {"input": 1, "output": 2, "per": "1M"}
        self.router = self.enter(Router(
            self.folder,
            [{"name": name, "api": api, "base_url": url, "models": [{"id": "model", "price": price}]}
             for name, api, url in (("claude", "anthropic", self.claude), ("gpt", "openai", self.gpt))],
            [{"name": "claude", "deployments": ["claude/model"]}, {"name": "gpt", "deployments": ["gpt/model"]}], POLICY))
        self.client = anthropic.Anthropic(base_url=self.router.url, api_key=self.router.token, max_retries=0)
        self.openai = openai.OpenAI(base_url=self.router.url + "/v1", api_key=self.router.token, max_retries=0)
        self.addCleanup(self.client.close)
        self.addCleanup(self.openai.close)

    def create(self, model, content="question 1?", **fields):
        return self.client.messages.create(model=model, max_tokens=fields.pop("max_tokens", 200), messages=[{"role": "user", "content": content}], **fields)

    def complete(self, content="question 1?", **fields):
        return self.openai.chat.completions.create(model="tier:claude", messages=[{"role": "user", "content": content}], **fields)


class MessagesTest(DialectsTest):
    def test_messages(self):
        for tier in ("auto", "tier:claude", "tier:gpt"):
            raw = self.client.messages.with_raw_response.create(model=tier, max_tokens=200, messages=[{"role": "user", "content": "question 1?"}])
            answer = raw.parse()
            self.assertEqual((answer.type, answer.role, answer.model, answer.stop_reason), ("message", "assistant", "model", "end_turn"))
            self.assertEqual([block.text for block in answer.content], [ANSWER])
            self.assertTrue(answer.id.startswith("msg_"))
            self.assertEqual(answer.usage.input_tokens, 3)
            self.assertGreater(answer.usage.output_tokens, 0)
            decision = self.router.decision(raw.headers["x-signalbox-decision-id"])
            self.assertEqual((decision["dialect"], decision["outcome"], decision["usage_source"]), ("anthropic.messages", "ok", "provider"))
            self.assertEqual((decision["input_tokens"], decision["verdict"]), (3, "ungated"))
            self.assertGreater(float(raw.headers["x-signalbox-cost-usd"]), 0)

    def test_a_limit_cuts(self):
        for tier in ("tier:claude", "tier:gpt"):
            self.assertEqual(self.create(tier, max_tokens=1).stop_reason, "max_tokens")

    def test_streams(self):
        for tier in ("tier:claude", "tier:gpt"):
            with self.client.messages.stream(model=tier, max_tokens=200, messages=[{"role": "user", "content": "question 1?"}]) as stream:
                text = "".join(stream.text_stream)
                final = stream.get_final_message()
            self.assertEqual((text, final.content[0].text, final.stop_reason), (ANSWER, ANSWER, "end_turn"))
            self.assertEqual(final.usage.input_tokens, 3)
            self.assertGreater(final.usage.output_tokens, 0)

    def test_the_cost_stands_before_the_last_event(self):
        for tier in ("tier:claude", "tier:gpt"):
            body = {"model": tier, "max_tokens": 50, "stream": True, "messages": [{"role": "user", "content": "question 1?"}]}
            _, _, text = self.router.request("POST", "/v1/messages", body)
            self.assertEqual(json.loads(sse(text)[0][-1])["type"], "message_stop")
            self.assertEqual(text.count("event: message_stop"), 1)
            self.assertLess(text.index(": signalbox cost-usd="), text.index("event: message_stop"))
            self.assertNotIn("[DONE]", text)

    def test_a_stream_of_the_same_dialect_is_relayed_byte_for_byte(self):
        body = {"model": "model", "max_tokens": 50, "stream": True, "messages": [{"role": "user", "content": "question 1?"}]}
        _, _, plain = request(self.claude, "POST", "/v1/messages", body)
        _, _, relayed = self.router.request("POST", "/v1/messages", {**body, "model": "claude/model"})
        kept = "".join(line for line in relayed.splitlines(keepends=True) if not line.startswith(": signalbox"))
        self.assertEqual(kept.replace("\n\n\n", "\n\n").replace("msg_sim1", "msg_sim0"), plain)

    def test_tools(self):
        for tier in ("tier:claude", "tier:gpt"):
            answer = self.create(tier, tools=[TOOL], tool_choice={"type": "tool", "name": "classify"})
            block = answer.content[0]
            self.assertEqual((answer.stop_reason, block.type, block.name, block.input), ("tool_use", "tool_use", "classify", {"answer": ANSWER}))
            with self.client.messages.stream(model=tier, max_tokens=200, tools=[TOOL], tool_choice={"type": "any"},
                                             messages=[{"role": "user", "content": "question 1?"}]) as stream:
                final = stream.get_final_message()
            self.assertEqual((final.stop_reason, final.content[0].input), ("tool_use", {"answer": ANSWER}))

    def test_thinking_passes(self):
        answer = self.create("tier:claude", thinking={"type": "enabled", "budget_tokens": 1024}, max_tokens=2000)
        self.assertEqual([block.type for block in answer.content], ["thinking", "text"])
        raw = self.client.messages.with_raw_response.create(model="tier:gpt", max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 1024},
                                                            messages=[{"role": "user", "content": "question 1?"}])
        self.assertEqual(raw.headers["x-signalbox-dropped"], "thinking")

    def test_errors(self):
        with self.assertRaises(anthropic.NotFoundError) as unknown:
            self.create("nobody")
        self.assertEqual(unknown.exception.body["error"]["type"], "not_found_error")
        with self.assertRaises(anthropic.AuthenticationError) as refused:
            anthropic.Anthropic(base_url=self.router.url, api_key="wrong", max_retries=0).messages.create(
                model="auto", max_tokens=5, messages=[{"role": "user", "content": "x"}])
        self.assertEqual(refused.exception.body["error"]["type"], "authentication_error")
        with self.assertRaises(anthropic.BadRequestError) as wrong:
            self.create("auto", extra_body={"temperature": "hot"})
        self.assertEqual((wrong.exception.body["type"], wrong.exception.body["error"]["param"]), ("error", "temperature"))
        with self.assertRaises(anthropic.BadRequestError):
            self.client.post("/v1/messages", body={"model": "auto", "messages": [{"role": "user", "content": "x"}]}, cast_to=object)
        for url, tier in ((self.claude, "tier:claude"), (self.gpt, "tier:gpt")):
            set_fault(url, "status=529")
            with self.assertRaises(anthropic.InternalServerError) as busy:
                self.create(tier)
            self.assertEqual((busy.exception.status_code, busy.exception.body["error"]["param"]), (502, "529"))
            set_fault(url, "status=429,retry-after=1")
            with self.assertRaises(anthropic.RateLimitError) as limited:
                self.create(tier)
            self.assertEqual(limited.exception.body["error"]["type"], "rate_limit_error")
            self.assertIn("retry-after", limited.exception.response.headers)
        self.assertEqual(busy.exception.body["type"], "error")

    def test_a_refused_credential_is_not_told_in_the_providers_words(self):
        for url, tier in ((self.claude, "tier:claude"), (self.gpt, "tier:gpt")):
            set_fault(url, "status=401")
            with self.assertRaises(anthropic.InternalServerError) as denied:
                self.create(tier)
            self.assertEqual(denied.exception.body["error"]["code"], "upstream_auth")

    def test_refusals_before_routing_are_shaped_alike(self):
        for method, path, body, headers, kind in (("GET", "/v1/messages", None, {}, "invalid_request_error"),
                                                  ("POST", "/v1/messages/nothing", "{}", {}, "not_found_error"),
                                                  ("POST", "/v1/messages", "{}", {"content-type": "text/plain"}, "invalid_request_error"),
                                                  ("POST", "/v1/messages", "{}", {"sec-fetch-site": "cross-site"}, "permission_error"),
                                                  ("POST", "/v1/messages", "{}", {"host": "elsewhere"}, "invalid_request_error")):
            status, answered, text = self.router.request(method, path, body, headers)
            told = json.loads(text)
            self.assertGreaterEqual(status, 400)
            self.assertEqual((told["type"], told["error"]["type"]), ("error", kind), (path, headers))
            self.assertIn("x-signalbox-decision-id", answered)

    def test_a_cut_stream_raises(self):
        for url, tier in ((self.claude, "tier:claude"), (self.gpt, "tier:gpt")):
            for fault in ("drip=20ms,end-after=4", "drip=20ms,error-frame"):
                set_fault(url, fault)
                with self.assertRaises(anthropic.APIError):
                    with self.client.messages.stream(model=tier, max_tokens=200, messages=[{"role": "user", "content": "question 1?"}]) as stream:
                        for _ in stream:
                            pass
                set_fault(url, "drip=20ms,end-after=4")
                body = {"model": tier, "max_tokens": 50, "stream": True, "messages": [{"role": "user", "content": "question 1?"}]}
                _, _, text = self.router.request("POST", "/v1/messages", body)
                self.assertIn("event: error", text)
                self.assertNotIn("message_stop", text)

    def test_counting(self):
        for tier, source in (("tier:claude", "provider"), ("tier:gpt", "estimated"), ("auto", "estimated")):
            raw = self.client.messages.with_raw_response.count_tokens(model=tier, messages=[{"role": "user", "content": "question 1?"}])
            self.assertEqual((raw.parse().input_tokens, raw.headers["x-signalbox-usage-source"]), (3, source))
        with self.assertRaises(anthropic.NotFoundError):
            self.client.messages.count_tokens(model="nobody", messages=[{"role": "user", "content": "x"}])
        with self.router.store() as store:
            self.assertEqual(store.execute("SELECT count(*) FROM decisions").fetchone()[0], 0)

    def test_models(self):
        names = [model.id for model in self.client.models.list()]
        self.assertIn("claude/model", names)
        self.assertIn("auto", names)
        self.assertEqual(self.client.models.retrieve("auto").display_name, "auto")


class OpenAiOnAnthropicTest(DialectsTest):
    def test_chat(self):
        answer = self.complete()
        self.assertEqual((answer.object, answer.model, answer.choices[0].message.content), ("chat.completion", "model", ANSWER))
        self.assertEqual((answer.choices[0].finish_reason, answer.usage.prompt_tokens), ("stop", 3))
        self.assertIsNone(answer.choices[0].logprobs)

    def test_stream(self):
        with self.complete(stream=True, stream_options={"include_usage": True}) as stream:
            chunks = list(stream)
        self.assertEqual("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), ANSWER)
        self.assertEqual([c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason], ["stop"])
        self.assertEqual(chunks[-1].usage.prompt_tokens, 3)
        body = {"model": "tier:claude", "stream": True, "messages": [{"role": "user", "content": "question 1?"}]}
        _, _, text = self.router.request("POST", "/v1/chat/completions", body)
        self.assertEqual((sse(text)[0][-1], '"usage"' in text), ("[DONE]", False))

    def test_tools(self):
        answer = self.complete(tools=[FUNCTION], tool_choice={"type": "function", "function": {"name": "classify"}})
        call = answer.choices[0].message.tool_calls[0]
        self.assertEqual((answer.choices[0].finish_reason, call.function.name, json.loads(call.function.arguments)), ("tool_calls", "classify", {"answer": ANSWER}))
        with self.complete(tools=[FUNCTION], tool_choice="required", stream=True) as stream:
            deltas = [c.choices[0].delta.tool_calls[0] for c in stream if c.choices and c.choices[0].delta.tool_calls]
        self.assertEqual([d.function.name for d in deltas if d.function.name], ["classify"])
        self.assertEqual(json.loads("".join(d.function.arguments or "" for d in deltas)), {"answer": ANSWER})

    def test_json_schema(self):
        parsed = self.openai.chat.completions.parse(model="tier:claude", messages=[{"role": "user", "content": "question 1?"}], response_format=Answer)
        self.assertEqual((parsed.choices[0].message.parsed, parsed.choices[0].finish_reason), (Answer(answer=ANSWER), "stop"))
        self.assertFalse(parsed.choices[0].message.tool_calls)
        with self.openai.chat.completions.stream(model="tier:claude", messages=[{"role": "user", "content": "question 1?"}], response_format=Answer) as stream:
            final = stream.get_final_completion()
        self.assertEqual(final.choices[0].message.parsed, Answer(answer=ANSWER))

    def test_what_is_left_out_is_told(self):
        raw = self.openai.chat.completions.with_raw_response.create(model="tier:claude", messages=[{"role": "user", "content": "question 1?"}],
                                                                    seed=7, frequency_penalty=0.5, temperature=1.5)
        self.assertEqual(raw.headers["x-signalbox-dropped"], "frequency_penalty, seed, temperature above 1")

    def test_errors(self):
        for fields, param in (({"n": 2}, "n"), ({"logprobs": True}, "logprobs")):
            with self.assertRaises(openai.BadRequestError) as refused:
                self.complete(**fields)
            self.assertEqual((refused.exception.code, refused.exception.param), ("unsupported_parameter", param))
        set_fault(self.claude, "status=400")
        with self.assertRaises(openai.BadRequestError) as passed:
            self.complete()
        self.assertIn("A simulated failure.", str(passed.exception))
        set_fault(self.claude, "status=529")
        with self.assertRaises(openai.InternalServerError) as busy:
            self.complete()
        self.assertEqual((busy.exception.code, busy.exception.param), ("overloaded_error", "529"))
        set_fault(self.claude, "drip=20ms,error-frame")
        with self.assertRaises(openai.APIError):
            for _ in self.complete(stream=True):
                pass


class Recorder:
    """An upstream that keeps what it was asked, and answers in either dialect."""

    def __init__(self):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "ok"}],
                          "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 1}}
                if self.path.endswith("/chat/completions"):
                    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m",
                              "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}
                text = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class SentTest(FlowTest):
    """What upstreams are asked."""

    def setUp(self):
        super().setUp()
        self.recorder = self.enter(Recorder())
        self.router = self.enter(Router(
            self.folder, [{"name": name, "api": api, "base_url": self.recorder.url, "key": {"env": "UPSTREAM_KEY"}, "models": [{"id": "m"}]}
                          for name, api in (("claude", "anthropic"), ("gpt", "openai"))],
            [{"name": "claude", "deployments": ["claude/m"]}, {"name": "gpt", "deployments": ["gpt/m"]}], POLICY, env={"UPSTREAM_KEY": "secret-of-ours"}))
        self.client = anthropic.Anthropic(base_url=self.router.url, api_key=self.router.token, max_retries=0)
        self.addCleanup(self.client.close)

    TURNS = [{"role": "user", "content": [{"type": "text", "text": "What is it?"},
                                          {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8="}}]},
             {"role": "assistant", "content": [{"type": "text", "text": "I look."}, {"type": "tool_use", "id": "toolu_1", "name": "classify", "input": {"answer": "x"}}]},
             {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "seen"}, {"type": "text", "text": "And?"}]}]

    def test_turns_reach_an_openai_upstream(self):
        self.client.messages.create(model="tier:gpt", max_tokens=20, system="Be brief.", tools=[TOOL], messages=self.TURNS, stop_sequences=["END"])
        path, headers, body = self.recorder.asked[0]
        self.assertEqual((path, headers["authorization"]), ("/v1/chat/completions", "Bearer secret-of-ours"))
        self.assertEqual([m["role"] for m in body["messages"]], ["system", "user", "assistant", "tool", "user"])
        self.assertEqual(body["messages"][1]["content"][1]["image_url"]["url"], "data:image/png;base64,aGVsbG8=")
        self.assertEqual(body["messages"][2]["tool_calls"][0]["id"], body["messages"][3]["tool_call_id"])
        self.assertEqual((body["max_tokens"], body["stop"], body["tools"][0]["function"]["name"]), (20, ["END"], "classify"))

    def test_an_anthropic_upstream_gets_the_bytes_and_the_clients_versions(self):
        body = {"model": "claude/m", "max_tokens": 20, "messages": self.TURNS, "metadata": {"x-signalbox-session": "s", "user_id": "u"}, "tomorrow": [1.50]}
        self.router.request("POST", "/v1/messages", body, {"anthropic-version": "2024-01-01", "anthropic-beta": "one,two"})
        path, headers, sent = self.recorder.asked[0]
        self.assertEqual((path, headers["x-api-key"], headers["anthropic-version"], headers["anthropic-beta"]), ("/v1/messages", "secret-of-ours", "2024-01-01", "one,two"))
        self.assertNotIn("authorization", headers)
        self.assertEqual(sent, {**body, "model": "m", "metadata": {"user_id": "u"}})

    def test_a_chat_reaches_an_anthropic_upstream(self):
        self.router.chat("Hi", "tier:claude", stop="END", user="u-1", tools=[FUNCTION], parallel_tool_calls=False)
        path, headers, sent = self.recorder.asked[0]
        self.assertEqual((path, headers["x-api-key"], headers["anthropic-version"]), ("/v1/messages", "secret-of-ours", "2023-06-01"))
        self.assertEqual((sent["max_tokens"], sent["stop_sequences"], sent["metadata"]), (4096, ["END"], {"user_id": "u-1"}))
        self.assertEqual(sent["tool_choice"], {"type": "auto", "disable_parallel_tool_use": True})
        self.assertEqual(sent["messages"], [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}])


class GateTest(FlowTest):
    def test_an_upstream_without_probabilities_is_ungated_or_escalates(self):
        outcomes = write_outcomes(self.folder / "rows.jsonl", [row(1, "question 1?", ANSWER, "open", model=(1, 0.9))])
        claude = self.enter(simulate(outcomes, "model", api="anthropic")).urls["model"]
        gpt = self.enter(simulate(outcomes, "model")).urls["model"]
        gate = {"signal": "mean-token", "escalate-below": 0.8}
        for unknown, tier, verdict in (("accept", "claude", "ungated"), ("escalate", "gpt", "ungated")):
            folder = self.folder / unknown
            folder.mkdir()
            policy = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"claude": {**gate, "when-unknown": unknown}}}]}
            with Router(folder, [{"name": "claude", "api": "anthropic", "base_url": claude, "models": [{"id": "model"}]},
                                 {"name": "gpt", "api": "openai", "base_url": gpt, "models": [{"id": "model"}]}],
                        [{"name": "claude", "deployments": ["claude/model"]}, {"name": "gpt", "deployments": ["gpt/model"]}], policy) as router:
                for stream in (False, True):
                    body = {"model": "auto", "max_tokens": 50, "stream": stream, "messages": [{"role": "user", "content": "question 1?"}]}
                    status, headers, _ = router.request("POST", "/v1/messages", body)
                    self.assertEqual((status, headers["x-signalbox-tier"]), (200, tier))
                    self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["verdict"], verdict)


if __name__ == "__main__":
    unittest.main()
