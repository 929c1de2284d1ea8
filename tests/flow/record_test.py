# SPDX-License-Identifier: Apache-2.0
"""The record of a request is kept and true, however the request ends; and what the client is told agrees with it."""
import http.client
import http.server
import json
import select
import signal
import socket
import threading
import time
import unittest

from harness import SLOWER, FlowTest, Router, request, row, run, sse, until, write_outcomes

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
GATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.5}}}]}


class Provider(http.server.ThreadingHTTPServer):
    """A provider whose answers are made by `answer(body, send)`; send(status, json) or send(status, list of stream pieces): objects,
    texts, events to wait for, and functions of the connection."""
    daemon_threads = True

    def __init__(self, answer):
        provider = self
        provider.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                provider.asked.append(body)
                try:
                    answer(body, self.reply)
                except OSError:
                    self.close_connection = True  # the router hung up

            def reply(self, status, what, headers=None):
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                if isinstance(what, dict):
                    text = json.dumps(what).encode()
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                    return
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for piece in what:
                    if isinstance(piece, threading.Event):
                        piece.wait(30)
                        continue
                    if callable(piece):
                        piece(self.connection)
                        continue
                    data = f"data: {piece if isinstance(piece, str) else json.dumps(piece)}\n\n".encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def whole(text="yes", usage=True):
    answer = {"id": "c", "object": "chat.completion", "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}
    if usage:
        answer["usage"] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return answer


def chunk(text=None, finish=None):
    delta = {} if text is None else {"content": text}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


class RecordTest(FlowTest):
    def serve(self, *answers, policy=UNGATED, extra=None, env=None):
        """A router with a tier for each of these providers."""
        names = ["local", "mid", "frontier"] if len(answers) == 3 else ["local", "frontier"]
        self.providers = [self.enter(Provider(one)) for one in answers]
        upstreams = [{"name": names[i], "api": "openai", "base_url": one.url, "models": [{"id": "m", "price": {"input": 1, "output": 2}}]}
                     for i, one in enumerate(self.providers)]
        tiers = [{"name": names[i], "deployments": [f"{names[i]}/m"], "timeout": "3s"} for i in range(len(answers))]
        return self.enter(Router(self.folder, upstreams, tiers, policy, extra, env=env))

    def rows(self, router):
        with router.store() as store:
            return store.execute("SELECT * FROM decisions ORDER BY ts").fetchall()

    def row_after(self, router, count=1):
        return until(lambda: len(self.rows(router)) >= count and self.rows(router), f"{count} decisions are written")[-1]

    def raw(self, router, body, headers=b""):
        """The head of a request sent byte by byte as given, on a socket of its own."""
        port = int(router.url.rsplit(":", 1)[1])
        text = json.dumps(body).encode()
        connection = socket.create_connection(("127.0.0.1", port), 10)
        self.addCleanup(connection.close)
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                           b"Content-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s" %
                           (port, router.token.encode(), headers, len(text), text))
        return connection

    def in_flight(self, router):
        metrics = request(router.url, "GET", "/metrics")[2]
        return next(line.split()[1] for line in metrics.splitlines() if line.startswith("signalbox_in_flight "))


class HintsTest(RecordTest):
    def test_refuses_a_hint_that_is_no_text_and_keeps_its_row(self):
        router = self.serve(lambda body, send: send(200, whole()))
        body = {"model": "auto", "messages": [{"role": "user", "content": "hello"}]}
        for explain in (b"", b"x-signalbox-explain: 1\r\n"):
            with self.raw(router, body, b"x-signalbox-session: \xff\xfe\r\n" + explain) as connection:
                self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 400"))
        self.assertEqual(self.row_after(router, 2)["status"], 400)
        self.assertEqual(self.in_flight(router), "0")

    def test_cuts_a_model_name_of_any_length(self):
        router = self.serve(lambda body, send: send(200, whole()))
        self.assertEqual(router.chat("hello", model="ü" * 5000)[0], 404)
        name = self.row_after(router)["requested_model"]
        self.assertEqual((len(name.encode()), name), (256, "ü" * 128))


class TruthTest(RecordTest):
    def test_a_broken_stream_is_charged_for_the_input_that_was_counted(self):
        """Anthropic counts its input first: most of it may have come from a cache, which an estimate knows nothing of."""
        usage = {"input_tokens": 10, "cache_read_input_tokens": 90_000, "cache_creation_input_tokens": 0, "output_tokens": 1}
        begun = {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}}
        said = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "y" * 40}}
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        provider = self.enter(Provider(lambda body, send: send(200, [begun, block, said])))
        price = {"input": 1, "output": 2, "cached-input": 0.1, "per": "1M"}
        router = self.enter(Router(self.folder, [{"name": "u", "api": "anthropic", "base_url": provider.url, "models": [{"id": "m", "price": price}]}],
                                   [{"name": "t", "deployments": ["u/m"], "timeout": "3s"}], UNGATED))
        question = {"model": "auto", "max_tokens": 99, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
        _, headers, text = router.request("POST", "/v1/messages", question)
        self.assertNotIn("message_stop", text)
        decision = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual([decision[name] for name in ("outcome", "input_tokens", "output_tokens", "usage_source")], ["truncated", 90_010, 10, "estimated"])
        self.assertAlmostEqual(decision["cost_usd"], (10 * 1 + 90_000 * 0.1 + 10 * 2) / 1e6)

    def test_estimates_calls_and_every_answer(self):
        """What no provider has counted is paid all the same."""
        call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": json.dumps({"a": "x" * 391})}}

        def answer(body, send):
            if body.get("n"):
                message = {"role": "assistant", "content": "y" * 40}
                return send(200, {"id": "c", "model": "m", "choices": [{"index": i, "message": message, "finish_reason": "stop"} for i in range(body["n"])]})
            if not body.get("stream"):
                message = {"role": "assistant", "content": None, "tool_calls": [call]}
                return send(200, {"id": "c", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]})
            begun = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]}
            send(200, [begun, chunk(None, "tool_calls"), "[DONE]"])

        router = self.serve(answer)
        for fields, tokens in (({}, 100), ({"stream": True}, 100), ({"n": 4}, 40)):
            _, headers, _ = router.chat("hi", **fields)
            decision = router.decision(headers["x-signalbox-decision-id"])
            self.assertEqual((decision["output_tokens"], decision["usage_source"]), (tokens, "estimated"), fields)

    def test_estimates_the_tokens_of_several_messages_together(self):
        router = self.serve(lambda body, send: send(200, whole(usage=False)))
        messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
        status, headers, _ = router.request("POST", "/v1/chat/completions", {"model": "auto", "messages": messages})
        self.assertEqual(status, 200)
        decision = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["input_tokens"], decision["usage_source"]), (1, "estimated"))

    def test_counts_what_a_client_that_left_has_cost(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: (hold.wait(30), send(200, whole())))
        connection = self.raw(router, {"model": "auto", "messages": [{"role": "user", "content": "four words of text"}]})
        until(lambda: self.providers[0].asked, "the provider is asked")
        connection.close()
        row = self.row_after(router)
        self.assertEqual((row["outcome"], row["status"], row["error"]), ("cancelled", 499, "client_gone"))
        self.assertEqual((row["usage_source"], row["input_tokens"], row["output_tokens"]), ("estimated", 5, 0))
        self.assertAlmostEqual(row["cost_usd"], 5e-6)

    def test_what_never_left_for_its_upstream_costs_nothing(self):
        # A host that drops every SYN: connections that nobody accepts fill the queue of this socket.
        full = self.enter(socket.create_server(("127.0.0.1", 0), backlog=0))
        waiting = []
        for _ in range(64):
            one = self.enter(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
            waiting.append(one)
        until(lambda: select.select([], waiting, [], 0)[1], "the queue has taken somebody in")
        upstreams = [{"name": "full", "api": "openai", "base_url": f"http://127.0.0.1:{full.getsockname()[1]}",
                      "models": [{"id": "m", "price": {"input": 1, "output": 2}}]}]
        tiers = [{"name": "local", "deployments": ["full/m"], "timeout": "300ms", "total-timeout": "600ms"}]
        router = self.enter(Router(self.folder, upstreams, tiers, UNGATED))
        for stream in (False, True):
            status, headers, _ = router.chat("four words of text", stream=stream)
            self.assertEqual((status, headers["x-signalbox-cost-usd"]), (504, "0"))
            attempt = router.attempts(headers["x-signalbox-decision-id"])[0]
            self.assertEqual((attempt["error"], attempt["cost_usd"], attempt["input_tokens"]), ("upstream_timeout", 0, None))
        connection = self.raw(router, {"model": "auto", "messages": [{"role": "user", "content": "four words of text"}]})
        until(lambda: self.in_flight(router) == "1", "the request is on its way")
        connection.close()
        row = self.row_after(router, 3)
        self.assertEqual((row["outcome"], row["cost_usd"], row["input_tokens"]), ("cancelled", 0, None))

    def test_an_answer_that_was_refused_and_served_keeps_its_own_tokens(self):
        def low(body, send):
            token = {"token": "maybe", "logprob": -3.0, "bytes": None, "top_logprobs": []}
            answer = whole("maybe")
            answer["choices"][0]["logprobs"] = {"content": [token]}
            send(200, answer)
        router = self.serve(low, lambda body, send: send(200, {"junk": True}), policy=GATED)
        status, headers, _ = router.chat("hello")
        self.assertEqual((status, headers["x-signalbox-tier"]), (200, "local"))
        row = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((row["reason"], row["input_tokens"], row["output_tokens"]), ("escalation_failed", 11, 7))
        self.assertEqual(row["usage_source"], "estimated", "one of its attempts is priced by an estimate")

    def test_only_streams_have_a_time_to_the_first_token(self):
        router = self.serve(lambda body, send: send(200, [chunk("yes"), chunk(None, "stop"), "[DONE]"] if body.get("stream") else whole()))
        for stream in (False, True):
            _, headers, _ = router.chat("hello", stream=stream)
            self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["ttft_ms"] is not None, stream)

    def test_a_streams_overhead_is_the_routers_own(self):
        def slow(body, send):
            time.sleep(0.4)  # the upstream's own time, which must not count as the router's
            send(200, [chunk("yes"), chunk(None, "stop"), "[DONE]"])
        router = self.serve(slow)
        status, headers, _ = router.chat("hello", stream=True)
        self.assertEqual(status, 200)
        self.assertLess(int(headers["x-signalbox-overhead-us"]), 200_000)
        self.assertLess(router.decision(headers["x-signalbox-decision-id"])["overhead_us"], 200_000)

    def test_explains_the_times_too(self):
        router = self.serve(lambda body, send: send(200, whole()))
        status, _, text = router.chat("hello", headers={"x-signalbox-explain": "1"})
        explained = json.loads(text)["signalbox"]
        self.assertEqual(status, 200)
        self.assertGreater(explained["latency_ms"], 0)
        self.assertGreaterEqual(explained["latency_ms"] * 1000, explained["overhead_us"])

    def test_errors_carry_their_reason(self):
        router = self.serve(lambda body, send: send(400, {"error": {"message": "too long", "type": "invalid_request_error", "code": "length"}}),
                            lambda body, send: send(200, whole()))
        status, headers, _ = router.chat("hello")
        self.assertEqual((status, headers["x-signalbox-reason"]), (400, "cascade"))
        self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["reason"], "cascade")

    def test_limited_upstreams_that_name_no_time_get_the_smallest(self):
        router = self.serve(lambda body, send: send(429, {"error": {"message": "slow down"}}))
        status, headers, _ = router.chat("hello")
        self.assertEqual((status, headers.get("retry-after"), headers["x-signalbox-reason"]), (429, "1", "unavailable"))


class RefusalTest(RecordTest):
    def test_a_providers_own_refusal_goes_up_whatever_its_words(self):
        refusal = whole()
        refusal["choices"][0]["message"] = {"role": "assistant", "content": None, "refusal": "Das mache ich nicht."}
        policy = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "validate": {"refusals": "escalate"}}]}
        router = self.serve(lambda body, send: send(200, refusal), lambda body, send: send(200, whole()), policy=policy)
        status, headers, _ = router.chat("hello")
        self.assertEqual((status, headers["x-signalbox-tier"], headers["x-signalbox-escalations"]), (200, "frontier", "1"))
        self.assertEqual(router.attempts(headers["x-signalbox-decision-id"])[0]["validators"], "refusal")


class KeyTest(RecordTest):
    def test_a_key_for_workloads_cannot_name_models(self):
        keys = {"keys": [{"name": "app", "key": {"env": "FLOW_APP_KEY"}, "workloads": ["all"]}]}
        router = self.serve_with_key(keys)
        for model, want in (("auto", 200), ("auto:all", 200), ("tier:local", 403), ("local/m", 403), ("m", 403)):
            body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
            status, _, text = request(router.url, "POST", "/v1/chat/completions", body, {"authorization": "Bearer a-key-of-the-flow-test"})
            self.assertEqual(status, want, text)

    def serve_with_key(self, keys):
        state = self.folder / "state" / "signalbox"
        state.mkdir(parents=True)
        (state / "client-token").write_text("unused")
        return self.serve(lambda body, send: send(200, whole()), extra=keys, env={"FLOW_APP_KEY": "a-key-of-the-flow-test"})


class ReplayTest(RecordTest):
    def replay(self, url, key):
        rows = write_outcomes(self.folder / "rows.jsonl", [row(1, "question?", "yes", small=(1, 0.9))])
        return run("replay", "--requests", rows, "--target", url, "--key-env", "FLOW_KEY", env={"FLOW_KEY": key})

    def test_a_wrong_key_is_one_line_and_a_failure(self):
        router = self.serve(lambda body, send: send(200, whole()))
        self.assertEqual(self.replay(router.url, router.token).returncode, 0)
        refused = self.replay(router.url, "wrong")
        self.assertEqual((refused.returncode, refused.stdout, len(refused.stderr.splitlines())), (1, "", 1), refused.stderr)
        self.assertIn("--key-env", refused.stderr)
        self.assertEqual(len(self.providers[0].asked), 1)

    def test_fails_when_nothing_was_answered(self):
        router = self.serve(lambda body, send: send(500, {"error": {"message": "broken"}}))
        self.assertEqual(self.replay(router.url, router.token).returncode, 1)


class EndTest(RecordTest):
    def end(self, router):
        """SIGTERM twice: the second one hastens."""
        probe = http.client.HTTPConnection("127.0.0.1", int(router.url.rsplit(":", 1)[1]), timeout=10 * SLOWER)
        probe.connect()
        began = time.monotonic()
        router.program.process.send_signal(signal.SIGTERM)
        until(lambda: not self.accepts(router), "it accepts no more")
        probe.request("GET", "/metrics")
        self.assertIn("\nsignalbox_in_flight 1\n", probe.getresponse().read().decode(), "it waits for the one")
        probe.close()
        router.program.process.send_signal(signal.SIGTERM)
        status = router.program.wait()
        self.assertLess(time.monotonic() - began, 10)
        return status

    @staticmethod
    def accepts(router):
        try:
            socket.create_connection(("127.0.0.1", int(router.url.rsplit(":", 1)[1])), 1).close()
            return True
        except OSError:
            return False

    def test_a_lost_terminal_does_not_end_the_traffic(self):
        router = self.serve(lambda body, send: send(200, whole()))
        router.program.process.send_signal(signal.SIGHUP)
        until(lambda: any("is in force" in line for line in router.program.errors), "it says that it heard it")
        self.assertEqual(router.chat("still there?")[0], 200)

    def test_tells_open_streams_that_it_stops_and_writes_it_down(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [chunk("yes"), hold, chunk(None, "stop"), "[DONE]"]))
        connection = self.raw(router, {"model": "auto", "stream": True, "messages": [{"role": "user", "content": "hello"}]})
        seen = b""
        while b"yes" not in seen:
            seen += connection.recv(4096)
        self.assertEqual(self.end(router), 0)
        while piece := connection.recv(4096):
            seen += piece
        self.assertIn(b'"code":"shutting_down"', seen)
        self.assertNotIn(b"[DONE]", seen)
        row = self.rows(router)[-1]
        self.assertEqual((row["status"], row["outcome"], row["error"]), (503, "shed", "shutting_down"))

    def test_answers_open_requests_with_503_and_writes_it_down(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: (hold.wait(30), send(200, whole())))
        connection = self.raw(router, {"model": "auto", "messages": [{"role": "user", "content": "hello"}]})
        until(lambda: self.providers[0].asked, "the provider is asked")
        self.assertEqual(self.end(router), 0)
        answer = connection.recv(65536)
        self.assertTrue(answer.startswith(b"HTTP/1.1 503"), answer[:100])
        self.assertIn(b"x-signalbox-decision-id", answer.lower())
        row = self.rows(router)[-1]
        self.assertEqual((row["status"], row["outcome"], row["error"]), (503, "shed", "shutting_down"))

    def test_ends_though_a_client_does_not_read(self):
        router = self.serve(lambda body, send: send(200, whole("x" * (30 << 20))))
        connection = self.raw(router, {"model": "auto", "messages": [{"role": "user", "content": "hello"}]})
        connection.recv(1)
        self.assertEqual(self.end(router), 0)
        row = self.rows(router)[-1]
        self.assertEqual((row["outcome"], row["error"]), ("shed", "shutting_down"))


if __name__ == "__main__":
    unittest.main()
