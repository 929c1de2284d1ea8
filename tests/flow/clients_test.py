# SPDX-License-Identifier: Apache-2.0
"""The lines of docs/clients.md, each run as it stands there against a router, in a virtual environment of the test's own."""
import os
import re
import subprocess
import unittest
from pathlib import Path

from harness import FlowTest, Router, row, simulate, write_outcomes
from own_venv import python_with

PACKAGES = ["openai==3.54.0", "langchain-openai==1.7.3", "anthropic==2.12.0"]  # newer ones are a change of this line, not a surprise
PAGE = Path(__file__).resolve().parents[2] / "docs" / "clients.md"
POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "local"}}]}


def block(heading, language):
    """The first block of code below a heading of the page."""
    text = PAGE.read_text()
    below = text[text.index(f"## {heading}\n"):]
    return re.search(rf"```{language}\n(.*?)```", below, re.DOTALL)[1]


class ClientsTest(FlowTest):
    @classmethod
    def setUpClass(cls):
        cls.python = python_with(PACKAGES, "-clients")

    def setUp(self):
        super().setUp()
        rows = [row(1, "Is 91 a prime?", "No, it is seven times thirteen.", small=(1, 0.9))]
        upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small"))
        self.router = self.enter(Router(self.folder, [{"name": "small", "api": "openai", "base_url": upstreams.urls["small"], "models": [{"id": "small"}]}],
                                        [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}], POLICY))
        self.env = {**os.environ, "OPENAI_BASE_URL": self.router.url + "/v1", "OPENAI_API_KEY": self.router.token,
                    "ANTHROPIC_BASE_URL": self.router.url, "ANTHROPIC_API_KEY": self.router.token, "HOME": str(self.folder)}

    def ran(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=self.env, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_curl(self):
        self.assertIn("seven times thirteen", self.ran("bash", "-euc", block("curl", "sh")))

    def test_openai(self):
        said = self.ran(self.python, "-c", block("OpenAI SDK", "python"))
        self.assertEqual(said.splitlines(), ["No, it is seven times thirteen.", "local fixed"])

    def test_anthropic(self):
        said = self.ran(self.python, "-c", block("Anthropic SDK", "python"))
        self.assertEqual(said.splitlines(), ["No, it is seven times thirteen.", "local fixed"])

    def test_langchain(self):
        said = self.ran(self.python, "-c", block("LangChain", "python"))
        self.assertEqual(said.replace("\n", ""), "No, it is seven times thirteen." * 2)


if __name__ == "__main__":
    unittest.main()
