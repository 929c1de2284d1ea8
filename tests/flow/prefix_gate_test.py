# SPDX-License-Identifier: Apache-2.0
"""Streams that are judged by their first tokens: the rest goes straight through, or the next tier is asked before the client sees a byte."""
import json
import math
import threading
import time
import unittest

from harness import SLOWER, sse
from record_test import RecordTest, chunk

SURE, UNSURE = 0.99, 0.30


def token(text, probability=SURE, others=()):
    said = chunk(text)
    top = [{"token": other, "logprob": math.log(p)} for other, p in [(text, probability), *others]]
    said["choices"][0]["logprobs"] = {"content": [{"token": text, "logprob": math.log(probability), "bytes": None, "top_logprobs": top}]}
    return said


def tokens(count, probability=SURE, start=0):
    return [token(f" w{start + i}", probability) for i in range(count)]


END = [chunk(None, "stop"), "[DONE]"]


def gated(validate=None, **gate):
    rule = {"signal": "mean-token", "escalate-below": 0.7, "prefix-tokens": 4, "prefix-wait": "20s", **gate}
    workload = {"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": rule}}
    return {"workloads": [{**workload, **({"validate": validate} if validate else {})}]}


class PrefixGateTest(RecordTest):
    def ask(self, router, prompt="hello"):
        """A stream as it comes: its head, and a function that reads on until `text` is there, or to its end."""
        connection = self.raw(router, {"model": "auto", "stream": True, "messages": [{"role": "user", "content": prompt}]})
        seen = b""

        def read(text=None):
            nonlocal seen
            while text is None or text not in seen:
                piece = connection.recv(4096)
                if not piece:
                    break
                seen += piece
                if b"\r\n0\r\n\r\n" in seen:
                    break
            return seen.decode()
        return read

    def decided(self, router, said):
        decision = router.decision(next(line.split(": ")[1] for line in said.split("\r\n") if line.lower().startswith("x-signalbox-decision-id")))
        return decision, router.attempts(decision["id"])

    def test_the_client_reads_on_while_the_model_still_writes(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [*tokens(4), hold, *tokens(4, UNSURE, 4), *END]), lambda body, send: send(500, {}), policy=gated())
        read = self.ask(router)
        begun = read(b" w3")
        self.assertIn("x-signalbox-confidence: 0.99", begun.lower())
        self.assertNotIn(" w4", begun)
        self.assertNotIn("top_logprobs", begun, "what only the router asked for")
        hold.set()
        said = read()
        self.assertEqual([f" w{i}" in said for i in range(8)], [True] * 8)
        self.assertIn("[DONE]", said)
        decision, attempts = self.decided(router, said)
        self.assertEqual((decision["verdict"], decision["final_tier"], decision["escalations"], decision["outcome"]), ("accept", "local", 0, "ok"))
        self.assertAlmostEqual(decision["confidence"], SURE, places=6, msg="what came later does not count")
        self.assertIn("by its first 4 tokens", decision["explanation"])
        self.assertEqual(len(attempts), 1)

    def test_a_doubtful_beginning_is_given_up_before_the_client_sees_a_byte(self):
        left = threading.Event()

        def until_closed(connection):
            connection.settimeout(20)
            if connection.recv(1) == b"":
                left.set()
        router = self.serve(lambda body, send: send(200, [*tokens(4, UNSURE), until_closed]),
                            lambda body, send: send(200, [chunk("better"), *END]), policy=gated())
        said = self.ask(router)()
        self.assertTrue(left.wait(5), "the first model goes on for nobody")
        self.assertIn("better", said)
        self.assertNotIn(" w0", said)
        decision, attempts = self.decided(router, said)
        self.assertEqual((decision["final_tier"], decision["escalations"], decision["outcome"]), ("frontier", 1, "ok"))
        self.assertEqual([a["tier"] for a in attempts], ["local", "frontier"])
        self.assertAlmostEqual(attempts[0]["confidence"], UNSURE, places=6)
        self.assertGreater(attempts[0]["cost_usd"], 0, "what it wrote is paid, by estimate")
        self.assertEqual(decision["usage_source"], "estimated")

    def test_a_slow_beginning_is_judged_by_what_there_is(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [*tokens(2), hold, *END]), lambda body, send: send(500, {}), policy=gated(**{"prefix-wait": "200ms"}))
        read = self.ask(router)
        self.assertIn(" w1", read(b" w1"))
        hold.set()
        decision, _ = self.decided(router, read())
        self.assertEqual(decision["verdict"], "accept")
        self.assertIn("by its first 2 tokens", decision["explanation"])

    def test_a_label_is_judged_as_soon_as_it_is_one(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        label = [token("BI", 0.9, [("AC", 0.05)]), token("LL", 0.99)]
        router = self.serve(lambda body, send: send(200, [*label, hold, token(" or", 0.9), *END]), lambda body, send: send(500, {}),
                            policy=gated({"enum": ["ACCT", "BILL"]}, signal="top-class", **{"prefix-tokens": 100}))
        read = self.ask(router)
        self.assertIn("LL", read(b"LL"))
        hold.set()
        decision, attempts = self.decided(router, read())
        self.assertEqual(decision["verdict"], "review", "it went on after its label")
        self.assertIn("later failed enum", decision["explanation"])
        self.assertEqual(attempts[0]["validators"], "enum")

    def test_half_a_label_is_none_yet_and_not_a_wrong_one(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [token("BI", 0.99), hold, token("LL", 0.99), *END]), lambda body, send: send(500, {}),
                            policy=gated({"enum": ["ACCT", "BILL"]}, **{"signal": "top-class", "prefix-wait": "300ms"}))
        read = self.ask(router)
        self.assertIn("BI", read(b"BI"), "the client waits no longer than that")
        hold.set()
        decision, _ = self.decided(router, read())
        self.assertEqual((decision["verdict"], decision["confidence"], decision["escalations"], decision["outcome"]), ("ungated", None, 0, "ok"))
        self.assertIn("by half a label", decision["explanation"])

    def test_what_can_be_no_label_any_more_is_given_up_at_once(self):
        forever = threading.Event()
        self.addCleanup(forever.set)
        router = self.serve(lambda body, send: send(200, [token("I"), forever]), lambda body, send: send(200, [chunk("BILL"), *END]),
                            policy=gated({"enum": ["ACCT", "BILL"]}, signal="top-class"))
        said = self.ask(router)()
        events = [json.loads(event) for event in sse(said)[0] if event.startswith("{")]
        self.assertEqual("".join(event["choices"][0]["delta"].get("content", "") for event in events), "BILL")

    def test_without_probabilities_nobody_waits_for_them(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [chunk("plain"), hold, *END]), lambda body, send: send(500, {}), policy=gated())
        read = self.ask(router)
        self.assertIn("plain", read(b"plain"))
        hold.set()
        decision, _ = self.decided(router, read())
        self.assertEqual((decision["verdict"], decision["confidence"]), ("ungated", None))

    def test_thoughts_are_held_no_longer_than_a_beginning(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        thought = chunk(None)
        thought["choices"][0]["delta"] = {"reasoning_content": "hm, let me see"}
        policy = gated({"enum": ["ACCT", "BILL"]}, **{"signal": "top-class", "prefix-wait": "300ms"})
        router = self.serve(lambda body, send: send(200, [thought, hold, token("BILL"), *END]), lambda body, send: send(500, {}), policy=policy)
        began = time.monotonic()
        read = self.ask(router)
        begun = read(b"let me see")
        self.assertTrue(0.3 <= time.monotonic() - began < 5 * SLOWER, "the client waits no longer than that")
        self.assertNotIn("x-signalbox-confidence", begun.lower())
        hold.set()
        decision, _ = self.decided(router, read())
        self.assertEqual((decision["verdict"], decision["confidence"], decision["escalations"], decision["outcome"]), ("ungated", None, 0, "ok"))
        self.assertIn("still thinking", decision["explanation"])

    def test_where_a_validator_reads_the_whole_the_whole_is_held(self):
        router = self.serve(lambda body, send: send(200, [*tokens(8), *END]), lambda body, send: send(200, [chunk("short"), *END]), policy=gated({"max-chars": 10}))
        said = self.ask(router)()
        self.assertNotIn(" w0", said)
        decision, attempts = self.decided(router, said)
        self.assertIn("stream held whole", decision["explanation"])
        self.assertEqual((decision["final_tier"], attempts[0]["validators"]), ("frontier", "max-chars"))

    def test_a_complete_answer_outlives_a_beginning_that_was_refused_above_it(self):
        policy = gated(stream="whole")
        policy["workloads"][0]["gate"]["mid"] = {"signal": "mean-token", "escalate-below": 0.7, "prefix-tokens": 4}
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [*tokens(4, UNSURE), *END]), lambda body, send: send(200, [*tokens(6, UNSURE, 90), hold, *END]),
                            lambda body, send: send(500, {"error": {"message": "down"}}), policy=policy)
        said = self.ask(router)()
        self.assertIn(" w3", said)
        self.assertNotIn(" w90", said)
        self.assertIn("[DONE]", said)
        decision, _ = self.decided(router, said)
        self.assertEqual((decision["status"], decision["final_tier"], decision["reason"], decision["verdict"], decision["escalations"]),
                         (200, "local", "escalation_failed", "review", 2))

    def test_the_last_tiers_words_wait_for_no_validator(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        router = self.serve(lambda body, send: send(200, [*tokens(4), *END]), lambda body, send: send(200, [chunk("no"), hold, chunk(" label"), *END]),
                            policy=gated({"enum": ["ACCT", "BILL"], "max-chars": 100}, stream="whole"))
        read = self.ask(router)
        self.assertIn('"no"', read(b'"no"'), "while the model still writes")
        hold.set()
        decision, attempts = self.decided(router, read())
        self.assertEqual((decision["final_tier"], decision["verdict"], decision["escalations"]), ("frontier", "review", 1))
        self.assertIn("frontier: later failed enum", decision["explanation"])
        self.assertEqual([a["validators"] for a in attempts], ["enum", "enum"])

    def test_without_a_gate_a_refusal_is_known_by_its_beginning(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        refusal = [chunk(word) for word in ("I", "'m", " sorry", ",", " but", " I", " can", "not", " help")]

        def local(body, send):
            send(200, [*refusal, hold, *END] if "forbidden" in json.dumps(body) else [*(chunk(f" w{i}") for i in range(9)), hold, *END])
        router = self.serve(local, lambda body, send: send(200, [chunk("gladly"), *END]),
                            policy={"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "validate": {"refusals": "escalate"}}]})
        said = self.ask(router, "forbidden")()
        self.assertIn("gladly", said)
        self.assertNotIn("sorry", said)
        decision, attempts = self.decided(router, said)
        self.assertEqual((decision["final_tier"], decision["escalations"], attempts[0]["validators"]), ("frontier", 1, "refusal"))
        read = self.ask(router)
        self.assertIn(" w7", read(b" w7"), "and nobody waits for the end of what is none")
        hold.set()
        decision, attempts = self.decided(router, read())
        self.assertEqual((decision["final_tier"], decision["verdict"], attempts[0]["validators"]), ("local", "ungated", "pass"))

    def test_a_stream_that_breaks_off_within_its_beginning_is_asked_for_higher_up(self):
        router = self.serve(lambda body, send: send(200, tokens(2)), lambda body, send: send(200, [chunk("whole"), *END]), policy=gated())
        said = self.ask(router)()
        self.assertIn("whole", said)
        self.assertNotIn(" w0", said)
        decision, attempts = self.decided(router, said)
        self.assertEqual((decision["reason"], decision["escalations"], [a["error"] for a in attempts]), ("failover", 0, ["upstream_truncated", None]))


if __name__ == "__main__":
    unittest.main()
