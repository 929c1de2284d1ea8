# SPDX-License-Identifier: Apache-2.0
"""More than can be done: places at an upstream, waiting that is fair, answers of those that are shed, clients that leave the line."""
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import threading
import time
import unittest
from pathlib import Path

from harness import SLOWER, FlowTest, Router, request, until
from record_test import Provider, whole

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
PRICE = {"input": 1, "output": 2}


def resident(router):
    """Bytes."""
    status = Path(f"/proc/{router.program.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) << 10


class Gate:
    """A provider's answers are held until they are let go, one by one or all."""

    def __init__(self):
        self.lock = threading.Condition()
        self.inside, self.most, self.free, self.open = 0, 0, 0, False

    def __call__(self, body, send):
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.lock.wait_for(lambda: self.open or self.free > 0, 60)
            self.free = max(0, self.free - 1)
            self.inside -= 1
        send(200, whole(body["messages"][-1]["content"]))

    def let_go(self, count=None):
        with self.lock:
            if count is None:
                self.open = True
            else:
                self.free += count
            self.lock.notify_all()


class OverloadTest(FlowTest):
    def serve(self, limits, answer=None, keys=("app", "other"), more=None):
        self.gate = Gate()
        self.addCleanup(self.gate.let_go)
        self.provider = self.enter(Provider(answer or self.gate))
        self.provider.request_queue_size = 256
        self.provider.socket.listen(256)
        upstream = {"name": "u", "api": "openai", "base_url": self.provider.url, "limits": limits, "models": [{"id": "m", "price": PRICE}]}
        extra = {"keys": [{"name": name, "key": {"env": f"FLOW_{name.upper()}"}} for name in keys], **(more or {})}
        router = Router(self.folder, [upstream], [{"name": "t", "deployments": ["u/m"], "timeout": "30s"}], UNGATED, extra,
                        env={f"FLOW_{name.upper()}": f"key-of-{name}" for name in keys})
        router.token = "key-of-app"
        return self.enter(router)

    def ask(self, router, key="app", prompt="hello"):
        began = time.monotonic()
        status, headers, text = router.chat(prompt, headers={"authorization": f"Bearer key-of-{key}"})
        return status, headers, text, time.monotonic() - began

    def ask_many(self, router, count, key="app", into=None):
        into = [] if into is None else into

        def one():
            answer = self.ask(router, key)
            into.append((key, *answer))
        threads = [threading.Thread(target=one, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads, into

    @staticmethod
    def counted(router, sample):
        text = request(router.url, "GET", "/metrics")[2]
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(sample + " "))

    def gauge(self, router, name):
        text = request(router.url, "GET", "/metrics")[2]
        return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + "{")), None)

    def test_beyond_places_and_line_requests_are_shed_at_once(self):
        router = self.serve({"in-flight": 2, "pending": 3, "queue": "30s"})
        threads, answers = self.ask_many(router, 5)
        until(lambda: self.gauge(router, "signalbox_upstream_pending") == 3, "three wait")
        took = []
        for _ in range(20):
            status, headers, text, seconds = self.ask(router)
            took.append(seconds)
            self.assertEqual((status, json.loads(text)["error"]["code"]), (429, "overloaded"), text)
            self.assertGreaterEqual(int(headers["retry-after"]), 1)
        self.assertLess(sorted(took)[10], 0.025 * SLOWER)
        row = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((row["status"], row["outcome"], row["error"], row["key"]), (429, "shed", "overloaded", "app"))
        self.assertEqual(router.attempts(headers["x-signalbox-decision-id"]), [])
        self.gate.let_go()
        for thread in threads:
            thread.join(30)
        self.assertEqual([status for _, status, *_ in answers], [200] * 5)
        self.assertEqual(self.gate.most, 2)
        self.assertEqual(self.gauge(router, "signalbox_upstream_pending"), 0)

    def test_nobody_waits_longer_than_the_queue_says(self):
        router = self.serve({"in-flight": 1, "pending": 10, "queue": "300ms"})
        threads, _ = self.ask_many(router, 1)
        until(lambda: self.gate.inside == 1, "the place is taken")
        status, _, text, seconds = self.ask(router)
        self.assertEqual((status, json.loads(text)["error"]["code"]), (429, "overloaded"))
        self.assertTrue(0.29 < seconds < 1.5 * SLOWER, seconds)
        self.gate.let_go()
        threads[0].join(30)

    def test_one_greedy_key_does_not_starve_another(self):
        router = self.serve({"in-flight": 1, "pending": 40, "queue": "30s"})
        threads, answers = self.ask_many(router, 30, "app")
        until(lambda: self.gauge(router, "signalbox_upstream_pending") == 29, "the greedy one waits")
        more, _ = self.ask_many(router, 2, "other", answers)
        until(lambda: self.gauge(router, "signalbox_upstream_pending") == 31, "the other one waits behind it")
        for served in range(1, 7):
            self.gate.let_go(1)
            until(lambda: len(answers) == served, f"{served} are served")
        self.assertEqual([key for key, *_ in answers].count("other"), 2, answers)
        self.gate.let_go()
        for thread in threads + more:
            thread.join(30)
        self.assertEqual({status for _, status, *_ in answers}, {200})

    def test_a_client_that_leaves_the_line_is_out_of_it(self):
        router = self.serve({"in-flight": 1, "pending": 10, "queue": "30s"})
        threads, _ = self.ask_many(router, 1)
        until(lambda: self.gate.inside == 1, "the place is taken")
        port = int(router.url.rsplit(":", 1)[1])
        leaving = http.client.HTTPConnection("127.0.0.1", port)
        body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "never asked"}]})
        leaving.request("POST", "/v1/chat/completions", body, {"content-type": "application/json", "authorization": "Bearer key-of-other"})
        until(lambda: self.gauge(router, "signalbox_upstream_pending") == 1, "it waits")
        leaving.close()
        left = time.monotonic()
        until(lambda: self.gauge(router, "signalbox_upstream_pending") == 0, "it waits no more")
        self.assertLess(time.monotonic() - left, 0.5 * SLOWER)
        self.gate.let_go()
        threads[0].join(30)

        def gone():
            with router.store() as store:
                return store.execute("SELECT * FROM decisions WHERE status = 499").fetchone()
        row = until(gone, "its row")
        self.assertEqual((row["outcome"], row["key"], row["cost_usd"]), ("cancelled", "other", 0))
        self.assertEqual(self.counted(router, 'signalbox_outcomes_total{outcome="cancelled"}'), 1)
        self.assertEqual([asked["messages"][-1]["content"] for asked in self.provider.asked], ["hello"])

    def test_a_full_upstream_gives_way_to_the_next_of_its_tier(self):
        router = self.serve({"in-flight": 1, "pending": 10})
        router.stop()
        second = self.enter(Provider(lambda body, send: send(200, whole())))
        config = router.config
        config["upstreams"].append({"name": "v", "api": "openai", "base_url": second.url, "models": [{"id": "m", "price": PRICE}]})
        config["tiers"][0]["deployments"].append("v/m")
        router.config_file.write_text(json.dumps(config))
        router.start()
        router.token = "key-of-app"
        threads, _ = self.ask_many(router, 1)
        until(lambda: self.gate.inside == 1, "the first is full")
        status, headers, _, _ = self.ask(router)
        self.assertEqual((status, headers["x-signalbox-upstream"]), (200, "v"))
        self.gate.let_go()
        threads[0].join(30)

    def test_other_limits_hold_at_once_after_a_reload(self):
        router = self.serve({"in-flight": 1, "pending": 10, "queue": "60s"})
        threads, answers = self.ask_many(router, 4)
        until(lambda: self.gauge(router, "signalbox_upstream_pending") == 3, "three wait")
        config = json.loads(router.config_file.read_text())
        config["upstreams"][0]["limits"] = {"in-flight": 3, "pending": 1, "queue": "60s"}
        router.config_file.write_text(json.dumps(config))
        until(lambda: self.gate.inside == 3, "two more are let in")
        self.assertEqual(self.gauge(router, "signalbox_upstream_pending"), 1)
        self.assertEqual(self.ask(router)[0], 429)
        self.gate.let_go()
        for thread in threads:
            thread.join(30)
        self.assertEqual([status for _, status, *_ in answers], [200] * 4)

    def test_a_worker_that_cannot_keep_up_sheds_what_comes(self):
        router = self.serve({}, answer=lambda body, send: send(200, whole()), more={"workers": 1})
        self.assertEqual(self.ask(router)[0], 200)
        port = int(router.url.rsplit(":", 1)[1])
        idle = self.enter(socket.create_connection(("127.0.0.1", port)))
        pid, done = router.program.process.pid, threading.Event()

        def starve():
            while not done.wait(0.02):  # so long the workers run
                os.kill(pid, signal.SIGSTOP)
                done.wait(0.4)  # and so long they do not, which is the lag that is played
                os.kill(pid, signal.SIGCONT)
        starving = threading.Thread(target=starve, daemon=True)
        starving.start()
        try:
            until(lambda: self.ask(router)[0] == 429, "it sheds")
            status, headers, text, _ = self.ask(router)
        finally:
            done.set()
            starving.join()
        self.assertEqual((status, json.loads(text)["error"]["code"], headers["retry-after"]), (429, "overloaded", "1"))
        row = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((row["status"], row["outcome"], row["key"]), (429, "shed", "app"))
        until(lambda: self.ask(router)[0] == 200, "all is well again")
        idle.close()

    def test_bodies_of_strangers_take_no_room(self):
        router = self.serve({}, lambda body, send: send(200, whole()))
        port = int(router.url.rsplit(":", 1)[1])
        head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer nobody\r\n"
                f"Content-Type: application/json\r\nContent-Length: {32 << 20}\r\n\r\n").encode()
        began = time.monotonic()
        for _ in range(10):  # more than there is room for
            with socket.create_connection(("127.0.0.1", port), 30 * SLOWER) as one:
                with contextlib.suppress(ConnectionError):
                    one.sendall(head + b" " * (1 << 20))
                one.settimeout(30 * SLOWER)
                said = one.recv(4096).decode()
                self.assertTrue(said.startswith("HTTP/1.1 401 "), said)
        self.assertLess(time.monotonic() - began, 15 * SLOWER, "their bodies are not waited for")
        identity = next(line.split(": ")[1] for line in said.split("\r\n") if line.startswith("x-signalbox-decision-id"))
        row = router.decision(identity)
        self.assertEqual((row["status"], row["error"], row["key"]), (401, "invalid_api_key", None))
        self.assertEqual(self.ask(router)[0], 200)

    def test_near_the_memory_limit_requests_are_shed_and_then_refused(self):
        answer, megabytes = lambda body, send: send(200, whole()), 96
        if SLOWER >= 10:  # instrumented programs need much for themselves
            plain = self.serve({}, answer)
            self.assertEqual(self.ask(plain)[0], 200)
            megabytes += resident(plain) >> 20
            plain.stop()
        limit = megabytes << 20
        router = self.serve({}, answer, more={"limits": {"memory": f"{megabytes}MiB"}})
        self.assertEqual(self.ask(router)[0], 200)
        port = int(router.url.rsplit(":", 1)[1])
        held = self.enter(contextlib.ExitStack())
        head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer key-of-app\r\n"
                f"Content-Type: application/json\r\nContent-Length: {30 << 20}\r\n\r\n").encode()

        def grow(share):
            """One more body that never ends, while less than this of the limit is in use: what was freed may be given back meanwhile."""
            if resident(router) < share * limit:
                one = held.enter_context(socket.create_connection(("127.0.0.1", port), 1))
                with contextlib.suppress(TimeoutError, ConnectionError):  # it reads no more, or refuses
                    one.sendall(head + b" " * (1 << 20))
        kept = http.client.HTTPConnection("127.0.0.1", port)

        def ask():
            kept.request("POST", "/v1/chat/completions", json.dumps({"model": "auto", "messages": [{"role": "user", "content": "hello"}]}),
                         {"content-type": "application/json", "authorization": "Bearer key-of-app"})
            answer = kept.getresponse()
            text = answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(text)
        until(lambda: grow(0.92) or ask()[0] == 429, "it sheds")
        asked, before = len(self.provider.asked), self.counted(router, 'signalbox_errors_total{code="overloaded"}')
        took = []
        for _ in range(20):
            began = time.monotonic()
            status, headers, answer = ask()
            took.append(time.monotonic() - began)
            self.assertEqual((status, answer["error"]["code"], headers["retry-after"]), (429, "overloaded", "1"))
        self.assertLess(sorted(took)[10], 5 * 0.005 * SLOWER)
        self.assertEqual(self.counted(router, 'signalbox_errors_total{code="overloaded"}'), before + 20)
        row = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((row["status"], row["outcome"], row["error"]), (429, "shed", "overloaded"))
        self.assertEqual(len(self.provider.asked), asked)

        def refused():
            grow(0.97)
            try:
                status, headers, answer = ask()
                if headers.get("connection") != "close":
                    return False
                row = router.decision(headers["x-signalbox-decision-id"])
                self.assertEqual((status, answer["error"]["code"], headers["retry-after"]), (429, "overloaded", "1"))
                self.assertEqual((row["status"], row["outcome"], row["error"], row["key"]), (429, "shed", "overloaded", "app"))
                return True
            except (ConnectionError, http.client.HTTPException):
                kept.close()
                return False
        until(refused, "it refuses")
        kept.close()
        held.close()
        if "ASAN_OPTIONS" in os.environ:
            return  # that sanitizer keeps what was freed: there is never room again
        until(lambda: self.ask(router)[0] == 200, "there is room again")
        self.assertLess(resident(router), limit)


if __name__ == "__main__":
    unittest.main()
