# SPDX-License-Identifier: Apache-2.0
"""`signalbox import litellm`: another proxy's file with three providers is carried over, passes `check`, serves and falls back; what has
no place is listed by line, and no key is ever copied."""
import json
import re
import time
import unittest
from pathlib import Path

from harness import FlowTest, Program, request, row, run, simulate, set_fault, until, write_outcomes

CONFIG = """\
model_list:
  - model_name: chat
    litellm_params:
      model: openai/small
      api_base: {small}
      api_key: os.environ/FIRST_KEY
      rpm: 500
      timeout: 20
      input_cost_per_token: 0.0000005
      output_cost_per_token: 0.000001
  - model_name: chat-backup
    litellm_params:
      model: hosted_vllm/medium
      api_base: {medium}/v1
      rpm: 100
      input_cost_per_token: 0.000001
      output_cost_per_token: 0.000002
  - model_name: claude
    litellm_params:
      model: groq/large
      api_base: os.environ/THIRD_BASE
      api_key: sk-canary-in-the-file
      rpm: 60
      input_cost_per_token: 0.000002
      output_cost_per_token: 0.000004
litellm_settings:
  num_retries: 2
  request_timeout: 30
  max_budget: 300
  budget_duration: 30d
router_settings:
  routing_strategy: simple-shuffle
  fallbacks: [{{"chat": ["chat-backup", "claude"]}}]
  model_group_alias: {{"gpt-4o": "chat"}}
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
"""


class ImportTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(1, "What is two and two?", "four", small=(1, 0.9), medium=(1, 0.9), large=(1, 0.9))]
        self.upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "medium", "large"))
        urls = self.upstreams.urls
        (self.folder / "config.yaml").write_text(CONFIG.format(small=urls["small"], medium=urls["medium"]))
        self.env = {"XDG_STATE_HOME": str(self.folder / "state"), "XDG_CONFIG_HOME": str(self.folder / "config"), "FIRST_KEY": "made-up-first-0001",
                    "THIRD_BASE": urls["large"], "GROQ_API_KEY": "made-up-third-0003", "LITELLM_MASTER_KEY": "sk-master-0123456789"}

    def imported(self, *arguments, env=None):
        return run("import", "litellm", "config.yaml", *arguments, cwd=self.folder, env=env or self.env)

    def test_three_providers_serve_and_fall_back_within_two_minutes(self):
        begin = time.monotonic()
        done = self.imported()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 models of config.yaml carried over", done.stdout)
        self.assertEqual(run("check", cwd=self.folder, env=self.env).returncode, 0)
        router = self.enter(Program("serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", env=self.env, cwd=self.folder))
        url = router.listening()[0]["data"]

        def ask(model):
            body = {"model": model, "messages": [{"role": "user", "content": "What is two and two?"}]}
            return request(url, "POST", "/v1/chat/completions", body, {"authorization": f"Bearer {self.env['LITELLM_MASTER_KEY']}"})

        for model, expected in [("chat", "small"), ("chat-backup", "medium"), ("claude", "large"), ("gpt-4o", "small"), ("auto", "small")]:
            status, headers, text = ask(model)
            self.assertEqual((status, headers.get("x-signalbox-model")), (200, expected), f"{model}: {text}")
        self.assertLess(time.monotonic() - begin, 120)
        set_fault(self.upstreams.urls["small"], "status=500")
        status, headers, text = ask("chat")
        self.assertEqual((status, headers.get("x-signalbox-model")), (200, "medium"), text)
        self.assertAlmostEqual(float(headers["x-signalbox-cost-usd"]), self.cost(text), places=9)
        set_fault(self.upstreams.urls["medium"], "status=500")
        status, headers, text = ask("chat")
        self.assertEqual((status, headers.get("x-signalbox-model")), (200, "large"), text)
        self.assertEqual(ask("chat-nobody-has")[0], 404)

    @staticmethod
    def cost(text):
        usage = json.loads(text)["usage"]
        return usage["prompt_tokens"] * 1e-6 + usage["completion_tokens"] * 2e-6

    def test_what_is_not_carried_over_is_listed_by_line_and_no_key_is_copied(self):
        done = self.imported("--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        left_out = {note["key"]: note["line"] for note in said["notes"] if note["carried"] == "no"}
        self.assertEqual(left_out, {"litellm_settings.num_retries": 27, "router_settings.routing_strategy": 32})
        self.assertIn("config.yaml:27:3: litellm_settings.num_retries is not carried over", done.stderr)
        written = (self.folder / "signalbox.yaml").read_text()
        self.assertIn("#   config.yaml:32:3: router_settings.routing_strategy is not carried over", written)
        self.assertIn("limits: { rpm: 660, usd_per_day: 10 }", written)
        for text in [done.stdout, done.stderr, written, (self.folder / "policy.yaml").read_text()]:
            for key in ["sk-canary", "made-up-", "sk-master"]:
                self.assertNotIn(key, text)

    def test_the_page_about_it_says_what_happens(self):
        page = (Path(__file__).resolve().parents[2] / "docs" / "from-litellm.md").read_text()
        (self.folder / "config.yaml").write_text(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])
        done = self.imported()
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = re.search(r"```\n(config.yaml:.*?)…\n```", page, re.DOTALL)[1].splitlines()
        self.assertGreaterEqual(len(listed), 3)
        for line in listed:
            self.assertIn(line, done.stderr.splitlines())
        self.assertIn("limits: { rpm: 2400, usd_per_day: 10 }", (self.folder / "signalbox.yaml").read_text())
        keys = {name: f"made-up-{name}" for name in ("AZURE_API_KEY", "OPENAI_API_KEY")}
        self.assertEqual(run("check", cwd=self.folder, env={**self.env, **keys}).returncode, 0)

    def test_nothing_is_replaced_or_half_written(self):
        self.assertEqual(self.imported("--out", "a.yaml", "--policy", "b.yaml").returncode, 0)
        self.assertIn("policy: b.yaml", (self.folder / "a.yaml").read_text())
        again = self.imported("--out", "a.yaml", "--policy", "c.yaml")
        self.assertEqual(again.returncode, 1)
        self.assertIn("a.yaml is there already", again.stderr)
        self.assertFalse((self.folder / "c.yaml").exists())
        self.assertEqual(self.imported("--out", "a.yaml", "--policy", "b.yaml", "--force").returncode, 0)

    def test_a_bad_file_says_where_and_writes_nothing(self):
        (self.folder / "config.yaml").write_text("model_list: a: b\n")
        done = self.imported()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"config\.yaml:\d+:\d+: not YAML")
        (self.folder / "config.yaml").write_text("model_list:\n  - {model_name: a, litellm_params: {model: bedrock/x}}\n")
        done = self.imported()
        self.assertEqual(done.returncode, 1)
        self.assertIn("config.yaml:1:1: none of these models can be served", done.stderr)
        self.assertFalse((self.folder / "signalbox.yaml").exists())
        self.assertEqual(run("import", "litellm", cwd=self.folder).returncode, 2)
        self.assertEqual(run("import", "nobody", "x", cwd=self.folder).returncode, 2)
        self.assertEqual(run("import", "litellm", "no-such-file.yaml", cwd=self.folder).returncode, 1)


if __name__ == "__main__":
    unittest.main()
