# SPDX-License-Identifier: Apache-2.0
"""Other people's clients against the router: langchain-openai and litellm, in a virtual environment of the test's own."""
import json
import os
import subprocess
import sys
import unittest
import venv
from pathlib import Path

CLIENTS = ["langchain-openai==1.7.3", "litellm==1.106.2", "mcp==2.3.0"]  # litellm has calls of tools only with the last
VENV = Path(os.environ.get("SIGNALBOX_FLOW_VENV", "flow-venv") + "-others")


def inside_venv():
    """Starts this script again with the clients at hand; the environment is kept for the next run."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    ready = VENV / ("ready-" + "-".join(CLIENTS))
    if not ready.exists():
        venv.create(VENV, with_pip=True, clear=True)
        made = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *CLIENTS], capture_output=True, text=True)
        if made.returncode != 0:
            print("SKIPPED: " + " and ".join(CLIENTS) + " cannot be installed here:\n" + made.stderr, file=sys.stderr)
            sys.exit(77)
        ready.touch()
    os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    inside_venv()

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks a server of its own for prices

import litellm  # noqa: E402
from langchain_core.tools import tool  # noqa: E402
from langchain_openai import ChatOpenAI, OpenAIEmbeddings  # noqa: E402

from harness import FlowTest, Router, row, simulate, write_outcomes  # noqa: E402

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}, "gate": {"local": {"signal": "mean-token", "escalate-below": 0.8}}}]}
SURE, UNSURE, ANSWER = "question 1?", "question 2?", "a longer answer, in several tokens"


@tool
def classify(answer: str) -> str:
    """Sorts."""
    return answer


class ClientsTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(1, SURE, ANSWER, "open", small=(1, 0.95), large=(1, 0.99)), row(2, UNSURE, ANSWER, "open", small=(1, 0.4), large=(1, 0.99))]
        upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "large"))
        self.router = self.enter(Router(
            self.folder, [{"name": n, "api": "openai", "base_url": upstreams.urls[n], "models": [{"id": n, "logprobs": True}]} for n in ("small", "large")],
            [{"name": "local", "deployments": ["small/small"], "timeout": "2s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "2s"}], POLICY))

    def chain(self, **options):
        return ChatOpenAI(model=options.pop("model", "auto"), base_url=self.router.url + "/v1", api_key=self.router.token, max_retries=0, **options)

    def test_langchain_chats_streams_and_calls_tools(self):
        for responses in (False, True):
            model = self.chain(use_responses_api=responses)
            for prompt, name in ((SURE, "small"), (UNSURE, "large")):
                answer = model.invoke(prompt)
                self.assertEqual((answer.text, answer.response_metadata["model_name"]), (ANSWER, name))
                self.assertEqual("".join(piece.text for piece in model.stream(prompt)), ANSWER)
            called = self.chain(model="tier:local", use_responses_api=responses).bind_tools([classify], tool_choice="classify").invoke(SURE)
            self.assertEqual([(call["name"], list(call["args"])) for call in called.tool_calls], [("classify", ["answer"])])

    def test_langchain_embeds(self):
        embeddings = OpenAIEmbeddings(model="auto", base_url=self.router.url + "/v1", api_key=self.router.token, check_embedding_ctx_length=False)
        one, two = embeddings.embed_documents(["one", "two"])
        self.assertEqual((len(one), one == two, embeddings.embed_query("one") == one), (64, False, True))

    def ask(self, prompt, model="auto", **fields):
        return litellm.completion(model="openai/" + model, api_base=self.router.url + "/v1", api_key=self.router.token, max_retries=0,
                                  messages=[{"role": "user", "content": prompt}], **fields)

    def test_litellm_chats_streams_and_calls_tools(self):
        for prompt, name in ((SURE, "small"), (UNSURE, "large")):
            answer = self.ask(prompt)
            self.assertEqual((answer.choices[0].message.content, answer.model), (ANSWER, name))
            self.assertEqual("".join(piece.choices[0].delta.content or "" for piece in self.ask(prompt, stream=True)), ANSWER)
        spec = {"type": "function", "function": {"name": "classify", "parameters": {"type": "object", "properties": {"answer": {"type": "string"}}}}}
        call = self.ask(SURE, "tier:local", tools=[spec], tool_choice="required").choices[0].message.tool_calls[0]
        self.assertEqual((call.function.name, list(json.loads(call.function.arguments))), ("classify", ["answer"]))

    def test_litellm_uses_responses(self):
        answer = litellm.responses(model="openai/auto", input=SURE, api_base=self.router.url + "/v1", api_key=self.router.token)
        self.assertEqual(answer.output[0].content[0].text, ANSWER)


if __name__ == "__main__":
    unittest.main()
