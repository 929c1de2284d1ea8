# SPDX-License-Identifier: Apache-2.0
"""What a stranger gets wrong at the command line: 2 for wrong usage, 1 for what failed, 130 for Ctrl-C; one line that says what,
where and what to do; and nothing half-written."""
import json
import os
import pwd
import signal
import socket
import subprocess
import threading
import unittest

from harness import BIN, SLOWER, FlowTest, Program, Router, row, run, simulate, until, write_outcomes

UNGATED = {"workloads": [{"name": "all", "route": {"strategy": "cascade"}}]}


class Stranger(FlowTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        self.outcomes = write_outcomes(self.folder / "rows.jsonl", [row(i, f"question {i}?", "yes", small=(1, 0.9)) for i in range(4)])
        self.bad = self.folder / "bad.jsonl"
        self.bad.write_text(self.outcomes.read_text() + '{"id": "x"}\nnonsense\n')
        self.missing, self.directory = self.folder / "missing", self.folder / "directory"
        self.directory.mkdir()
        upstreams = [{"name": "only", "api": "openai", "base_url": "http://127.0.0.1:9/v1", "models": [{"id": "small"}]}]
        self.router = Router(self.folder, upstreams, [{"name": "local", "deployments": ["only/small"]}], UNGATED)

    def check(self, status, wants, *arguments, lines=1, env=None):
        """The command ends with `status`, and all of `wants` stand on its one line of stderr."""
        done = run(*arguments, env={**self.router.env, **(env or {})}, cwd=self.folder, patience=30 * SLOWER)
        shown = f"{' '.join(map(str, arguments))} → {done.returncode}\n{done.stderr}{done.stdout}"
        self.assertEqual(done.returncode, status, shown)
        self.assertEqual(done.stdout, "", shown)
        self.assertEqual(len(done.stderr.strip().splitlines()), lines, shown)
        for want in wants if isinstance(wants, (list, tuple)) else [wants]:
            self.assertIn(str(want), done.stderr, shown)
        for never in ("terminate called", "std::", "basic_filebuf", "Traceback"):
            self.assertNotIn(never, done.stderr, shown)


class UsageTest(Stranger):
    def test_a_result_that_cannot_be_written_is_a_failure(self):
        arguments = ("check", "--config", self.router.config_file, "--json")
        self.assertEqual(run(*arguments, env=self.router.env, cwd=self.folder).returncode, 0)
        with open("/dev/full", "w") as full:
            done = subprocess.run([BIN, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30 * SLOWER,
                                  env={**os.environ, **self.router.env}, cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("could not be written", done.stderr)

    def test_wrong_usage_ends_with_2_and_one_line_that_names_the_command(self):
        sim, rep = ("simulate", "--outcomes", self.outcomes, "--model", "small"), ("replay", "--requests", self.outcomes)
        target = (*rep, "--target", "http://127.0.0.1:9")
        table = [
            (("sevre",), ["no command \"sevre\"", "serve"]),
            (("serve", "--confg", "x"), ["signalbox serve", "--confg", "signalbox serve --help"]),
            (("serve", "--listen", "nowhere"), ["--listen", "HOST:PORT"]),
            (("serve", "--listen", "127.0.0.1:99999"), ["--listen", "HOST:PORT"]),
            (("serve", "--workers", "0"), ["--workers", "1"]),
            (("serve", "--log-level", "loud"), ["--log-level", "warn"]),
            (("check", "--jsn"), ["signalbox check", "--jsn"]),
            (("check", "extra"), ["signalbox check", "extra"]),
            (("simulate",), ["signalbox simulate", "--outcomes"]),
            (("simulate", "--outcomes", self.outcomes), ["--model"]),
            ((*sim, "--listen", "9001"), ["--listen", "HOST:PORT"]),
            ((*sim, "--ttft-ms", "fast"), ["--ttft-ms", "P50,P99"]),
            ((*sim, "--tokens-per-s", "-1"), ["--tokens-per-s"]),
            ((*sim, "--fault", "explode"), ["--fault", "explode", "gzip-bomb"]),
            ((*sim, "--fault", "status=9"), ["--fault", "status=9"]),
            ((*sim, "--seed", "abc"), ["--seed", "abc"]),
            ((*sim, "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"), ["--listen", "--model"]),
            (rep, ["--target"]),
            ((*rep, "--target", "nowhere"), ["--target", "http"]),
            ((*target, "--rate", "0"), ["--rate"]),
            ((*target, "--rate", "1", "--arrivals", self.outcomes), ["--arrivals", "--rate"]),
            ((*target, "--price", "x"), ["--price", "MODEL=INPUT,OUTPUT"]),
            ((*target, "--grade", "best"), ["--grade", "text"]),
            (("demo", "--rate", "0"), ["--rate"]),
            (("demo", "--duration", "10"), ["--duration"]),
            (("demo", "--history", "yesterday"), ["--history"]),
            (("demo", "--listen", "0.0.0.0:1"), ["--listen", "loopback"]),
            (("policy",), ["signalbox policy", "signalbox policy --help"]),
            (("policy", "aply"), ["signalbox policy", "aply"]),
            (("policy", "apply"), ["signalbox policy apply", "file"]),
            (("policy", "rollback"), ["signalbox policy rollback", "to"]),
            (("policy", "rollback", "x"), ["to", "x"]),
            (("policy", "history", "--limit", "0"), ["--limit"]),
            (("policy", "apply", self.outcomes, "--base", "0"), ["--base", "0"]),
            (("policy", "apply", self.outcomes, "--confirm-within", "-1"), ["--confirm-within", "-1"]),
            (("policy", "confirm", "0"), ["revision", "0"]),
            (("policy", "show", "--revision", "-1"), ["--revision", "-1"]),
            (("policy", "show", "--token-env", ""), ["--token-env", "empty"]),
            (("export", "decisions", "--since", ""), ["--since", "empty"]),
            (("policy", "show", "--url", "http://127.0.0.1:1"), ["--url", "ws://"]),
            (("export",), ["signalbox export", "what"]),
            (("export", "everything"), ["what", "decisions"]),
            (("export", "decisions", "--format", "xml"), ["--format", "csv"]),
            (("export", "decisions", "--since", "yesterday"), ["--since", "yesterday"]),
            (("export", "decisions", "--where", "{"), ["--where"]),
            (("export", "decisions", "--where", '{"nothing": 1}'), ["--where", "nothing"]),
            (("tail", "--where", "{"), ["--where"]),
            ((*target, "--grade", "text"), ["--grade", "--label"]),
            ((*target, "--speed", "3"), ["--speed", "--arrivals"]),
            (("tail", "--backlog", "-1"), ["--backlog"]),
            (("token",), ["signalbox token"]),
            (("token", "show", "all"), ["control", "client"]),
        ]
        for arguments, wants in table:
            with self.subTest(" ".join(map(str, arguments))):
                self.check(2, ["signalbox", *wants], *arguments)

    def test_without_a_command_it_says_how_it_is_used(self):
        done = run()
        self.assertEqual(done.returncode, 2)
        for command in ("serve", "simulate", "export", "token"):
            self.assertIn(command, done.stderr)


class FileTest(Stranger):
    def test_a_file_that_is_not_there_or_not_a_file_is_named(self):
        state = str(self.folder / "state")
        table = [
            (("check", "--config", self.missing), [self.missing, "no such file"]),
            (("check", "--config", self.directory), [self.directory, "not a regular file"]),
            (("serve", "--config", self.missing), [self.missing, "no such file"]),
            (("serve", "--config", self.directory), [self.directory]),
            (("simulate", "--outcomes", self.missing, "--model", "small"), [self.missing, "No such file"]),
            (("simulate", "--outcomes", self.directory, "--model", "small"), [self.directory, "directory"]),
            (("replay", "--requests", self.missing, "--target", "http://127.0.0.1:9"), [self.missing, "No such file"]),
            (("replay", "--requests", self.directory, "--target", "http://127.0.0.1:9"), [self.directory, "directory"]),
            (("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9", "--arrivals", self.missing), [self.missing]),
            (("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9", "--arrivals", self.directory), [self.directory]),
            (("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9", "--key-env", "NO_SUCH"), ["NO_SUCH"]),
            (("replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9"), ["127.0.0.1:9"]),
            (("export", "decisions", "--store", self.missing), [self.missing, "no store"]),
            (("export", "decisions", "--store", self.directory), [self.directory]),
            (("export", "decisions", "--store", self.outcomes), [self.outcomes]),
            (("export", "decisions", "--config", self.missing), [self.missing]),
            (("token", "show"), [state]),
            (("policy", "show", "--token-env", "NO_SUCH"), ["--token-env", "NO_SUCH"]),
            (("policy", "show", "--token-file", self.missing), [self.missing]),
            (("policy", "show", "--token-file", self.directory), [self.directory]),
            (("tail",), ["control-token"]),
        ]
        for arguments, wants in table:
            with self.subTest(" ".join(map(str, arguments))):
                self.check(1, wants, *arguments)
        self.assertFalse((self.folder / "missing").exists())
        self.assertIn("question", self.outcomes.read_text(), "what is no store is left alone")

    def test_a_configuration_that_leads_nowhere_is_named_and_no_other_takes_its_place(self):
        there = self.folder / "config" / "signalbox" / "signalbox.yaml"
        there.parent.mkdir(parents=True)
        there.write_text(self.router.config_file.read_text())
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        for target in ("signalbox.yaml", "nowhere.yaml"):
            link = elsewhere / "signalbox.yaml"
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            for command in ("check", "serve"):
                with self.subTest(f"{command} with a link to {target}"):
                    done = run(command, cwd=elsewhere, env={**self.router.env, "XDG_CONFIG_HOME": str(self.folder / "config")}, patience=30 * SLOWER)
                    self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                    self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                    self.assertIn("signalbox.yaml", done.stderr)
                    self.assertNotIn("config/signalbox", done.stderr)

    def test_bad_lines_are_named_by_their_numbers_and_nothing_is_done(self):
        wants = ["bad.jsonl:5: ", "bad.jsonl:6: ", "2 bad lines", "--skip-bad"]
        self.check(1, wants, "simulate", "--outcomes", self.bad, "--model", "small", lines=3)
        with simulate(self.outcomes, "small") as upstream:
            url = upstream.urls["small"]
            self.check(1, wants, "replay", "--requests", self.bad, "--target", url, "--model", "small", lines=3)
            trace = self.folder / "trace.jsonl"
            trace.write_text('{"timestamp": 0, "input_length": 1, "output_length": 1}\n{"timestamp": -1}\n')
            self.check(1, ["trace.jsonl:2: ", "--skip-bad"], "replay", "--requests", self.outcomes, "--target", url, "--arrivals", trace, lines=2)
            done = run("replay", "--requests", self.bad, "--target", url, "--model", "small", "--skip-bad", "--json")
            self.assertEqual((done.returncode, json.loads(done.stdout)["answered"]), (0, 4))
            self.assertIn("bad.jsonl:5: skipped: ", done.stderr)

    def test_an_empty_file_says_so(self):
        empty = self.folder / "empty"
        empty.write_text("")
        self.check(1, [empty, "no outcomes"], "simulate", "--outcomes", empty, "--model", "small")
        self.check(1, [empty, "no outcomes"], "replay", "--requests", empty, "--target", "http://127.0.0.1:9")


class OtherUserTest(Stranger):
    """Rights bind everybody but root, so root tries it as nobody."""

    def setUp(self):
        super().setUp()
        self.as_nobody = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            for file in (self.outcomes, self.router.config_file, self.folder / "policy.yaml"):
                os.chown(file, nobody.pw_uid, nobody.pw_gid)
        if subprocess.run(["/usr/bin/test", "-x", BIN], **self.as_nobody, check=False).returncode != 0:
            self.skipTest("the program is in a folder that others may not enter")

    def fails(self, wants, *arguments):
        done = subprocess.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=30 * SLOWER, cwd=self.folder,
                              env={**os.environ, **self.router.env}, check=False, **self.as_nobody)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for want in wants:
            self.assertIn(str(want), done.stderr)

    def test_a_file_that_may_not_be_read_is_named(self):
        for file in (self.outcomes, self.router.config_file):
            file.chmod(0)
        self.fails([self.outcomes, "denied"], "simulate", "--outcomes", self.outcomes, "--model", "small")
        self.fails([self.outcomes, "denied"], "replay", "--requests", self.outcomes, "--target", "http://127.0.0.1:9")
        for command in ("check", "serve"):
            self.fails([self.router.config_file, "cannot be read"], command, "--config", self.router.config_file)

    def serve(self):
        return ("serve", "--config", self.router.config_file, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0")

    def test_a_folder_that_may_not_be_written_is_named_and_left_as_it_was(self):
        self.folder.chmod(0o555)
        before = sorted(os.listdir(self.folder))
        self.fails([self.folder], *self.serve())
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_a_store_that_may_not_be_written_is_named_and_left_as_it_was(self):
        store = self.folder / "signalbox.db"
        store.write_bytes(b"")
        store.chmod(0o444)
        self.fails([store, "denied"], *self.serve())
        self.assertEqual(store.read_bytes(), b"")


class RouterTest(Stranger):
    def test_a_port_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            here = f"127.0.0.1:{port}"
            wants = [here, "in use", "another port"]
            self.check(1, wants, "serve", "--config", self.router.config_file, "--listen", here, "--control", "127.0.0.1:0")
            self.check(1, wants, "serve", "--config", self.router.config_file, "--listen", "127.0.0.1:0", "--control", here)
            self.check(1, wants, "simulate", "--outcomes", self.outcomes, "--model", "small", "--listen", here)
            self.check(1, wants, "demo", "--history", "0s", "--listen", here)
        self.assertFalse((self.folder / "signalbox.db").exists(), "no store was made")
        self.assertFalse((self.folder / "state").exists(), "nor a token")

    def test_a_store_of_a_kind_that_is_not_served_is_refused_and_no_other_takes_its_place(self):
        config = json.loads(self.router.config_file.read_text())
        config["store"] = {"kind": "postgres", "url": {"env": "SIGNALBOX_PG"}}
        self.router.config_file.write_text(json.dumps(config))
        for command in ("check", "serve"):
            self.check(1, [self.router.config_file, "postgres", "allowed is sqlite"], command, "--config", self.router.config_file,
                       env={"SIGNALBOX_PG": "postgres://127.0.0.1:9/signalbox"})
        self.assertEqual([file.name for file in self.folder.rglob("*.db*")], [])

    def test_a_control_plane_that_is_none_or_knows_nobody_is_told_apart(self):
        policy = self.folder / "next.yaml"
        policy.write_text(json.dumps(UNGATED))
        wrong = {"WRONG": "sbx-control-wrong"}
        with self.router as router, simulate(self.outcomes, "small") as other, socket.create_server(("127.0.0.1", 0)) as silent:
            commands = [("policy", "show"), ("policy", "diff", policy), ("policy", "apply", policy), ("policy", "confirm"), ("policy", "history"),
                        ("policy", "rollback", "1"), ("policy", "audit"), ("tail",)]
            for command in commands:
                self.check(1, ["does not know this token"], *command, "--url", router.control_url, "--token-env", "WRONG", env=wrong)
            for url, wants in ((router.url.replace("http", "ws"), "no control plane"), (other.urls["small"].replace("http", "ws"), "no control plane"),
                               ("ws://127.0.0.1:9", "127.0.0.1:9"), (f"ws://127.0.0.1:{silent.getsockname()[1]}", "no answer")):
                self.check(1, [url, wants], "policy", "show", "--url", url, "--token-env", "WRONG", env=wrong)
            token = ("--url", router.control_url)
            self.check(1, [self.missing, "No such file"], "policy", "apply", self.missing, *token)
            self.check(1, [self.directory, "directory"], "policy", "apply", self.directory, *token)
            binary = self.folder / "binary"
            binary.write_bytes(b"\xff\xfe\x00")
            self.check(1, [binary, "UTF-8"], "policy", "diff", binary, *token)
            policy.write_text(json.dumps({"workloads": [{"name": "all", "route": {"strategy": "cascad"}}]}, indent=1))
            self.check(1, ["next.yaml:6:", "cascade"], "policy", "apply", policy, *token)
            self.check(1, ["99"], "policy", "rollback", "99", *token)
            self.check(1, ["99"], "policy", "show", "--revision", "99", *token)
            self.assertEqual(router.live_policy()["revision"], 1, "nothing was changed")


class InterruptTest(Stranger):
    def interrupted(self, program, ready, what):
        until(ready, what)
        self.assertEqual(program.stop(signal.SIGINT, 20 * SLOWER), 130, program.errors)

    def test_ctrl_c_ends_every_long_command_with_130(self):
        with self.router as router, simulate(self.outcomes, "small") as upstream:
            with Program("tail", "--url", router.control_url, env=router.env) as tail:
                self.interrupted(tail, lambda: tail.process.poll() is None and os.path.exists(f"/proc/{tail.process.pid}/task") and
                                 len(os.listdir(f"/proc/{tail.process.pid}/task")) > 1, "it is connected")
            self.assertEqual(upstream.stop(signal.SIGINT), 130)
            self.assertEqual(router.program.stop(signal.SIGINT), 130)

    def test_ctrl_c_while_the_demo_makes_up_its_past_ends_it_at_once(self):
        runtime = self.folder / "runtime"
        runtime.mkdir(mode=0o700)
        for how, status in ((signal.SIGINT, 130), (signal.SIGTERM, 0)):
            with Program("demo", "--rate", "500", "--history", "2400h", env={"XDG_RUNTIME_DIR": str(runtime)}) as demo:
                until(lambda: any("making up the past" in line for line in demo.errors), "it is at it")
                self.assertEqual(demo.stop(how, 20 * SLOWER), status)
                self.assertIn("nothing was served", demo.errors[-1])
            self.assertEqual(os.listdir(runtime), [], "nothing is left behind")

    def test_a_command_that_is_not_there_has_no_help_either(self):
        for arguments in (("initialise",), ("initialise", "--help")):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn('there is no command "initialise". There are serve, check', done.stderr)

    def test_a_reader_that_has_had_enough_is_an_end_and_no_failure(self):
        with self.router as router:
            self.assertEqual(router.chat("hello", timeout=30)[0], 502)
            rows = (("export", "decisions", "--format", "jsonl", "--store", self.folder / "signalbox.db"),
                    ("tail", "--url", router.control_url, "--backlog", "10", "--json"))
            until(lambda: run(*rows[0]).stdout, "the row is in the store")
            for command in rows:
                with self.subTest(command=command[0]):
                    ours, theirs = os.pipe()
                    if command[0] == "export":
                        os.close(ours)
                    program = subprocess.Popen([BIN, *map(str, command)], stdout=theirs, stderr=subprocess.PIPE, text=True, env={**os.environ, **router.env}, cwd=self.folder)
                    os.close(theirs)
                    if command[0] == "tail":
                        self.assertIn(b"id", os.read(ours, 100))
                        os.close(ours)
                    _, said = program.communicate(timeout=20 * SLOWER)
                    self.assertEqual((program.returncode, said), (0, ""))

    def test_two_files_do_not_get_one_name(self):
        arguments = ("init", "--preset", "openai", "--out", "directory/policy.yaml")
        done = run(*arguments, env=self.router.env, cwd=self.folder)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("would both be directory/policy.yaml", done.stderr)
        self.assertEqual(os.listdir(self.directory), [])

    def test_ctrl_c_ends_an_export_behind_a_whole_row(self):
        with Program("demo", "--rate", "100", "--history", "120s", "--duration", "60s") as demo:
            demo.listening()
            said = until(lambda: next((line for line in demo.errors if line.startswith("tokens of this run")), None), "it names its tokens")
            token = said.split(": ", 1)[1].split(" (clients)")[0]
            store = os.path.join(os.path.dirname(token), "demo.db")
            export = subprocess.Popen([BIN, "export", "decisions", "--format", "jsonl", "--store", store], stdout=subprocess.PIPE)
            first = export.stdout.readline()  # and then the pipe fills
            export.send_signal(signal.SIGINT)
            rest = []
            reader = threading.Thread(target=lambda: rest.append(export.stdout.read()))
            reader.start()
            self.assertEqual(export.wait(20 * SLOWER), 130)
            reader.join()
            export.stdout.close()
            for line in [first, *rest[0].splitlines(keepends=True)]:
                self.assertTrue(json.loads(line)["id"] and line.endswith(b"\n"))


if __name__ == "__main__":
    unittest.main()
