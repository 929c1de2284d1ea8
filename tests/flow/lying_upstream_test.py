# SPDX-License-Identifier: Apache-2.0
"""Upstreams that lie in their framing, their size, their counts and their name: what clients see, what is written down, and that
the router neither grows nor falls."""
import json
import unittest

from harness import SLOWER, FlowTest, Router, request, row, set_fault, simulate, sse, write_outcomes

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
PRICE = {"input": 1, "output": 2}  # dollars per million tokens
LONG = "a long one?"
MIB = 1 << 20
ROOM = 1 if SLOWER == 1 else 30  # instrumented programs keep what they freed for a while


class Lying(FlowTest):
    """One deployment, so that what it does is what the client gets."""

    def setUp(self):
        super().setUp()
        rows = [row(1, "question 1?", "yes", small=(1, 0.9)),
                row(2, LONG, "an answer of so many words that it comes in many pieces", "open", small=(1, 0.9))]
        self.outcomes = write_outcomes(self.folder / "rows.jsonl", rows)
        self.upstream = self.enter(simulate(self.outcomes, "small")).urls["small"]
        self.router = self.serve(self.upstream)

    def serve(self, url):
        upstreams = [{"name": "only", "api": "openai", "base_url": url, "models": [{"id": "small", "logprobs": True, "price": PRICE}]}]
        return self.enter(Router(self.folder, upstreams, [{"name": "local", "deployments": ["only/small"], "timeout": f"{20 * SLOWER:.0f}s"}], UNGATED))

    def peak(self):
        """The most memory the router has ever had, in MiB."""
        with open(f"/proc/{self.router.program.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024

    def serves_the_next(self):
        set_fault(self.upstream, "ok")
        status, _, text = self.router.chat("question 1?")
        self.assertEqual((status, json.loads(text)["choices"][0]["message"]["content"]), (200, "yes"))

    def whole(self, fault, code, outcome="error", grows=16, seen=200):
        """A whole answer that is refused: 502, its row, and no more memory than `grows` MiB."""
        self.serves_the_next()
        before = self.peak()
        set_fault(self.upstream, fault)
        status, headers, text = self.router.chat("question 1?", timeout=60 * SLOWER)
        self.assertEqual((status, json.loads(text)["error"]["code"]), (502, code), fault)
        self.assertLess(self.peak() - before, grows * ROOM, "MiB more than before")
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["status"], decision["outcome"], decision["error"]), (502, outcome, code), fault)
        attempt = self.router.attempts(decision["id"])[0]
        self.assertEqual((attempt["error"], attempt["status"]), (code, seen), fault)
        self.assertEqual(decision["cost_usd"], attempt["cost_usd"])
        self.assertLess(decision["cost_usd"], 0.001, "at most what was sent and came, by estimate")
        self.assertGreaterEqual(decision["cost_usd"], 0)
        self.serves_the_next()
        return json.loads(text)["error"]["message"]

    def streamed(self, fault, code, outcome, grows=16):
        """A stream that goes wrong when the client has some of it: an error event, no [DONE], and a connection cut off."""
        self.serves_the_next()
        before = self.peak()
        set_fault(self.upstream, "drip=30ms," + fault)
        status, headers, text = self.router.chat(LONG, stream=True, timeout=60 * SLOWER)
        data, _ = sse(text)
        self.assertEqual(status, 200)
        self.assertIn("content", json.loads(data[1])["choices"][0]["delta"], "the client has some of it")
        self.assertNotIn("[DONE]", data, fault)
        self.assertEqual(json.loads(data[-1])["error"]["code"], code, fault)
        self.assertLess(len(text), 64 * 1024, "nothing of the flood came through")
        self.assertLess(self.peak() - before, grows * ROOM, "MiB more than before")
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["status"], decision["outcome"], decision["error"]), (200, outcome, code), fault)
        self.assertEqual(decision["usage_source"], "estimated")
        self.assertTrue(0 < decision["cost_usd"] < 0.001, decision["cost_usd"])
        self.serves_the_next()


class LengthTest(Lying):
    def test_a_whole_answer_shorter_than_its_length_is_truncated(self):
        self.whole("length=100", "upstream_truncated", "truncated")

    def test_a_whole_answer_longer_than_its_length_is_malformed(self):
        self.whole("length=-20", "upstream_malformed")

    def test_a_length_beyond_the_limit_is_refused_before_it_comes(self):
        self.assertIn("64 MiB", self.whole(f"length={65 * MIB}", "upstream_malformed"))

    def test_a_stream_longer_than_its_length_breaks_off(self):
        self.streamed("length=-500", "upstream_truncated", "truncated")

    def test_a_stream_shorter_than_its_length_is_complete_once_it_has_said_done(self):
        set_fault(self.upstream, "length=500")
        status, headers, text = self.router.chat(LONG, stream=True)
        self.assertEqual((status, sse(text)[0][-1]), (200, "[DONE]"))
        self.assertEqual(self.router.decision(headers["x-signalbox-decision-id"])["outcome"], "ok")
        self.serves_the_next()


class SizeTest(Lying):
    def test_a_compressed_answer_is_inflated_and_handed_on_plain(self):
        set_fault(self.upstream, "gzip")
        for stream in (False, True):
            status, headers, text = self.router.chat("question 1?", stream=stream)
            self.assertEqual(status, 200, text)
            self.assertNotIn("content-encoding", headers)
            last = sse(text)[0][-1] if stream else json.loads(text)["choices"][0]["message"]["content"]
            self.assertEqual(last, "[DONE]" if stream else "yes")

    def test_a_compression_bomb_is_not_inflated(self):
        message = self.whole("gzip-bomb", "upstream_malformed", grows=32)
        self.assertIn("inflates", message)

    def test_a_stream_that_is_a_compression_bomb_is_not_inflated(self):
        self.serves_the_next()
        before = self.peak()
        set_fault(self.upstream, "gzip-bomb")
        status, headers, text = self.router.chat(LONG, stream=True, timeout=60 * SLOWER)
        self.assertLess(len(text), 10 * MIB)
        self.assertLess(self.peak() - before, 48 * ROOM)
        self.assertNotIn("[DONE]", text)
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["outcome"], decision["error"]), ("error", "upstream_malformed"))
        self.serves_the_next()

    def test_an_answer_without_end_is_refused_at_its_limit(self):
        self.assertIn("64 MiB", self.whole("endless-line", "upstream_malformed", grows=256))

    def test_a_line_of_a_stream_without_end_is_refused_at_its_limit(self):
        self.streamed("endless-line", "upstream_malformed", "error")

    def test_a_line_of_a_head_without_end_is_refused(self):
        self.assertIn("head", self.whole("endless-header", "upstream_malformed", seen=None))


class CountTest(Lying):
    def test_counts_that_cannot_be_true_are_estimated_and_never_priced(self):
        for fault in ("usage=negative", "usage=huge", "usage=total", "no-usage"):
            for stream in (False, True):
                set_fault(self.upstream, fault)
                status, headers, text = self.router.chat(LONG, stream=stream)
                self.assertEqual(status, 200, text)
                decision = self.router.decision(headers["x-signalbox-decision-id"])
                self.assertEqual(decision["usage_source"], "estimated", f"{fault} {stream}")
                self.assertTrue(0 < decision["cost_usd"] < 0.001, f"{fault}: {decision['cost_usd']}")
                self.assertTrue(0 < decision["output_tokens"] < 100, fault)
                if not stream:
                    self.assertAlmostEqual(float(headers["x-signalbox-cost-usd"]), decision["cost_usd"])
        self.serves_the_next()

    def test_true_counts_are_the_providers(self):
        status, headers, text = self.router.chat(LONG)
        usage = json.loads(text)["usage"]
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["usage_source"], decision["input_tokens"], decision["output_tokens"]),
                         ("provider", usage["prompt_tokens"], usage["completion_tokens"]))
        self.assertAlmostEqual(decision["cost_usd"], (usage["prompt_tokens"] + 2 * usage["completion_tokens"]) / 1e6)


class CertificateTest(Lying):
    def test_a_certificate_that_nobody_signed_is_refused_and_nothing_is_sent(self):
        with simulate(self.outcomes, "small", fault="bad-certificate") as liar:
            url = liar.urls["small"]
            self.assertTrue(url.startswith("https://127.0.0.1:"))
            self.router.stop()
            self.router = self.serve(url)
            for stream in (False, True):
                status, headers, text = self.router.chat("question 1?", stream=stream)
                self.assertEqual((status, json.loads(text)["error"]["code"]), (502, "upstream_tls"))
                decision = self.router.decision(headers["x-signalbox-decision-id"])
                self.assertEqual((decision["outcome"], decision["error"], decision["cost_usd"]), ("error", "upstream_tls", 0))
            self.assertEqual(request(self.router.url, "GET", "/healthz")[0], 200)

    def test_a_plain_port_is_not_taken_for_one_with_tls(self):
        self.router.stop()
        self.router = self.serve(self.upstream.replace("http://", "https://"))
        status, _, text = self.router.chat("question 1?")
        self.assertEqual((status, json.loads(text)["error"]["code"]), (502, "upstream_tls"))


if __name__ == "__main__":
    unittest.main()
