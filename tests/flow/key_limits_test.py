# SPDX-License-Identifier: Apache-2.0
"""What a client key may use: requests and tokens a minute, dollars a day. Budgets hold across restarts and fail closed."""
import json
import resource
import signal
import socket
import threading
import time
import unittest

from harness import SLOWER, FlowTest, Router, request, until
from record_test import Provider, chunk, whole

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
PRICE = {"input": 100, "output": 200}  # 11 tokens in and 7 out are 0.0025 USD
COST = 11 * 100e-6 + 7 * 200e-6


class Limited(FlowTest):
    def serve(self, limits, answer=None, price=PRICE, api="openai", **key):
        self.provider = self.enter(Provider(answer or (lambda body, send: send(200, whole()))))
        keys = [{"name": "app", "key": {"env": "FLOW_APP"}, "limits": limits, **key}, {"name": "free", "key": {"env": "FLOW_FREE"}}]
        model = {"id": "m", **({"price": price} if price else {})}
        router = Router(self.folder, [{"name": "u", "api": api, "base_url": self.provider.url, "models": [model]}],
                        [{"name": "t", "deployments": ["u/m"], "timeout": "5s"}], UNGATED, {"keys": keys},
                        env={"FLOW_APP": "key-of-the-app", "FLOW_FREE": "key-of-the-other"})
        router.token = "key-of-the-app"
        return self.enter(router)

    def ask(self, router, key="key-of-the-app", **fields):
        status, headers, text = router.chat("hello", headers={"authorization": f"Bearer {key}"}, **fields)
        return status, headers, json.loads(text) if text.startswith("{") else text

    def refused(self, router, code, **fields):
        began = time.monotonic()
        status, headers, body = self.ask(router, **fields)
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual((status, body["error"]["code"]), (429, code), body)
        row = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((row["status"], row["outcome"], row["error"], row["key"]), (429, "shed", code, "app"))
        return headers, body["error"]


class MinuteTest(Limited):
    def test_requests_a_minute(self):
        router = self.serve({"rpm": 3})
        for left in (2, 1, 0):
            status, headers, _ = self.ask(router)
            self.assertEqual((status, headers["x-ratelimit-limit-requests"], headers["x-ratelimit-remaining-requests"]), (200, "3", str(left)))
        headers, error = self.refused(router, "rate_limit_exceeded")
        self.assertTrue(1 <= int(headers["retry-after"]) <= 60, headers)
        self.assertIn("3 requests a minute", error["message"])
        self.assertEqual(self.ask(router, "key-of-the-other")[0], 200)
        self.assertEqual(len(self.provider.asked), 4)

    def test_counting_tokens_at_the_provider_is_a_request_too(self):
        router = self.serve({"rpm": 2}, lambda body, send: send(200, {"input_tokens": 3}), api="anthropic")
        body = {"model": "u/m", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
        answers = [router.request("POST", "/v1/messages/count_tokens", body) for _ in range(3)]
        self.assertEqual([status for status, _, _ in answers], [200, 200, 429])
        self.assertEqual((answers[0][1]["x-signalbox-usage-source"], json.loads(answers[0][2])), ("provider", {"input_tokens": 3}))
        self.assertEqual(json.loads(answers[2][2])["error"]["type"], "rate_limit_error")
        self.assertEqual(len(self.provider.asked), 2)

    def test_the_limit_is_one_for_all_workers(self):
        router = self.serve({"rpm": 10})
        seen, lock = [], threading.Lock()

        def send():
            status = self.ask(router)[0]
            with lock:
                seen.append(status)
        threads = [threading.Thread(target=send) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((seen.count(200), seen.count(429)), (10, 20))

    def test_tokens_a_minute_are_settled_with_the_real_usage(self):
        router = self.serve({"tpm": 100})
        for _ in range(4):
            self.assertEqual(self.ask(router, max_tokens=20)[0], 200)  # thought to be 22, and really 18
        headers, _ = self.refused(router, "rate_limit_exceeded", max_tokens=30)
        self.assertTrue(1 <= int(headers["retry-after"]) <= 60, headers)
        self.assertEqual(self.ask(router, max_tokens=20)[0], 200)
        headers, error = self.refused(router, "rate_limit_exceeded", max_tokens=1000)
        self.assertNotIn("retry-after", headers)
        self.assertIn("does not help", error["message"])

    def test_no_request_makes_room_for_others(self):
        """A length below 0, which some servers take for no limit, is nothing that could be set aside."""
        asked, go_on = threading.Event(), threading.Event()

        def answer(body, send):
            if body.get("max_tokens") == -1_000_000:
                asked.set()
                go_on.wait(30)
            send(200, whole())

        router = self.serve({"tpm": 2000}, answer)
        held = threading.Thread(target=self.ask, args=(router,), kwargs={"max_tokens": -1_000_000})
        held.start()
        self.assertTrue(asked.wait(30))
        try:
            self.refused(router, "rate_limit_exceeded", max_tokens=1000)
            status, headers, _ = self.ask(router, max_tokens=20, n=4)
            self.assertEqual((status, headers["x-ratelimit-remaining-tokens"]), (200, str(2000 - (2 + 1000) - (2 + 4 * 20))), "the first may answer with a thousand")
            self.refused(router, "rate_limit_exceeded", max_tokens=200, n=5)
        finally:
            go_on.set()
            held.join()

    def test_numbers_that_run_over_are_too_much_and_not_too_little(self):
        router = self.serve({"tpm": 100})
        for n, body in enumerate(({"prompt": ["x"] * 1100, "max_tokens": 9 * 10**15}, {"prompt": ["x"] * 1000, "n": 128, "max_tokens": 10**18},
                                  {"prompt": ["x"] * 1000, "max_tokens": 10**300})):
            status, _, text = router.request("POST", "/v1/completions", {"model": "auto", **body})
            self.assertEqual((status, json.loads(text)["error"]["code"]), (429, "rate_limit_exceeded"), f"{n} {text}")
        self.assertEqual(self.provider.asked, [])
        status, headers, _ = self.ask(router, max_tokens=10)
        self.assertEqual((status, headers["x-ratelimit-remaining-tokens"]), (200, str(100 - (2 + 10))))

    def test_refusals_of_keys_and_rights_have_rows(self):
        router = self.serve({"rpm": 100}, workloads=["all"])
        for key, model, want in (("wrong", "auto", 401), ("key-of-the-app", "tier:t", 403)):
            status, headers, _ = self.ask(router, key, model=model)
            self.assertEqual(status, want)
            self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["status"], want)


class BudgetTest(Limited):
    def spend(self, router):
        """Asks until the budget is spent; how often it was answered."""
        for answered in range(10):
            status, headers, body = self.ask(router)
            if status == 429:
                self.assertEqual((body["error"]["type"], body["error"]["code"]), ("insufficient_quota", "insufficient_quota"))
                left = 86400 - time.time() % 86400
                self.assertLess(abs(int(headers["retry-after"]) - left), 30)
                return answered
            self.assertEqual(status, 200, body)
        raise AssertionError("the budget has no end")

    def test_dollars_a_day_hold_across_restarts(self):
        router = self.serve({"usd_per_day": COST * 2.5})
        self.assertEqual(self.spend(router), 3)
        self.assertEqual(self.ask(router, "key-of-the-other")[0], 200)

        def spent():
            with router.store() as store:
                return store.execute("SELECT usd FROM spend WHERE key = 'app' AND known = 3").fetchone()
        self.assertAlmostEqual(until(spent, "the spend is in the store")["usd"], 3 * COST)
        for end in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(end=end.name):
                router.stop(end)
                router.start()
                self.refused(router, "insufficient_quota")

    def test_a_burst_of_which_nothing_is_known_does_not_overspend(self):
        """Thirty at once, each of which costs more than a fifth of the budget."""
        go_on = threading.Event()

        def answer(body, send):
            go_on.wait(30)
            send(200, whole() | {"usage": {"prompt_tokens": 10, "completion_tokens": 1000, "total_tokens": 1010}})
        router = self.serve({"usd_per_day": 0.045}, answer, price={"input": 0, "output": 10, "per": "1M"})
        results = []
        asking = [threading.Thread(target=lambda: results.append(self.ask(router, max_tokens=1000))) for _ in range(30)]
        for one in asking:
            one.start()
        until(lambda: len(results) >= 25, "those beyond the budget are refused")
        go_on.set()
        for one in asking:
            one.join()
        self.assertEqual(sorted(status for status, *_ in results), [200] * 5 + [429] * 25)
        self.assertEqual({answer["error"]["code"] for status, _, answer in results if status == 429}, {"rate_limit_exceeded"})

    def test_a_stream_that_its_client_leaves_is_charged(self):
        hold = threading.Event()
        self.addCleanup(hold.set)

        def answer(body, send):
            send(200, [chunk("some words that were paid for "), hold])
        router = self.serve({"usd_per_day": 1e-6}, answer)
        port = int(router.url.rsplit(":", 1)[1])
        body = json.dumps({"model": "auto", "stream": True, "messages": [{"role": "user", "content": "hello"}]}).encode()
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer key-of-the-app\r\n"
                               b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (port, len(body), body))
            seen = b""
            while b"paid" not in seen:
                seen += connection.recv(4096)

        def row():
            with router.store() as store:
                return store.execute("SELECT * FROM decisions WHERE status = 499").fetchone()
        row = until(row, "the row of the client that left")
        self.assertEqual((row["outcome"], row["usage_source"]), ("cancelled", "estimated"))
        self.assertGreater(row["cost_usd"], 0)
        self.refused(router, "insufficient_quota")

    def test_fails_closed_while_the_disk_takes_nothing_and_opens_again(self):
        router = self.serve({"usd_per_day": 1000})
        self.assertEqual(self.ask(router)[0], 200)
        pid = router.program.process.pid
        whole_limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, whole_limit[1]))
        self.assertEqual(self.ask(router, "key-of-the-other")[0], 200)
        until(lambda: json.loads(router.request("GET", "/readyz")[2])["status"] == "degraded", "it notices")
        asked, began = len(self.provider.asked), time.monotonic()
        refused = lambda: sum(float(line.split()[-1]) for line in router.request("GET", "/metrics", headers={"authorization": "Bearer key-of-the-other"})[2].splitlines()
                              if line.startswith('signalbox_errors_total{code="insufficient_quota"}'))
        before = refused()
        status, headers, body = self.ask(router)
        self.assertLess(time.monotonic() - began, 5 * 0.2 * SLOWER)
        self.assertEqual(refused() - before, 1)
        self.assertEqual((status, body["error"]["code"]), (429, "insufficient_quota"), body)
        self.assertIn("cannot be kept now", body["error"]["message"])
        self.assertEqual(headers["retry-after"], "1")
        self.assertEqual(len(self.provider.asked), asked)
        self.assertEqual(self.ask(router, "key-of-the-other")[0], 200)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, whole_limit)
        until(lambda: self.ask(router)[0] == 200, "the budget is open again")
        self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["error"], "insufficient_quota")

    def test_a_model_without_a_price_is_not_asked_for_a_key_with_a_budget(self):
        router = self.serve({"usd_per_day": 5}, price=None)
        self.assertTrue(any("the price of u/m is not known" in line for line in router.program.errors), router.program.errors)
        _, error = self.refused(router, "insufficient_quota")
        self.assertIn("u/m", error["message"])
        self.assertEqual(self.provider.asked, [])
        self.assertEqual(self.ask(router, "key-of-the-other")[0], 200)


if __name__ == "__main__":
    unittest.main()
