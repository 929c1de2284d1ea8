# SPDX-License-Identifier: Apache-2.0
"""Calibration from recorded answers to served ones: a map is fitted, the router loads it, decisions say which one they used, and
the promise made on held-out rows is kept on rows that neither the map nor the threshold has seen."""
import bisect
import json
import math
import unittest

from harness import FlowTest, Router, run, simulate, skip_without_data, until

SMALL, LARGE = "Meta-Llama-3.1-8B-Instruct", "o3-2025-04-16"


def at_most(k, n, p):
    """P(X <= k) of a binomial."""
    return sum(math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p))
               for i in range(k + 1))


def through(points, raw):
    """The piecewise linear map, by its definition in the manual."""
    xs = [x for x, _ in points]
    if raw <= xs[0]:
        return points[0][1]
    if raw >= xs[-1]:
        return points[-1][1]
    i = bisect.bisect_right(xs, raw)
    (x0, y0), (x1, y1) = points[i - 1], points[i]
    return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)


class CalibrateTest(FlowTest):
    def setUp(self):
        super().setUp()
        source = skip_without_data("outcomes/confidence.jsonl")
        rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
        self.rows = [r for r in rows if SMALL in r["models"] and LARGE in r["models"]]
        self.seen = self.file("seen.jsonl", self.rows[0::3] + self.rows[1::3])
        self.unseen = self.rows[2::3]

    def file(self, name, rows):
        path = self.folder / name
        path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
        return path

    def calibrate(self, *arguments, outcomes=None):
        return run("calibrate", "--outcomes", outcomes or self.seen, "--model", SMALL, *arguments)

    def test_the_threshold_is_the_lowest_that_the_exact_bound_allows(self):
        done = self.calibrate("--max-error", "0.15", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        answers = sorted(((r["models"][SMALL]["token_prob"], r["models"][SMALL]["correct"] >= 0.5) for r in self.rows[0::3] + self.rows[1::3]),
                         reverse=True)
        accepted = [right for p, right in answers if p >= report["threshold"]]
        errors = accepted.count(False)
        self.assertEqual((report["accepted"], report["errors"]), (len(accepted), errors))
        self.assertLessEqual(at_most(errors, len(accepted), 0.15), 0.05)
        self.assertAlmostEqual(report["coverage"]["value"], len(accepted) / len(answers))
        more = accepted + [answers[len(accepted)][1]]
        self.assertGreater(at_most(more.count(False), len(more), 0.15), 0.05, "one answer more and the promise is not shown any more")
        self.assertAlmostEqual(at_most(errors, len(accepted), report["error_upper_bound"]), 0.05, places=6)

    def test_a_map_is_obeyed_named_and_kept_on_answers_it_never_saw(self):
        done = self.calibrate("--max-error", "0.2", "--workload", "recall", "--served-as", f"small/{SMALL}", "--out", self.folder / "map.json", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        threshold = json.loads(done.stdout)["threshold"]
        written = json.loads((self.folder / "map.json").read_text(encoding="utf-8"))
        upstreams = self.enter(simulate(self.file("both.jsonl", self.unseen), SMALL, LARGE))

        def upstream(name, model):
            return {"name": name, "api": "openai", "base_url": upstreams.urls[model], "models": [{"id": model, "logprobs": True}]}
        tiers = [{"name": "local", "deployments": [f"small/{SMALL}"], "timeout": "10s"}, {"name": "frontier", "deployments": [f"large/{LARGE}"], "timeout": "10s"}]
        policy = {"workloads": [{"name": "recall", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": threshold}}}]}
        router = self.enter(Router(self.folder, [upstream("small", SMALL), upstream("large", LARGE)], tiers, policy, {"calibration": ["map.json"]}))
        replayed = run("replay", "--requests", self.folder / "both.jsonl", "--target", router.url, "--key-env", "FLOW_KEY", "--label", "--json",
                       env={"FLOW_KEY": router.token})
        self.assertEqual(replayed.returncode, 0, replayed.stderr)
        with router.store() as store:
            def attempts():
                return store.execute("SELECT a.confidence_raw raw, a.confidence, d.calibration, d.escalations, l.score FROM decisions d "
                                     "JOIN attempts a ON a.decision_id = d.id AND a.n = 0 JOIN labels l ON l.decision_id = d.id").fetchall()
            rows = until(lambda: (lambda all: all if len(all) >= len(self.unseen) else None)(attempts()), "all decisions are graded")
        accepted = [row for row in rows if row["escalations"] == 0]
        for row in rows:
            self.assertAlmostEqual(row["confidence"], through(written["points"], row["raw"]), places=5)
            self.assertEqual(row["escalations"], 0 if row["confidence"] >= threshold else 1)
        for row in accepted:
            self.assertEqual(row["calibration"], written["name"], "the answer that was served says which map judged it")
        self.assertGreater(len(accepted), 100)
        errors = sum(1 for row in accepted if row["score"] < 0.5)
        # Rows that nobody looked at before: the promised rate must not be refuted by them.
        self.assertGreater(at_most(errors, len(accepted), 0.2), 0.05, f"{errors} of {len(accepted)}")
        gap = abs(sum(row["confidence"] for row in accepted) / len(accepted) - 1 + errors / len(accepted))
        raw_gap = abs(sum(row["raw"] for row in accepted) / len(accepted) - 1 + errors / len(accepted))
        self.assertLess(gap, raw_gap / 2, "calibrated confidence says how often answers are right; the raw one does not")

    def test_wrong_input_is_told_in_a_line_and_writes_nothing(self):
        out = self.folder / "map.json"
        for arguments, status, words in [
                (("--max-error", "0"), 2, "--max-error"), (("--max-error", "0.1", "--signal", "luck"), 2, "token_prob"),
                (("--max-error", "0.1", "--workload", "x"), 2, "--out"), ((), 2, "--max-error"),
                (("--max-error", "0.1", "--task", "none", "--out", out), 1, "no row has a token_prob"),
                (("--max-error", "0.1", "--out", self.folder / "none" / "map.json"), 1, "cannot be written")]:
            done = self.calibrate(*arguments)
            self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertFalse(out.exists())
        broken = self.file("broken.jsonl", self.rows[:200])
        with broken.open("a", encoding="utf-8") as file:
            file.write("{not JSON}\n")
        self.assertEqual(self.calibrate("--max-error", "0.3", outcomes=broken).returncode, 1)
        skipped = self.calibrate("--max-error", "0.3", "--skip-bad", outcomes=broken)
        self.assertEqual(skipped.returncode, 0)
        self.assertIn(":201: skipped:", skipped.stderr)

    def test_none_qualifies_is_an_answer(self):
        done = self.calibrate("--max-error", "0.001")
        self.assertEqual(done.returncode, 0)
        self.assertIn("NO THRESHOLD QUALIFIES", done.stdout)


if __name__ == "__main__":
    unittest.main()
