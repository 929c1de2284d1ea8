# SPDX-License-Identifier: Apache-2.0
"""From start to end: what a service manager is told and hands over, what a probe sees while the router drains, and the order in
which requests are refused."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from harness import BIN, PATIENCE, SLOWER, FlowTest, Router, request, row, run, simulate, until, write_outcomes

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "only"}}]}
SYSTEMD = Path(__file__).resolve().parents[2] / "packaging" / "systemd"


class Probe:
    """A kept connection that asks whether the router is ready."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)

    def ask(self):
        self.connection.request("GET", "/readyz")
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())["status"], answer.getheader("connection")


class Manager:
    """The part of a service manager that listens to a unit."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)

    def next(self, wanted):
        """What comes with this variable, whatever comes before."""
        while True:
            said = dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())
            if wanted in said:
                return said


class LifecycleTest(FlowTest):
    def setUp(self):
        super().setUp()
        self.outcomes = write_outcomes(self.folder / "outcomes.jsonl", [row(1, "hello", "one two three four five six", small=(1, 0.9))])
        self.sim = self.enter(simulate(self.outcomes, "small", tokens_per_s=3))

    def router(self, **options):
        upstreams = options.pop("upstreams", [{"name": "sim", "api": "openai", "base_url": self.sim.urls["small"], "models": [{"id": "small"}]}])
        return Router(self.folder, upstreams, [{"name": "only", "deployments": ["sim/small"], "timeout": "20s"}], POLICY, **options)

    def open_request(self, router):
        """A stream that has begun and lasts for a while; its answer comes with join()."""
        class Asking(threading.Thread):
            def run(self):
                self.answer = router.chat("hello", stream=True)
        asking = Asking()
        asking.start()
        until(lambda: json.loads(request(self.sim.urls["small"], "GET", "/simulated/stats")[2])["requests"] > 0, "the upstream is asked")
        return asking

    def test_a_probe_on_an_open_connection_sees_the_drain_and_is_then_let_go(self):
        with self.router() as router:
            probe = Probe(router.url)
            self.assertEqual(probe.ask()[:2], (200, "ready"))
            asking = self.open_request(router)
            router.program.process.send_signal(signal.SIGTERM)
            parts = urlsplit(router.url)
            until(lambda: socket.socket().connect_ex((parts.hostname, parts.port)) != 0, "new connections are refused")
            self.assertEqual(probe.ask(), (503, "draining", "close"))
            self.assertEqual(router.program.wait(), 0)
            asking.join()
            self.assertEqual(asking.answer[0], 200)
            self.assertIn("data: [DONE]", asking.answer[2])

    def test_with_a_delay_new_connections_see_the_drain_before_they_are_refused(self):
        with self.router(extra={"drain": {"delay": "60s", "deadline": "5s"}}) as router:
            router.program.process.send_signal(signal.SIGTERM)
            until(lambda: request(router.url, "GET", "/readyz")[0] == 503, "a new connection sees it")
            status, headers, text = request(router.url, "GET", "/readyz")
            self.assertEqual((status, json.loads(text), headers["retry-after"]), (503, {"status": "draining"}, "1"))
            self.assertEqual(request(router.url, "GET", "/healthz")[0], 200)
            self.assertEqual(router.chat("hello")[0], 200, "requests are still served")
            begun = time.monotonic()
            router.program.process.send_signal(signal.SIGTERM)  # a second one hastens
            self.assertEqual(router.program.wait(), 0)
            self.assertLess(time.monotonic() - begun, 10 * SLOWER)

    def test_sigterm_ends_streams_at_the_deadline_with_an_error_event_and_a_row(self):
        with self.router(extra={"drain": {"deadline": "500ms"}}) as router:
            asking = self.open_request(router)
            begun = time.monotonic()
            router.program.process.send_signal(signal.SIGTERM)
            self.assertEqual(router.program.wait(), 0)
            self.assertLess(time.monotonic() - begun, 5 * SLOWER)
            asking.join()
            status, headers, text = asking.answer
            self.assertNotIn("[DONE]", text)
            self.assertTrue(status == 503 or "shutting_down" in text, text)
            decision = router.decision(headers["x-signalbox-decision-id"])
            self.assertEqual((decision["outcome"], decision["error"]), ("shed", "shutting_down"))

    def test_the_service_manager_hears_of_start_reload_watchdog_and_end(self):
        manager = Manager(self.folder)
        with self.router(env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "600000"}) as router:
            self.assertEqual(manager.next("READY")["READY"], "1")
            self.assertEqual(manager.next("WATCHDOG")["WATCHDOG"], "1")
            router.program.process.send_signal(signal.SIGHUP)
            self.assertGreater(int(manager.next("RELOADING")["MONOTONIC_USEC"]), 0)
            self.assertEqual(manager.next("READY")["STATUS"], "Serving")
            router.config_file.write_text("version: 2\n")
            until(lambda: any("not taken" in line for line in router.program.errors), "it is refused")
            router.program.process.send_signal(signal.SIGHUP)
            self.assertIn("refused", manager.next("READY")["STATUS"])
            self.assertEqual(manager.next("WATCHDOG")["WATCHDOG"], "1")
            router.program.process.send_signal(signal.SIGTERM)
            self.assertEqual(manager.next("STOPPING")["STOPPING"], "1")
            self.assertEqual(router.program.wait(), 0)

    def test_sockets_that_are_handed_over_are_served(self):
        router = self.router()
        listening = {name: socket.create_server(("127.0.0.1", 0)) for name in ("data", "control")}
        ports = {name: one.getsockname()[1] for name, one in listening.items()}
        waiting = socket.create_connection(("127.0.0.1", ports["data"]))  # before there is anybody to answer
        waiting.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{ports['data']}\r\nConnection: close\r\n\r\n".encode())
        launch = ("import os, sys\nfds = [int(n) for n in sys.argv[1:3]]\nkept = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]\n"
                  "for i, fd in enumerate(kept):\n  os.dup2(fd, 3 + i, True)\n  os.close(fd)\n"
                  "os.environ |= {'LISTEN_FDS': '2', 'LISTEN_FDNAMES': 'data:control', 'LISTEN_PID': str(os.getpid())}\nos.execv(sys.argv[3], sys.argv[3:])\n")
        fds = [one.fileno() for one in listening.values()]
        process = subprocess.Popen(["python3", "-c", launch, *map(str, fds), shutil.which(BIN) or BIN, "serve", "--config", str(router.config_file)],
                                   pass_fds=fds, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **router.env})
        self.addCleanup(process.kill)
        line = process.stdout.readline().split()
        self.assertEqual(line[1:], [f"data=http://127.0.0.1:{ports['data']}", f"control=ws://127.0.0.1:{ports['control']}"])
        for one in listening.values():
            one.close()
        said = b""
        while piece := waiting.recv(65536):
            said += piece
        self.assertTrue(said.startswith(b"HTTP/1.1 200 "), said)
        for _ in range(20):
            self.assertEqual(request(f"http://127.0.0.1:{ports['data']}", "GET", "/healthz")[0], 200)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, errors)

    def test_keys_come_from_credentials_of_the_service_manager(self):
        folder = self.folder / "credentials"
        folder.mkdir()
        (folder / "app").write_text("key-from-a-credential\n")
        keys = [{"name": "app", "key": {"credential": "app"}}]
        with self.router(extra={"keys": keys}, env={"CREDENTIALS_DIRECTORY": str(folder)}) as router:
            router.token = "key-from-a-credential"
            self.assertEqual(router.request("GET", "/v1/models")[0], 200)
        for name in ("none", "../app"):
            router.config_file.write_text(json.dumps(router.config | {"keys": [{"name": "app", "key": {"credential": name}}]}, indent=1))
            done = run("check", "--config", router.config_file, env=router.env)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, rf"(?m)^{router.config_file}:\d+:\d+: .*credential")

    def test_a_wrong_path_or_method_is_said_before_a_wrong_type_of_body(self):
        with self.router() as router:
            plain = {"content-type": "text/plain"}
            for method, path, status, code in (("POST", "/v1/models", 405, "method_not_allowed"), ("POST", "/healthz", 405, "method_not_allowed"),
                                               ("POST", "/v1/nothing", 404, "unknown_url"), ("POST", "/v1/chat/completions", 415, "unsupported_media_type"),
                                               ("POST", "/v1/feedback", 415, "unsupported_media_type"), ("DELETE", "/v1/chat/completions", 405, "method_not_allowed")):
                got, headers, text = router.request(method, path, "x", plain)
                self.assertEqual((got, json.loads(text)["error"]["code"]), (status, code), (method, path))
                self.assertEqual("allow" in headers, status == 405, (method, path))
                self.assertFalse([name for name in headers if name.startswith("access-control")])

    def test_upstreams_at_link_local_addresses_are_never_connected_to(self):
        for address in ("169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]", "[64:ff9b::a9fe:a9fe]"):
            upstreams = [{"name": "sim", "api": "openai", "base_url": f"http://{address}/v1", "models": [{"id": "small"}]}]
            with self.router(upstreams=upstreams) as router:
                begun = time.monotonic()
                status, _, text = router.chat("hello")
                self.assertEqual((status, json.loads(text)["error"]["code"]), (502, "upstream_connect"), address)
                self.assertLess(time.monotonic() - begun, 2 * SLOWER, "it is refused here and not by the network")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
    def test_the_units_are_such_as_systemd_takes(self):
        for unit in ("signalbox.service", "signalbox.socket", "signalbox-control.socket"):
            text = (SYSTEMD / unit).read_text().replace("/usr/bin/signalbox", "/bin/true")
            (self.folder / unit).write_text(text)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *(str(self.folder / unit) for unit in ("signalbox.socket", "signalbox-control.socket"))],
                              capture_output=True, text=True)
        complaints = [line for line in done.stderr.splitlines() if str(self.folder) in line or "signalbox" in line]
        self.assertEqual(complaints, [])


if __name__ == "__main__":
    unittest.main()
