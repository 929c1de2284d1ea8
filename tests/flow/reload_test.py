# SPDX-License-Identifier: Apache-2.0
"""A new configuration while the router runs: it is taken whole or not at all, and no request notices."""
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import threading
import unittest
from urllib.parse import urlsplit

from control_socket import ControlError, ControlSocket
from harness import FlowTest, Program, Router, certificate, row, run, simulate, sse, until, write_outcomes
from record_test import Provider, whole

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "only"}}]}
ANSWER = "one two three four five six seven eight nine ten"


def upstream(name, url, model):
    return {"name": name, "api": "openai", "base_url": url, "models": [{"id": model}]}


class ReloadTest(FlowTest):
    def setUp(self):
        super().setUp()
        models = {name: (1, 0.9) for name in ("small", "large")}
        self.sims = self.enter(simulate(write_outcomes(self.folder / "outcomes.jsonl", [row(1, "hello", ANSWER, **models)]), *models, tokens_per_s=100))

    def router(self, extra=None, **options):
        return Router(self.folder, [upstream("first", self.sims.urls["small"], "small"), upstream("second", self.sims.urls["large"], "large")],
                      self.tiers("first/small"), POLICY, extra=extra, **options)

    @staticmethod
    def tiers(deployment, **fields):
        return [{"name": "only", "deployments": [deployment], "timeout": "20s"} | fields]

    def write(self, router, text=None, **changes):
        """As an editor does it: a new file takes the old one's place."""
        router.config |= changes
        fresh = router.config_file.with_suffix(".new")
        fresh.write_text(text if text is not None else json.dumps(router.config, indent=1))
        os.replace(fresh, router.config_file)

    def metric(self, router, name):
        return float(re.search(rf"^{re.escape(name)} (\S+)$", router.request("GET", "/metrics")[2], re.MULTILINE).group(1))

    def reloads(self, router, result):
        return self.metric(router, f'signalbox_config_reloads_total{{result="{result}"}}')

    def reload(self, router, result="applied"):
        """One reload by signal, to its end."""
        before = self.reloads(router, result)
        router.program.process.send_signal(signal.SIGHUP)
        until(lambda: self.reloads(router, result) > before, f"a reload is {result}")

    def served_by(self, router, **fields):
        status, headers, text = router.chat("hello", **fields)
        self.assertEqual(status, 200, text)
        return headers["x-signalbox-upstream"]

    def status(self, router):
        with ControlSocket(router.control_url, router.control_token, ca=router.ca) as control:
            return control.call("status.subscribe", {"every_ms": 1000})["config"]

    def test_two_hundred_reloads_under_load_fail_no_request(self):
        with self.router() as router:
            ended, served, wrong = threading.Event(), [], []

            def ask(stream):
                while not ended.is_set():
                    status, headers, text = router.chat("hello", stream=stream)
                    whole = sse(text)[0][-1:] == ["[DONE]"] if stream else ANSWER in text
                    (served if status == 200 and whole else wrong).append((headers.get("x-signalbox-upstream"), status, text[:300]))

            clients = [threading.Thread(target=ask, args=(i % 2 == 0,)) for i in range(6)]
            for client in clients:
                client.start()
            for i in range(200):
                name = ("first/small", "second/large")[i % 2]
                self.write(router, tiers=self.tiers(name), aliases={f"number-{i}": "auto"})
                self.reload(router)
            ended.set()
            for client in clients:
                client.join()
            self.assertEqual(wrong, [])
            self.assertEqual({upstream for upstream, _, _ in served}, {"first", "second"})
            self.assertEqual(self.served_by(router, model="number-199"), "second")
            self.assertEqual(router.chat("hello", model="number-198")[0], 404)
            with router.store() as store:
                until(lambda: store.execute("SELECT count(*) FROM decisions WHERE outcome = 'ok'").fetchone()[0] == len(served) + 1, "every request has its row")

    def test_a_bad_file_is_refused_where_it_is_wrong_and_the_old_one_stays(self):
        with self.router(extra={"aliases": {"old-name": "auto"}}) as router:
            good = router.config_file.read_text()
            for text, says in ((good.replace('"tiers"', '"tires"'), r':\d+:\d+: unknown key "tires"'), (good[:-40], r":\d+:\d+: "),
                               (good.replace("first/small", "first/none"), r":\d+:\d+: .*none"), ("", ":1:1: a value is missing")):
                self.write(router, text)
                self.reload(router, "refused")
                until(lambda: any(re.search(rf"{router.config_file}{says}", line) for line in router.program.errors), says)
                self.assertEqual(self.served_by(router, model="old-name"), "first")
            status = self.status(router)
            self.assertEqual(status["result"], "refused")
            self.assertTrue(status["errors"][0].startswith(str(router.config_file)), status)
            self.assertEqual(self.metric(router, "signalbox_config_last_reload_successful"), 0)
            self.write(router, aliases={"new-name": "auto"})
            self.reload(router)
            self.assertEqual(self.metric(router, "signalbox_config_last_reload_successful"), 1)
            self.assertEqual((self.served_by(router, model="new-name"), self.status(router)["errors"]), ("first", []))
            self.assertEqual(router.chat("hello", model="old-name")[0], 404)

    def test_a_changed_file_is_found_without_a_signal_whether_renamed_or_rewritten(self):
        with self.router() as router:
            self.write(router, aliases={"renamed": "auto"})
            until(lambda: router.chat("hello", model="renamed")[0] == 200, "a file that took the place of another is read")
            router.config["aliases"] = {"rewritten": "auto"}
            router.config_file.write_text(json.dumps(router.config))
            until(lambda: router.chat("hello", model="rewritten")[0] == 200, "a file that was written over is read")
            router.config_file.unlink()
            until(lambda: self.reloads(router, "refused") == 1, "a file that is gone is told of")
            self.assertEqual(self.served_by(router, model="rewritten"), "first")
            self.write(router, aliases={"back": "auto"})
            until(lambda: router.chat("hello", model="back")[0] == 200, "a file that is back is read")

    def test_what_was_refused_over_a_missing_file_is_taken_when_the_file_is_there(self):
        with self.router() as router:
            self.write(router, aliases={"later": "auto"}, upstreams=[upstream("first", self.sims.urls["small"], "small") | {"key": {"file": "new-key"}}])
            until(lambda: self.reloads(router, "refused") == 1, "a key that is not there is told of")
            (self.folder / "new-key").touch(0o600)
            (self.folder / "new-key").write_text("key-of-the-upstream")
            until(lambda: router.chat("hello", model="later")[0] == 200, "the key is there")

    def test_a_key_of_an_upstream_that_was_refused_is_used_again_once_its_file_holds_another(self):
        def provider(body, send):
            right = keys[-1] == "Bearer the-second-key"
            send(200, whole("yes")) if right else send(401, {"error": {"message": "no such key"}})

        keys = []
        provider = self.enter(Provider(provider))
        provider.RequestHandlerClass.parse_request = lambda handler, parse=provider.RequestHandlerClass.parse_request: parse(handler) and (keys.append(handler.headers["authorization"]) or True)
        file = self.folder / "key"
        file.touch(0o600)
        file.write_text("the-first-key")
        with Router(self.folder, [upstream("first", provider.url, "m") | {"key": {"file": "key"}}], self.tiers("first/m"), POLICY) as router:
            self.assertEqual([router.chat("hello")[0] for _ in range(2)], [502, 502])
            self.assertEqual(len(keys), 1, "a key that was refused is not used again")
            file.write_text("the-second-key")
            until(lambda: self.reloads(router, "applied") == 1, "the key's file is followed")
            self.assertEqual((router.chat("hello")[0], keys[-1]), (200, "Bearer the-second-key"))

    def test_a_reload_forgets_nothing_of_upstreams_that_stay(self):
        answer = lambda body, send: send(429, {"error": {"message": "slow down"}}, {"retry-after": "60"})
        provider = self.enter(Provider(answer))
        with Router(self.folder, [upstream("first", provider.url, "m")], self.tiers("first/m"), POLICY) as router:
            self.assertEqual(router.chat("hello")[0], 429)
            self.write(router, upstreams=[upstream("first", provider.url, "m"), upstream("second", self.sims.urls["large"], "large")])
            self.reload(router)
            self.assertEqual(router.chat("hello")[0], 429)
            self.assertEqual(len(provider.asked), 1, "it is still left alone")

    def test_keys_and_tokens_change_and_sessions_of_those_that_went_end(self):
        env = {name: f"secret-of-{name.lower()}-in-this-test" for name in ("ONE", "TWO", "EVE", "ADA")}
        key = lambda name: [{"name": name.lower(), "key": {"env": name}}]
        token = lambda name: {"tokens": [{"name": name.lower(), "role": "viewer", "token": {"env": name}}]}
        with self.router(extra={"keys": key("ONE"), "control": token("EVE")}, env=env) as router:
            ask = lambda name: (setattr(router, "token", env[name]), router.chat("hello")[0])[1]
            self.assertEqual((ask("ONE"), ask("TWO")), (200, 401))
            with ControlSocket(router.control_url, env["EVE"]) as eve:
                self.write(router, keys=key("TWO"), control=token("ADA"))
                self.reload(router)
                self.assertEqual((ask("ONE"), ask("TWO")), (401, 200))
                with self.assertRaises(ConnectionError):
                    while True:
                        eve.call("policy.get")
            with self.assertRaises(ControlError) as refused:
                ControlSocket(router.control_url, env["EVE"])
            self.assertEqual(refused.exception.code, 401)
            with ControlSocket(router.control_url, env["ADA"]) as ada:
                self.assertEqual(ada.call("policy.get")["revision"], 1)

    def test_a_session_ends_when_its_token_has_other_rights(self):
        env = {"EVE": "secret-of-eve-in-this-test", "ADA": "secret-of-ada-in-this-test"}
        tokens = lambda role: {"tokens": [{"name": "eve", "role": role, "token": {"env": "EVE"}}, {"name": "ada", "role": "viewer", "token": {"env": "ADA"}}]}
        with self.router(extra={"control": tokens("admin")}, env=env) as router, ControlSocket(router.control_url, env["EVE"]) as eve, \
                ControlSocket(router.control_url, env["ADA"]) as ada:
            self.assertIn("policy.apply", eve.call("hello")["capabilities"])
            self.write(router, control=tokens("viewer"))
            self.reload(router)
            with self.assertRaises(ConnectionError):
                while True:
                    eve.call("policy.get")
            self.assertEqual(ada.call("policy.get")["revision"], 1, "whose rights are the same")
            with ControlSocket(router.control_url, env["EVE"]) as again:
                self.assertNotIn("policy.apply", again.call("hello")["capabilities"])

    def test_a_working_directory_that_goes_and_comes_changes_nothing(self):
        place = self.folder / "deployed"
        place.mkdir()
        router = Router(place, [upstream("first", self.sims.urls["small"], "small")], self.tiers("first/small"), POLICY, {"store": {"kind": "sqlite", "path": str(self.folder / "s.db")}})
        files = {file.name: file.read_text() for file in place.iterdir() if file.is_file()}
        program = self.enter(Program("serve", "--config", "signalbox.yaml", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0",
                                     env={"XDG_STATE_HOME": str(self.folder / "elsewhere")}, cwd=place))
        router.url = program.listening()[0]["data"]
        router.token = (self.folder / "elsewhere" / "signalbox" / "client-token").read_text().strip()
        shutil.rmtree(place)
        until(lambda: self.reloads(router, "refused") >= 1, "the file that is gone is told of")
        self.assertEqual(router.chat("hello")[0], 200)
        place.mkdir()
        for name, text in files.items():
            (place / name).write_text(text)
        self.write(router, aliases={"back": "auto"})
        until(lambda: router.chat("hello", model="back")[0] == 200, "a folder that was put in its place is read")

    def test_a_stream_from_an_upstream_that_is_removed_ends_whole(self):
        with self.router() as router:
            parts = urlsplit(router.url)
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
            self.addCleanup(connection.close)
            body = {"model": "auto", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
            with_key = {"content-type": "application/json", "authorization": f"Bearer {router.token}"}
            slow = self.enter(simulate(self.folder / "outcomes.jsonl", "small", tokens_per_s=10))
            self.write(router, upstreams=[upstream("slow", slow.urls["small"], "small")], tiers=self.tiers("slow/small"))
            self.reload(router)
            connection.request("POST", "/v1/chat/completions", json.dumps(body), with_key)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.getheader("x-signalbox-upstream")), (200, "slow"))
            self.write(router, upstreams=[upstream("second", self.sims.urls["large"], "large")], tiers=self.tiers("second/large"))
            self.reload(router)
            self.assertEqual(self.served_by(router), "second")
            self.assertNotIn("slow/small", router.request("GET", "/v1/models")[2])
            self.assertFalse(answer.isclosed(), "the stream was still open when its upstream went")
            self.assertEqual(sse(answer.read().decode())[0][-1], "[DONE]")
            decision = router.decision(answer.getheader("x-signalbox-decision-id"))
            self.assertEqual((decision["outcome"], decision["final_tier"]), ("ok", "only"))

    def test_what_takes_a_restart_is_said_and_the_rest_is_applied(self):
        with self.router() as router:
            self.write(router, workers=3, name="another", store={"kind": "sqlite", "path": "other.db"}, listen={"port": 1}, aliases={"applied": "auto"})
            self.reload(router)
            self.assertEqual(self.served_by(router, model="applied"), "first")
            self.assertEqual(sorted(self.status(router)["restart"]), ["listen", "name", "store", "workers"])
            self.assertFalse((self.folder / "other.db").exists())
            self.assertFalse((self.folder / "other.db.last-good.yaml").exists(), "it stands beside the store that is in force")
            self.assertIn('"applied"', (self.folder / "signalbox.db.last-good.yaml").read_text())
            (self.folder / "renamed.yaml").write_text(json.dumps({"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "renamed"}}]}))
            self.write(router, tiers=self.tiers("first/small", name="renamed"), aliases={"refused": "auto"}, policy="renamed.yaml")
            self.reload(router, "refused")
            self.assertIn("change at a restart only", self.status(router)["errors"][0])
            self.assertEqual((self.served_by(router, model="applied"), router.chat("hello", model="refused")[0]), ("first", 404))

    def test_a_policy_file_that_is_broken_or_gone_stops_neither_reload_nor_restart(self):
        with self.router() as router:
            for number, broken in enumerate(("workloads: [{name: all, route: {strategy: fixd}}]\n", None)):
                if broken is None:
                    (self.folder / "policy.yaml").unlink()
                else:
                    (self.folder / "policy.yaml").write_text(broken)
                self.write(router, aliases={f"applied-{number}": "auto"})
                self.reload(router)
                self.assertEqual(self.served_by(router, model=f"applied-{number}"), "first")
                self.assertIn("policy.yaml", self.status(router)["policy_differs"])
                self.assertEqual(router.live_policy()["revision"], 1)
            router.stop()
            router.start()
            self.assertEqual((self.served_by(router, model="applied-1"), router.live_policy()["revision"]), ("first", 1))
            self.assertIn("the store's policy is in force", " ".join(router.program.errors))
            router.stop()
            (self.folder / "signalbox.db").unlink()
            said = run("serve", "--config", router.config_file)
            self.assertEqual(said.returncode, 1)
            self.assertIn("policy.yaml: there is no such file", said.stderr, "a first start has no other policy")

    def test_a_policy_file_that_differs_is_told_of_and_changes_nothing(self):
        with self.router() as router:
            policy = {"workloads": [{"name": "other", "route": {"strategy": "fixed", "tier": "only"}}]}
            (self.folder / "policy.yaml").write_text(json.dumps(policy))
            until(lambda: self.status(router)["policy_differs"], "the difference is told")
            self.assertEqual(router.live_policy()["revision"], 1)
            router.apply(policy)
            self.reload(router)
            self.assertEqual((self.status(router)["policy_differs"], router.live_policy()["revision"]), ("", 2))

    def test_a_new_certificate_is_shown_to_new_connections_and_the_old_ones_go_on(self):
        key, cert = certificate(self.folder, "router", "DNS:localhost", "IP:127.0.0.1")
        tls = {"tls": {"cert": str(cert), "key": str(key)}}
        with self.router(extra={"listen": tls, "control": tls}, ca=str(cert)) as router:
            parts = urlsplit(router.url)

            def shown():
                return ssl.get_server_certificate((parts.hostname, parts.port))

            old = shown()
            kept = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=60, context=ssl.create_default_context(cafile=str(cert)))
            self.addCleanup(kept.close)
            kept.request("GET", "/healthz")
            self.assertEqual(kept.getresponse().read(), b'{"status":"ok"}')
            certificate(self.folder, "router", "DNS:localhost", "IP:127.0.0.1", "DNS:new.test")
            until(lambda: shown() != old, "the new certificate is shown")
            kept.request("GET", "/healthz")
            self.assertEqual(kept.getresponse().read(), b'{"status":"ok"}')
            self.assertEqual(router.chat("hello")[0], 200)
            self.assertEqual(router.request("GET", "/healthz", headers={"host": "new.test"})[0], 200)
            key.chmod(0o644)
            until(lambda: self.reloads(router, "refused") >= 1, "a key that others can read is refused")
            self.assertEqual(router.chat("hello")[0], 200)

    def test_what_worked_last_is_kept_beside_the_store(self):
        with self.router(env={"UPSTREAM_KEY": "sk-canary-of-the-reload-test"}) as router:
            kept = self.folder / "signalbox.db.last-good.yaml"
            good = router.config_file.read_text()
            self.assertTrue(kept.read_text().endswith(good))
            self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
            self.write(router, "version: 2\n")
            self.reload(router, "refused")
            self.assertTrue(kept.read_text().endswith(good))
            router.config["upstreams"][0]["key"] = {"env": "UPSTREAM_KEY"}
            self.write(router, aliases={"later": "auto"})
            self.reload(router)
            self.assertIn('"later"', kept.read_text())
            self.assertNotIn("sk-canary", kept.read_text())
            self.assertEqual(run("check", "--config", kept, env=router.env | {"UPSTREAM_KEY": "x"}).returncode, 0)


if __name__ == "__main__":
    unittest.main()
