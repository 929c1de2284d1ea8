# SPDX-License-Identifier: Apache-2.0
"""Responses, legacy completions and embeddings through the router, on providers that have them and on such that know chats only."""
import http.client
import json
import re
import threading
import unittest

from harness import FlowTest, Router, row, simulate, sse, until, write_outcomes
from record_test import Provider, chunk, whole

CASCADE = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.5}}}]}


def completion(text="yes", logprob=-0.01):
    return {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "text": text, "finish_reason": "stop", "logprobs": {"tokens": [text], "token_logprobs": [logprob], "top_logprobs": [{text: logprob}], "text_offset": [0]}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}}


def piece(text, finish=None):
    return {"id": "cmpl-1", "object": "text_completion", "model": "m", "choices": [{"index": 0, "text": text, "logprobs": None, "finish_reason": finish}]}


def vectors(body, model):
    count = len(body["input"]) if isinstance(body["input"], list) else 1
    return {"object": "list", "model": model, "data": [{"object": "embedding", "index": i, "embedding": [0.5, -0.5]} for i in range(count)], "usage": {"prompt_tokens": 6, "total_tokens": 6}}


def read_stream(router, path, body, headers=None, begun=None):
    """Headers and text of a stream, however it ends; `begun` is set when its first event is there."""
    connection = http.client.HTTPConnection(router.url.removeprefix("http://"), timeout=30)
    connection.request("POST", path, json.dumps(body), {"authorization": f"Bearer {router.token}", "content-type": "application/json", **(headers or {})})
    response = connection.getresponse()
    text = b""
    try:
        while more := response.read1(65536):
            text += more
            if begun is not None and b"data:" in text:
                begun.set()
    except (http.client.IncompleteRead, ConnectionError):
        pass  # that is how streams end that broke off
    finally:
        connection.close()
    return dict(response.getheaders()), text.decode()


class DialectsTest(FlowTest):
    """Two tiers; `answers` is called with the tier's name, the path's shape being told by the body."""

    def serve(self, answers, models=None, policy=CASCADE):
        names = ["local", "frontier"]
        self.providers = {name: self.enter(Provider(lambda body, send, name=name: answers(name, body, send))) for name in names}
        models = models or {name: [{"id": f"{name}-m", "price": {"input": 1, "output": 2, "per": "1M"}}] for name in names}
        upstreams = [{"name": name, "api": "openai", "base_url": self.providers[name].url, "models": models[name]} for name in names]
        tiers = [{"name": name, "deployments": [f"{name}/{models[name][0]['id']}"], "timeout": "3s"} for name in names]
        return self.enter(Router(self.folder, upstreams, tiers, policy))

    def asked(self, name):
        return self.providers[name].asked


class EmbeddingsTest(DialectsTest):
    def test_are_made_by_one_model_whatever_the_strategy(self):
        models = {"local": [{"id": "chat"}], "frontier": [{"id": "chat"}, {"id": "embed", "embeddings": True, "price": {"input": 1, "output": 0, "per": "1M"}}]}
        router = self.serve(lambda name, body, send: send(200, vectors(body, body["model"])), models)
        status, headers, text = router.request("POST", "/v1/embeddings", {"model": "auto", "input": ["a", "b"], "encoding_format": "float", "tomorrow": [1]})
        self.assertEqual((status, len(json.loads(text)["data"])), (200, 2))
        self.assertEqual([headers[f"x-signalbox-{k}"] for k in ("model", "upstream", "reason")], ["embed", "frontier", "fixed"])
        self.assertEqual(self.asked("frontier")[-1], {"model": "embed", "input": ["a", "b"], "encoding_format": "float", "tomorrow": [1]})
        decision = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["dialect"], decision["input_tokens"], decision["output_tokens"], decision["escalations"]), ("openai.embeddings", 6, 0, 0))
        self.assertAlmostEqual(decision["cost_usd"], 6e-6)
        status, headers, _ = router.request("POST", "/v1/embeddings", {"model": "local/chat", "input": [1, 2]})
        self.assertEqual((status, headers["x-signalbox-upstream"], headers["x-signalbox-reason"]), (200, "local", "pinned"))

    def test_never_fail_over_to_another_model(self):
        models = {"local": [{"id": "one", "embeddings": True}], "frontier": [{"id": "two", "embeddings": True}]}
        router = self.serve(lambda name, body, send: send(500, {"error": {"message": "down"}}) if name == "local" else send(200, vectors(body, "two")), models)
        status, headers, _ = router.request("POST", "/v1/embeddings", {"model": "auto", "input": "a"})
        self.assertEqual((status, self.asked("frontier")), (502, []))

    def test_models_are_kept_warm_by_what_they_know(self):
        asked = []

        def answer(body, send):
            asked.append(body)
            send(200, vectors(body, "embed") if "input" in body else completion() if "prompt" in body else whole("x"))

        provider = self.enter(Provider(answer))
        models = [{"id": "chat"}, {"id": "embed", "embeddings": True}, {"id": "base", "completions": "native"}]
        upstream = {"name": "local", "api": "openai", "base_url": provider.url, "models": models, "keep_warm": {"every": "200ms", "expect_within": "5s"}}
        self.enter(Router(self.folder, [upstream], [{"name": "local", "deployments": ["local/chat"]}], {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}))
        until(lambda: len({body["model"] for body in asked}) == 3, "every model is asked")
        known = {"chat": "messages", "embed": "input", "base": "prompt"}
        self.assertTrue(all(known[body["model"]] in body for body in asked), asked)

    def test_refuse_wrong_types(self):
        router = self.serve(lambda name, body, send: send(200, vectors(body, "m")))
        status, _, text = router.request("POST", "/v1/embeddings", {"model": "auto", "input": {"a": 1}})
        self.assertEqual((status, json.loads(text)["error"]["param"]), (400, "input"))


class CompletionsTest(DialectsTest):
    def test_are_gated_by_their_own_probabilities(self):
        router = self.serve(lambda name, body, send: send(200, completion(name, -3.0 if name == "local" else -0.01)))
        status, headers, text = router.request("POST", "/v1/completions", {"model": "auto", "prompt": "Say yes"})
        answer = json.loads(text)
        self.assertEqual((status, answer["choices"][0]["text"], answer["choices"][0]["logprobs"] is None), (200, "frontier", False))
        self.assertEqual((headers["x-signalbox-escalations"], headers["x-signalbox-tier"]), ("1", "frontier"))
        self.assertEqual((self.asked("local")[0]["logprobs"], self.asked("local")[0]["prompt"]), (1, "Say yes"))
        self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["dialect"], "openai.completions")

    def test_streams_pass(self):
        router = self.serve(lambda name, body, send: send(200, [piece("ye"), piece("s", "stop"), {"id": "cmpl-1", "choices": [], "usage": completion()["usage"]}, "[DONE]"]))
        status, _, text = router.request("POST", "/v1/completions", {"model": "tier:local", "prompt": "Say yes", "stream": True})
        data, comments = sse(text)
        self.assertEqual([json.loads(d)["choices"][0]["text"] for d in data[:-1]], ["ye", "s"], "the usage was asked for by the router alone")
        self.assertEqual((status, data[-1]), (200, "[DONE]"))
        self.assertIn("cost-usd=0.000005", comments[-1])

    def chat_only(self, refusal):
        def answer(name, body, send):
            if "prompt" in body:
                return send(*refusal)
            if body.get("stream"):
                return send(200, [chunk("ye"), chunk("s"), chunk(None, "stop"), "[DONE]"])
            send(200, whole("yes"))
        return answer

    def test_are_asked_as_chats_where_there_are_no_completions(self):
        for refusal in ((404, {"detail": "Not Found"}), (405, {"detail": "no"}), (501, {}), (400, {"error": {"message": "This is a chat model, use v1/chat/completions"}})):
            router = self.serve(self.chat_only(refusal))
            ask = {"model": "tier:local", "prompt": "Say yes", "max_tokens": 5}
            status, headers, text = router.request("POST", "/v1/completions", ask)
            self.assertEqual((status, json.loads(text)["object"], json.loads(text)["choices"][0]["text"]), (200, "text_completion", "yes"), refusal)
            self.assertEqual([(a["role"], a["status"]) for a in router.attempts(headers["x-signalbox-decision-id"])], [("serve", refusal[0]), ("retry", 200)])
            self.assertEqual(self.asked("local")[-1]["messages"], [{"role": "user", "content": "Say yes"}])
            status, headers, text = router.request("POST", "/v1/completions", {**ask, "stream": True})
            data, _ = sse(text)
            self.assertEqual(("".join(json.loads(d)["choices"][0]["text"] for d in data[:-1]), data[-1]), ("yes", "[DONE]"))
            self.assertEqual(len(router.attempts(headers["x-signalbox-decision-id"])), 1, "it is remembered")
            status, _, text = router.request("POST", "/v1/completions", {**ask, "suffix": "!"})
            error = json.loads(text)["error"]
            self.assertEqual((status, error["param"], error["code"]), (400, "suffix", "unsupported_parameter"))
            router.stop()
            (self.folder / "signalbox.db").unlink()

    def test_a_chat_in_their_place_is_asked_without_what_only_the_router_wants(self):
        def answer(name, body, send):
            if "prompt" in body:
                return send(404, {"detail": "Not Found"})
            if "logprobs" in body:
                return send(400, {"error": {"message": "logprobs are not supported"}})
            send(200, whole("yes"))

        router = self.serve(answer)
        statuses = []
        for _ in range(3):
            status, headers, text = router.request("POST", "/v1/completions", {"model": "auto", "prompt": "Say yes"})
            self.assertEqual((status, json.loads(text)["choices"][0]["text"]), (200, "yes"))
            statuses.append([a["status"] for a in router.attempts(headers["x-signalbox-decision-id"])])
        self.assertEqual((statuses[0], statuses[1][0], statuses[1][-1], statuses[2]), ([404, 400, 200], 400, 200, [200]), "both are remembered")

    def test_the_one_that_has_none_is_asked_for_a_chat_whoever_else_failed(self):
        for other in (429, 503):
            lacks = self.enter(Provider(lambda body, send: self.chat_only((501, {}))("lacks", body, send)))
            fails = self.enter(Provider(lambda body, send, other=other: send(other, {"error": {"message": "not now"}})))
            models = [{"id": "m"}]
            upstreams = [{"name": "lacks", "api": "openai", "base_url": lacks.url, "models": models}, {"name": "fails", "api": "openai", "base_url": fails.url, "models": models}]
            router = self.enter(Router(self.folder, upstreams, [{"name": "local", "deployments": ["lacks/m", "fails/m"], "timeout": "3s"}], CASCADE))
            status, headers, text = router.request("POST", "/v1/completions", {"model": "tier:local", "prompt": "Say yes"})
            self.assertEqual((status, headers["x-signalbox-upstream"], json.loads(text)["choices"][0]["text"]), (200, "lacks", "yes"), other)
            self.assertEqual(["messages" in body for body in fails.asked], [False] * len(fails.asked))
            router.stop()
            (self.folder / "signalbox.db").unlink()

    def test_are_not_tried_where_the_configuration_says_so(self):
        models = {name: [{"id": "m", "completions": "chat"}] for name in ("local", "frontier")}
        router = self.serve(self.chat_only((404, {})), models)
        status, headers, text = router.request("POST", "/v1/completions", {"model": "tier:local", "prompt": "Say yes"})
        self.assertEqual((status, len(router.attempts(headers["x-signalbox-decision-id"]))), (200, 1))
        self.assertEqual(self.asked("local")[0]["max_tokens"], 16)

    def test_are_never_asked_as_chats_where_the_configuration_says_so(self):
        models = {name: [{"id": "m", "completions": "native"}] for name in ("local", "frontier")}
        for status in (405, 501):
            router = self.serve(self.chat_only((status, {"detail": "no"})), models)
            told, headers, text = router.request("POST", "/v1/completions", {"model": "tier:local", "prompt": "Say yes"})
            error = json.loads(text)["error"]
            self.assertEqual((told, error["param"]), (502, str(status)), "what no client can do anything about")
            self.assertEqual([a["status"] for a in router.attempts(headers["x-signalbox-decision-id"])], [status])
            router.stop()
            (self.folder / "signalbox.db").unlink()

    def test_a_missing_model_is_no_reason_to_remember(self):
        router = self.serve(lambda name, body, send: send(404, {"error": {"message": "no such model", "type": "x", "param": None, "code": "model_not_found"}}))
        for _ in range(2):
            status, headers, text = router.request("POST", "/v1/completions", {"model": "tier:local", "prompt": "Say yes"})
            self.assertEqual((status, len(router.attempts(headers["x-signalbox-decision-id"]))), (404, 2))


class ResponsesTest(DialectsTest):
    def test_whole(self):
        router = self.serve(lambda name, body, send: send(200, whole("yes")))
        body = {"model": "tier:local", "instructions": "Be brief.", "input": [{"role": "user", "content": [{"type": "input_text", "text": "Say yes"}]}], "store": True,
                "metadata": {"mine": "1", "x-signalbox-session": "s-1"}, "max_output_tokens": 100, "tomorrow": 1}
        status, headers, text = router.request("POST", "/v1/responses", body)
        answer = json.loads(text)
        self.assertEqual((status, answer["status"], answer["output"][0]["content"][0]["text"], answer["metadata"]), (200, "completed", "yes", {"mine": "1"}))
        self.assertEqual(answer["usage"]["total_tokens"], 18)
        sent = self.asked("local")[0]
        self.assertEqual([m["role"] for m in sent["messages"]], ["system", "user"])
        self.assertEqual((sent["max_tokens"], sent["tomorrow"], "store" in sent, "metadata" in sent), (100, 1, False, False))
        decision = router.decision(headers["x-signalbox-decision-id"])
        self.assertEqual((decision["dialect"], decision["session"], decision["input_tokens"]), ("openai.responses", "s-1", 11))

    def test_what_cannot_be_carried_is_refused_by_name(self):
        router = self.serve(lambda name, body, send: send(200, whole("yes")))
        for fields, param in (({"previous_response_id": "resp_1"}, "previous_response_id"), ({"tools": [{"type": "web_search"}]}, "tools[0]")):
            status, _, text = router.request("POST", "/v1/responses", {"model": "auto", "input": "hi", **fields})
            error = json.loads(text)["error"]
            self.assertEqual((status, error["code"], error["param"]), (400, "unsupported_parameter", param))
        self.assertEqual(self.asked("local"), [])

    def test_a_stream_has_its_cost_before_its_terminal_event(self):
        router = self.serve(lambda name, body, send: send(200, [chunk("ye"), chunk("s"), chunk(None, "stop"),
                                                                {"id": "c", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}, "[DONE]"]))
        status, _, text = router.request("POST", "/v1/responses", {"model": "tier:local", "input": "hi", "stream": True})
        types = [line[7:] for line in text.splitlines() if line.startswith("event: ")]
        self.assertEqual((status, types[0], types[-1]), (200, "response.created", "response.completed"))
        self.assertLess(text.index(": signalbox cost-usd=0.000005"), text.index("event: response.completed"))
        final = json.loads(sse(text)[0][-1])["response"]
        self.assertEqual((final["output"][0]["content"][0]["text"], final["usage"]["output_tokens"]), ("yes", 2))

    def test_a_stream_that_breaks_off_is_never_completed(self):
        begun = threading.Event()
        router = self.serve(lambda name, body, send: send(200, [chunk("ye"), begun, chunk("s")]))
        headers, text = read_stream(router, "/v1/responses", {"model": "tier:local", "input": "hi", "stream": True}, begun=begun)
        types = [line[7:] for line in text.splitlines() if line.startswith("event: ")]
        self.assertEqual(types[-2:], ["error", "response.failed"])
        self.assertNotIn("response.completed", types)
        self.assertEqual(router.decision(headers["x-signalbox-decision-id"])["outcome"], "truncated")


class AnthropicUpstreamTest(FlowTest):
    """A provider of messages alone."""

    def setUp(self):
        super().setUp()
        outcomes = write_outcomes(self.folder / "rows.jsonl", [row(1, "question 1?", "a longer answer", "open", model=(1, 0.9))])
        url = self.enter(simulate(outcomes, "model", api="anthropic")).urls["model"]
        self.router = self.enter(Router(self.folder, [{"name": "claude", "api": "anthropic", "base_url": url, "models": [{"id": "model"}]}],
                                        [{"name": "claude", "deployments": ["claude/model"]}], {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}))

    def test_responses(self):
        status, headers, text = self.router.request("POST", "/v1/responses", {"model": "auto", "input": "question 1?", "store": True, "reasoning": {"effort": "low"}})
        answer = json.loads(text)
        self.assertEqual((status, answer["status"], answer["output"][0]["content"][0]["text"]), (200, "completed", "a longer answer"))
        self.assertEqual(headers["x-signalbox-dropped"], "reasoning.effort, store")
        self.assertEqual(answer["usage"]["input_tokens"], 3)
        status, _, text = self.router.request("POST", "/v1/responses", {"model": "auto", "input": "question 1?", "stream": True})
        self.assertEqual(json.loads(sse(text)[0][-1])["response"]["output"], [{**answer["output"][0], "id": json.loads(sse(text)[0][-1])["response"]["output"][0]["id"]}])
        self.assertIn(": signalbox ", text)
        status, _, text = self.router.request("POST", "/v1/responses", {"model": "auto", "input": "question 1?", "include": ["message.output_text.logprobs"]})
        self.assertEqual((status, json.loads(text)["error"]["param"]), (400, "include"))

    def test_completions(self):
        status, headers, text = self.router.request("POST", "/v1/completions", {"model": "auto", "prompt": "question 1?", "max_tokens": 50, "seed": 1})
        answer = json.loads(text)
        self.assertEqual((status, answer["object"], answer["choices"][0]["text"], answer["choices"][0]["finish_reason"]), (200, "text_completion", "a longer answer", "stop"))
        self.assertEqual((headers["x-signalbox-dropped"], len(self.router.attempts(headers["x-signalbox-decision-id"]))), ("seed", 1))
        status, _, text = self.router.request("POST", "/v1/completions", {"model": "auto", "prompt": "question 1?", "max_tokens": 50, "stream": True})
        data, _ = sse(text)
        self.assertEqual(("".join(json.loads(d)["choices"][0]["text"] for d in data[:-1]), data[-1]), ("a longer answer", "[DONE]"))
        status, _, text = self.router.request("POST", "/v1/completions", {"model": "auto", "prompt": "question 1?", "logprobs": 1})
        self.assertEqual((status, json.loads(text)["error"]["code"], json.loads(text)["error"]["param"]), (400, "unsupported_parameter", "logprobs"))

    def test_what_is_left_out_is_named_as_far_as_a_header_may_be_long(self):
        many = {f"member_{n:03}" + "x" * 500 + "\r\nx-mine: 1": n for n in range(40)}
        status, headers, _ = self.router.request("POST", "/v1/chat/completions", {"model": "auto", "messages": [{"role": "user", "content": "question 1?"}], **many})
        named = headers["x-signalbox-dropped"]
        self.assertEqual((status, "x-mine" in headers), (200, False))
        self.assertTrue(named.startswith("member_000xxx") and named.endswith(" more") and len(named) < 1200, named)

    def test_embeddings_are_refused(self):
        status, _, text = self.router.request("POST", "/v1/embeddings", {"model": "auto", "input": "x"})
        self.assertEqual((status, json.loads(text)["error"]["code"]), (400, "unsupported_parameter"))


class ExplainTest(DialectsTest):
    """The whole decision, in every dialect, whole and streamed and refused."""

    ASKS = {"/v1/chat/completions": {"messages": [{"role": "user", "content": "hi"}]}, "/v1/responses": {"input": "hi"}, "/v1/completions": {"prompt": "hi"},
            "/v1/messages": {"max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}, "/v1/embeddings": {"input": "hi"}}
    EXPLAIN = {"x-signalbox-explain": "1"}

    def check(self, told, headers, outcome):
        self.assertEqual((told["id"], told["outcome"]), (headers["x-signalbox-decision-id"], outcome))
        self.assertEqual(told["attempts"][0]["tier"], "local")
        self.assertGreater(told["latency_ms"], 0)

    def test_of_whole_answers(self):
        def answer(name, body, send):
            send(200, completion() if "prompt" in body else vectors(body, "m") if "input" in body else whole("yes"))
        router = self.serve(answer)
        for path, ask in self.ASKS.items():
            status, headers, text = router.request("POST", path, {"model": "tier:local", **ask}, self.EXPLAIN)
            self.assertEqual(status, 200, path)
            self.check(json.loads(text)["signalbox"], headers, "ok")
            _, _, text = router.request("POST", path, {"model": "tier:local", **ask})
            self.assertNotIn("signalbox", json.loads(text))

    def recovers(self, router):
        """So that no breaker sees several failures in a row."""
        self.assertEqual(router.chat("be well", model="tier:local")[0], 200)

    def answering(self, rest):
        return self.serve(lambda name, body, send: send(200, whole("well")) if "be well" in json.dumps(body) else rest(body, send))

    def streamed(self, router, outcome, begun=None):
        for path, ask in self.ASKS.items():
            if path == "/v1/embeddings":
                continue
            if begun is not None:
                begun.clear()
            headers, text = read_stream(router, path, {"model": "tier:local", "stream": True, **ask}, self.EXPLAIN, begun)
            self.recovers(router)
            told = re.search(r"^: signalbox decision=(.*)$", text, re.MULTILINE)
            self.check(json.loads(told[1]), headers, outcome)
            self.assertIn("data: ", text[told.end():], "the last event comes behind it")

    def test_of_streams(self):
        self.streamed(self.answering(lambda body, send: send(200, [piece("yes", "stop") if "prompt" in body else chunk("yes", "stop"), "[DONE]"])), "ok")

    def test_of_streams_that_break_off(self):
        begun = threading.Event()
        self.streamed(self.answering(lambda body, send: send(200, [piece("y") if "prompt" in body else chunk("y"), begun])), "truncated", begun)

    def test_of_errors(self):
        router = self.answering(lambda body, send: send(500, {"error": {"message": "down"}}))
        for path, ask in self.ASKS.items():
            status, headers, text = router.request("POST", path, {"model": "tier:local", **ask}, self.EXPLAIN)
            told = json.loads(text)
            self.assertEqual((status, "error" in told), (502, True))
            self.check(told["signalbox"], headers, "error")
            self.recovers(router)


if __name__ == "__main__":
    unittest.main()
