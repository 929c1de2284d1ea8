# SPDX-License-Identifier: Apache-2.0
"""Other people's clients against the router: langchain-openai and litellm, in a virtual environment of the test's own."""
import json
import os
import unittest

from own_venv import start_again_with

CLIENTS = ["langchain-openai==1.7.3", "litellm==1.106.2", "mcp==2.3.0"]  # litellm has calls of tools only with the last

if __name__ == "__main__":
    start_again_with(CLIENTS, "-others")

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks a server of its own for prices

import litellm  # noqa: E402
import openai  # noqa: E402
from langchain_core.messages import HumanMessage, ToolMessage  # noqa: E402
from langchain_core.tools import tool  # noqa: E402
from langchain_openai import ChatOpenAI, OpenAIEmbeddings  # noqa: E402

from harness import FlowTest, Router, row, simulate, write_outcomes  # noqa: E402

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.8}}}]}
SURE, UNSURE, COUNT, ANSWER = "question 1?", "question 2?", "how many?", "a longer answer, in several tokens"


@tool
def classify(answer: str) -> str:
    """Sorts."""
    return answer


SPEC = {"type": "function", "function": {"name": "classify", "parameters": {"type": "object", "properties": {"answer": {"type": "string"}}}}}
# What is asked for, and who answers: a model of chat completions, the one above it, a model of messages.
WAYS = (("auto", SURE, "small"), ("auto", UNSURE, "large"), ("tier:claude", SURE, "sonnet"))


class ClientsTest(FlowTest):
    def setUp(self):
        super().setUp()
        names = {"small": "openai", "large": "openai", "sonnet": "anthropic"}
        rows = [row(1, SURE, ANSWER, "open", small=(1, 0.95), large=(1, 0.99), sonnet=(1, 0.9)), row(2, UNSURE, ANSWER, "open", small=(1, 0.4), large=(1, 0.99)),
                row(3, COUNT, '{"n": 4}', "count", small=(1, 0.95), sonnet=(1, 0.9))]
        outcomes = write_outcomes(self.folder / "rows.jsonl", rows)
        urls = {**self.enter(simulate(outcomes, "small", "large")).urls, **self.enter(simulate(outcomes, "sonnet", api="anthropic")).urls}
        tiers = [{"name": tier, "deployments": [f"{name}/{name}"], "timeout": "5s"} for tier, name in (("local", "small"), ("frontier", "large"), ("claude", "sonnet"))]
        self.router = self.enter(Router(self.folder, [{"name": n, "api": api, "base_url": urls[n], "models": [{"id": n}]} for n, api in names.items()], tiers, POLICY))

    def ways(self):
        for model, prompt, name in WAYS:
            with self.subTest(answers=name):
                yield model, prompt, name


class LangchainTest(ClientsTest):
    def chain(self, **options):
        return ChatOpenAI(model=options.pop("model", "auto"), base_url=self.router.url + "/v1", api_key=self.router.token, max_retries=0, **options)

    def test_chats_and_streams(self):
        for responses in (False, True):
            for model, prompt, name in self.ways():
                chain = self.chain(model=model, use_responses_api=responses)
                answer = chain.invoke(prompt)
                self.assertEqual((answer.text, answer.response_metadata["model_name"]), (ANSWER, name))
                self.assertGreater(answer.usage_metadata["output_tokens"], 0)
                self.assertEqual("".join(piece.text for piece in chain.stream(prompt)), ANSWER)

    def test_calls_tools(self):
        for responses in (False, True):
            for model in ("tier:local", "tier:claude"):
                chain = self.chain(model=model, use_responses_api=responses).bind_tools([classify], tool_choice="classify")
                called = chain.invoke(SURE)
                self.assertEqual([(call["name"], list(call["args"])) for call in called.tool_calls], [("classify", ["answer"])])
                streamed = None
                for piece in chain.stream(SURE):
                    streamed = piece if streamed is None else streamed + piece
                self.assertEqual([(call["name"], call["args"]) for call in streamed.tool_calls], [("classify", called.tool_calls[0]["args"])])
                result = ToolMessage("42", tool_call_id=called.tool_calls[0]["id"])
                self.assertEqual(self.chain(model=model, use_responses_api=responses).bind_tools([classify]).invoke([HumanMessage(SURE), called, result]).text, ANSWER)

    def test_gives_shapes(self):
        for model in ("tier:local", "tier:claude"):
            for method in ("json_schema", "json_mode"):
                chain = self.chain(model=model).with_structured_output({"title": "Count", "type": "object", "properties": {"n": {"type": "integer"}}}, method=method)
                if (model, method) == ("tier:claude", "json_schema"):
                    self.assertEqual(chain.invoke(COUNT), {"answer": '{"n": 4}'}, "a simulated call of any tool has this one argument")
                else:
                    self.assertEqual(chain.invoke(COUNT), {"n": 4})

    def test_embeds(self):
        embeddings = OpenAIEmbeddings(model="auto", base_url=self.router.url + "/v1", api_key=self.router.token, check_embedding_ctx_length=False)
        one, two = embeddings.embed_documents(["one", "two"])
        self.assertEqual((len(one), one == two, embeddings.embed_query("one") == one), (64, False, True))

    def test_errors_are_those_of_the_sdk(self):
        with self.assertRaises(openai.NotFoundError):
            self.chain(model="nobody").invoke("hi")
        with self.assertRaises(openai.BadRequestError):
            self.chain(model="tier:claude", n=2).invoke("hi")


class LitellmTest(ClientsTest):
    def ask(self, prompt, model="auto", **fields):
        return litellm.completion(model="openai/" + model, api_base=self.router.url + "/v1", api_key=self.router.token, max_retries=0,
                                  messages=[{"role": "user", "content": prompt}], **fields)

    def test_chats_and_streams(self):
        for model, prompt, name in self.ways():
            answer = self.ask(prompt, model)
            self.assertEqual((answer.choices[0].message.content, answer.model), (ANSWER, name))
            self.assertGreater(answer.usage.completion_tokens, 0)
            self.assertEqual("".join(piece.choices[0].delta.content or "" for piece in self.ask(prompt, model, stream=True)), ANSWER)

    def test_chats_as_with_anthropic(self):
        for model, prompt, name in self.ways():
            fields = {"model": "anthropic/" + model, "api_base": self.router.url, "api_key": self.router.token, "messages": [{"role": "user", "content": prompt}], "max_tokens": 200}
            answer = litellm.completion(**fields)
            self.assertEqual((answer.choices[0].message.content, answer.model), (ANSWER, name))
            self.assertEqual("".join(piece.choices[0].delta.content or "" for piece in litellm.completion(stream=True, **fields)), ANSWER)

    def test_calls_tools(self):
        for model in ("tier:local", "tier:claude"):
            call = self.ask(SURE, model, tools=[SPEC], tool_choice="required").choices[0].message.tool_calls[0]
            self.assertEqual((call.function.name, list(json.loads(call.function.arguments))), ("classify", ["answer"]))
            pieces = [p.choices[0].delta.tool_calls[0].function for p in self.ask(SURE, model, tools=[SPEC], tool_choice="required", stream=True) if p.choices[0].delta.tool_calls]
            self.assertEqual(json.loads("".join(p.arguments or "" for p in pieces)), json.loads(call.function.arguments))

    def test_uses_responses(self):
        for model, prompt, name in self.ways():
            answer = litellm.responses(model="openai/" + model, input=prompt, api_base=self.router.url + "/v1", api_key=self.router.token)
            self.assertEqual((answer.output[0].content[0].text, answer.model), (ANSWER, name))

    def test_embeds(self):
        answer = litellm.embedding(model="openai/auto", input=["one", "two"], api_base=self.router.url + "/v1", api_key=self.router.token)
        self.assertEqual((len(answer.data), len(answer.data[0]["embedding"])), (2, 64))

    def test_errors_are_its_own(self):
        with self.assertRaises(litellm.NotFoundError):
            self.ask(SURE, "nobody")
        with self.assertRaises(litellm.BadRequestError):
            self.ask(SURE, "tier:claude", n=2)


if __name__ == "__main__":
    unittest.main()
