# SPDX-License-Identifier: Apache-2.0
"""Planted keys, and every place where one could come out: what is printed and logged, answers and their headers, the control
plane, metrics, the files of the store, and what a crash leaves."""
import base64
import http.server
import json
import os
import signal
import threading
import unittest
from urllib.parse import quote

from control_socket import ControlError, ControlSocket
from harness import FlowTest, Router, request, row, run, set_fault, simulate, until, write_outcomes

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
KEYS = {"env client": "canary-7f3a91c4-env-client", "file client": "canary-51be02dd-file-client", "credential client": "canary-9c44e07b-credential-client",
        "admin token": "canary-2d6f8a15-admin-token", "file token": "canary-e83b77f0-file-token", "upstream": "canary-04da5e92-upstream-key",
        "file upstream": "canary-b1c7603e-file-upstream", "rotated": "canary-6a90fd28-rotated"}


class Quoting(http.server.BaseHTTPRequestHandler):
    """Refuses everything, and quotes the key that it was asked with, as some providers do."""
    protocol_version = "HTTP/1.1"
    status = 500

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Authorization"]
        body = json.dumps({"error": {"message": f"Incorrect API key provided: {key}", "type": "invalid_request_error", "code": key.split()[-1]}}).encode()
        self.send_response(self.status, f"No {key}")
        self.send_header("Content-Type", "application/json")
        self.send_header("x-request-id", "a-request")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class CanaryTest(FlowTest):
    def setUp(self):
        super().setUp()
        self.seen = []  # (where, text)
        models = {name: (1, 0.9) for name in ("small", "large")}
        self.sims = self.enter(simulate(write_outcomes(self.folder / "outcomes.jsonl", [row(1, "hello", "a b c", **models)]), *models))
        self.quoting = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quoting)
        threading.Thread(target=self.quoting.serve_forever, daemon=True).start()
        self.addCleanup(self.quoting.server_close)
        self.addCleanup(self.quoting.shutdown)
        for name in ("file client", "file token", "file upstream"):
            self.secret_file(name, KEYS[name])
        (self.folder / "credentials").mkdir()
        (self.folder / "credentials" / "client").write_text(KEYS["credential client"])

    def secret_file(self, name, text):
        path = self.folder / "secrets" / name.replace(" ", "-")
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(text + "\n")
        fresh.chmod(0o600)
        os.replace(fresh, path)
        return str(path)

    def router(self):
        file = lambda name: {"file": f"secrets/{name.replace(' ', '-')}"}
        upstreams = [{"name": "one", "api": "openai", "base_url": self.sims.urls["small"], "key": {"env": "UPSTREAM"}, "models": [{"id": "small"}]},
                     {"name": "two", "api": "openai", "base_url": f"http://127.0.0.1:{self.quoting.server_port}", "key": file("file upstream"), "models": [{"id": "large"}]}]
        tiers = [{"name": "low", "deployments": ["one/small"], "timeout": "5s"}, {"name": "high", "deployments": ["two/large"], "timeout": "5s"}]
        extra = {"log": {"level": "trace"},
                 "keys": [{"name": "env", "key": {"env": "CLIENT"}}, {"name": "file", "key": file("file client")}, {"name": "credential", "key": {"credential": "client"}}],
                 "control": {"tokens": [{"name": "admin", "role": "admin", "token": {"env": "ADMIN"}}, {"name": "file", "role": "tuner", "token": file("file token")}]}}
        env = {"CLIENT": KEYS["env client"], "ADMIN": KEYS["admin token"], "UPSTREAM": KEYS["upstream"], "CREDENTIALS_DIRECTORY": str(self.folder / "credentials")}
        return Router(self.folder, upstreams, tiers, POLICY, extra=extra, env=env)

    def keep(self, where, answer):
        """An HTTP answer, all of it."""
        status, headers, text = answer
        self.seen.append((where, f"{status} {headers} {text}"))
        return status

    def ask_everything(self, router):
        for name in ("env client", "file client", "credential client"):
            router.token = KEYS[name]
            self.assertEqual(self.keep(name, router.chat("hello")), 200)
            self.keep(name + ", streamed", router.chat("hello", stream=True))
            self.keep(name + ", explained", router.chat("hello", headers={"x-signalbox-explain": "1"}))
            for how in (lambda: router.chat("hello", model="none"), lambda: router.chat("no such prompt"), lambda: router.chat("hello", temperature=KEYS[name]),
                        lambda: router.request("POST", "/v1/chat/completions", "{"), lambda: router.request("GET", "/v1/models/none"),
                        lambda: router.request("POST", "/v1/feedback", {"decision_id": "x", "score": 1}), lambda: router.request("GET", "/nowhere")):
                self.keep(name + ", refused", how())
        # A wrong key that differs from a right one by its end must not be told the rest; nor what it sent.
        for wrong in (KEYS["env client"] + "x", KEYS["env client"][:-1]):
            self.assertEqual(self.keep("a wrong key", request(router.url, "POST", "/v1/chat/completions", {}, {"x-api-key": wrong})), 401)
        for path in ("/healthz", "/readyz", "/metrics", "/v1/models"):
            self.keep(path, router.request("GET", path))

    def upstreams_fail(self, router):
        """Both tiers: one in every way there is, one with its key in the words of the error."""
        for script, status in (("status=401", 401), ("status=403", 403), ("status=429,retry-after=1", 429), ("status=500", 500), ("status=503", 400),
                               ("reset-after=1", 422), ("junk-json", 404), ("junk-sse", 413)):
            set_fault(self.sims.urls["small"], script)
            Quoting.status = status
            for model in ("auto", "two/large"):
                self.keep(script, router.chat("hello", model=model))
                self.keep(script + ", streamed", router.chat("hello", model=model, stream=True))
        set_fault(self.sims.urls["small"], "ok")

    @staticmethod
    def known_parameters(ids):
        """Of each method, calls that are answered."""
        ever = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
        every = {"every_ms": 1000}
        return {"hello": [{"protocol": 1, "client": "canary"}], "fleet.list": [], "upstreams.list": [], "policy.subscribe": [], "rpc.cancel": [{"id": 1}],
                "rpc.unsubscribe": [{"subscription": "x"}], "status.subscribe": [every], "metrics.subscribe": [every], "metrics.query": [{**ever, "bucket": "none"}],
                "metrics.baselines": [ever], "audit.list": [{"limit": 100}], "decisions.subscribe": [{"backlog": 100}],
                "decisions.query": [{**ever, "limit": 100, "attempts": True}], "decisions.get": [{"id": one} for one in ids],
                "labels.add": [{"decision_id": ids[0], "score": 1, "note": "good"}], "policy.get": [{"format": "yaml"}, {"revision": 1}],
                "policy.check": [{"text": "workloads: []"}, {"text": "nonsense"}], "policy.history": [{"limit": 10}],
                "policy.apply": [{"policy": {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "low"}}]}, "base": 1, "reason": "to look at it"}], "policy.confirm": [{"revision": 2}], "policy.rollback": [{"to": 1, "reason": "seen"}]}

    def control_plane(self, router):
        with ControlSocket(router.control_url, KEYS["admin token"]) as control:
            methods = control.call("hello", {"protocol": 1, "client": "canary"})["capabilities"]
            decisions = control.call("decisions.query", {"limit": 30})["items"]
        self.assertTrue(any(decision["error"] for decision in decisions), "some of them failed")
        known = self.known_parameters([decision["id"] for decision in decisions])
        self.assertEqual(set(methods) - set(known), set(), "a new method needs the parameters that it knows here")
        answered = set()
        for method in methods:  # each on a connection of its own, whose calls are counted apart
            with ControlSocket(router.control_url, KEYS["admin token"]) as control:
                for params in ({}, {"nonsense": 1}, *known[method]):
                    try:
                        self.seen.append((method, json.dumps(control.call(method, params))))
                        answered.add(method)
                    except ControlError as refused:
                        self.seen.append((method, f"{refused} {refused.data}"))
                self.seen += [("a notification", json.dumps(note)) for note in control.notes]
        self.assertEqual(set(methods) - answered, {"rpc.unsubscribe"}, [text for where, text in self.seen if where in set(methods) - answered])
        with ControlSocket(router.control_url, KEYS["file token"]) as control:
            for decision in control.call("decisions.query", {"attempts": True})["items"]:
                self.seen.append(("decisions.query", json.dumps(decision)))
        for wrong in (KEYS["admin token"] + "x", KEYS["env client"]):
            with self.assertRaises(ControlError) as refused:
                ControlSocket(router.control_url, wrong)
            self.seen.append(("a refused upgrade", str(refused.exception)))

    def reloads(self, router):
        good = router.config_file.read_text()
        refusals = 0
        # A key where a name belongs is the likeliest mistake.
        for text in (good.replace('"env": "CLIENT"', f'"env": "{KEYS["env client"]}"'), good.replace('{\n    "env": "CLIENT"\n   }', f'"{KEYS["env client"]}"'),
                     good.replace('"credential": "client"', f'"credential": "{KEYS["credential client"]}"'),
                     good.replace('"file": "secrets/file-client"', f'"file": "{KEYS["file client"]}"'), good + "}"):
            self.assertNotEqual(text, good)
            router.config_file.write_text(text)
            refusals += 1
            router.program.process.send_signal(signal.SIGHUP)
            until(lambda: sum("is not taken" in line for line in router.program.errors) >= refusals, "the reload is refused")
            done = run("check", "--config", router.config_file, "--json", env=router.env)
            self.assertEqual(done.returncode, 1)
            self.seen.append(("check", done.stdout + done.stderr))
            self.seen.append(("status", self.status(router)))
        router.config_file.write_text(good)
        router.program.process.send_signal(signal.SIGHUP)
        until(lambda: any("is in force" in line for line in router.program.errors), "the good one is taken")
        self.secret_file("file client", KEYS["rotated"])
        until(lambda: request(router.url, "GET", "/v1/models", headers={"x-api-key": KEYS["rotated"]})[0] == 200, "the new key is in force")
        os.chmod(self.folder / "secrets" / "file-client", 0o644)
        until(lambda: any("chmod 600" in line for line in router.program.errors), "a file that others can read is told of")

    def status(self, router):
        with ControlSocket(router.control_url, KEYS["admin token"]) as control:
            return json.dumps(control.call("status.subscribe", {"every_ms": 1000}))

    def scan(self, router, sinks):
        kept = {str(self.folder / "signalbox.yaml"), *(str(path) for folder in ("secrets", "credentials") for path in (self.folder / folder).iterdir())}
        files = [path for path in self.folder.rglob("*") if path.is_file() and str(path) not in kept]
        self.assertTrue(any(path.name == "signalbox.db" for path in files))
        texts = [(where, text.encode()) for where, text in sinks] + [(str(path), path.read_bytes()) for path in files]
        texts += [("stdout", "\n".join(router.program.lines).encode()), ("stderr", "\n".join(router.program.errors).encode())]
        for name, key in KEYS.items():
            for shape in (key, key[:-4], quote(key, safe=""), base64.b64encode(key.encode()).decode(), key.encode().hex(), key.encode().hex().upper()):
                for where, text in texts:
                    self.assertNotIn(shape.encode(), text, f"the {name} key is in {where}")
        self.assertGreater(sum(len(text) for _, text in texts), 100_000, "there was something to look at")

    def test_no_planted_key_comes_out_anywhere(self):
        with self.router() as router:
            self.ask_everything(router)
            self.upstreams_fail(router)
            self.control_plane(router)
            self.reloads(router)
            router.token = KEYS["env client"]
            self.keep("/metrics", router.request("GET", "/metrics"))
            self.assertEqual(router.program.stop(), 0)
            self.scan(router, self.seen)

    def test_a_crash_leaves_no_key(self):
        with self.router() as router:
            router.token = KEYS["env client"]
            self.assertEqual(router.chat("hello")[0], 200)
            router.program.process.send_signal(signal.SIGABRT)
            self.assertEqual(router.program.wait(), -signal.SIGABRT)
            self.keep("a first answer", (200, {}, "x" * 100_000))
            self.scan(router, self.seen)
            self.assertFalse([path for path in self.folder.rglob("core*") if path.is_file()])


if __name__ == "__main__":
    unittest.main()
