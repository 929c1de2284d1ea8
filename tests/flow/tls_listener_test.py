# SPDX-License-Identifier: Apache-2.0
"""TLS on the router's own listeners: what it offers, whom it answers, and that nothing else of the router changes by it."""
import http.client
import json
import socket
import ssl
import time
import unittest
import warnings
from urllib.parse import urlsplit

from control_socket import ControlError, ControlSocket
from harness import SLOWER, FlowTest, Router, certificate, request, row, run, simulate, sse, until, write_outcomes

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "only"}}]}
NAMES = ("DNS:localhost", "IP:127.0.0.1", "DNS:router.test", "DNS:*.wild.test")


class TlsListenerTest(FlowTest):
    def setUp(self):
        super().setUp()
        self.outcomes = write_outcomes(self.folder / "outcomes.jsonl", [row(1, "hello", "four words of answer", small=(1, 0.9))])
        self.upstream = self.enter(simulate(self.outcomes, "small"))
        self.key, self.cert = certificate(self.folder, "router", *NAMES)

    def router(self, listen=None, control=None, at="127.0.0.1:0", env=None, **more):
        tls = {"tls": {"cert": str(self.cert), "key": str(self.key)}}
        extra = {"listen": tls | (listen or {}), "control": tls | (control or {})} | more
        upstreams = [{"name": "sim", "api": "openai", "base_url": self.upstream.urls["small"], "models": [{"id": "small"}]}]
        tiers = [{"name": "only", "deployments": ["sim/small"], "timeout": "10s"}]
        return Router(self.folder, upstreams, tiers, POLICY, extra=extra, env=env, listen=at, control=at, ca=str(self.cert))

    def port(self, router):
        return urlsplit(router.url).port

    def session(self, router, **settings):
        """A TLS connection of our own making."""
        context = ssl.create_default_context(cafile=str(self.cert))
        if "offer" in settings:
            context.set_alpn_protocols(settings["offer"])
        if "newest" in settings:
            with warnings.catch_warnings(action="ignore"):  # that TLS 1.1 is of the past is what is tested
                context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, settings["newest"]
            context.set_ciphers(settings.get("ciphers", "DEFAULT"))
        plain = socket.create_connection(("127.0.0.1", self.port(router)), 10 * SLOWER)
        self.addCleanup(plain.close)
        return context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)

    def test_whole_answers_streams_and_large_bodies_come_through(self):
        with self.router() as router:
            self.assertTrue(router.url.startswith("https://127.0.0.1:"), router.url)
            self.assertTrue(router.control_url.startswith("wss://127.0.0.1:"), router.control_url)
            status, headers, text = router.chat("hello")
            self.assertEqual((status, json.loads(text)["choices"][0]["message"]["content"]), (200, "four words of answer"))
            self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["outcome"], "ok")
            status, _, text = router.chat("hello", stream=True)
            self.assertEqual((status, sse(text)[0][-1]), (200, "[DONE]"))
            status, _, text = router.chat("hello", padding="x" * (6 << 20))
            self.assertEqual(status, 200, text[:200])

    def test_many_requests_of_one_connection_are_answered_in_order(self):
        with self.router() as router:
            with self.session(router) as session:
                head = f"GET /v1/models HTTP/1.1\r\nHost: localhost:{self.port(router)}\r\nAuthorization: Bearer {router.token}\r\n\r\n"
                session.sendall(head.encode() * 200)
                for _ in range(200):
                    answer = http.client.HTTPResponse(session)
                    answer.begin()
                    self.assertEqual((answer.status, len(json.loads(answer.read())["data"]) > 0), (200, True))

    def test_only_http11_over_tls_12_and_later_is_spoken(self):
        with self.router() as router:
            with self.session(router, offer=["h2", "http/1.1"]) as session:
                self.assertEqual((session.selected_alpn_protocol(), session.version()), ("http/1.1", "TLSv1.3"))
            with self.session(router, newest=ssl.TLSVersion.TLSv1_2) as session:
                self.assertEqual(session.version(), "TLSv1.2")
                self.assertRegex(session.cipher()[0], "^ECDHE-.*(GCM|CHACHA20)")
            for refused in ({"offer": ["h2"]}, {"newest": ssl.TLSVersion.TLSv1_1, "ciphers": "DEFAULT:@SECLEVEL=0"},
                            {"newest": ssl.TLSVersion.TLSv1_2, "ciphers": "AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA"}):
                with self.assertRaises((ssl.SSLError, ConnectionError), msg=refused):
                    self.session(router, **refused)

    def test_a_connection_that_ends_says_so(self):
        with self.router() as router:
            with self.session(router) as session:
                session.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{self.port(router)}\r\nConnection: close\r\n\r\n".encode())
                said = b""
                while piece := session.recv(65536):  # an end without close_notify would raise
                    said += piece
                self.assertTrue(said.endswith(b'{"status":"ok"}'), said)

    def test_http_without_tls_is_told_so(self):
        with self.router() as router:
            with socket.create_connection(("127.0.0.1", self.port(router)), 10 * SLOWER) as plain:
                plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                said = plain.recv(65536)
            self.assertTrue(said.startswith(b"HTTP/1.1 400 ") and b"speaks TLS" in said, said)

    def test_a_handshake_that_does_not_end_is_given_ten_seconds_and_holds_nobody_up(self):
        with self.router() as router:
            begun = time.monotonic()
            with socket.create_connection(("127.0.0.1", self.port(router)), 60 * SLOWER) as silent:
                silent.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a greeting
                self.assertEqual(router.chat("hello")[0], 200)
                self.assertEqual(silent.recv(1), b"")
            self.assertTrue(9.5 <= time.monotonic() - begun <= 10 + 2 * SLOWER, time.monotonic() - begun)

    def test_it_answers_to_the_names_of_its_certificate_and_to_no_other(self):
        with self.router() as router:
            port = self.port(router)
            for host in ("router.test", f"router.test:{port}", "ROUTER.test:443", "a.wild.test", f"localhost:{port}", f"127.0.0.1:{port}"):
                self.assertEqual(router.request("GET", "/v1/models", headers={"host": host})[0], 200, host)
            for host in ("evil.test", "router.test.evil.test", "a.b.wild.test", "wild.test", ".wild.test", f"[::1]:{port + 1}"):
                status, _, text = router.request("GET", "/v1/models", headers={"host": host})
                self.assertEqual((status, json.loads(text)["error"]["code"]), (421, "misdirected_request"), host)

    def test_configured_names_take_the_place_of_the_certificates(self):
        with self.router(listen={"hosts": ["llm.example"]}) as router:
            self.assertEqual(router.request("GET", "/v1/models", headers={"host": "llm.example"})[0], 200)
            self.assertEqual(router.request("GET", "/v1/models", headers={"host": "router.test"})[0], 421)
            with self.assertRaises(ControlError) as refused:  # by its token, not by its host: each listener has names of its own
                ControlSocket(router.control_url, "no-such-token", ca=str(self.cert))
            self.assertEqual(refused.exception.code, 401)

    def test_the_control_plane_and_the_clients_of_this_program_speak_tls(self):
        with self.router() as router:
            with ControlSocket(router.control_url, router.control_token, ca=str(self.cert)) as control:
                self.assertEqual(control.call("policy.get")["revision"], 1)
                control.call("decisions.subscribe", {})
                router.chat("hello")
                until(lambda: control.call("decisions.query", {"since": "1970-01-01T00:00:00Z"})["items"], "the decision is told over wss")
            token = router.folder / "state" / "signalbox" / "control-token"
            show = ["policy", "show", "--url", router.control_url, "--token-file", token]
            self.assertEqual(run(*show, "--ca", self.cert).returncode, 0)
            distrusted = run(*show)
            self.assertEqual(distrusted.returncode, 1)
            self.assertIn("certificate", distrusted.stderr)
            replay = ["replay", "--requests", self.outcomes, "--target", router.url, "--key-env", "CLIENT_KEY", "--json"]
            done = run(*replay, "--ca", self.cert, env={"CLIENT_KEY": router.token})
            self.assertEqual(done.returncode, 0, done.stderr)
            distrusted = run(*replay, env={"CLIENT_KEY": router.token})
            self.assertEqual(distrusted.returncode, 1)
            self.assertIn("certificate", distrusted.stderr)

    def test_files_that_are_no_certificate_or_key_are_refused_where_they_are_named(self):
        other, _ = certificate(self.folder, "other")
        router = self.router()
        locked = self.folder / "locked.key"
        locked.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n")
        locked.chmod(0o600)
        empty = self.folder / "empty.pem"
        empty.write_text("nothing of the kind\n")
        empty.chmod(0o600)
        open_key = self.folder / "open.key"
        open_key.write_bytes(self.key.read_bytes())
        open_key.chmod(0o640)
        for cert, key, says in ((self.cert, other, "is not the key of the certificate"), (self.cert, open_key, "mode 0600"), (self.cert, empty, "no PEM private key"),
                                (empty, self.key, "no PEM certificate"), (self.folder / "none.pem", self.key, "cannot be opened"), (self.folder, self.key, "not a regular file")):
            config = router.config | {"listen": {"tls": {"cert": str(cert), "key": str(key)}}}
            router.config_file.write_text(json.dumps(config, indent=1))
            for command in ("check", "serve"):
                done = run(command, "--config", router.config_file, env=router.env)
                self.assertEqual(done.returncode, 1, (command, says))
                self.assertRegex(done.stderr, rf"(?m)^{router.config_file}:\d+:\d+: .*{says}")

    def test_beyond_loopback_needs_tls_and_secrets(self):
        router = self.router()
        tls = router.config["listen"]["tls"]
        keys = [{"name": "app", "key": {"env": "APP_KEY"}}]
        for change, says in (({"listen": {"address": "0.0.0.0"}}, "0.0.0.0 is beyond loopback and needs tls"),
                             ({"listen": {"address": "0.0.0.0"}, "keys": keys}, "0.0.0.0 is beyond loopback and needs tls"),
                             ({"listen": {"address": "0.0.0.0", "tls": tls}}, "0.0.0.0 is beyond loopback and needs keys"),
                             ({"control": {"address": "::", "tls": tls}}, ":: is beyond loopback and needs control.tokens")):
            router.config_file.write_text(json.dumps(router.config | change, indent=1))
            for command in ("check", "serve"):
                done = run(command, "--config", router.config_file, env=router.env | {"APP_KEY": "app-key-of-the-test"})
                self.assertEqual(done.returncode, 1, says)
                self.assertRegex(done.stderr, rf"(?m)^{router.config_file}:\d+:\d+: {says}")
        router.config_file.write_text(json.dumps({k: v for k, v in router.config.items() if k not in ("listen", "control")}, indent=1))
        for flag in ("--listen", "--control"):
            done = run("serve", "--config", router.config_file, flag, "0.0.0.0:0", env=router.env)
            self.assertEqual(done.returncode, 1)
            self.assertIn("beyond loopback", done.stderr)

    def test_beyond_loopback_it_serves_those_who_have_a_key_and_metrics_need_one(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # nothing is sent: it asks which address this machine would send from
                own = probe.getsockname()[0]
            except OSError:
                raise unittest.SkipTest("this machine has no address beyond loopback") from None
        self.key, self.cert = certificate(self.folder, "far", f"IP:{own}")
        tokens = [{"name": "eve", "role": "viewer", "token": {"env": "EVE"}}]
        router = self.router(control={"tokens": tokens}, keys=[{"name": "app", "key": {"env": "APP_KEY"}}], at="0.0.0.0:0",
                             env={"APP_KEY": "app-key-of-the-test", "EVE": "token-of-eve-here"})
        with router:
            router.token = "app-key-of-the-test"
            router.url = f"https://{own}:{self.port(router)}"
            self.assertEqual(router.chat("hello")[0], 200)
            self.assertEqual(router.request("GET", "/metrics")[0], 200)
            for path, status in (("/metrics", 401), ("/v1/models", 401), ("/healthz", 200), ("/readyz", 200)):
                self.assertEqual(request(router.url, "GET", path, ca=str(self.cert))[0], status, path)
            with ControlSocket(f"wss://{own}:{urlsplit(router.control_url).port}", "token-of-eve-here", ca=str(self.cert)) as control:
                self.assertEqual(control.call("policy.get")["revision"], 1)


if __name__ == "__main__":
    unittest.main()
