# SPDX-License-Identifier: Apache-2.0
"""The failure matrix, fifth part: a system that fails the router, disk and names (system_faults.cpp). As in matrix_test.py each test
looks at bytes, rows, metrics and time."""
import errno
import json
import os
import socket
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import SLOWER, until
from matrix_test import Matrix, preloaded


class System(Matrix):
    def setUp(self):
        super().setUp()
        self.faults = self.folder / "faults"
        self.faults.mkdir()
        self.env = preloaded(self, "system_faults", SIGNALBOX_SYSTEM_FAULTS=str(self.faults))

    def break_system(self, what, number):
        """From now on; 0: no more."""
        fresh = self.faults / "fresh"
        fresh.write_text(str(number))
        os.replace(fresh, self.faults / what)

    def state(self):
        status, _, text = self.router.request("GET", "/readyz")
        self.assertEqual(status, 200)
        return json.loads(text)["status"]

    def gaps(self):
        with self.router.store() as store:
            return [one["diff"] for one in store.execute("SELECT diff FROM audit WHERE action = 'journal.gap' ORDER BY seq")]


class NameTest(System):
    def test_a_name_server_that_does_not_answer_holds_nobody_up(self):
        self.serve(self.first, more_tiers=[{"name": "lost", "deployments": ["third/small"], "timeout": "20s"}], third="http://slow-name.invalid/v1",
                   arguments=["--workers", "1"], env=self.env)
        self.break_system("slow-name", 2)
        lost = []

        def ask_lost():
            began = time.monotonic()
            lost.append((*self.router.chat("question?", model="tier:lost"), time.monotonic() - began))
        waiting = threading.Thread(target=ask_lost)
        waiting.start()
        asked = 0
        while waiting.is_alive():  # by the only worker, while the name is looked for
            self.assertEqual(self.ask(), 200, self.text)
            self.in_time(0.1)
            asked += 1
        self.assertGreater(asked, 5)
        (self.status, self.headers, self.text, self.took), = lost
        self.told(502, "upstream_dns")
        self.assertTrue(2 <= self.took < 2 + 5 * SLOWER, self.took)
        self.recorded(502, "error", "upstream_dns", [("third", "serve", "upstream_dns")])
        self.assertEqual(self.counted("signalbox_errors_total", code="upstream_dns"), 1)
        self.assertEqual(self.counted("signalbox_deployment_failures_total", upstream="third"), 1)


class DiskTest(System):
    def test_a_disk_that_takes_nothing_stops_the_journal_and_nobody_else(self):
        self.serve(self.first, env=self.env)
        for number in (errno.EROFS, errno.EIO, errno.ENOSPC):
            with self.subTest(errno.errorcode[number]):
                self.before = self.metrics()
                gaps = len(self.gaps())
                self.break_system("write-error", number)
                lost = []

                def degraded():
                    self.assertEqual(self.ask(), 200, self.text)
                    self.in_time(0.2)
                    lost.append(self.headers["x-signalbox-decision-id"])
                    return self.state() == "degraded"
                until(degraded, "it notices")
                status, _, text = self.router.request("POST", "/v1/feedback", {"decision_id": lost[0], "score": 1})
                self.assertEqual(status, 503, "nothing is acknowledged that was not kept: " + text)
                until(lambda: self.metrics()["signalbox_journal_lag_seconds"] > 0.5, "what waits is seen to wait")
                self.break_system("write-error", 0)
                until(lambda: self.ask() == 200 and self.state() == "ready", "it resumes")
                for one in lost:
                    self.assertEqual(self.router.decision(one)["outcome"], "ok", "the queue held them until the disk took them")
                self.assertEqual(self.counted("signalbox_journal_dropped_total"), 0)
                self.assertEqual(self.gaps()[gaps:], ["0 decisions were not written"], "that it stood still is written down")

    def test_what_a_full_queue_drops_is_counted_and_written_down(self):
        self.serve(self.first, env=self.env)
        self.break_system("write-error", errno.EIO)
        until(lambda: self.ask() == 200 and self.state() == "degraded", "it notices")
        port = int(self.router.url.rsplit(":", 1)[1])
        # Refusals are the cheapest requests that have a row; the queue holds 65,536.
        refused = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer nobody\r\n"
                   "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}").encode()

        def flood(wanted):
            with socket.create_connection(("127.0.0.1", port), 60 * SLOWER) as connection:
                connection.sendall(refused * wanted)
                seen = b""
                while seen.count(b"HTTP/1.1 401 ") < wanted:
                    piece = connection.recv(1 << 20)
                    self.assertTrue(piece, "it stays open")
                    seen += piece

        def overflows():
            with ThreadPoolExecutor(2) as crowd:
                list(crowd.map(flood, [200] * 20))
            self.assertEqual(self.ask(), 200, self.text)
            self.in_time(0.5)
            return self.counted("signalbox_journal_dropped_total") > 0
        until(overflows, "the queue is full", 120 * SLOWER)
        last = self.headers["x-signalbox-decision-id"]
        self.break_system("write-error", 0)
        until(lambda: self.ask() == 200 and self.state() == "ready", "it resumes")
        until(lambda: self.metrics()["signalbox_journal_lag_seconds"] < 0.5, "nothing waits any more")  # until then the queue may still be full
        self.assertEqual(self.ask(), 200, self.text)
        self.router.decision(self.headers["x-signalbox-decision-id"])
        dropped = int(self.counted("signalbox_journal_dropped_total"))
        self.assertEqual(self.gaps(), [f"{dropped} decisions were not written"])
        with self.router.store() as store:
            rows = store.execute("SELECT count(*) FROM decisions").fetchone()[0]
            self.assertEqual(store.execute("SELECT count(*) FROM decisions WHERE id = ?", (last,)).fetchone()[0], 0, "it was among them")
        self.assertEqual(rows + dropped, self.counted("signalbox_requests_total"), "each is written or counted")


if __name__ == "__main__":
    unittest.main()
