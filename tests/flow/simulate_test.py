# SPDX-License-Identifier: Apache-2.0
"""simulate and replay against each other, without a router between them."""
import json
import math
import signal
import socket
import time
import unittest

from harness import SLOWER, FlowTest, Program, request, row, run, set_fault, simulate, sse, until, write_outcomes


class SimulateTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(i, f"question {i}?", "yes" if i % 2 else "no", small=(1 if i % 4 else 0, 0.5 + i / 100), large=(1, 0.99)) for i in range(40)]
        del rows[5]["models"]["small"]
        self.outcomes = write_outcomes(self.folder / "rows.jsonl", rows)

    def ask(self, url, prompt, **fields):
        body = {"model": "small", "messages": [{"role": "user", "content": prompt}], **fields}
        status, headers, text = request(url, "POST", "/v1/chat/completions", body)
        return status, text if fields.get("stream") else json.loads(text)

    def test_answers_as_the_model_did_with_its_probability(self):
        upstream = self.enter(simulate(self.outcomes, "small", "large"))
        status, right = self.ask(upstream.urls["small"], "question 1?", logprobs=True, top_logprobs=2)
        self.assertEqual((status, right["choices"][0]["message"]["content"]), (200, "yes"))
        token = right["choices"][0]["logprobs"]["content"][0]
        self.assertAlmostEqual(math.exp(token["logprob"]), 0.51)
        self.assertAlmostEqual(math.exp(token["top_logprobs"][1]["logprob"]), 0.49)
        _, wrong = self.ask(upstream.urls["small"], "question 4?")
        self.assertEqual(wrong["choices"][0]["message"]["content"], "yes")
        self.assertEqual(wrong["usage"]["prompt_tokens"], math.ceil(len("question 4?") / 4))

    def test_says_what_it_does_not_know(self):
        url = self.enter(simulate(self.outcomes, "small")).urls["small"]
        self.assertEqual([self.ask(url, "what?")[1]["error"]["code"], self.ask(url, "question 5?")[1]["error"]["code"]], ["unknown_prompt", "no_record"])
        self.assertEqual(self.ask(url, 7)[0], 400)

    def test_plays_its_model_under_any_name(self):
        url = self.enter(simulate(self.outcomes, "small")).urls["small"]
        status, answer = self.ask(url, "question 1?", model="other")
        self.assertEqual((status, answer["model"]), (200, "small"))
        report = json.loads(run("replay", "--requests", self.outcomes, "--target", url, "--label", "--json").stdout)
        self.assertEqual((report["failed"], report["accuracy"]["n"]), (0, report["answered"]))

    def test_streams_the_same_answer(self):
        url = self.enter(simulate(self.outcomes, "small")).urls["small"]
        status, text = self.ask(url, "question 1?", stream=True, stream_options={"include_usage": True})
        data, _ = sse(text)
        self.assertEqual((status, data[-1]), (200, "[DONE]"))
        chunks = [json.loads(one) for one in data[:-1]]
        self.assertEqual("".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"]), "yes")
        self.assertEqual(chunks[-1]["usage"]["completion_tokens"], 1)

    def test_takes_the_time_it_was_told(self):
        url = self.enter(simulate(self.outcomes, "small", ttft_ms="80,80")).urls["small"]
        report = json.loads(run("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--json").stdout)
        self.assertGreaterEqual(report["latency_ms"]["p50"]["value"], 80)

    def test_fails_on_command(self):
        url = self.enter(simulate(self.outcomes, "small", fault="2*status=503,retry-after=1; junk-json; ok")).urls["small"]
        self.assertEqual([self.ask(url, "question 1?")[0] for _ in range(2)], [503, 503])
        status, _, text = request(url, "POST", "/v1/chat/completions", {"model": "small", "messages": [{"role": "user", "content": "question 1?"}]})
        self.assertEqual(status, 200)
        self.assertRaises(json.JSONDecodeError, json.loads, text)
        self.assertEqual(self.ask(url, "question 1?")[0], 200)
        set_fault(url, "end-after=0")
        self.assertNotIn("[DONE]", self.ask(url, "question 1?", stream=True)[1])
        self.assertEqual(request(url, "POST", "/simulated/fault", "explode")[0], 400)

    def test_refuses_wrong_usage_and_bad_files(self):
        self.assertEqual(run("simulate").returncode, 2)
        self.assertEqual(run("simulate", "--outcomes", self.outcomes, "--model", "small", "--listen", "nowhere").returncode, 2)
        missing = run("simulate", "--outcomes", self.outcomes, "--model", "huge")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("it has large, small", missing.stderr)
        bad = self.folder / "bad.jsonl"
        bad.write_text(self.outcomes.read_text() + "nonsense\n")
        refused = run("simulate", "--outcomes", bad, "--model", "small")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("bad.jsonl:41: ", refused.stderr)
        upstream = self.enter(simulate(bad, "small", skip_bad=True))
        self.assertEqual(self.ask(upstream.urls["small"], "question 1?")[0], 200)
        port = upstream.urls["small"].rsplit(":", 1)[1]
        taken = run("simulate", "--outcomes", self.outcomes, "--model", "small", "--listen", f"127.0.0.1:{port}")
        self.assertEqual(taken.returncode, 1)
        self.assertIn(port, taken.stderr)


class ReplayTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(i, f"question {i}?", "yes", small=(1 if i % 4 else 0, 0.9)) for i in range(40)] + [row(99, "odd one?", "no", large=(1, 0.9))]
        self.outcomes = write_outcomes(self.folder / "rows.jsonl", rows)

    def test_sums_up_what_it_was_answered(self):
        url = self.enter(simulate(self.outcomes, "small")).urls["small"]
        done = run("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--label", "--json")
        report = json.loads(done.stdout)
        self.assertEqual((done.returncode, report["answered"], report["no_record"], report["failed"]), (0, 40, 1, 0))
        self.assertEqual((report["accuracy"]["value"], report["accuracy"]["n"]), (0.75, 40))
        self.assertEqual(report["baselines"][0]["accuracy"]["value"], 0.75)
        text = json.loads(run("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--label", "--grade", "text", "--stream", "--json").stdout)
        self.assertEqual((text["grading"], text["accuracy"]["value"]), ("text", 0.75), "wrong answers differ from the file's")
        self.assertGreater(text["ttft_ms"]["p50"]["n"], 0)
        table = run("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--label").stdout
        self.assertIn("75.0 %", table)

    def test_keeps_to_a_rate_and_to_a_trace(self):
        url = self.enter(simulate(self.outcomes, "small")).urls["small"]
        paced = json.loads(run("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--rate", "100", "--json").stdout)
        self.assertGreaterEqual(paced["seconds"], 0.4)
        trace = self.folder / "trace.jsonl"
        trace.write_text("".join(json.dumps({"timestamp": t, "input_length": 1, "output_length": 1}) + "\n" for t in (0, 300, 600)))
        traced = json.loads(run("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--arrivals", trace, "--json").stdout)
        self.assertEqual(traced["requests"], 3)
        self.assertGreaterEqual(traced["seconds"], 0.6)

    def test_counts_failures_apart(self):
        url = self.enter(simulate(self.outcomes, "small", fault="3*status=500; 2*reset-after=0; ok")).urls["small"]
        report = json.loads(run("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--stream", "--concurrency", 1, "--json").stdout)
        self.assertEqual((report["failed"], report["truncated"], report["answered"]), (3, 2, 35))

    def test_ends_at_ctrl_c_with_a_partial_table(self):
        url = self.enter(simulate(self.outcomes, "small", ttft_ms="5,5")).urls["small"]
        with Program("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--repeat", "--rate", 50) as replay:
            until(lambda: json.loads(request(url, "GET", "/simulated/stats")[2])["requests"] > 10, "requests come")
            self.assertEqual(replay.stop(signal.SIGINT), 130)
            self.assertIn("PARTIAL", "\n".join(replay.lines))

    def test_nothing_is_sent_again_at_ctrl_c(self):
        """On connections that have served before, behind requests that take long."""
        url = self.enter(simulate(self.outcomes, "small", ttft_ms="5,5")).urls["small"]
        asked = lambda: json.loads(request(url, "GET", "/simulated/stats")[2])["requests"]
        with Program("replay", "--requests", self.outcomes, "--target", url, "--model", "small", "--repeat", "--concurrency", 4) as replay:
            until(lambda: asked() > 10, "requests come")
            before = asked()
            set_fault(url, "delay=60s")
            until(lambda: asked() >= before + 4 and asked() == asked(), "all of them wait")
            waiting, began = asked(), time.monotonic()
            self.assertEqual(replay.stop(signal.SIGINT), 130)
            self.assertLess(time.monotonic() - began, 5 * SLOWER)
        self.assertEqual(asked(), waiting)

    def test_ctrl_c_before_the_target_has_said_anything_is_no_failure(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            with Program("replay", "--requests", self.outcomes, "--target", f"http://127.0.0.1:{silent.getsockname()[1]}") as replay:
                connection, _ = silent.accept()
                self.assertEqual(replay.stop(signal.SIGINT), 130)
                connection.close()

    def test_whole_answers_take_the_time_of_the_tokens_that_they_have(self):
        long = write_outcomes(self.folder / "long.jsonl", [row(1, "question?", "yes " * 400, small=(1, 0.9))])
        url = self.enter(simulate(long, "small", ttft_ms="5,5", tokens_per_s="20")).urls["small"]
        began = time.monotonic()
        body = {"model": "small", "messages": [{"role": "user", "content": "question?"}], "max_tokens": 4}
        status, _, text = request(url, "POST", "/v1/chat/completions", body)
        self.assertEqual((status, json.loads(text)["usage"]["completion_tokens"]), (200, 4), text)
        self.assertTrue(3 / 20 <= time.monotonic() - began < 2 * SLOWER)

    def test_a_number_that_is_none_is_wrong_usage(self):
        replay = ("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9")
        for arguments in ((*replay, "--rate", "nan"), (*replay, "--speed", "nan"), (*replay, "--rate", "inf"), (*replay, "--rate", "0"),
                          ("calibrate", "--outcomes", self.outcomes, "--model", "small", "--max-error", "nan")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("must be a number", done.stderr)

    def test_fails_before_it_sends_anything(self):
        self.assertEqual(run("replay", "--requests", self.outcomes).returncode, 2)
        self.assertEqual(run("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9", "--price", "x").returncode, 2)
        refused = run("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("127.0.0.1:9", refused.stderr)
        self.assertEqual(run("replay", "--requests", "/nowhere", "--target", "http://127.0.0.1:9").returncode, 1)
        self.assertIn("no NO_SUCH_KEY", run("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9", "--key-env", "NO_SUCH_KEY").stderr)


class DemoTest(FlowTest):
    def test_says_where_it_listens_first_and_logs_elsewhere(self):
        done = run("demo", "--duration", "1s", "--history", "0s", env={"XDG_STATE_HOME": str(self.folder)})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("listening data=http://127.0.0.1:"), done.stdout)
        self.assertNotIn("[info]", done.stdout)


if __name__ == "__main__":
    unittest.main()
