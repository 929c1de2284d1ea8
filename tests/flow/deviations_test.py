# SPDX-License-Identifier: Apache-2.0
"""How real servers differ from the specification: each habit, byte by byte, and what a client of the router sees of it."""
import json
import socket
import threading
import time
import unittest

from harness import FlowTest, Router, sse

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}


def chunk(delta, finish=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return "data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}) + "\n\n"


def completion(**more):
    choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
    return json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], **more})


DONE = "data: [DONE]\n\n"
ROLE = chunk({"role": "assistant", "content": ""})


class ByteServer:
    """Answers every request with the same status, type and pieces, each piece a segment of its own, a number a pause in
    seconds; lower-case headers."""

    def __init__(self):
        self.answer = (200, "application/json", [completion()])
        self.requests = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/v1"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client:
                self._serve(client)

    def _serve(self, client):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        got = b""
        while b"\r\n\r\n" not in got:
            got += client.recv(65536)
        head, body = got.split(b"\r\n\r\n", 1)
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += client.recv(65536)
        self.requests += 1
        status, kind, pieces = self.answer
        client.sendall(f"HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n".encode())
        for piece in pieces:
            if isinstance(piece, float):
                time.sleep(piece)  # the silence is what this upstream plays
            else:
                client.sendall(piece.encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class DeviationsTest(FlowTest):
    def setUp(self):
        super().setUp()
        self.server = self.enter(ByteServer())
        upstreams = [{"name": "only", "api": "openai", "base_url": self.server.url, "models": [{"id": "m", "price": {"input": 1, "output": 2}}]}]
        self.router = self.enter(Router(self.folder, upstreams, [{"name": "local", "deployments": ["only/m"], "timeout": "5s"}], UNGATED))

    def stream(self, *pieces, kind="text/event-stream"):
        self.server.answer = (200, kind, pieces)
        status, headers, text = self.router.chat("hello?", stream=True)
        return status, text, self.router.decision(headers["x-signalbox-decision-id"])

    def test_a_stream_without_any_event_is_the_upstreams_failure(self):
        for pieces in ([], ["\n\n"], [": ping\n\n"]):
            status, text, decision = self.stream(*pieces)
            self.assertEqual((status, decision["outcome"]), (502, "truncated"), pieces)
            self.assertEqual(json.loads(text)["error"]["code"], decision["error"])

    def test_done_without_a_choice_is_the_upstreams_failure(self):
        status, text, decision = self.stream(DONE)
        self.assertEqual((status, json.loads(text)["error"]["code"], decision["outcome"]), (502, "upstream_malformed", "error"))

    def test_done_without_a_finish_reason_is_never_passed_on(self):
        half = chunk({"content": "half an ans"})
        status, text, decision = self.stream(ROLE + half + DONE)
        self.assertEqual((status, json.loads(text)["error"]["code"], decision["outcome"]), (502, "upstream_malformed", "error"))
        status, text, decision = self.stream(ROLE + half, 0.3, DONE)
        data, _ = sse(text)
        self.assertEqual(status, 200)
        self.assertNotIn("[DONE]", data)
        self.assertEqual((json.loads(data[-1])["error"]["code"], decision["outcome"]), ("upstream_malformed", "error"))

    def test_an_error_code_may_be_a_number_or_null(self):
        for code in (400, None, "context_length_exceeded"):
            body = {"error": {"code": code, "message": "the prompt is too long: 9000 tokens", "type": "invalid_request_error"}}
            self.server.answer = (400, "application/json", [json.dumps(body)])
            for stream in (False, True):
                status, _, text = self.router.chat("hello?", stream=stream)
                self.assertEqual((status, json.loads(text)), (400, body), "the upstream's own words")

    def test_bad_json_never_reaches_an_upstream_that_would_answer_500(self):
        self.server.answer = (500, "text/plain; charset=utf-8", ["Internal Server Error"])
        for body in (b"{", b'{"model":"auto","messages":[{"role":"user","content":"a"}],"temperature":"hot"}', b'{"model":"auto","messages":3}'):
            status, _, text = self.router.request("POST", "/v1/chat/completions", body)
            self.assertEqual((status, json.loads(text)["error"]["type"]), (400, "invalid_request_error"))
        self.assertEqual(self.server.requests, 0)

    def test_an_error_in_plain_text_becomes_one_of_ours(self):
        self.server.answer = (500, "text/plain; charset=utf-8", ["Internal Server Error"])
        for stream in (False, True):
            status, headers, text = self.router.chat("hello?", stream=stream)
            self.assertEqual((status, json.loads(text)["error"]["code"]), (502, "upstream_error"))
            attempt = self.router.attempts(headers["x-signalbox-decision-id"])[0]
            self.assertEqual((attempt["status"], attempt["cost_usd"]), (500, 0))

    def test_a_first_delta_with_null_content_is_no_first_token(self):
        pieces = [chunk({"role": "assistant", "content": None}), chunk({"content": "yes"}), chunk({}, "stop"), DONE]
        status, text, decision = self.stream(*pieces)
        self.assertEqual((status, decision["outcome"]), (200, "ok"))
        self.assertTrue(text.startswith("".join(pieces[:3])), "byte for byte")
        self.assertEqual(sse(text)[0][-1], "[DONE]")
        self.assertEqual(decision["output_tokens"], 1)

    def test_reasoning_is_a_first_token_and_is_paid(self):
        pieces = [ROLE, chunk({"reasoning_content": "Let me think."}), 0.3, chunk({"content": "yes"}), chunk({}, "stop"), DONE]
        status, text, decision = self.stream(*pieces)
        self.assertEqual((status, decision["outcome"]), (200, "ok"))
        self.assertTrue(text.startswith("".join(one for one in pieces[:5] if isinstance(one, str))), "byte for byte")
        self.assertEqual((decision["output_tokens"], decision["usage_source"]), (4, "estimated"))  # of 16 bytes
        self.assertLess(decision["ttft_ms"], 300)

    def test_events_may_share_a_piece_and_blank_lines_may_be_many(self):
        sent = ROLE + chunk({"content": "ye"}) + "\n\n" + chunk({"content": "s"}) + "\r\n" + chunk({}, "stop") + "\n\n\n" + DONE + "\n"
        middle = sent.index('"ye"') + 2
        for pieces in ([sent], [sent[:middle], sent[middle:]], list(sent)):
            status, text, decision = self.stream(*pieces)
            data, _ = sse(text)
            said = "".join(json.loads(one)["choices"][0]["delta"].get("content") or "" for one in data[:-1])
            self.assertEqual((status, said, data[-1], decision["outcome"]), (200, "yes", "[DONE]", "ok"))

    def test_a_tool_call_may_repeat_its_name_and_id_in_every_delta(self):
        def call(arguments):
            return {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": arguments}}]}
        pieces = [ROLE, chunk(call("{\"a\"")), chunk(call(":1}")), chunk({}, "tool_calls"), DONE]
        status, text, decision = self.stream(*pieces)
        self.assertEqual((status, decision["outcome"], decision["error"]), (200, "ok", None))
        self.assertTrue(text.startswith("".join(pieces[:4])), "byte for byte")
        self.assertEqual(sse(text)[0][-1], "[DONE]")

    def test_arguments_of_a_tool_may_be_an_object(self):
        call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": {"a": 1}}}
        choice = {"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}
        body = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})
        self.server.answer = (200, "application/json", [body])
        status, headers, text = self.router.chat("hello?")
        self.assertEqual((status, json.loads(text)), (200, json.loads(body)))
        self.assertEqual(self.router.decision(headers["x-signalbox-decision-id"])["outcome"], "ok")

    def test_one_choice_where_two_were_asked_for_is_passed_on_and_its_usage_believed(self):
        body = completion(usage={"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8})
        self.server.answer = (200, "application/json", [body])
        status, headers, text = self.router.chat("hello?", n=2)
        self.assertEqual((status, text), (200, body))
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["input_tokens"], decision["output_tokens"], decision["usage_source"]), (7, 1, "provider"))

    def test_more_tokens_than_were_allowed_are_passed_on_and_paid(self):
        body = completion(usage={"prompt_tokens": 7, "completion_tokens": 90, "total_tokens": 97})
        self.server.answer = (200, "application/json", [body])
        status, headers, text = self.router.chat("hello?", max_completion_tokens=5)
        self.assertEqual((status, text), (200, body))
        self.assertEqual(self.router.decision(headers["x-signalbox-decision-id"])["output_tokens"], 90)

    def test_an_answer_without_usage_is_counted_by_the_router(self):
        self.server.answer = (200, "application/json", [completion()])
        _, headers, text = self.router.chat("hello?")
        self.assertEqual(text, completion(), "byte for byte")
        self.assertEqual(self.router.decision(headers["x-signalbox-decision-id"])["usage_source"], "estimated")


class ProbabilitiesTest(FlowTest):
    """The router asks for probabilities with their alternatives; what servers make of that differs."""

    def setUp(self):
        super().setUp()
        self.server = self.enter(ByteServer())
        upstreams = [{"name": "only", "api": "openai", "base_url": self.server.url, "models": [{"id": "m", "logprobs": True}]}]
        gate = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.5}}}]}
        self.router = self.enter(Router(self.folder, upstreams, [{"name": "local", "deployments": ["only/m"], "timeout": "5s"}], gate))

    @staticmethod
    def token(text, logprob, **more):
        return {"token": text, "logprob": logprob, "bytes": list(text.encode()), **more}

    def whole(self, logprobs):
        choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop", "logprobs": logprobs}
        self.server.answer = (200, "application/json", [json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})])
        status, headers, text = self.router.chat("hello?")
        self.assertEqual(status, 200)
        self.assertIsNone(json.loads(text)["choices"][0].get("logprobs"), "the client asked for none")
        return headers

    def test_alternatives_may_be_twenty_none_or_missing(self):
        others = [self.token(f"other{i}", -5.0 - i) for i in range(20)]
        for more in ({"top_logprobs": others}, {"top_logprobs": []}, {}):
            headers = self.whole({"content": [self.token("yes", -0.1, **more)]})
            self.assertAlmostEqual(float(headers["x-signalbox-confidence"]), 0.904837, places=4, msg=str(more)[:40])

    def test_without_any_probability_the_confidence_is_unknown_and_not_zero(self):
        for logprobs in (None, {"content": None}, {"content": []}):
            headers = self.whole(logprobs)
            self.assertNotIn("x-signalbox-confidence", headers)
            decision = self.router.decision(headers["x-signalbox-decision-id"])
            self.assertEqual((decision["confidence"], decision["verdict"]), (None, "ungated"))

    def test_an_end_token_that_only_whole_answers_have_changes_no_confidence(self):
        yes = self.token("yes", -0.1, top_logprobs=[])
        whole = self.whole({"content": [yes, {"token": "", "logprob": -3.0, "bytes": [], "top_logprobs": []}]})
        first = {"index": 0, "delta": {"content": "yes"}, "logprobs": {"content": [yes]}, "finish_reason": None}
        event = "data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [first]}) + "\n\n"
        self.server.answer = (200, "text/event-stream", [ROLE + event + chunk({}, "stop") + DONE])
        status, streamed, text = self.router.chat("hello?", stream=True)
        self.assertEqual(status, 200)
        chunks = [json.loads(data) for data in sse(text)[0] if data != "[DONE]"]
        self.assertEqual([c["choices"][0].get("logprobs") for c in chunks], [None] * 3, "the client asked for none")
        self.assertEqual(whole["x-signalbox-confidence"], streamed["x-signalbox-confidence"])
        self.assertAlmostEqual(float(whole["x-signalbox-confidence"]), 0.904837, places=4)


if __name__ == "__main__":
    unittest.main()
