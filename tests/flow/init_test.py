# SPDX-License-Identifier: Apache-2.0
"""`signalbox init`: from flags and from three questions to files that pass `check` and serve; never half of them."""
import json
import os
import pty
import signal
import subprocess
import unittest

from harness import BIN, FlowTest, Program, request, row, run, simulate, until, write_outcomes


class InitTest(FlowTest):
    def setUp(self):
        super().setUp()
        self.env = {"XDG_STATE_HOME": str(self.folder / "state"), "XDG_CONFIG_HOME": str(self.folder / "config")}

    def init(self, *arguments, **more):
        return run("init", *arguments, cwd=self.folder, env={**self.env, **more})

    def check(self, **variables):
        return run("check", cwd=self.folder, env={**self.env, **variables})

    def written(self):
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    def test_flags_write_files_that_pass_check(self):
        done = self.init("--preset", "openai", "--preset", "ollama", "--model", "ollama/llama3.2", "--goal", "cost")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("signalbox serve", done.stdout)
        self.assertIn("export OPENAI_API_KEY", done.stdout)
        checked = self.check(OPENAI_API_KEY="sk-made-up-0123456789")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertNotIn("warning", checked.stderr)
        self.assertEqual(self.written(), ["policy.yaml", "signalbox.yaml"])

    def test_every_preset_passes_check(self):
        for preset in ["openai", "anthropic", "gemini", "groq", "mistral", "deepseek", "openrouter", "together", "vllm", "ollama", "llama.cpp"]:
            with self.subTest(preset):
                done = self.init("--preset", preset, "--model", f"{preset}/made-up-model", "--force", "--json")
                self.assertEqual(done.returncode, 0, done.stderr)
                said = json.loads(done.stdout)
                checked = self.check(**{name: "made-up-key-0123456789" for name in said["variables"]})
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_an_own_upstream_with_its_key_and_tiers(self):
        done = self.init("--upstream", "mine=https://models.example.com/v1", "--key-env", "MY_KEY", "--tier", "a=mine/one", "--tier", "b=mine/two,mine/three")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / "signalbox.yaml").read_text()
        self.assertIn("key: { env: MY_KEY }", text)
        self.assertIn("{ name: b, deployments: [mine/two, mine/three] }", text)
        self.assertEqual(self.check(MY_KEY="0123456789abcdef").returncode, 0)

    def test_nothing_is_overwritten_without_force(self):
        (self.folder / "policy.yaml").write_text("mine")
        done = self.init("--preset", "openai")
        self.assertEqual(done.returncode, 1)
        self.assertIn("policy.yaml is there already", done.stderr)
        self.assertEqual((self.folder / "policy.yaml").read_text(), "mine")
        self.assertEqual(self.written(), ["policy.yaml"])
        self.assertEqual(self.init("--preset", "openai", "--force").returncode, 0)
        self.assertIn("workloads", (self.folder / "policy.yaml").read_text())

    def test_wrong_usage_says_what_is_allowed(self):
        for arguments, expected in [([], "--preset openai"), (["--preset", "opnai"], "there is no preset"), (["--upstream", "x"], "NAME=URL"),
                                    (["--preset", "ollama"], "--model ollama/ID"), (["--preset", "openai", "--goal", "speed"], "cost, balanced and quality"),
                                    (["--upstream", "x=ftp://h", "--model", "m"], '--upstream: "ftp://h" is no address; allowed is http://HOST'), (["--preset", "openai", "--key-env", "a b"], "environment variable"),
                                    (["--preset", "openai", "--tier", "x=nobody/m"], "openai")]:
            with self.subTest(arguments):
                done = subprocess.run([BIN, "init", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(expected, done.stderr)
                self.assertEqual(self.written(), [])

    def test_yes_takes_the_defaults(self):
        self.assertEqual(self.init("--yes").returncode, 0)
        self.assertEqual(self.check(OPENAI_API_KEY="sk-made-up-0123456789").returncode, 0)

    def talk(self, *answers, end=None):
        """Answers the questions on a terminal; the exit status and what was shown there."""
        leader, follower = pty.openpty()
        process = subprocess.Popen([BIN, "init"], cwd=self.folder, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
                                   env={**os.environ, **self.env})
        os.close(follower)
        shown = ""

        def read_until(text):
            nonlocal shown
            begin = len(shown)
            while text not in shown[begin:]:
                piece = os.read(leader, 4096).decode()
                shown += piece
        try:
            for question, answer in zip(["[openai]: ", "[no]: ", "[balanced]: "], answers):
                read_until(question)
                os.write(leader, (answer + "\n").encode())
            if end:
                read_until(end[0])
                process.send_signal(end[1])
            status = process.wait(30)
            try:
                while piece := os.read(leader, 4096).decode():
                    shown += piece
            except OSError:
                pass
            return status, shown
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(leader)

    def test_three_questions_on_a_terminal(self):
        status, shown = self.talk("openai, anthropic", "ollama llama3.2", "quality")
        self.assertEqual(status, 0, shown)
        self.assertIn("local: ollama/llama3.2", shown)
        text = (self.folder / "signalbox.yaml").read_text()
        self.assertIn("deployments: [openai/gpt-4o-mini, anthropic/claude-haiku-4-5]", text)
        self.assertEqual(self.check(OPENAI_API_KEY="made-up-0123456789", ANTHROPIC_API_KEY="made-up-9876543210").returncode, 0)

    def test_ctrl_c_at_a_question_leaves_nothing(self):
        status, _ = self.talk("openai", end=("[no]: ", signal.SIGINT))
        self.assertEqual(status, 130)
        self.assertEqual(self.written(), [])

    def test_what_was_written_serves(self):
        rows = write_outcomes(self.folder / "rows.jsonl", [row(1, "What is two and two?", "four", tiny=(1, 0.2), big=(1, 0.99))])
        upstreams = self.enter(simulate(rows, "tiny", "big"))
        done = self.init("--upstream", f"one={upstreams.urls['tiny']}", "--upstream", f"two={upstreams.urls['big']}", "--model", "one/tiny", "--model", "two/big",
                         "--goal", "cost")
        self.assertEqual(done.returncode, 0, done.stderr)
        router = self.enter(Program("serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", env=self.env, cwd=self.folder))
        url = router.listening()[0]["data"]
        token = until(lambda: (self.folder / "state/signalbox/client-token").read_text().strip(), "a client token")
        body = {"model": "some-fixed-name", "messages": [{"role": "user", "content": "What is two and two?"}]}
        status, headers, text = request(url, "POST", "/v1/chat/completions", body, {"authorization": f"Bearer {token}"})
        self.assertEqual(status, 200, text)
        self.assertEqual(headers["x-signalbox-model"], "big", "the unsure answer of the first tier goes up")
        self.assertEqual(headers["x-signalbox-escalations"], "1")


if __name__ == "__main__":
    unittest.main()
