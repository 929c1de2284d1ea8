# SPDX-License-Identifier: Apache-2.0
"""The failure matrix: control clients that flood or do not read are throttled, then cut off, and no request of the data plane waits
for it. The flood comes from a process of its own; it is aimed in turns at the router whose requests are timed and at another one, so
that what it takes of the machine is the same in both."""
import contextlib
import http.client
import json
import signal
import statistics
import subprocess
import sys
import time
import unittest

from control_socket import ControlClosed, ControlSocket
from harness import PATIENCE, SLOWER, Router, request, until
from matrix_test import UNGATED, Matrix

ROUNDS, REQUESTS = 7, 300


UNREAD = 'signalbox_control_closed_total{reason="unread"}'


def cut_off(url):
    """How many were cut off because they did not read."""
    text = request(url, "GET", "/metrics")[2]
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(UNREAD))


def connections(data_url, url, token, calls, method, params, reads):
    """One after the other: many calls, then everything is read, at once or after the router has given up; how many calls were
    refused, and the code of the end."""
    while True:
        refused, code, before = 0, 0, cut_off(data_url)
        with ControlSocket(url, token) as control:
            with contextlib.suppress(OSError):  # it may be closed meanwhile
                for _ in range(calls):
                    control.ask(method, params)
            if not reads:
                until(lambda: cut_off(data_url) > before, "it is cut off")
            try:
                for _ in range(calls):  # all are answered only where nobody closes it
                    refused += control.next().get("error", {}).get("code") == 4290
            except ControlClosed as closed:
                code = closed.code
        yield refused, code


PLAYED = {"flood": (200, "upstreams.list", {}, True), "unread": (38, "decisions.query", {"limit": 1000}, False)}


class Misbehaving:
    """A process that does what its kind says until the block ends; `seen` is what became of each of its connections."""

    def __init__(self, kind, router):
        self.process = subprocess.Popen([sys.executable, __file__, "play", kind, router.url, router.control_url, router.control_token], stdout=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline()  # it is under way

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.seen = [json.loads(line) for line in (self.first + self.process.communicate(timeout=PATIENCE)[0]).splitlines()]
        assert self.process.returncode == -signal.SIGTERM, "it has ended by itself"


class ControlFloodTest(Matrix):
    def setUp(self):
        super().setUp()
        self.serve(self.first)
        other = self.folder / "other"
        other.mkdir()
        self.other = self.enter(Router(other, self.router.config["upstreams"], self.router.config["tiers"], UNGATED))
        self.ids = []
        for _ in range(4):  # so that there is something to ask about
            self.timed(self.other)
            self.timed(self.router)

    def timed(self, router):
        """Of so many requests, one after the other on one connection: median and 99th percentile in ms."""
        connection = http.client.HTTPConnection("127.0.0.1", int(router.url.rsplit(":", 1)[1]), timeout=PATIENCE)
        body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "question?"}]})
        headers = {"content-type": "application/json", "authorization": f"Bearer {router.token}"}
        took = []
        for _ in range(REQUESTS):
            began = time.monotonic()
            connection.request("POST", "/v1/chat/completions", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            took.append((time.monotonic() - began) * 1e3)
            self.assertEqual(answer.status, 200, text)
            self.assertIn(b'"content":"yes"', text)
            if router is self.router:
                self.ids.append(answer.getheader("x-signalbox-decision-id"))
        connection.close()
        took.sort()
        return took[REQUESTS // 2], took[REQUESTS * 99 // 100]

    def play(self, kind):
        """What became of the connections at this router, of which the data plane must not have noticed anything."""
        quiet, here, elsewhere, seen = [], [], [], []
        for round_number in range(ROUNDS):
            quiet.append(self.timed(self.router))
            for target, figures in ((self.router, here), (self.other, elsewhere))[::1 if round_number % 2 else -1]:
                with Misbehaving(kind, target) as playing:
                    figures.append(self.timed(self.router))
                if target is self.router:
                    seen += playing.seen
        of = {name: [statistics.median(column) for column in zip(*figures)] for name, figures in
              (("quiet", quiet), ("here", here), ("elsewhere", elsewhere))}
        print(f"\n{kind}: medians of {ROUNDS} rounds in ms: " + ", ".join(f"{name} p50 {p50:.2f} p99 {p99:.2f}" for name, (p50, p99) in of.items()) +
              f"; {len(seen)} connections")
        for at, allowance in ((0, 0.5), (1, 2)):
            self.assertLess(of["here"][at], 2 * of["elsewhere"][at] + allowance * SLOWER)
        for one in self.ids[-10:]:
            self.assertEqual(self.router.decision(one)["outcome"], "ok")
        with self.router.store() as store:
            kept = {one[0] for one in store.execute("SELECT id FROM decisions WHERE status = 200")}
        self.assertEqual([one for one in self.ids if one not in kept], [], "every request has its row")
        self.assertEqual(self.counted("signalbox_errors_total"), 0)
        return seen

    def logged(self, why):
        return [line for line in self.router.program.errors if "control client" in line and why in line]

    def test_a_flood_is_throttled_and_closed_and_the_data_plane_does_not_notice(self):
        seen = self.play("flood")
        self.assertEqual({code for _, code in seen}, {1008})
        refused = {refused for refused, _ in seen}
        self.assertEqual(min(refused), 20, "so many are refused before")
        if SLOWER < 10:  # who floods an instrumented router is slow enough that some of its calls are in order again meanwhile
            self.assertEqual(refused, {20})
        # The last one of each round may have been closed and not have been told of, for either reason: it was ended as it flooded.
        flood, unread = (self.counted("signalbox_control_closed_total", reason=reason) for reason in ("flood", "unread"))
        self.assertTrue(len(seen) <= flood and flood + unread <= len(seen) + ROUNDS, (len(seen), flood, unread))
        self.assertGreaterEqual(self.counted("signalbox_control_throttled_total"), 20 * len(seen))
        self.assertTrue(1 <= len(self.logged("control-token")) < len(seen), "the log says who it is, and not each time")
        began = time.monotonic()
        with ControlSocket(self.router.control_url, self.router.control_token) as control:
            self.assertEqual(control.call("policy.get")["revision"], 1, "whoever behaves is answered")
        self.assertLess(time.monotonic() - began, SLOWER)

    def test_who_does_not_read_is_closed_and_the_data_plane_does_not_notice(self):
        seen = self.play("unread")
        self.assertTrue(seen)
        self.assertEqual({code for _, code in seen}, {1008})
        self.assertTrue(len(seen) <= self.counted("signalbox_control_closed_total", reason="unread") <= len(seen) + ROUNDS)
        self.assertEqual(self.counted("signalbox_control_throttled_total"), 0)
        self.assertTrue(self.logged("did not read"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["play"]:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # it started nothing, and how it ended is looked at
        for came in connections(*sys.argv[3:], *PLAYED[sys.argv[2]]):
            print(json.dumps(came), flush=True)
    unittest.main()
