# SPDX-License-Identifier: Apache-2.0
"""What the documents tell a newcomer to do, done: the configuration of the README, and the sample with its outcomes file."""
import json
import re
import shutil
import unittest
from pathlib import Path

from harness import FlowTest, Program, request, row, run, simulate, write_outcomes

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "Is 1009 a prime number? One word."


def yaml_blocks(document):
    return re.findall(r"```yaml\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)


class DocumentsTest(FlowTest):
    def setUp(self):
        super().setUp()
        self.env = {"XDG_STATE_HOME": str(self.folder / "state"), "XDG_CONFIG_HOME": str(self.folder / "config"), "UPSTREAM_KEY": "made-up"}

    def serve(self, folder):
        checked = run("check", env=self.env, cwd=folder)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        router = self.enter(Program("serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", env=self.env, cwd=folder))
        url = router.listening()[0]["data"]
        return url, run("token", "show", "client", "--reveal", env=self.env).stdout.strip()

    def test_the_configuration_of_the_readme_routes(self):
        config, policy = yaml_blocks("README.md")[:2]
        outcomes = write_outcomes(self.folder / "rows.jsonl", [row(1, PROMPT, "yes", **{"gpt-4o-mini": (0, 0.55), "gpt-4o": (1, 0.99)})])
        upstream = self.enter(Program("simulate", "--outcomes", outcomes, "--model", "gpt-4o-mini", "--model", "gpt-4o"))
        (self.folder / "signalbox.yaml").write_text(config.replace("https://api.openai.com/v1", upstream.listening()[0]["data"]), encoding="utf-8")
        (self.folder / "policy.yaml").write_text(policy, encoding="utf-8")
        url, token = self.serve(self.folder)
        status, headers, text = request(url, "POST", "/v1/chat/completions", {"model": "auto", "messages": [{"role": "user", "content": PROMPT}]},
                                        {"authorization": f"Bearer {token}"})
        self.assertEqual(status, 200, text)
        self.assertEqual((headers["x-signalbox-tier"], headers["x-signalbox-escalations"]), ("large", "1"))
        self.assertGreater(float(headers["x-signalbox-cost-usd"]), 0, "both models have a price in the built-in table")

    def test_the_sample_shows_what_its_policy_is_worth(self):
        folder = self.folder / "sample"
        shutil.copytree(ROOT / "resources/sample", folder, ignore=shutil.ignore_patterns("*.db*"))
        models = {"small": 9101, "medium": 9102, "large": 9103}
        upstreams = self.enter(simulate(folder / "outcomes.jsonl", *models))
        config = (folder / "signalbox.yaml").read_text(encoding="utf-8")
        for model, port in models.items():
            self.assertIn(f"http://127.0.0.1:{port}", config)
            config = config.replace(f"http://127.0.0.1:{port}", upstreams.urls[model])
        (folder / "signalbox.yaml").write_text(config, encoding="utf-8")
        url, token = self.serve(folder)
        done = run("replay", "--requests", folder / "outcomes.jsonl", "--target", url, "--key-env", "SIGNALBOX_KEY", "--workload", "tickets", "--label",
                   "--json", env={"SIGNALBOX_KEY": token})
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual((report["answered"], report["graded"], report["feedback_posted"]), (30, 30, 30))
        self.assertEqual(set(report["tiers"]), {"local", "mid", "frontier"})
        self.assertTrue(all(share["value"] > 0 for share in report["tiers"].values()), "every tier has something to do")
        lines = {line["name"].split(" (")[0]: line for line in report["baselines"]}
        self.assertEqual(list(lines), ["always cheapest", "always frontier", "random at the same cost", "oracle"])
        self.assertGreater(report["accuracy"]["value"], lines["always cheapest"]["accuracy"]["value"])
        self.assertGreater(report["accuracy"]["value"], lines["random at the same cost"]["accuracy"]["value"])


if __name__ == "__main__":
    unittest.main()
