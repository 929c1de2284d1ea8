# SPDX-License-Identifier: Apache-2.0
"""The failure matrix, second part: clients that leave or do not read, streams that hang or drip, stores that cannot be written or
read, and descriptors that run out. As in matrix_test.py each test looks at bytes, row, metrics and time."""
import contextlib
import json
import os
import resource
import select
import socket
import sqlite3
import threading
import time
import unittest
from pathlib import Path

from harness import SLOWER, Router, request, set_fault, sse, until
from matrix_test import LONG, PRICE, UNGATED, Matrix
from record_test import Provider, chunk, whole


class Watched(Provider):
    """A provider that says `first`, then waits, and notes when its caller hangs up."""

    def __init__(self, first, stream):
        self.gone_at, self.waiting = None, threading.Event()

        def wait(connection):
            self.waiting.set()
            if select.select([connection], [], [], 60)[0] and connection.recv(1, socket.MSG_PEEK) == b"":
                self.gone_at = time.monotonic()

        def answer(body, send):
            if stream:
                send(200, [*first, wait, chunk(None, "stop"), "[DONE]"])
            else:
                wait(send.__self__.connection)
                send(200, whole())
        super().__init__(answer)


class LeavingTest(Matrix):
    def leaves(self, provider, body, until_seen):
        """The client hangs up once it has seen so much, or the provider waits; the seconds until the provider is hung up on."""
        self.serve(provider.url, timeout="30s")
        port = int(self.router.url.rsplit(":", 1)[1])
        sent = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "hello"}], **body})
        with socket.create_connection(("127.0.0.1", port), 10) as raw:
            raw.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {self.router.token}\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n{sent}".encode())
            self.assertTrue(provider.waiting.wait(30))
            seen = b""
            while until_seen not in seen:
                seen += raw.recv(4096)
        left = time.monotonic()
        until(lambda: provider.gone_at is not None, "the upstream is hung up on")
        self.assertLess(provider.gone_at - left, 5 * 0.1 * SLOWER)

        def gone():
            with self.router.store() as store:
                return store.execute("SELECT * FROM decisions WHERE status = 499").fetchone()
        decision = until(gone, "its row")
        self.assertEqual((decision["outcome"], decision["error"]), ("cancelled", "client_gone"))
        (attempt,) = self.router.attempts(decision["id"])
        self.assertEqual(attempt["error"], "client_gone")
        self.assertGreater(decision["cost_usd"], 0, "what was sent is charged")
        self.assertEqual(self.counted("signalbox_outcomes_total", outcome="cancelled"), 1)
        self.assertEqual(self.counted("signalbox_deployment_failures_total"), 0, "it is no failure of the upstream")
        self.assertEqual(self.counted("signalbox_upstream_failures_total"), 0)
        return decision

    def test_a_client_that_leaves_before_the_first_token(self):
        self.leaves(self.enter(Watched([], True)), {"stream": True}, b"")

    def test_a_client_that_leaves_in_the_middle_of_a_stream(self):
        decision = self.leaves(self.enter(Watched([chunk("yes")], True)), {"stream": True}, b"yes")
        self.assertGreater(decision["output_tokens"], 0)

    def test_a_client_that_leaves_while_a_whole_answer_is_made(self):
        self.leaves(self.enter(Watched([], False)), {}, b"")


class SlowTest(Matrix):
    """What takes a minute by its nature, all at once."""

    def hangs(self, provider, results, name):
        began = time.monotonic()
        status, headers, text = self.router.chat("hello", model=f"{name}/small", stream=True, timeout=200 * SLOWER)
        results[name] = status, headers, text, time.monotonic() - began

    def reads_nothing(self, results):
        """A client that sends its request and reads no more than the head."""
        port = int(self.router.url.rsplit(":", 1)[1])
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", port))
        body = json.dumps({"model": "flood/small", "stream": True, "messages": [{"role": "user", "content": "hello"}]})
        began = time.monotonic()
        raw.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {self.router.token}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        raw.recv(100)
        held = [0, began]

        def full():
            """All that sockets and buffers take has been sent: for two seconds there was no more."""
            if self.flooded[0] != held[0]:
                held[:] = self.flooded[0], time.monotonic()
            return held[0] > 0 and time.monotonic() - held[1] > 2
        until(full, "the upstream is paused")
        results["paused"] = held[0]

        def written():
            with self.router.store() as store:
                return store.execute("SELECT * FROM decisions WHERE requested_model = 'flood/small'").fetchone()
        results["flood"] = until(written, "the client that does not read is closed", 200 * SLOWER), time.monotonic() - began
        raw.close()

    def test_streams_that_hang_or_drip_and_clients_that_do_not_read_are_ended_after_a_minute(self):
        ended = threading.Event()
        self.addCleanup(ended.set)

        def drips(connection):
            with contextlib.suppress(OSError):
                connection.sendall(b"9\r\n: alive\n\n\r\n")
                while not ended.wait(2):  # comments are no progress
                    connection.sendall(b"9\r\n: alive\n\n\r\n")

        def says_nothing(connection):
            event = b"data: " + json.dumps(chunk("") | {"choices": [{"index": 0, "delta": {}, "finish_reason": None}]}).encode() + b"\n\n"
            with contextlib.suppress(OSError):
                while not ended.wait(2):  # nor are events that bring nothing
                    connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))
        sent = self.flooded = [0]

        def floods(connection):
            event = b"data: " + json.dumps(chunk("x" * 4000)).encode() + b"\n\n"
            connection.settimeout(None)
            with contextlib.suppress(OSError):
                while True:
                    connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))
                    sent[0] += len(event)
        hung = self.enter(Watched([chunk("yes")], True))
        dripping = self.enter(Provider(lambda body, send: send(200, [chunk("yes"), drips])))
        empty = self.enter(Provider(lambda body, send: send(200, [chunk("yes"), says_nothing])))
        flood = self.enter(Provider(lambda body, send: send(200, [chunk("yes"), floods])))
        providers = {"hung": hung, "dripping": dripping, "empty": empty, "flood": flood}
        upstreams = [{"name": name, "api": "openai", "base_url": one.url, "models": [{"id": "small", "price": PRICE}]} for name, one in providers.items()]
        self.router = self.enter(Router(self.folder, upstreams, [{"name": "t", "deployments": ["hung/small"], "timeout": "30s"}], UNGATED))
        self.before = self.metrics()
        results = {}
        threads = [threading.Thread(target=self.hangs, args=(providers[name], results, name), daemon=True) for name in ("hung", "dripping", "empty")]
        threads.append(threading.Thread(target=self.reads_nothing, args=(results,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300 * SLOWER)
        for name in ("hung", "dripping", "empty"):
            self.status, self.headers, self.text, self.took = results[name]
            self.broken_off("upstream_timeout")
            self.assertTrue(60 <= self.took < 5 * 60, f"{name} {self.took}")
            self.recorded(200, "error", "upstream_timeout", [(name, "serve", "upstream_timeout")])
            self.assertEqual(self.counted("signalbox_deployment_failures_total", upstream=name), 1)
        heartbeats = [comment for comment in sse(results["hung"][2])[1] if not comment.startswith("signalbox cost")]
        self.assertIn(len(heartbeats), (3, 4), "one each 15 s")
        self.assertIsNotNone(hung.gone_at, "the upstream is called off")
        decision, took = results["flood"]
        self.assertEqual((decision["status"], decision["outcome"], decision["error"]), (499, "cancelled", "client_gone"))
        self.assertTrue(59 <= took < 5 * 60, took)
        self.assertLess(sent[0], 12 << 20, "the upstream was paused: sockets hold the rest")
        self.assertLess(sent[0] - results["paused"], 256 << 10, "and stayed paused")
        self.assertEqual(self.counted("signalbox_deployment_failures_total", upstream="flood"), 0)


class StoreTest(Matrix):
    def test_a_full_disk_stops_the_journal_and_nobody_else(self):
        self.serve(self.first)
        self.assertEqual(self.ask(), 200)
        self.router.decision(self.headers["x-signalbox-decision-id"])
        pid = self.router.program.process.pid
        limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limit[1]))
        ready = lambda: json.loads(self.router.request("GET", "/readyz")[2])["status"]
        lost = []

        def degraded():
            self.assertEqual(self.ask(), 200, self.text)
            self.in_time(0.2)
            lost.append(self.headers["x-signalbox-decision-id"])
            return ready() == "degraded"
        until(degraded, "it notices")
        self.assertEqual(self.router.request("GET", "/readyz")[0], 200)
        until(lambda: self.metrics()["signalbox_journal_lag_seconds"] > 0.5, "what waits is seen to wait")
        status, _, text = self.router.request("POST", "/v1/feedback", {"decision_id": lost[0], "score": 1})
        self.assertGreaterEqual(status, 500, "nothing is acknowledged that was not kept: " + text)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)

        def well():
            self.ask()
            return ready() == "ready"
        until(well, "it resumes")
        last = self.headers["x-signalbox-decision-id"]
        self.router.decision(last)
        with self.router.store() as store:
            kept = {one[0] for one in store.execute("SELECT id FROM decisions")}
            gaps = store.execute("SELECT * FROM audit WHERE action = 'journal.gap'").fetchall()
        until(lambda: self.metrics()["signalbox_journal_lag_seconds"] < 0.5, "nothing waits any more")
        missing = [one for one in lost if one not in kept]
        self.assertEqual(missing, [], "the queue held them until the disk took them")
        self.assertEqual(self.counted("signalbox_journal_dropped_total"), 0)
        self.assertEqual(len(gaps), 1, "that it stood still is written down")
        self.assertEqual(gaps[0]["diff"], "0 decisions were not written")

    def test_a_locked_store_is_never_on_the_request_path(self):
        self.serve(self.first)
        self.assertEqual(self.ask(), 200)
        self.router.decision(self.headers["x-signalbox-decision-id"])
        other = sqlite3.connect(self.folder / "signalbox.db", isolation_level=None, timeout=10)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        asked = []
        end = time.monotonic() + 2
        while time.monotonic() < end:
            self.assertEqual(self.ask(), 200)
            self.in_time(0.2)
            asked.append(self.headers["x-signalbox-decision-id"])
        with self.router.store() as store:
            self.assertEqual(store.execute("SELECT count(*) FROM decisions WHERE id = ?", (asked[-1],)).fetchone()[0], 0)
        self.assertGreater(self.metrics()["signalbox_journal_lag_seconds"], 0.5, "what waits is seen to wait")
        other.execute("ROLLBACK")
        for one in asked:
            self.assertEqual(self.router.decision(one)["status"], 200)
        self.assertEqual(self.counted("signalbox_outcomes_total", outcome="ok"), 1 + len(asked))
        self.assertEqual(self.counted("signalbox_journal_dropped_total"), 0)

    def test_a_corrupt_store_is_set_aside_loudly_and_never_deleted(self):
        self.serve(self.first)
        self.assertEqual(self.ask(), 200)
        self.router.decision(self.headers["x-signalbox-decision-id"])
        self.router.stop()
        file = self.folder / "signalbox.db"
        junk = b"this is no database" * 1000
        file.write_bytes(junk)
        for extra in ("-wal", "-shm"):
            Path(f"{file}{extra}").unlink(missing_ok=True)
        began = time.monotonic()
        self.router.start()
        self.assertLess(time.monotonic() - began, 5 * SLOWER)
        self.before = self.metrics()
        self.assertEqual(self.ask(), 200)
        self.recorded(200, "ok", None, [("first", "serve", None)])
        set_aside = [one for one in self.folder.iterdir() if one.name.startswith("signalbox.db.") and one.read_bytes()[:1000] == junk[:1000]]
        self.assertEqual(len(set_aside), 1, sorted(one.name for one in self.folder.iterdir()))
        self.assertTrue(any(set_aside[0].name in line for line in self.router.program.errors), self.router.program.errors)
        self.assertEqual(set_aside[0].read_bytes(), junk, "all of it")
        self.assertEqual(self.counted("signalbox_outcomes_total", outcome="ok"), 1)
        with self.router.store() as store:
            self.assertEqual(store.execute("SELECT count(*) FROM audit WHERE action = 'journal.replaced'").fetchone()[0], 1)


class DescriptorTest(Matrix):
    def test_sixty_four_descriptors_are_kept_back_and_nothing_spins(self):
        self.serve(self.first)
        pid = self.router.program.process.pid
        self.assertEqual(self.ask(), 200)
        used = len(os.listdir(f"/proc/{pid}/fd"))
        most = used + 64 + 40
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
        port = int(self.router.url.rsplit(":", 1)[1])
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
        for one in crowd:
            self.addCleanup(one.close)

        def cpu():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        until(lambda: len(os.listdir(f"/proc/{pid}/fd")) >= used + 30, "it has accepted what it may")
        before, began = cpu(), time.monotonic()
        time.sleep(1)  # the second of which the CPU time is taken
        self.assertLess(cpu() - before, 0.3 * (time.monotonic() - began), "it does not spin")
        held = len(os.listdir(f"/proc/{pid}/fd"))
        self.assertLessEqual(held, most - 64 + 2, "those are kept back")
        # What is kept back is for upstreams and files: somebody inside is answered.
        body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "question?"}]})
        crowd[0].sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {self.router.token}\r\n"
                         f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        crowd[0].settimeout(10)
        answer = crowd[0].recv(65536)
        self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer[:200])
        decision_id = answer.decode().lower().split("x-signalbox-decision-id: ")[1].split("\r\n")[0]
        self.assertEqual(self.router.decision(decision_id)["outcome"], "ok")
        for one in crowd:
            one.close()
        self.assertEqual(self.ask(), 200, "it accepts again")
        self.in_time(1)
        self.assertEqual(self.counted("signalbox_outcomes_total", outcome="ok"), 3)
        self.assertEqual(self.counted("signalbox_errors_total"), 0)


if __name__ == "__main__":
    unittest.main()
