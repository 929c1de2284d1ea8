# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in the world and what clients then see: upstreams that fail or lie, bad requests, bad files, and the end."""
import json
import signal
import socket
import threading
import time
import unittest

from harness import SLOWER, FlowTest, Router, request, row, run, set_fault, simulate, sse, until, write_outcomes

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}


def gated(escalate_below):
    return {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": escalate_below}}}]}


def upstream(name, url, model):
    return {"name": name, "api": "openai", "base_url": url, "models": [{"id": model, "logprobs": True}]}


class Failing(FlowTest):
    """Two deployments of a first tier and one of a second; each can be told to fail."""

    def setUp(self):
        super().setUp()
        rows = [row(i, f"question {i}?", "yes" if i % 2 else "no", small=(1, 0.9), large=(1, 0.99)) for i in range(50)]
        rows.append(row(99, "a long one?", "an answer of so many words that it comes in many pieces", "open", small=(1, 0.9), large=(1, 0.99)))
        self.outcomes = write_outcomes(self.folder / "rows.jsonl", rows)
        self.first = self.enter(simulate(self.outcomes, "small")).urls["small"]
        self.second = self.enter(simulate(self.outcomes, "small")).urls["small"]
        self.top = self.enter(simulate(self.outcomes, "large")).urls["large"]

    def serve(self, first=None, timeout="5s", policy=UNGATED):
        upstreams = [upstream("first", first or self.first, "small"), upstream("second", self.second, "small"), upstream("top", self.top, "large")]
        tiers = [{"name": "local", "deployments": ["first/small", "second/small"], "timeout": timeout},
                 {"name": "frontier", "deployments": ["top/large"], "timeout": timeout}]
        return self.enter(Router(self.folder, upstreams, tiers, policy))

    def answered(self, router, by, **fields):
        status, headers, text = router.chat("question 1?", **fields)
        self.assertEqual(status, 200, text)
        self.assertEqual(headers["x-signalbox-upstream"], by)
        return router.attempts(headers["x-signalbox-decision-id"])

    def error(self, router, **fields):
        status, headers, text = router.chat("question 1?", **fields)
        body = json.loads(text)["error"]
        self.assertTrue(body["message"] and body["type"])
        return status, body["code"], headers


class FailoverTest(Failing):
    def test_goes_to_the_next_deployment_when_one_refuses_connections(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            router = self.serve(first=f"http://127.0.0.1:{closed.getsockname()[1]}")
            attempts = self.answered(router, "second")
        self.assertEqual([a["error"] for a in attempts][0], "upstream_connect")

    def test_goes_to_the_next_deployment_when_one_is_too_slow(self):
        router = self.serve(timeout="300ms")
        set_fault(self.first, "delay=20s")
        for stream in (False, True):
            attempts = self.answered(router, "second", stream=stream, max_tokens=16)
            self.assertEqual(attempts[0]["error"], "upstream_timeout")
            self.assertLess(attempts[0]["latency_ms"], 1500 * SLOWER)

    def test_goes_to_the_next_deployment_on_limits_and_server_errors(self):
        router = self.serve()
        for fault, code in (("1*status=429,retry-after=0", 429), ("1*status=503", 503), ("1*status=500", 500)):
            set_fault(self.first, fault)
            attempts = self.answered(router, "second")
            self.assertEqual((attempts[0]["status"], attempts[-1]["status"]), (code, 200), fault)
            until(lambda: router.chat("question 2?")[1].get("x-signalbox-upstream") == "first", "the first deployment is used again")

    def test_goes_to_the_next_tier_when_a_whole_tier_fails(self):
        router = self.serve()
        for url in (self.first, self.second):
            set_fault(url, "status=503")
        attempts = self.answered(router, "top")
        self.assertEqual(attempts[-1]["tier"], "frontier")
        decision = router.decision(attempts[-1]["decision_id"])
        self.assertEqual((decision["reason"], decision["escalations"], decision["final_tier"]), ("failover", 0, "frontier"))

    def test_says_what_happened_when_everything_fails(self):
        router = self.serve(timeout="300ms")
        everything = (self.first, self.second, self.top)
        for url in everything:
            set_fault(url, "status=429,retry-after=7")
        status, code, headers = self.error(router)
        self.assertEqual((status, headers["retry-after"]), (429, "7"))

    def test_answers_504_when_all_were_too_slow(self):
        router = self.serve(timeout="200ms")
        for url in (self.first, self.second, self.top):
            set_fault(url, "delay=20s")
        self.assertEqual(self.error(router, max_tokens=16)[:2], (504, "upstream_timeout"))

    def test_answers_502_when_all_are_broken(self):
        router = self.serve()
        for url in (self.first, self.second, self.top):
            set_fault(url, "status=500")
        status, code, headers = self.error(router)
        self.assertEqual(status, 502)
        decision = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["status"], decision["outcome"]), (502, "error"))

    def test_passes_the_clients_own_mistakes_through_and_hides_ours(self):
        router = self.serve()
        set_fault(self.first, "status=400")
        status, code, _ = self.error(router)
        self.assertEqual((status, code), (400, "simulated_failure"))
        for url in (self.first, self.second, self.top):
            set_fault(url, "status=401")
        status, code, _ = self.error(router)
        self.assertEqual((status, code), (502, "upstream_auth"))


class LyingUpstreamTest(Failing):
    def test_does_not_serve_junk(self):
        router = self.serve()
        for url in (self.first, self.second):
            set_fault(url, "junk-json")
        status, headers, text = router.chat("question 1?")
        if status == 200:
            self.assertEqual(json.loads(text)["choices"][0]["message"]["content"], "yes")
            self.assertNotEqual(headers["x-signalbox-upstream"], "first")
        else:
            self.assertEqual((status, json.loads(text)["error"]["code"]), (502, "upstream_malformed"))

    def cut(self, fault):
        router = self.serve()
        for url in (self.first, self.second):
            set_fault(url, "drip=30ms," + fault)  # the client has some of it when it goes wrong
        status, headers, text = router.chat("a long one?", stream=True)
        self.assertEqual((status, headers["x-signalbox-upstream"]), (200, "first"))
        data, _ = sse(text)
        self.assertNotIn("[DONE]", data, fault)
        self.assertIn("error", json.loads(data[-1]), fault)
        decision = router.decision(headers["x-signalbox-decision-id"])
        return decision["outcome"]

    def test_never_ends_a_cut_stream_as_if_it_were_complete(self):
        self.assertEqual(self.cut("end-after=5"), "truncated")

    def test_never_ends_a_reset_stream_as_if_it_were_complete(self):
        self.assertEqual(self.cut("reset-after=5"), "truncated")

    def test_asks_elsewhere_when_a_stream_breaks_before_the_client_has_any_of_it(self):
        router = self.serve()
        set_fault(self.first, "empty-stream")
        status, headers, text = router.chat("a long one?", stream=True)
        self.assertEqual((status, headers["x-signalbox-upstream"], sse(text)[0][-1]), (200, "second", "[DONE]"))

    def test_asks_the_same_tiers_next_when_a_stream_breaks_that_is_held_for_its_gate(self):
        router = self.serve(policy=gated(0.1))
        for fault in ("end-after=5", "reset-after=5", "error-frame"):
            set_fault(self.first, fault)
            status, headers, text = router.chat("a long one?", stream=True)
            self.assertEqual((status, headers["x-signalbox-upstream"], sse(text)[0][-1]), (200, "second", "[DONE]"), fault)
            attempts = router.attempts(headers["x-signalbox-decision-id"])
            self.assertEqual([(a["tier"], a["role"]) for a in attempts], [("local", "serve"), ("local", "retry")])
            self.assertTrue(attempts[0]["error"] and attempts[0]["input_tokens"], "what the first one did is written down and paid")

    def test_ends_a_stream_with_junk_by_an_error(self):
        self.assertIn(self.cut("junk-sse"), ("error", "truncated"))

    def test_ends_a_stream_with_an_error_frame_by_an_error(self):
        self.assertIn(self.cut("error-frame"), ("error", "truncated"))

    def test_has_no_confidence_where_the_provider_gives_none(self):
        router = self.serve(policy=gated(0.95))
        for url in (self.first, self.second):
            set_fault(url, "no-logprobs,no-usage")
        status, headers, _ = router.chat("question 1?")
        self.assertEqual((status, headers["x-signalbox-tier"]), (200, "local"))
        self.assertNotIn("x-signalbox-confidence", headers)
        decision = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["verdict"], decision["confidence"], decision["usage_source"]), ("ungated", None, "estimated"))


class ClientTest(Failing):
    def test_refuses_who_has_no_right_to_ask(self):
        router = self.serve()
        body = {"model": "auto", "messages": [{"role": "user", "content": "question 1?"}]}
        for headers in ({}, {"authorization": "Bearer wrong"}):
            status, answer, text = request(router.url, "POST", "/v1/chat/completions", body, headers)
            self.assertEqual((status, json.loads(text)["error"]["code"]), (401, "invalid_api_key"))
            self.assertIn("x-signalbox-decision-id", answer)
        self.assertEqual(request(router.url, "POST", "/v1/chat/completions", body, {"x-api-key": router.token})[0], 200)
        for _ in range(3):
            status, answer, _ = request(router.url, "GET", "/v1/models", headers={"authorization": "Bearer wrong"})
            self.assertEqual((status, "x-signalbox-decision-id" in answer), (401, True))
        self.assertIn('signalbox_refused_total{status="401"} 3\n', request(router.url, "GET", "/metrics")[2], "those that have no row")

    def test_names_the_workloads_to_who_names_another(self):
        router = self.serve()
        for model, headers, param in (("auto:nope", {}, "model"), ("auto", {"x-signalbox-workload": "nope"}, "x-signalbox-workload")):
            status, _, text = router.chat("question 1?", model=model, headers=headers)
            error = json.loads(text)["error"]
            self.assertEqual((status, error["code"], error["param"]), (404, "unknown_workload", param))
            self.assertIn('no workload "nope"; this router has: all', error["message"])

    def test_answers_malformed_requests_with_what_is_wrong(self):
        router = self.serve()
        good = {"model": "auto", "messages": [{"role": "user", "content": "question 1?"}]}
        cases = [(b"{", 400), (b"[]", 400), ({**good, "messages": "hello"}, 400), ({**good, "messages": []}, 400), ({"model": "auto"}, 400),
                 ({**good, "model": 7}, 400), ({**good, "stream": "yes"}, 400), ({**good, "model": "nobody/nothing"}, 404),
                 ({**good, "model": "auto:nowhere"}, 404), (b'{"model":"auto","model":"auto","messages":[]}', 400), (b"[" * 5000, 400)]
        for body, want in cases:
            status, _, text = router.request("POST", "/v1/chat/completions", body)
            self.assertEqual(status, want, f"{body!r:.80}: {text}")
            self.assertTrue(json.loads(text)["error"]["message"])
        self.assertEqual(router.request("GET", "/v1/nothing")[0], 404)
        self.assertEqual(router.request("GET", "/v1/chat/completions")[0], 405)
        self.assertEqual(router.request("POST", "/v1/chat/completions", json.dumps(good), {"content-type": "text/plain"})[0], 415)
        unknown = {"decision_id": "01890000-0000-7000-8000-000000000000", "score": 1}
        self.assertEqual(router.request("POST", "/v1/feedback", unknown)[0], 404)
        self.assertEqual(router.request("POST", "/v1/feedback", {**unknown, "score": 7})[0], 400)
        self.assertEqual(router.chat("question 1?")[0], 200, "and it still serves")

    def test_refuses_ambiguous_framing_and_closes(self):
        router = self.serve()
        port = int(router.url.rsplit(":", 1)[1])
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        for fields in ("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "Content-Length: x\r\n",
                       "Content-Length: 1\r\nContent-Length: 2\r\n"):
            with socket.create_connection(("127.0.0.1", port), 10) as raw:
                raw.sendall((head + fields + "\r\n{}").encode())
                answer = b""
                while piece := raw.recv(4096):
                    answer += piece
            self.assertTrue(answer.startswith(b"HTTP/1.1 400"), fields)

    def test_stops_the_upstream_when_the_client_goes_away(self):
        router = self.serve()
        set_fault(self.first, "stall-after=0")
        body = json.dumps({"model": "auto", "stream": True, "messages": [{"role": "user", "content": "question 1?"}]})
        port = int(router.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), 10) as raw:
            raw.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {router.token}\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            until(lambda: json.loads(request(self.first, "GET", "/simulated/stats")[2])["requests"] > 0, "the upstream is asked")
        def gone():
            with router.store() as store:
                return store.execute("SELECT outcome, status FROM decisions WHERE outcome = 'cancelled'").fetchone()
        self.assertEqual(until(gone, "the decision is written")["status"], 499)


class StartAndEndTest(Failing):
    def test_says_what_is_wrong_with_its_files(self):
        self.serve().stop()
        router = Router(self.folder, [upstream("first", self.first, "small")], [{"name": "local", "deployments": ["first/small"], "timeot": "5s"}], UNGATED)
        for command in ("check", "serve"):
            refused = run(command, "--config", router.config_file, env=router.env)
            self.assertEqual(refused.returncode, 1, command)
            self.assertRegex(refused.stderr + refused.stdout, r"signalbox\.yaml:\d+:\d+: .*timeot.*timeout")
        self.assertEqual(run("serve", "--config", self.folder / "missing.yaml", env=router.env).returncode, 1)
        self.assertEqual(run("serve", "--no-such-option").returncode, 2)
        self.assertEqual(run("no-such-command").returncode, 2)

    def test_does_not_start_on_a_port_in_use(self):
        router = self.serve()
        port = router.url.rsplit(":", 1)[1]
        other = self.folder / "other"
        other.mkdir()
        second = Router(other, [upstream("first", self.first, "small")], [{"name": "local", "deployments": ["first/small"]}], UNGATED)
        refused = run("serve", "--config", second.config_file, "--listen", f"127.0.0.1:{port}", "--control", "127.0.0.1:0", env=second.env)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(port, refused.stderr)

    def test_does_not_start_on_a_store_that_cannot_be_written(self):
        (self.folder / "file").write_text("not a folder")
        router = Router(self.folder, [upstream("first", self.first, "small")], [{"name": "local", "deployments": ["first/small"]}], UNGATED,
                        {"store": {"kind": "sqlite", "path": "file/signalbox.db"}})
        refused = run("serve", "--config", router.config_file, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", env=router.env)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("file/signalbox.db", refused.stderr)

    def test_lets_open_requests_end_and_then_ends_itself(self):
        router = self.serve()
        set_fault(self.first, "delay=1500ms")
        answers = []
        client = threading.Thread(target=lambda: answers.append(router.chat("question 1?")))
        client.start()
        until(lambda: json.loads(request(self.first, "GET", "/simulated/stats")[2])["requests"] > 0, "the upstream is asked")
        began = time.monotonic()
        self.assertEqual(router.stop(signal.SIGTERM), 0)
        client.join(10)
        self.assertEqual(answers[0][0], 200, "the open request was answered")
        self.assertLess(time.monotonic() - began, 10 * SLOWER)
        with router.store() as store:
            self.assertEqual(store.execute("SELECT outcome FROM decisions").fetchone()[0], "ok")


if __name__ == "__main__":
    unittest.main()
