# SPDX-License-Identifier: Apache-2.0
"""The failure matrix, fourth part: the router's own end and beginning. SIGTERM and kill -9 with requests open, and a configuration
that is wrong. As in matrix_test.py each test looks at bytes, rows, metrics and time."""
import http.client
import json
import signal
import socket
import threading
import time
import unittest

from harness import PATIENCE, SLOWER, request, run, sse, until
from matrix_test import Matrix
from record_test import Provider, chunk, whole


class Open(Matrix):
    """A router with a stream that has begun and a whole answer that is waited for."""

    def setUp(self):
        super().setUp()
        self.hold = threading.Event()
        self.addCleanup(self.hold.set)

        def answer(body, send):
            if body.get("stream"):
                send(200, [chunk("yes"), self.hold, chunk(None, "stop"), "[DONE]"])
            elif body["messages"][-1]["content"] == "wait":
                self.hold.wait(60)
                send(200, whole())
            else:
                send(200, whole("yes"))
        self.provider = self.enter(Provider(answer))

    def post(self, body):
        """Its socket, after the request has been sent."""
        port = int(self.router.url.rsplit(":", 1)[1])
        text = json.dumps({"model": "auto", **body})
        connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.addCleanup(connection.close)
        connection.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {self.router.token}\r\n"
                           f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
        return connection

    def open_two(self):
        """The stream's socket with what came of it, and the other one's."""
        waits = self.post({"messages": [{"role": "user", "content": "wait"}]})
        until(lambda: self.provider.asked, "the provider is asked")
        stream = self.post({"stream": True, "messages": [{"role": "user", "content": "hello"}]})
        seen = b""
        while b"yes" not in seen:
            seen += stream.recv(4096)
        return stream, seen, waits

    @staticmethod
    def accepts(port):
        try:
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            return True
        except OSError:
            return False

    @staticmethod
    def rest(connection):
        seen = b""
        try:
            while piece := connection.recv(65536):
                seen += piece
        except ConnectionError:
            pass  # as a killed program ends them
        return seen

    @staticmethod
    def id_of(head):
        return head.decode().lower().split("x-signalbox-decision-id: ")[1].split("\r\n")[0]


class TermTest(Open):
    def test_sigterm_with_a_stream_open_drains_tells_and_writes_it_down(self):
        self.serve(self.provider.url, timeout="60s", extra={"drain": {"deadline": "1s"}})
        stream, seen, waits = self.open_two()
        port = int(self.router.url.rsplit(":", 1)[1])
        probes = [http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE) for _ in range(2)]

        def ask(probe, path):
            probe.request("GET", path)
            answer = probe.getresponse()
            return answer.status, answer.read().decode()
        for probe in probes:
            self.assertEqual(ask(probe, "/readyz"), (200, '{"status":"ready"}'))
        began = time.monotonic()
        self.router.program.process.send_signal(signal.SIGTERM)
        until(lambda: not self.accepts(port), "nothing new is accepted")
        self.assertLess(time.monotonic() - began, SLOWER)
        self.assertEqual(ask(probes[0], "/readyz"), (503, '{"status":"draining"}'))
        status, metrics = ask(probes[1], "/metrics")
        self.assertEqual(status, 200)
        self.assertIn("\nsignalbox_in_flight 2\n", metrics, "they are waited for")
        seen += self.rest(stream)
        refused = self.rest(waits)
        self.assertEqual(self.router.stop(), 0)
        took = time.monotonic() - began
        self.assertTrue(1 <= took < 5 * SLOWER, took)
        data, _ = sse(seen.decode())
        self.assertEqual(json.loads(data[-1])["error"]["code"], "shutting_down")
        self.assertNotIn(b"[DONE]", seen)
        self.assertFalse(seen.endswith(b"0\r\n\r\n"), "it cannot be taken for complete")
        self.assertTrue(refused.startswith(b"HTTP/1.1 503"), refused[:100])
        self.assertEqual(json.loads(refused.split(b"\r\n\r\n", 1)[1])["error"]["code"], "shutting_down")
        for head in (seen, refused):
            decision = self.router.decision(self.id_of(head))
            self.assertEqual((decision["status"], decision["outcome"], decision["error"]), (503, "shed", "shutting_down"))
            self.assertTrue(900 <= decision["latency_ms"] <= took * 1000 + 5000 * SLOWER, decision["latency_ms"])
            (attempt,) = self.router.attempts(decision["id"])
            self.assertEqual(attempt["upstream"], "first")
            self.assertGreater(decision["cost_usd"], 0, "what came of it is charged")
        self.router.start()
        self.assertEqual(self.metrics()["signalbox_journal_interrupted"], 0, "nothing was left behind")


class KillTest(Open):
    def test_kill_9_with_a_stream_open_cuts_it_and_the_restart_marks_it_interrupted(self):
        self.serve(self.provider.url, timeout="60s")
        self.assertEqual(self.ask(), 200)
        finished = self.headers["x-signalbox-decision-id"]
        self.router.decision(finished)
        self.assertEqual(self.router.request("POST", "/v1/feedback", {"decision_id": finished, "score": 1})[0], 200)
        self.provider.asked.clear()
        config = self.router.config_file.read_text()
        stream, seen, waits = self.open_two()
        self.router.program.process.kill()
        seen += self.rest(stream)
        self.assertEqual(self.rest(waits), b"")
        self.assertNotIn(b"[DONE]", seen)
        self.assertFalse(seen.endswith(b"0\r\n\r\n"), "it cannot be taken for complete")
        self.router.stop(signal.SIGKILL)
        began = time.monotonic()
        self.router.start()
        self.assertEqual(request(self.router.url, "GET", "/readyz")[0], 200)
        self.assertLess(time.monotonic() - began, 5 * 1 * SLOWER)
        cut = self.router.decision(self.id_of(seen))
        self.assertEqual((cut["outcome"], cut["status"], cut["error"], cut["cost_usd"]), ("interrupted", None, None, None), "nobody knows")
        self.assertIn("ended without warning", cut["explanation"])
        with self.router.store() as store:
            self.assertEqual(dict(store.execute("SELECT outcome, count(*) FROM decisions GROUP BY outcome").fetchall()), {"ok": 1, "interrupted": 2})
            self.assertEqual(store.execute("SELECT score FROM decisions WHERE id = ?", (finished,)).fetchone()[0], 1, "what was acknowledged is there")
        self.assertEqual(self.metrics()["signalbox_journal_interrupted"], 2)
        self.assertTrue(any("2 requests were begun and never finished" in line for line in self.router.program.errors), self.router.program.errors)
        self.assertEqual(self.router.request("POST", "/v1/feedback", {"decision_id": cut["id"], "score": 0})[0], 200, "it is known")
        good = self.folder / "signalbox.db.last-good.yaml"
        self.assertTrue(good.read_text().endswith(config), "the last good configuration is on disk")
        self.assertEqual(run("check", "--config", good, env=self.router.env).returncode, 0)
        self.before = self.metrics()
        self.assertEqual(self.ask(), 200)
        self.in_time(0.5)
        self.recorded(200, "ok", None, [("first", "serve", None)])
        self.assertGreater(self.headers["x-signalbox-decision-id"], cut["id"], "ids go on")


class ConfigurationTest(Matrix):
    def test_a_bad_configuration_changes_nothing_and_the_last_good_one_is_on_disk(self):
        self.serve(self.first)
        good = self.router.config_file.read_text()
        kept = self.folder / "signalbox.db.last-good.yaml"
        wrong = good.replace("first/small", "first/none")
        for n, text in enumerate((wrong, good.replace('"tiers"', '"tires"'), "", "a: [", good.replace(self.first, "ftp://nowhere"))):
            self.before = self.metrics()
            self.router.config_file.write_text(text)
            began = time.monotonic()
            self.router.program.process.send_signal(signal.SIGHUP)
            until(lambda: self.counted("signalbox_config_reloads_total", result="refused") >= 1, f"file {n} is refused")
            self.assertLess(time.monotonic() - began, 5 * SLOWER)
            self.assertEqual(self.metrics()["signalbox_config_last_reload_successful"], 0)
            self.assertEqual(self.ask(), 200, self.text)
            self.in_time(0.1)
            self.assertEqual(self.headers["x-signalbox-upstream"], "first")
            self.recorded(200, "ok", None, [("first", "serve", None)])
            self.assertTrue(kept.read_text().endswith(good), "what worked is kept")
            self.assertTrue(any(f"{self.router.config_file}:" in line for line in self.router.program.errors[-3:]), self.router.program.errors[-3:])
        # Whoever starts with such a file is told, and what is kept can be started with.
        self.router.config_file.write_text(wrong)
        self.assertEqual(self.router.stop(), 0)
        refused = run("serve", "--config", self.router.config_file, env=self.router.env)
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, rf"{self.router.config_file}:\d+:\d+: ")
        self.router.config_file = kept
        self.router.start()
        self.before = self.metrics()
        self.assertEqual(self.ask(), 200)
        self.recorded(200, "ok", None, [("first", "serve", None)])
        self.assertEqual(self.counted("signalbox_outcomes_total", outcome="ok"), 1)


if __name__ == "__main__":
    unittest.main()
