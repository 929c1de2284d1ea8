# SPDX-License-Identifier: Apache-2.0
"""What compare.py measures: the fixed upstream, nginx in front of it, the router in front of it, and wrk's scripts."""
import contextlib
import getpass
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# What a script started ends with it, also when it is told to stop.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

MODES = ("whole", "stream")
NGINX = """daemon off;
worker_processes 1;
user {user};
pid {folder}/{name}.pid;
error_log {folder}/{name}.log error;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_buffer_size 64k;
  client_body_temp_path {folder}/{name}.body;
  proxy_temp_path {folder}/{name}.proxy;
  fastcgi_temp_path {folder}/{name}.fastcgi;
  uwsgi_temp_path {folder}/{name}.uwsgi;
  scgi_temp_path {folder}/{name}.scgi;
  {servers}
}}
"""
POLICY = """workloads:
  - name: stream
    match: {{ model: "auto:stream" }}
    route: {{ strategy: fixed, tier: stream }}
    gate: {{ stream: {{ signal: mean-token, escalate-below: 0.5, stream: {gate} }} }}
  - name: whole
    route: {{ strategy: cascade }}
    gate: {{ whole: {{ signal: mean-token, escalate-below: 0.5 }} }}
"""
CONFIG = """version: 1
name: bench
listen: {{ address: 127.0.0.1, port: {data} }}
control: {{ address: 127.0.0.1, port: {control} }}
workers: 1
store: {{ kind: sqlite, path: signalbox.db }}
keys: [ {{ name: bench, key: {{ env: SIGNALBOX_BENCH_KEY }} }} ]
upstreams:
  - name: whole
    api: openai
    base_url: http://127.0.0.1:{whole}/v1
    limits: {{ in-flight: 4096 }}
    models: [ {{ id: small, logprobs: true, price: {{ input: 0.15, output: 0.60, per: 1M }} }} ]
  - name: stream
    api: openai
    base_url: http://127.0.0.1:{stream}/v1
    limits: {{ in-flight: 4096 }}
    models: [ {{ id: small, logprobs: true, price: {{ input: 0.15, output: 0.60, per: 1M }} }} ]
tiers:
  - {{ name: whole, deployments: [whole/small], timeout: 5s }}
  - {{ name: stream, deployments: [stream/small], timeout: 5s }}
policy: policy.yaml
"""
# wrk's percentiles are in microseconds; its summary line rounds them.
LUA = """wrk.method = "POST"
wrk.body = [==[%s]==]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
%swrk.path = "%s"
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("figures requests=%%d micros=%%d p50=%%d p99=%%d bad=%%d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"""
WRK_LINE = re.compile(r"figures requests=(\d+) micros=(\d+) p50=(\d+) p99=(\d+) bad=(\d+)")


def write_script(folder, mode, body, key, path="/v1/chat/completions", headers=None):
    """What wrk() sends in this mode."""
    more = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in (headers or {}).items())
    (folder / f"{mode}.lua").write_text(LUA % (body, key, more, path))


def wrk(folder, target, mode, concurrency, seconds):
    """(requests/s, p50 µs, p99 µs, requests), or an exit when any answer was not a 200."""
    command = ["wrk", "-t1", f"-c{concurrency}", f"-d{seconds}s", "--timeout", "10s", "-s", str(folder / f"{mode}.lua"), target]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = WRK_LINE.search(output)
    if not found:
        raise SystemExit(f"wrk said nothing usable:\n{output}")
    requests, micros, p50, p99, bad = map(int, found.groups())
    if bad:
        raise SystemExit(f"{bad} of {requests} answers of {target} were errors")
    return requests / (micros / 1e6), p50, p99, requests


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def token(text, logprob=-0.1):
    return {"token": text, "logprob": logprob, "bytes": list(text.encode()), "top_logprobs": [{"token": text, "logprob": logprob, "bytes": None}]}


def whole_answer():
    words = ["The", " invoice", " was", " paid", " twice", "."]
    return json.dumps({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1727346172, "model": "small",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "".join(words)},
                     "logprobs": {"content": [token(word) for word in words]}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 250, "completion_tokens": len(words), "total_tokens": 250 + len(words)}})


def stream_answer():
    def chunk(delta, logprobs=None, finish=None):
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1727346172, "model": "small",
                "choices": [{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}], "usage": None}
    words = [" word"] * 20
    chunks = [chunk({"role": "assistant", "content": ""})]
    chunks += [chunk({"content": word}, {"content": [token(word)]}) for word in words]
    chunks.append(chunk({}, None, "stop"))
    chunks.append({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1727346172, "model": "small", "choices": [],
                   "usage": {"prompt_tokens": 250, "completion_tokens": len(words), "total_tokens": 250 + len(words)}})
    return "".join(f"data: {json.dumps(c)}\n\n" for c in chunks) + "data: [DONE]\n\n"


def request(mode):
    body = {"model": f"auto:{mode}", "messages": [{"role": "user", "content": "word " * 200}], "temperature": 0}
    return json.dumps(body | ({"stream": True} if mode == "stream" else {}))


def nginx_quoted(text):
    assert "$" not in text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fixed_server(port, kind, body):
    pieces = [body[at:at + 2000] for at in range(0, len(body), 2000)]  # no word of nginx's configuration may be longer than 4 KB
    sets = " ".join(f"set $piece{i} {nginx_quoted(piece)};" for i, piece in enumerate(pieces))
    location = f"location / {{ default_type {kind}; {sets} return 200 {''.join(f'$piece{i}' for i in range(len(pieces)))}; }}"
    return f"server {{ listen 127.0.0.1:{port}; {location} }}\n"


def proxy_server(port, upstream):
    peer = f"peer{upstream}"
    location = f"location / {{ proxy_pass http://{peer}; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_buffering off; }}"
    return (f"upstream {peer} {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 100000000; }}\n"
            f"  server {{ listen 127.0.0.1:{port}; {location} }}\n")


def start_nginx(stack, folder, name, servers):
    config = folder / f"{name}.conf"
    config.write_text(NGINX.format(folder=folder, name=name, servers=servers, user=getpass.getuser()))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config), "-e", str(folder / f"{name}.log")])
    stack.callback(lambda: (process.terminate(), process.wait()))


def start_router(stack, folder, program, key, data, upstreams, gate):
    (folder / "policy.yaml").write_text(POLICY.format(gate=gate))
    (folder / "signalbox.yaml").write_text(CONFIG.format(data=data, control=free_port(), **upstreams))
    log = stack.enter_context(open(folder / "router.log", "w"))
    process = subprocess.Popen([str(program), "serve", "--config", str(folder / "signalbox.yaml")], stdout=log, stderr=log,
                               env=os.environ | {"SIGNALBOX_BENCH_KEY": key, "XDG_STATE_HOME": str(folder / "state")})
    stack.callback(lambda: (process.terminate(), process.wait()))


def router_pid(folder):
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = entry.read_bytes().split(b"\0")
            if b"serve" in words and str(folder / "signalbox.yaml").encode() in words:
                return int(entry.parent.name)
    raise SystemExit("the router does not run")


def answers(url, key, mode):
    call = urllib.request.Request(url + "/v1/chat/completions", request(mode).encode(),
                                  {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(call, timeout=5) as response:
            return response.status == 200
    except urllib.error.HTTPError as error:
        if error.code == 429:
            return False  # under valgrind it lags behind with its own start
        raise SystemExit(f"{url}: {error.code} {error.read().decode()[:300]}") from error
    except OSError:
        return False


def await_all(targets, key, folder):
    deadline = time.monotonic() + 15
    for name, urls in targets.items():
        for mode, url in urls.items():
            while not answers(url, key, mode):
                if time.monotonic() > deadline:
                    raise SystemExit(f"{name} did not come up\n{(folder / 'router.log').read_text()}")
                time.sleep(0.05)


def start(stack, folder, program, gate, others=()):
    """Starts upstream, nginx and the router and writes wrk's scripts; name → mode → base URL. `others`: name and program of further
    builds of the router in front of the same upstream, each in a folder of its name."""
    os.chmod(folder, 0o755)
    key = secrets.token_urlsafe(24)
    (folder / "key").write_text(key)
    upstreams = {mode: free_port() for mode in MODES}
    proxies = {mode: free_port() for mode in MODES}
    start_nginx(stack, folder, "upstream", fixed_server(upstreams["whole"], "application/json", whole_answer()) +
                fixed_server(upstreams["stream"], "text/event-stream", stream_answer()))
    start_nginx(stack, folder, "proxy", "".join(proxy_server(proxies[mode], upstreams[mode]) for mode in MODES))
    for mode in MODES:
        write_script(folder, mode, request(mode), key)
    url = lambda port: f"http://127.0.0.1:{port}"
    targets = {"direct": {mode: url(upstreams[mode]) for mode in MODES}, "nginx": {mode: url(proxies[mode]) for mode in MODES}}
    for name, build, place in [("signalbox", program, folder), *((name, build, folder / name) for name, build in others)]:
        place.mkdir(exist_ok=True)
        data = free_port()
        start_router(stack, place, build, key, data, upstreams, gate)
        targets[name] = {mode: url(data) for mode in MODES}
    await_all(targets, key, folder)
    return targets
