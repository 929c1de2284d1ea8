# SPDX-License-Identifier: Apache-2.0
"""Counting tokens at an Anthropic provider, and when it is not asked to."""
import threading
import unittest

from harness import FlowTest, Router, until
from record_test import Provider


class CountingTest(FlowTest):
    """Counting goes round nothing that keeps requests away from a provider."""

    def serve(self, answer, **fields):
        self.provider = self.enter(Provider(answer))
        upstreams = [{"name": "claude", "api": "anthropic", "base_url": self.provider.url, "models": [{"id": "m"}], **fields}]
        policy = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}
        return self.enter(Router(self.folder, upstreams, [{"name": "only", "deployments": ["claude/m"], "timeout": "30s"}], policy))

    def count(self, router):
        status, headers, text = router.request("POST", "/v1/messages/count_tokens", {"model": "auto", "messages": [{"role": "user", "content": "question 1?"}]})
        self.assertEqual(status, 200, text)
        return headers["x-signalbox-usage-source"]

    def test_a_provider_that_is_limited_is_left_alone(self):
        limited = threading.Event()
        router = self.serve(lambda body, send: send(429, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}, {"retry-after": "60"})
                            if limited.is_set() else send(200, {"input_tokens": 7}))
        self.assertEqual(self.count(router), "provider")
        limited.set()
        self.assertEqual([self.count(router) for _ in range(3)], ["estimated"] * 3)
        self.assertEqual(len(self.provider.asked), 2)

    def test_a_full_provider_is_not_asked_to_count(self):
        free = threading.Event()
        self.addCleanup(free.set)

        def answer(body, send):
            if "max_tokens" not in body:
                return send(200, {"input_tokens": 7})
            free.wait(60)
            send(500, {"type": "error", "error": {"type": "api_error", "message": "too late"}})

        router = self.serve(answer, limits={"in-flight": 1})
        chat = threading.Thread(target=lambda: router.chat("hello"), daemon=True)
        chat.start()
        until(lambda: self.provider.asked, "the only place is taken")
        self.assertEqual(self.count(router), "estimated")
        self.assertEqual(len(self.provider.asked), 1)
        free.set()
        chat.join(60)

    def test_a_provider_that_cannot_count_still_answers(self):
        router = self.serve(lambda body, send: send(500, {"type": "error", "error": {"type": "api_error", "message": "what is counting?"}}) if "max_tokens" not in body
                            else send(200, {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "yes"}], "stop_reason": "end_turn",
                                            "usage": {"input_tokens": 3, "output_tokens": 1}}))
        self.assertEqual([self.count(router) for _ in range(8)], ["estimated"] * 8)
        self.assertEqual(router.chat("hello")[0], 200)


if __name__ == "__main__":
    unittest.main()
