# SPDX-License-Identifier: Apache-2.0
"""Tokens and keys that change under a running router: the new one is let in, the old one is not, open sessions of it are closed."""
import os
import unittest

from control_socket import ControlError, ControlSocket
from harness import FlowTest, Router, row, run, simulate, until, write_outcomes

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "local"}}]}


class TokenTest(FlowTest):
    def router(self, **extra):
        upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", [row(1, "hello?", "yes", small=(1, 0.9))]), "small"))
        return Router(self.folder, [{"name": "small", "api": "openai", "base_url": upstreams.urls["small"], "models": [{"id": "small"}]}],
                      [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}], POLICY, extra=extra)

    def secret(self, name, text):
        """Puts a secret's file in place as a whole."""
        path = self.folder / name
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        os.replace(fresh, path)
        return str(path)

    def status(self, router, key):
        return router.chat("hello?", headers={"authorization": f"Bearer {key}"})[0]

    def connects(self, router, token):
        try:
            with ControlSocket(router.control_url, token) as control:
                return control.call("hello", {"protocol": 1, "client": "flow test"})["role"]
        except ControlError as refused:
            return refused.code

    def rotate(self, router, which):
        done = run("token", "rotate", which, env=router.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        fresh = run("token", "show", which, "--reveal", env=router.env).stdout.strip()
        self.assertNotIn(fresh, done.stdout + "\n".join(router.program.errors), "a token is printed only when asked for")
        return fresh

    def awaitClosed(self, control):
        """What the router says when it closes a session that is left alone."""
        with self.assertRaises(ConnectionError) as closed:
            control._receive()
        return str(closed.exception)

    def test_rotated_tokens_of_the_state_folder(self):
        router = self.enter(self.router())
        old_key, old_token = router.token, router.control_token
        self.assertEqual((self.status(router, old_key), self.connects(router, old_token)), (200, "admin"))
        key = self.rotate(router, "client")
        until(lambda: self.status(router, key) == 200, "the new client token is let in")
        self.assertEqual(self.status(router, old_key), 401)
        self.assertEqual(self.connects(router, old_token), "admin", "the control plane's token is another")
        with ControlSocket(router.control_url, old_token) as control:
            token = self.rotate(router, "control")
            self.assertIn("revoked", self.awaitClosed(control))
        self.assertEqual((self.connects(router, token), self.connects(router, old_token)), ("admin", 401))
        for secret in (old_key, old_token, key, token):
            self.assertNotIn(secret, "\n".join(router.program.errors))

    def test_files_of_configured_keys_and_tokens(self):
        router = self.router(
            keys=[{"name": "app", "key": {"file": self.secret("app.key", "app-key-number-one")}},
                  {"name": "batch", "key": {"file": self.secret("batch.key", "batch-key-as-ever")}}],
            control={"tokens": [{"name": "ada", "role": "tuner", "token": {"file": self.secret("ada.token", "ada-token-number-one")}},
                                {"name": "bob", "role": "viewer", "token": {"file": self.secret("bob.token", "bob-token-as-ever")}}]})
        router.token, router.control_token = "app-key-number-one", "ada-token-number-one"
        self.enter(router)
        self.assertEqual((self.status(router, "app-key-number-one"), self.status(router, "batch-key-as-ever")), (200, 200))
        with ControlSocket(router.control_url, "bob-token-as-ever") as bob, ControlSocket(router.control_url, "ada-token-number-one") as ada:
            self.secret("app.key", "app-key-number-two")
            self.secret("ada.token", "ada-token-number-two")
            self.assertIn("revoked", self.awaitClosed(ada))
            until(lambda: self.status(router, "app-key-number-two") == 200, "the new key is let in")
            self.assertEqual((self.status(router, "app-key-number-one"), self.status(router, "batch-key-as-ever")), (401, 200))
            self.assertEqual((self.connects(router, "ada-token-number-two"), self.connects(router, "ada-token-number-one")), ("tuner", 401))
            self.assertEqual(bob.call("hello", {"protocol": 1, "client": "flow test"})["role"], "viewer", "whose token stayed, stays")
        # A file that yields nothing good changes nothing, and the log says why.
        self.secret("app.key", "\n")
        until(lambda: any("app.key is empty" in line for line in router.program.errors), "the log names the file")
        self.assertEqual(self.status(router, "app-key-number-two"), 200)


if __name__ == "__main__":
    unittest.main()
