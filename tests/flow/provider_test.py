# SPDX-License-Identifier: Apache-2.0
"""What providers say beside their answers, and against what the router asks them for: none of it may harm a client."""
import json
import threading
import time
import unittest

from control_socket import ControlSocket
from harness import SLOWER, Router, sse
from record_test import GATED, Provider, RecordTest, chunk, whole

END = [chunk(None, "stop"), "[DONE]"]
KEY = "own/key-4711-abc"  # of no known form and not long: nothing but its bytes tells that it is one
STATUSES = ("400", "401", "404", "413", "422", "429", "500", "503", "302")


class KeyOfTheUpstreamTest(RecordTest):
    """An upstream, or a proxy before it, that quotes what it was asked with."""

    def quoting(self, body, send):
        said = f"debug: {dict(send.__self__.headers)}"
        prompt = body["messages"][0]["content"]
        error = {"message": said, "type": f"proxy {KEY}", "param": None, "code": KEY}
        if prompt.isdigit():
            return send(int(prompt), {"error": error})
        if prompt == "detail":
            return send(500, {"detail": said})
        if prompt == "under 200":
            return send(200, {"error": error})
        send(200, {"stream at once": [{"error": error}], "stream later": [chunk("yes"), {"error": error}]}[prompt])

    def setUp(self):
        super().setUp()
        provider = self.enter(Provider(self.quoting))
        # One upstream for each question: one that fails is not asked again so soon.
        asked = [*STATUSES, "detail", "under 200", "stream at once", "stream later"]
        self.models = {prompt: f"local{i}/m" for i, prompt in enumerate(asked)}
        upstreams = [{"name": f"local{i}", "api": "openai", "base_url": f"{provider.url.removesuffix('/v1')}/{i}/v1", "key": {"env": "FLOW_UPSTREAM_KEY"},
                      "models": [{"id": "m"}]} for i in range(len(asked))]
        self.router = self.enter(Router(self.folder, upstreams, [{"name": "local", "deployments": ["local0/m"], "timeout": "3s"}],
                                        {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}, env={"FLOW_UPSTREAM_KEY": KEY}))

    def test_never_comes_back_whatever_the_upstream_answers(self):
        told = {}
        for prompt, model in self.models.items():
            for stream in (True,) if prompt.startswith("stream") else (False, True):
                told[prompt, stream] = self.router.chat(prompt, model, stream=stream)
        for asked, (status, headers, text) in told.items():
            self.assertNotIn(KEY, text + json.dumps(headers), asked)
            self.router.decision(headers["x-signalbox-decision-id"])
        status, _, text = told["400", False]
        self.assertEqual((status, json.loads(text)["error"]["code"]), (400, "[removed]"))
        self.assertIn("Bearer [removed]", json.loads(text)["error"]["message"], "the upstream's own words, else as they came")
        self.assertIn("Bearer [removed]", told["stream later", True][2])
        with ControlSocket(self.router.control_url, self.router.control_token) as control:
            listed = json.dumps(control.call("upstreams.list"))
        self.assertIn("[removed]", listed, "its last error quotes it")
        metrics = self.router.request("GET", "/metrics")[2]
        for sink in (listed, metrics, "\n".join(self.router.program.errors + self.router.program.lines)):
            self.assertNotIn(KEY, sink)
        self.assertEqual(self.router.stop(), 0)
        for file in self.folder.iterdir():
            if file.name.startswith("signalbox.db"):
                self.assertNotIn(KEY.encode(), file.read_bytes(), file.name)


class MoneyTest(RecordTest):
    """What providers take money for beside plain tokens. A dollar a token of input, so that a cost reads like a sum."""
    PRICE = {"input": 1, "output": 10, "cache-write": 2, "batch-input": 0.5, "batch-output": 5, "per": 1}

    def cost(self, api, price, answer, **asked):
        """Header and row of one request."""
        provider = self.enter(Provider(lambda body, send: send(200, answer)))
        upstreams = [{"name": "u", "api": api, "base_url": provider.url, "models": [{"id": "m", "price": price}]}]
        with Router(self.folder, upstreams, [{"name": "local", "deployments": ["u/m"], "timeout": "3s"}], {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}) as router:
            status, headers, text = router.chat("hello", **asked)
            self.assertEqual(status, 200, text)
            row = router.decision(headers["x-signalbox-decision-id"])
        header = headers.get("x-signalbox-cost-usd")
        self.assertEqual(header is None, row["cost_usd"] is None)
        return row["cost_usd"], row["usage_source"]

    def message(self, **usage):
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "yes"}], "stop_reason": "end_turn",
                "usage": {"input_tokens": 100, "output_tokens": 10, **usage}}

    def test_cache_writes_for_an_hour_cost_twice_the_input(self):
        written = {"cache_creation_input_tokens": 50, "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 40}}
        self.assertEqual(self.cost("anthropic", self.PRICE, self.message(**written)), (100 + 10 * 2 + 40 * 2 + 100, "provider"))
        self.assertEqual(self.cost("anthropic", {**self.PRICE, "cache-write-1h": 3}, self.message(**written)), (100 + 10 * 2 + 40 * 3 + 100, "provider"))

    def test_searches_are_paid_or_make_the_cost_unknown(self):
        searched = self.message(server_tool_use={"web_search_requests": 3})
        self.assertEqual(self.cost("anthropic", {**self.PRICE, "web-search": 4000}, searched)[0], 200 + 3 * 4)
        self.assertIsNone(self.cost("anthropic", self.PRICE, searched)[0])
        paid, plain = {**self.PRICE, "web-search": 4000}, 11 + 70
        self.assertEqual(self.cost("openai", paid, whole(), web_search_options={})[0], plain + 4, "few providers count the search that is asked for")
        self.assertIsNone(self.cost("openai", self.PRICE, whole(), web_search_options={})[0])
        counted = whole()
        counted["usage"]["num_search_queries"] = 5
        self.assertEqual(self.cost("openai", paid, counted)[0], plain + 5 * 4)
        self.assertEqual(self.cost("openai", paid, whole())[0], plain)

    def test_token_numbers_are_counted_where_the_provider_does_not(self):
        router = self.serve(lambda body, send: send(200, {"id": "c", "object": "text_completion", "model": "m", "choices": [
            {"index": 0, "text": "yes", "logprobs": None, "finish_reason": "stop"}]}))
        status, headers, text = router.request("POST", "/v1/completions", {"model": "auto", "prompt": list(range(100_000, 100_050))})
        self.assertEqual(status, 200, text)
        row = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((row["input_tokens"], row["output_tokens"], row["usage_source"]), (50, 1, "estimated"))

    def test_a_tier_of_the_providers_has_its_own_price_or_the_cost_is_an_estimate(self):
        self.assertEqual(self.cost("anthropic", self.PRICE, self.message(service_tier="batch")), (100, "provider"))
        self.assertEqual(self.cost("openai", self.PRICE, {**whole(), "service_tier": "flex"}), (11 * 0.5 + 7 * 5, "provider"))
        self.assertEqual(self.cost("openai", self.PRICE, {**whole(), "service_tier": "priority"}), (11 + 70, "estimated"))


class HeadersTest(RecordTest):
    def test_those_that_govern_browsers_stay_behind(self):
        governing = {name: "x" for name in (
            "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers", "clear-site-data", "refresh",
            "content-security-policy", "content-security-policy-report-only", "cross-origin-resource-policy", "nel", "report-to", "set-cookie",
            "location", "link", "permissions-policy", "x-frame-options", "x-powered-by", "x-signalbox-tier")}
        kept = {"x-request-id": "req-1", "openai-processing-ms": "7", "x-ratelimit-remaining-tokens": "99"}
        router = self.serve(lambda body, send: send(200, [chunk("yes"), chunk(None, "stop"), "[DONE]"] if body.get("stream") else whole(), {**governing, **kept}))
        for stream in (False, True):
            status, headers, _ = router.chat("hello", stream=stream)
            self.assertEqual((status, headers["x-signalbox-tier"]), (200, "local"))
            self.assertEqual({name for name in governing if name in headers}, {"x-signalbox-tier"})
            self.assertEqual({name: headers.get(name) for name in kept}, kept)
            self.assertTrue(headers["content-type"].startswith("text/event-stream" if stream else "application/json"))


class WhoseTest(RecordTest):
    def test_a_refusal_that_is_passed_on_names_who_refused(self):
        too_long = {"error": {"message": "too long", "type": "invalid_request_error", "param": "messages", "code": "length"}}
        router = self.serve(lambda body, send: send(413, too_long))
        for stream in (False, True):
            status, headers, text = router.chat("hello", stream=stream)
            self.assertEqual((status, json.loads(text)), (413, too_long))
            self.assertEqual([headers.get(f"x-signalbox-{name}") for name in ("tier", "model", "upstream")], ["local", "m", "local"])

    def test_a_stream_that_breaks_off_never_says_done(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [chunk("yes"), hold, chunk("and")]))
        connection = self.raw(router, {"model": "auto", "stream": True, "messages": [{"role": "user", "content": "hello"}]})
        seen = b""
        while b"yes" not in seen:
            seen += connection.recv(4096)
        hold.set()
        while piece := connection.recv(4096):
            seen += piece
        self.assertIn(b'"code":"upstream_truncated"', seen)
        self.assertNotIn(b"[DONE]", seen, "not even in the words of the error")

    def test_whatever_is_asked_of_the_api_has_an_id(self):
        router = self.serve(lambda body, send: send(200, whole()))
        graded = router.chat("hello")[1]["x-signalbox-decision-id"]
        router.decision(graded)
        status, headers, _ = router.request("POST", "/v1/feedback", {"decision_id": graded, "score": 1})
        self.assertEqual((status, headers["x-signalbox-decision-id"]), (200, graded))
        status, headers, _ = router.request("GET", "/v1/models")
        self.assertEqual((status, len(headers["x-signalbox-decision-id"])), (200, 36))

    def test_feedback_for_what_nobody_decided_is_unknown(self):
        router = self.serve(lambda body, send: send(200, whole()))
        for unknown in ("nope", "00000000-0000-0000-0000-000000000000", "01890000-0000-7000-8000-000000000000"):
            status, _, text = router.request("POST", "/v1/feedback", {"decision_id": unknown, "score": 1})
            self.assertEqual((status, json.loads(text)["error"]["code"]), (404, "unknown_decision"), unknown)
        with router.store() as store:
            self.assertEqual(store.execute("SELECT count(*) FROM labels").fetchone()[0], 0)


def refusal(what):
    return {"error": {"message": f"Unsupported parameter: {what}", "type": "invalid_request_error", "param": what, "code": "unsupported"}}


def answer(body):
    """Of a provider that knows token probabilities."""
    if body.get("stream"):
        return [chunk("yes"), chunk(None, "stop"), "[DONE]"]
    said = whole()
    if body.get("logprobs"):
        others = [{"token": "yes", "logprob": -0.01}, {"token": "no", "logprob": -4.6}][:body.get("top_logprobs", 0)]
        said["choices"][0]["logprobs"] = {"content": [{"token": "yes", "logprob": -0.01, "bytes": None, "top_logprobs": others}]}
    return said


class AdditionsTest(RecordTest):
    """Providers that refuse some of what the router asks for beside what the client asked for."""

    def asked(self):
        """What the provider was asked for since the last look: usage, alternatives."""
        new = self.providers[0].asked[:]
        self.providers[0].asked.clear()
        return [("stream_options" in body, body.get("top_logprobs") if body.get("logprobs") else None) for body in new]

    def gated(self, router, prompt="hello", **fields):
        status, headers, text = router.chat(prompt, **fields)
        self.assertEqual(status, 200, text)
        return router.decision(headers["x-signalbox-decision-id"])["verdict"]

    def refused(self, router):
        with ControlSocket(router.control_url, router.control_token) as control:
            listed = control.call("upstreams.list")[0]["refused"]
        metrics = router.request("GET", "/metrics")[2]
        for one in listed:
            self.assertIn(f'signalbox_upstream_refused_additions{{upstream="local",model="m",addition="{one["addition"]}",tools="{str(one["tools"]).lower()}"}} 1', metrics)
        return [(one["addition"], one["tools"]) for one in listed]

    def test_a_refusal_of_usage_leaves_the_gate_its_evidence(self):
        policy = {"workloads": [{"name": "plain", "match": {"model": "auto:plain"}, "route": {"strategy": "cascade"}}, *GATED["workloads"]]}
        router = self.serve(lambda body, send: send(400, refusal("stream_options")) if "stream_options" in body else send(200, answer(body)), policy=policy)
        self.assertEqual(self.gated(router), "accept")
        for asked in ([(True, None), (False, None)], [(True, None), (False, None)], [(False, None)]):
            self.assertEqual(self.gated(router), "accept", "one client's streams do not switch another's gate off")
            self.assertEqual(self.asked()[-1], (False, 1))
            status, _, text = router.chat("hello", model="auto:plain", stream=True)
            self.assertEqual((status, sse(text)[0][-1]), (200, "[DONE]"))
            self.assertEqual(self.asked(), asked)
        self.assertEqual(self.refused(router), [("usage", False)])

    def test_fewer_alternatives_are_better_than_none(self):
        policy = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "validate": {"enum": ["yes", "no"]},
                                 "gate": {"local": {"signal": "top-class", "escalate-below": 0.5}}}]}
        router = self.serve(lambda body, send: send(400, refusal("top_logprobs")) if body.get("top_logprobs", 0) > 5 else send(200, answer(body)), policy=policy)
        self.assertEqual([self.gated(router) for _ in range(3)], ["ungated", "accept", "accept"])
        self.assertEqual(self.asked(), [(False, 20), (False, None), (False, 20), (False, 5), (False, 5)])
        self.assertEqual(self.refused(router), [("top_logprobs>5", False)])

    def test_what_is_refused_with_tools_is_asked_for_without_them(self):
        router = self.serve(lambda body, send: send(400, refusal("logprobs")) if body.get("tools") and body.get("logprobs") else send(200, answer(body)), policy=GATED)
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        self.assertEqual([self.gated(router, tools=tools) for _ in range(4)], ["ungated"] * 4)
        self.assertEqual(self.asked()[-1], (False, None))
        self.assertEqual(self.gated(router), "accept")
        self.assertEqual(self.refused(router), [("logprobs", True)])

    def test_a_provider_that_knows_neither_is_asked_plainly_in_the_end(self):
        def picky(body, send):
            if "logprobs" in body or "stream_options" in body:
                return send(400, refusal("logprobs"))
            send(200, answer(body))
        router = self.serve(picky, policy=GATED)
        status, headers, text = router.chat("hello")
        self.assertEqual((status, json.loads(text)["choices"][0]["message"]["content"]), (200, "yes"))
        decision = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["verdict"], decision["confidence"]), ("ungated", None))
        attempts = router.attempts(headers["x-signalbox-decision-id"])
        self.assertEqual([(a["status"], a["error"], a["role"]) for a in attempts], [(400, "upstream_rejected", "serve"), (200, None, "retry")])
        for _ in range(4):
            status, headers, text = router.chat("hello", stream=True)
            self.assertEqual((status, sse(text)[0][-1]), (200, "[DONE]"))
        self.assertEqual(len(router.attempts(headers["x-signalbox-decision-id"])), 1)
        self.assertEqual(self.asked()[-1], (False, None))

    def test_what_the_provider_has_against_the_request_itself_is_passed_on(self):
        too_long = {"error": {"message": "too long", "type": "invalid_request_error", "param": "messages", "code": "length"}}
        router = self.serve(lambda body, send: send(400, too_long), policy=GATED)
        for _ in range(3):
            status, _, text = router.chat("hello")
            self.assertEqual((status, json.loads(text)["error"]["code"]), (400, "length"))
        self.assertEqual(self.asked(), [(False, 1), (False, None)] * 3)


class RefusalTest(RecordTest):
    """A refusal is known by its status, whatever becomes of its body."""

    def test_a_refusal_whose_body_never_comes_is_told_all_the_same(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        asked = []

        def local(body, send):
            status = int(body["messages"][0]["content"])
            asked.append(status)
            send(status, [hold], {"retry-after": "30"} if status == 429 else {})
        router = self.serve(local, lambda body, send: send(200, [chunk("yes"), *END] if body.get("stream") else whole()), extra={"drain": {"deadline": "1s"}})
        for stream in (True, False):
            began = time.monotonic()
            status, headers, _ = router.chat("503", stream=stream)
            self.assertEqual((status, headers["x-signalbox-tier"]), (200, "frontier"))
            self.assertLess(time.monotonic() - began, 3 * 2 * SLOWER, "two moments of two seconds, with its second try")
            attempts = router.attempts(router.decision(headers["x-signalbox-decision-id"])["id"])
            self.assertEqual({(a["status"], a["error"]) for a in attempts[:-1]}, {(503, "upstream_error")}, "and not that it took too long")
        self.assertEqual(router.chat("400")[0], 400, "the client's own mistake, not asked for elsewhere")
        status, headers, _ = router.chat("429")
        self.assertEqual((status, headers["x-signalbox-tier"]), (200, "frontier"))
        before = len(asked)
        status, headers, _ = router.chat("429")
        self.assertEqual((status, headers["x-signalbox-tier"], len(asked)), (200, "frontier", before), "it is left alone for as long as it said")


if __name__ == "__main__":
    unittest.main()
