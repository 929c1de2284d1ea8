# SPDX-License-Identifier: Apache-2.0
"""Upstreams are left alone when they cannot answer, and found again when they can: breakers, cool-downs, refused credentials, the
retry budget, and a router of which every upstream is down. What upstreams are asked is counted on their side."""
import json
import threading
import time
import unittest

from control_socket import ControlSocket
from failure_test import UNGATED, upstream
from harness import SLOWER, FlowTest, Router, request, row, set_fault, simulate, until, write_outcomes


class Protected(FlowTest):
    """Two deployments of one tier; each can be told to fail, and counts what it was asked."""

    def setUp(self):
        super().setUp()
        outcomes = write_outcomes(self.folder / "rows.jsonl", [row(0, "question?", "yes", small=(1, 0.9))])
        self.first = self.enter(simulate(outcomes, "small")).urls["small"]
        self.second = self.enter(simulate(outcomes, "small")).urls["small"]

    def serve(self, deployments=("first/small", "second/small"), timeout="5s", extra_tiers=(), **fields):
        upstreams = [upstream("first", self.first, "small"), upstream("second", self.second, "small")]
        tiers = [{"name": "local", "deployments": list(deployments), "timeout": timeout, **fields}, *extra_tiers]
        self.router = self.enter(Router(self.folder, upstreams, tiers, UNGATED))
        return self.router

    @staticmethod
    def asked(url):
        return json.loads(request(url, "GET", "/simulated/stats")[2])["requests"]

    def ask(self, **fields):
        """Status, code of the error, headers and seconds."""
        began = time.monotonic()
        status, headers, text = self.router.chat("question?", **fields)
        return status, json.loads(text).get("error", {}).get("code") if status != 200 else None, headers, time.monotonic() - began

    def errors(self, code):
        """How many requests ended so, by /metrics."""
        text = request(self.router.url, "GET", "/metrics")[2]
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(f'signalbox_errors_total{{code="{code}"'))

    def shed_in_its_row(self, headers):
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["outcome"], decision["error"], decision["reason"], decision["status"]), ("shed", "unavailable", "unavailable", 503))
        self.assertEqual(self.router.attempts(decision["id"]), [], "nobody was asked")

    def listed(self):
        """upstreams.list by name."""
        with ControlSocket(self.router.control_url, self.router.control_token) as control:
            return {one["name"]: one for one in control.call("upstreams.list")}

    def crowd(self, clients, seconds, **fields):
        """So many clients that ask again as soon as they are answered; everything they got."""
        answers, end = [], time.monotonic() + seconds

        def one():
            while time.monotonic() < end:
                answers.append((time.monotonic(), *self.ask(**fields)))
        threads = [threading.Thread(target=one) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


class LimitTest(Protected):
    def test_a_limited_deployment_is_left_alone_for_as_long_as_it_says(self):
        self.serve()
        set_fault(self.first, "1*status=429,retry-after=3")
        not_yet_limited = time.monotonic()
        self.assertEqual(self.ask()[2]["x-signalbox-upstream"], "second")
        before = self.asked(self.first)
        status, _, headers, _ = self.ask()
        self.assertEqual((status, headers["x-signalbox-upstream"], self.asked(self.first)), (200, "second", before))
        decision, attempts = self.router.decision(headers["x-signalbox-decision-id"]), self.router.attempts(headers["x-signalbox-decision-id"])
        self.assertIn("first/small is cooling down", decision["explanation"])
        self.assertEqual([(a["upstream"], a["role"]) for a in attempts], [("second", "serve")], "it was chosen, and nobody else asked")
        until(lambda: self.ask()[2]["x-signalbox-upstream"] == "first", "it is asked again")
        self.assertGreaterEqual(time.monotonic() - not_yet_limited, 3)

    def test_every_one_limited_is_429_with_the_smallest_wait_and_asks_nobody(self):
        self.serve()
        set_fault(self.first, "status=429,retry-after=30")
        set_fault(self.second, "status=429,retry-after=9")
        self.assertEqual(self.ask()[:2], (429, "upstream_rate_limited"))
        before = self.asked(self.first) + self.asked(self.second)
        status, code, headers, _ = self.ask()
        self.assertEqual((status, code), (429, "upstream_rate_limited"))
        self.assertLessEqual(int(headers["retry-after"]), 9)
        self.assertGreaterEqual(int(headers["retry-after"]), 5)
        self.assertEqual(self.asked(self.first) + self.asked(self.second), before)
        self.assertEqual(self.router.decision(headers["x-signalbox-decision-id"])["reason"], "unavailable")


class CredentialTest(Protected):
    def test_a_refused_credential_is_not_used_again_and_the_others_serve(self):
        self.serve()
        set_fault(self.first, "status=401")
        self.assertEqual(self.ask()[:2], (502, "upstream_auth"))
        before = self.asked(self.first)
        for _ in range(5):
            self.assertEqual(self.ask()[2]["x-signalbox-upstream"], "second")
        self.assertEqual(self.asked(self.first), before)
        self.assertTrue(any("refuses the router's credential" in line for line in self.router.program.errors))

    def test_says_so_where_nobody_else_is_left(self):
        self.serve(["first/small"])
        set_fault(self.first, "status=403")
        for _ in range(3):
            self.assertEqual(self.ask()[:2], (502, "upstream_auth"))
        self.assertEqual(self.asked(self.first), 1)

    def test_one_request_that_the_provider_does_not_want_takes_the_model_from_nobody(self):
        self.serve(["first/small"])
        self.assertEqual(self.ask()[0], 200)
        set_fault(self.first, "1*status=403; ok")
        self.assertEqual(self.ask()[:2], (502, "upstream_auth"))
        self.assertEqual(self.ask()[0], 200)

    def test_a_refusal_by_name_speaks_of_the_one_that_was_named(self):
        self.serve()
        set_fault(self.first, "status=401")
        self.assertEqual(self.ask(model="first/small")[:2], (502, "upstream_auth"))
        status, _, text = self.router.chat("question?", model="first/small")
        self.assertEqual(status, 502)
        self.assertTrue(json.loads(text)["error"]["message"].startswith("first/small has refused"), text)
        self.assertEqual(self.ask(model="tier:local")[0], 200, "the others of its tier serve")


class BreakerTest(Protected):
    def test_a_deployment_that_fails_five_times_in_a_row_is_left_alone(self):
        self.serve()
        set_fault(self.first, "junk-json")
        for _ in range(20):
            status, _, headers, _ = self.ask()
            if status == 200:
                self.assertEqual(headers["x-signalbox-upstream"], "second")
        self.assertEqual(self.asked(self.first), 5)
        decision = self.router.decision(headers["x-signalbox-decision-id"])
        self.assertIn("first/small is open", decision["explanation"])
        self.assertNotEqual(decision["reason"], "failover", "nothing failed in this request")

    def test_three_streams_that_break_off_in_a_row_are_enough(self):
        self.serve()
        set_fault(self.first, "drip=5ms,end-after=1")
        for _ in range(10):
            self.router.chat("question?", stream=True)
        self.assertEqual(self.asked(self.first), 3)

    def test_the_last_deployment_stays_while_some_of_its_requests_succeed(self):
        self.serve(["first/small"])
        set_fault(self.first, "4*status=504; ok; repeat")
        codes = [self.ask()[1] for _ in range(100)]
        self.assertEqual(codes.count(None), 20)
        self.assertNotIn("unavailable", codes)

    def test_a_limit_is_no_failure(self):
        self.serve(["first/small"])
        for _ in range(7):
            set_fault(self.first, "1*status=400; ok")
            self.assertEqual(self.ask()[0], 400)
            self.assertEqual(self.ask()[0], 200)


class BrownOutTest(Protected):
    def test_attempts_stay_within_ten_percent_of_what_was_chosen(self):
        self.serve()
        for url in (self.first, self.second):
            set_fault(url, "status=503; status=500; ok; repeat")
        answers = self.crowd(8, 4)
        asked = self.asked(self.first) + self.asked(self.second)
        reached = sum(1 for answer in answers if answer[2] != "unavailable")
        self.assertGreater(sum(1 for answer in answers if answer[1] == 200), len(answers) / 5, "it goes on")
        self.assertGreater(reached, 100)
        self.assertLessEqual(asked, 1.10 * reached + 6)

    def test_attempts_at_each_upstream_stay_within_ten_percent_of_the_requests_that_chose_it(self):
        self.serve()
        before = {"first": self.asked(self.first), "second": self.asked(self.second)}
        for url in (self.first, self.second):
            set_fault(url, "status=503; ok; status=500; ok; repeat")  # never five in a row, which would open it for good
        answers = self.crowd(3, 4, model="first/small") + self.crowd(3, 4, model="second/small") + self.crowd(3, 2)
        self.router.decision(answers[-1][3]["x-signalbox-decision-id"])
        written = len(answers)

        def all_written():
            with self.router.store() as store:
                return store.execute("SELECT count(*) FROM decisions").fetchone()[0] == written
        until(all_written, "every row is written")
        with self.router.store() as store:
            rows = store.execute("SELECT decision_id, upstream, role, error FROM attempts ORDER BY decision_id, n").fetchall()
        chosen, further, arrived, last = {}, {}, {}, None
        for one in rows:
            arrived[one["upstream"]] = arrived.get(one["upstream"], 0) + 1
            if last is None or last["decision_id"] != one["decision_id"]:
                self.assertEqual(one["role"], "serve")
                chosen[one["upstream"]] = chosen.get(one["upstream"], 0) + 1
            else:
                self.assertEqual(one["role"], "retry")
                further[last["upstream"]] = further.get(last["upstream"], 0) + 1  # whose failure made it
            last = one
        for name, url in (("first", self.first), ("second", self.second)):
            self.assertEqual(self.asked(url) - before[name], arrived[name], "the upstream counts the same")
            self.assertGreater(chosen[name], 30)
            self.assertGreater(further[name], 3, "some are tried again")
            self.assertLessEqual(chosen[name] + further[name], 1.10 * chosen[name] + 3, f"{name}: {chosen} {further}")


class EverythingDownTest(Protected):
    def test_is_shed_at_once_with_one_probe_a_second_and_comes_back_step_by_step(self):
        self.serve()
        self.assertEqual(self.ask()[0], 200)
        for url in (self.first, self.second):
            set_fault(url, "status=500")
        until(lambda: self.ask()[1] == "unavailable", "the router sheds")
        before = [self.asked(url) for url in (self.first, self.second)]
        seconds, counted = 4, self.errors("unavailable")
        answers = self.crowd(8, seconds)
        for url, count in zip((self.first, self.second), before):
            self.assertLessEqual(self.asked(url) - count, seconds + 2)
        shed = [answer for answer in answers if answer[2] == "unavailable"]
        self.assertGreater(len(shed), 0.9 * len(answers))
        for _, status, _, headers, _ in shed:
            self.assertEqual(status, 503)
            self.assertIn(int(headers["retry-after"]), (1, 2, 3))
        self.assertLess(sorted(answer[4] for answer in shed)[len(shed) // 2], 0.05 * SLOWER)
        self.shed_in_its_row(shed[-1][3])
        self.assertEqual(self.errors("unavailable") - counted, len(shed))
        for url in (self.first, self.second):
            set_fault(url, "ok")
        until(lambda: self.ask()[0] == 200, "it answers again", 5 * SLOWER)
        time_of_first = time.monotonic()
        answers = self.crowd(8, 3)
        late = [answer for answer in answers if answer[0] > time_of_first + 2.2]
        self.assertTrue(late and all(answer[1] == 200 for answer in late), "two seconds later everybody is served")

    def test_it_is_not_rushed_at_when_it_is_well_again(self):
        self.serve(["first/small"], timeout="20s")
        set_fault(self.first, "status=500")
        until(lambda: self.ask()[1] == "unavailable", "the router sheds")
        set_fault(self.first, "delay=600ms")
        before, done, answered, shed, counted = self.asked(self.first), threading.Event(), [], [], self.errors("unavailable")

        def one():
            while not done.is_set():
                status, _, headers, _ = self.ask()
                if status == 200:
                    answered.append(headers["x-signalbox-decision-id"])
                else:
                    shed.append(headers)

        crowd = [threading.Thread(target=one) for _ in range(16)]
        for thread in crowd:
            thread.start()
        until(lambda: len(answered) >= 40, "it is everybody's again")
        done.set()
        for thread in crowd:
            thread.join()
        self.shed_in_its_row(shed[0])
        self.assertEqual(self.errors("unavailable") - counted, len(shed))
        attempts = sorted((one["ts"], one["latency_ms"]) for decision in answered for one in self.router.attempts(decision))
        self.assertEqual(self.asked(self.first) - before, len(attempts), "what the rows say is what it was asked")
        well = attempts[0][0] + attempts[0][1] * 1000  # the end of the first good answer, in µs
        by = {ms: sum(1 for at, _ in attempts if at <= well + ms * 1000) for ms in (200, 450)}
        self.assertLessEqual(by[200], 1 + 4, f"the one that found out, and those that its answer lets through: {by}")
        self.assertLessEqual(by[450], 1 + 4 + 4, by)

    def test_one_request_alone_finds_out_whether_it_is_well_again(self):
        self.serve(["first/small"], timeout="20s")
        set_fault(self.first, "status=500")
        until(lambda: self.ask()[1] == "unavailable", "the router sheds")
        set_fault(self.first, "delay=3s")
        before, counted = self.asked(self.first), self.errors("unavailable")
        answers = self.crowd(12, 2)
        self.assertEqual(self.asked(self.first) - before, 1)
        self.assertEqual(sum(1 for answer in answers if answer[1] == 200), 1)
        shed = [answer for answer in answers if answer[1] != 200]
        self.shed_in_its_row(shed[0][3])
        self.assertEqual(self.errors("unavailable") - counted, len(shed))
        self.assertLess(sorted(answer[4] for answer in shed)[len(shed) // 2], 0.05 * SLOWER)


if __name__ == "__main__":
    unittest.main()
