# SPDX-License-Identifier: Apache-2.0
"""What the flow tests share: real programs on free ports, their files in a folder of the test's own, and plain clients.

ctest hands over SIGNALBOX_BIN (the program) and, where the machine has them, SIGNALBOX_DATA (public data sets).
"""
import contextlib
import http.client
import json
import os
import re
import signal
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

BIN = os.environ.get("SIGNALBOX_BIN", "signalbox")
DATA = os.environ.get("SIGNALBOX_DATA", "")
signal.signal(signal.SIGTERM, signal.default_int_handler)  # a script that is told to stop ends what it started
SLOWER = float(os.environ.get("SIGNALBOX_SLOWER", "1"))  # instrumented programs are; every deadline is multiplied by it
PATIENCE = 30.0 * SLOWER  # seconds until something that must happen has failed to


def skip_without_data(name):
    """Skips loudly where a data set is not there; its path otherwise."""
    path = Path(DATA, name)
    if not DATA or not path.exists():
        print(f"SKIPPED: needs {name} of SIGNALBOX_DATA", file=sys.stderr)
        raise unittest.SkipTest(f"needs {name} of SIGNALBOX_DATA")
    return path


def until(condition, what, patience=PATIENCE):
    """Waits for a condition; fails by name."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"in {patience} s not: {what}")


class Program:
    """A running program: its stdout line by line, its stderr kept."""

    def __init__(self, *arguments, env=None, cwd=None, binary=BIN):
        self.process = subprocess.Popen([binary, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})}, cwd=cwd)
        self.lines, self.errors = [], []
        self.threads = [threading.Thread(target=self._read, args=(self.process.stdout, self.lines), daemon=True),
                        threading.Thread(target=self._read, args=(self.process.stderr, self.errors), daemon=True)]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def _read(stream, into):
        for line in stream:
            into.append(line.rstrip("\n"))

    def listening(self, count=1):
        """The `listening` lines as dictionaries."""
        def found():
            lines = [line for line in self.lines if line.startswith("listening ")]
            if len(lines) < count and self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode}: {' | '.join(self.errors[-5:])}")
            return lines if len(lines) >= count else None
        return [dict(word.split("=", 1) for word in line.split()[1:]) for line in until(found, "it listens")]

    def wait(self, patience=PATIENCE):
        """Its exit status."""
        status = self.process.wait(patience)
        for thread in self.threads:
            thread.join(5)
        return status

    def stop(self, how=signal.SIGTERM, patience=PATIENCE):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.wait(patience)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        self.process.stdout.close()
        self.process.stderr.close()
        reported = [i for i, line in enumerate(self.errors) if "Sanitizer" in line or "runtime error:" in line]
        assert not reported, "a sanitizer reports:\n" + "\n".join(self.errors[reported[0]:reported[0] + 80])


def run(*arguments, env=None, cwd=None, patience=120 * SLOWER):
    """A command to its end."""
    return subprocess.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=patience, cwd=cwd,
                          env={**os.environ, **(env or {})})


def simulate(outcomes, *models, **options):
    """A simulated upstream for each model; options as on the command line, one value or one for each model."""
    arguments = ["simulate", "--outcomes", outcomes]
    for model in models:
        arguments += ["--model", model, "--listen", "127.0.0.1:0"]
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        for one in value if isinstance(value, (list, tuple)) else [value]:
            arguments += [flag] if one is True else [flag, one]
    program = Program(*arguments)
    program.urls = {line["model"]: line["data"] for line in program.listening(len(models))}
    return program


def set_fault(url, script):
    """Changes what a simulated upstream does wrong from now on."""
    status, _, body = request(url, "POST", "/simulated/fault", script)
    assert status == 200, body


def row(number, prompt, answer, task="quiz", **models):
    """A line of an outcomes file; models as small=(correct, token_prob)."""
    records = {}
    for name, (correct, prob) in models.items():
        records[name] = {"correct": correct} if prob is None else {"correct": correct, "token_prob": prob}
    return {"id": f"row-{number}", "set": "flow", "task": task, "prompt": prompt, "answer": answer, "models": records}


def write_outcomes(path, rows):
    Path(path).write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def certificate(folder, name, *alternatives):
    """A key and a self-signed certificate, for `name` or for alternative names such as IP:127.0.0.1."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    names = ",".join(alternatives or [f"DNS:{name}"])
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "60", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    key.chmod(0o600)
    return key, cert


def request(url, method, path, body=None, headers=None, timeout=PATIENCE, ca=None):
    """One HTTP request: status, headers (names in lower case), text."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=ssl.create_default_context(cafile=ca))
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection.request(method, parts.path.rstrip("/") + path, body, {"content-type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        text = b""
        try:
            while piece := answer.read1(65536):
                text += piece
        except (http.client.HTTPException, ConnectionError, ValueError):
            pass  # cut off before its end: what came is what the client has
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text.decode("utf-8", "replace")
    finally:
        connection.close()


class Histogram:
    """A histogram of /metrics: upper ends of its buckets, their own counts, and the sum of what was counted."""

    def __init__(self, bounds, counts, total):
        self.bounds, self.counts, self.total = bounds, counts, total

    @property
    def count(self):
        return sum(self.counts)

    @property
    def mean(self):
        return self.total / self.count

    def since(self, before):
        return Histogram(self.bounds, [now - then for now, then in zip(self.counts, before.counts)], self.total - before.total)

    def at_most(self, q):
        """The upper end of the bucket that holds the quantile."""
        seen = 0
        for bound, count in zip(self.bounds, self.counts):
            seen += count
            if seen >= q * self.count:
                return bound
        raise AssertionError("an empty histogram has no quantiles")


def histogram(text, name, **labels):
    """A histogram out of the text of /metrics."""
    ours = ",".join(f'{key}="{value}"' for key, value in labels.items())
    buckets = re.findall(rf'^{name}_bucket{{{re.escape(ours)}{"," if ours else ""}le="([^"]+)"}} (\S+)$', text, re.MULTILINE)
    total = re.search(rf'^{name}_sum{re.escape("{" + ours + "}") if ours else ""} (\S+)$', text, re.MULTILINE)
    assert buckets and total, f"no histogram {name} with {ours}"
    upto = [int(float(count)) for _, count in buckets]
    return Histogram([float(bound) for bound, _ in buckets], [n - m for n, m in zip(upto, [0, *upto])], float(total.group(1)))


class Router:
    """`signalbox serve` with its configuration, store and tokens in `folder`."""

    def __init__(self, folder, upstreams, tiers, policy, extra=None, arguments=(), env=None, listen="127.0.0.1:0", control="127.0.0.1:0", ca=None):
        self.folder = Path(folder)
        self.listen, self.control, self.ca = listen, control, ca
        self.arguments = list(arguments)
        self.env = {"XDG_STATE_HOME": str(self.folder / "state"), "XDG_CONFIG_HOME": str(self.folder / "config"), **(env or {})}
        self.config_file = self.folder / "signalbox.yaml"
        config = {"version": 1, "name": "flow", "workers": 2, "store": {"kind": "sqlite", "path": "signalbox.db"},
                  "upstreams": upstreams, "tiers": tiers, "policy": "policy.yaml", **(extra or {})}
        self.config = config
        self.config_file.write_text(json.dumps(config, indent=1))  # JSON is YAML
        (self.folder / "policy.yaml").write_text(json.dumps(policy, indent=1))
        self.program = None

    def start(self):
        self.program = Program("serve", "--config", self.config_file, "--listen", self.listen, "--control", self.control,
                               *self.arguments, env=self.env)
        line = self.program.listening()[0]
        self.url, self.control_url = line["data"], line["control"]
        tokens = self.folder / "state" / "signalbox"
        if not self.config.get("keys"):
            self.token = (tokens / "client-token").read_text().strip()
        if not self.config.get("control", {}).get("tokens"):
            self.control_token = (tokens / "control-token").read_text().strip()
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.program:
            self.program.__exit__()

    def stop(self, how=signal.SIGTERM):
        status = self.program.stop(how)
        self.program.__exit__()
        return status

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        return request(self.url, method, path, body, {"authorization": f"Bearer {self.token}", **(headers or {})}, timeout, self.ca)

    def chat(self, prompt, model="auto", headers=None, timeout=PATIENCE, **fields):
        body = {"model": model, "messages": [{"role": "user", "content": prompt}], **fields}
        return self.request("POST", "/v1/chat/completions", body, headers, timeout)

    @contextlib.contextmanager
    def store(self):
        """A read-only connection to the journal, rows by name."""
        connection = sqlite3.connect(f"file:{self.folder / 'signalbox.db'}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            yield connection
        finally:
            connection.close()

    def decision(self, decision_id):
        """A row of the journal, once it is committed."""
        def found():
            with self.store() as store:
                return store.execute("SELECT * FROM decisions WHERE id = ?", (decision_id,)).fetchone()
        return until(found, f"decision {decision_id} is in the journal")

    def attempts(self, decision_id):
        self.decision(decision_id)
        with self.store() as store:
            return store.execute("SELECT * FROM attempts WHERE decision_id = ? ORDER BY n", (decision_id,)).fetchall()

    def live_policy(self):
        from control_socket import ControlSocket
        with ControlSocket(self.control_url, self.control_token) as control:
            return control.call("policy.get")

    def apply(self, policy):
        """`signalbox policy apply` on the running router; the new revision."""
        file = self.folder / "next-policy.yaml"
        file.write_text(json.dumps(policy))
        token = self.folder / "state" / "signalbox" / "control-token"
        done = run("policy", "apply", file, "--url", self.control_url, "--token-file", token, "--reason", "flow test", env=self.env)
        assert done.returncode == 0, done.stderr
        return int(re.search(r"revision (\d+)", done.stdout).group(1))


def sse(text):
    """The data payloads and the comments of an event stream."""
    data = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    comments = [line[2:] for line in text.splitlines() if line.startswith(": ")]
    return data, comments


class FlowTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="signalbox-flow-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def enter(self, manager):
        """Enters a context that ends with the test."""
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value
