# SPDX-License-Identifier: Apache-2.0
"""The console without a display: it says where it listens, routes, and ends on a signal."""
import json
import os
import signal
import unittest
from pathlib import Path

from harness import FlowTest, Program, request, row, simulate, write_outcomes

CONSOLE = os.environ.get("SIGNALBOX_CONSOLE_BIN", "signalbox-console")
POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "local"}}]}


class HeadlessTest(FlowTest):
    def configure(self, **extra):
        upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", [row(1, "hello?", "yes", small=(1, 0.9))]), "small"))
        config = {"version": 1, "name": "flow", "workers": 1, "store": {"kind": "sqlite", "path": "signalbox.db"},
                  "listen": {"address": "127.0.0.1", "port": 0}, "control": {"address": "127.0.0.1", "port": 0},
                  "upstreams": [{"name": "small", "api": "openai", "base_url": upstreams.urls["small"], "models": [{"id": "small"}]}],
                  "tiers": [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}], "policy": "policy.yaml", **extra}
        Path(self.folder, "signalbox.yaml").write_text(json.dumps(config))
        Path(self.folder, "policy.yaml").write_text(json.dumps(POLICY))

    def start(self):
        env = {"XDG_STATE_HOME": str(self.folder / "state"), "XDG_CONFIG_HOME": str(self.folder / "config"), "DISPLAY": "",
               "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": "none such"}
        return self.enter(Program("--headless", "--config", self.folder / "signalbox.yaml", env=env, binary=CONSOLE))

    def test_it_routes_without_a_display_and_ends_in_peace(self):
        self.configure()
        for how, status in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
            with self.subTest(how=how):
                console = self.start()
                url = console.listening()[0]["data"]
                token = (self.folder / "state" / "signalbox" / "client-token").read_text().strip()
                body = {"model": "auto", "messages": [{"role": "user", "content": "hello?"}]}
                answer = request(url, "POST", "/v1/chat/completions", body, {"authorization": f"Bearer {token}"})
                self.assertEqual(answer[0], 200, answer)
                self.assertEqual(console.stop(how), status, console.errors)

    def test_a_configuration_that_is_wrong_is_said_and_ends_with_one(self):
        self.configure(tiers=[{"name": "local", "deployments": ["nobody/small"], "timeout": "10s"}])
        console = self.start()
        self.assertEqual(console.wait(), 1)
        self.assertIn("nobody", "\n".join(console.errors))


if __name__ == "__main__":
    unittest.main()
