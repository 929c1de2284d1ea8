# SPDX-License-Identifier: Apache-2.0
"""Traces over OTLP/HTTP: sent to the collector that the configuration names and to nobody else, in its shape, without a word of the
prompt, and never in the way of a request."""
import http.server
import json
import re
import socket
import threading
import time
import unittest

from harness import FlowTest, Router, row, set_fault, simulate, until, write_outcomes

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.5}}}]}
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-00"
PROMPT = "a very particular question about nothing?"


class Collector:
    """Takes what comes, or answers with the statuses it is told to."""

    def __init__(self, statuses=(), hold=None):
        self.requests, self.statuses, self.hold = [], list(statuses), hold
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
                if outer.hold:
                    outer.hold.wait(60)
                try:
                    self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                    self.send_header("content-length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")
                except ConnectionError:
                    pass  # the router has given it up

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        if self.hold:
            self.hold.set()
        self.server.shutdown()
        self.server.server_close()

    def spans(self):
        return [span for _, _, body in self.requests for resource in body["resourceSpans"] for scope in resource["scopeSpans"] for span in scope["spans"]]


def attributes(span):
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


class TracesTest(FlowTest):
    def router(self, otlp=None, env=None):
        rows = [row(1, PROMPT, "yes", small=(1, 0.9), large=(1, 0.99)), row(2, "hard?", "no", small=(1, 0.1), large=(1, 0.99))]
        self.upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "large"))
        upstreams = [{"name": name, "api": "openai", "base_url": self.upstreams.urls[name], "models": [{"id": name, "provider": "mistral"}]} for name in ("small", "large")]
        tiers = [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "10s"}]
        return self.enter(Router(self.folder, upstreams, tiers, POLICY, extra={"telemetry": {"otlp": otlp}} if otlp else None, env=env))

    def metric(self, router, name):
        text = router.request("GET", "/metrics")[2]
        return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE))

    def test_a_decision_is_a_span_with_its_attempts_as_children(self):
        collector = self.enter(Collector())
        otlp = {"endpoint": collector.url, "service-name": "my-router", "headers": {"x-team": {"env": "TEAM"}, "Authorization": {"env": "PASS", "scheme": "Bearer"}}}
        router = self.router(otlp, env={"TEAM": "team-secret-01", "PASS": "pass-secret-02"})
        status, headers, _ = router.chat("hard?", headers={"traceparent": PARENT})
        self.assertEqual(status, 200)
        spans = until(lambda: len(collector.spans()) >= 3 and collector.spans(), "three spans have come")
        path, sent, body = collector.requests[0]
        self.assertEqual((path, sent["content-type"]), ("/v1/traces", "application/json"))
        self.assertEqual((sent["x-team"], sent["authorization"]), ("team-secret-01", "Bearer pass-secret-02"))
        resource = attributes(body["resourceSpans"][0]["resource"])
        self.assertEqual((resource["service.name"], resource["service.instance.id"]), ("my-router", "flow"))
        root, first, second = spans
        self.assertEqual((root["traceId"], root["parentSpanId"]), tuple(PARENT.split("-")[1:3]))
        self.assertEqual([one["parentSpanId"] for one in (first, second)], [root["spanId"]] * 2)
        self.assertEqual({one["traceId"] for one in spans}, {root["traceId"]})
        self.assertEqual(len({one["spanId"] for one in spans}), 3)
        for one in spans:
            self.assertRegex(one["spanId"], r"^[0-9a-f]{16}$")
            self.assertLessEqual(int(one["startTimeUnixNano"]), int(one["endTimeUnixNano"]))
            self.assertLess(abs(int(one["startTimeUnixNano"]) / 1e9 - time.time()), 600)
            self.assertEqual(one["status"], {})
        self.assertEqual([one["kind"] for one in spans], [2, 3, 3])
        self.assertEqual([one["name"] for one in spans], ["chat auto", "chat small", "chat large"])
        said = attributes(root)
        self.assertEqual((said["gen_ai.operation.name"], said["gen_ai.request.model"], said["gen_ai.response.model"]), ("chat", "auto", "large"))
        self.assertEqual((said["gen_ai.provider.name"], said["gen_ai.system"]), ("mistral_ai", "mistral_ai"))
        self.assertEqual((said["signalbox.tier"], said["signalbox.start_tier"], said["signalbox.escalations"]), ("frontier", "local", "1"))
        self.assertEqual(said["signalbox.decision_id"], headers["x-signalbox-decision-id"])
        row_ = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]), (str(row_["input_tokens"]), str(row_["output_tokens"])))
        self.assertNotIn("error.type", said)
        router.stop()
        for secret in ("team-secret-01", "pass-secret-02"):
            self.assertNotIn(secret, "\n".join(router.program.errors) + json.dumps(spans))

    def test_failures_are_errors_and_no_text_is_sent(self):
        collector = self.enter(Collector())
        router = self.router({"endpoint": collector.url + "/custom/traces"})
        set_fault(self.upstreams.urls["small"], "status=500")
        set_fault(self.upstreams.urls["large"], "status=500")
        status, headers, _ = router.chat(PROMPT)
        self.assertEqual(status, 502)
        spans = until(lambda: len(collector.spans()) >= 3 and collector.spans(), "the spans of a failure")
        self.assertEqual(collector.requests[0][0], "/custom/traces")
        root = attributes(spans[0])
        self.assertEqual(root["error.type"], "upstream_error")
        self.assertEqual(spans[0]["status"], {"code": 2, "message": "upstream_error"})
        self.assertEqual(spans[0]["traceId"], headers["x-signalbox-decision-id"].replace("-", ""))
        self.assertNotIn("parentSpanId", spans[0])
        set_fault(self.upstreams.urls["small"], "1*delay=1ms")
        self.assertEqual(router.chat(PROMPT)[0], 200)
        until(lambda: len(collector.spans()) >= 5, "the spans of an answer")
        self.assertNotIn("particular question", json.dumps(collector.requests[-1][2]) + json.dumps(collector.requests[0][2]))

    def test_without_a_collector_nothing_is_made_or_sent(self):
        collector = self.enter(Collector())
        router = self.router(env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_TRACES_EXPORTER": "otlp"})
        self.assertEqual(router.chat(PROMPT, headers={"traceparent": PARENT})[0], 200)
        self.assertNotIn("signalbox_trace", router.request("GET", "/metrics")[2])
        router.stop()
        self.assertEqual(collector.requests, [])

    def test_who_began_a_trace_says_whether_it_is_kept(self):
        collector = self.enter(Collector())
        router = self.router({"endpoint": collector.url, "sample": 0})
        self.assertEqual(router.chat(PROMPT)[0], 200)
        self.assertEqual(router.chat(PROMPT, headers={"traceparent": UNSAMPLED})[0], 200)
        self.assertEqual(router.chat(PROMPT, headers={"traceparent": "junk"})[0], 200)
        self.assertEqual(router.chat(PROMPT, headers={"traceparent": PARENT})[0], 200)
        until(lambda: collector.spans(), "the one that is kept")
        router.stop()
        self.assertEqual({span["traceId"] for span in collector.spans()}, {PARENT.split("-")[1]})

    def test_a_collector_that_stumbles_is_asked_again(self):
        collector = self.enter(Collector(statuses=[503, 429]))
        router = self.router({"endpoint": collector.url})
        self.assertEqual(router.chat(PROMPT)[0], 200)
        until(lambda: self.metric(router, "signalbox_traces_exported_total") == 1, "it is taken at the third time")
        self.assertEqual(len(collector.requests), 3)
        self.assertEqual(self.metric(router, "signalbox_traces_dropped_total"), 0)

    def test_what_a_collector_refuses_is_dropped_and_counted(self):
        collector = self.enter(Collector(statuses=[400]))
        router = self.router({"endpoint": collector.url})
        self.assertEqual(router.chat(PROMPT)[0], 200)
        until(lambda: self.metric(router, "signalbox_traces_dropped_total") == 1, "it is counted")
        self.assertEqual(len(collector.requests), 1)

    def test_a_collector_that_hangs_holds_nobody_up(self):
        collector = self.enter(Collector(hold=threading.Event()))
        router = self.router({"endpoint": collector.url})
        self.assertEqual(router.chat(PROMPT)[0], 200)
        until(lambda: collector.requests, "the collector has been asked")
        for _ in range(5):
            self.assertEqual(router.chat(PROMPT)[0], 200)
        begin = time.monotonic()
        self.assertEqual(router.stop(), 0)
        self.assertLess(time.monotonic() - begin, 15, "the last traces have two seconds")

    def test_what_is_left_is_sent_at_the_end(self):
        collector = self.enter(Collector())
        router = self.router({"endpoint": collector.url})
        for _ in range(20):
            self.assertEqual(router.chat(PROMPT)[0], 200)
        self.assertEqual(router.stop(), 0)
        self.assertEqual(len([span for span in collector.spans() if span["kind"] == 2]), 20)

    def test_a_collector_that_is_away_is_no_harm(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        router = self.router({"endpoint": f"http://127.0.0.1:{port}"})
        self.assertEqual(router.chat(PROMPT)[0], 200)
        until(lambda: self.metric(router, "signalbox_traces_dropped_total") == 1, "it is dropped after its tries")


if __name__ == "__main__":
    unittest.main()
