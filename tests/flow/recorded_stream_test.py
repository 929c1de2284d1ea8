# SPDX-License-Identifier: Apache-2.0
"""Streams as a provider really sent them, through a real router: relayed byte for byte, and cut at every offset never complete, in whatever
dialect the client asked.

SIGNALBOX_ALL_CUTS=1 cuts at every byte of every stream; without it, at offsets evenly apart and at every one around the end.
"""
import asyncio
import json
import os
import re
import sys
import time
import unittest

from harness import FlowTest, Router, skip_without_data
from scripted import Says, message_stream

POLICY = {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "t0"}}]}
LANES = 24          # an upstream each, so that no breaker sees two failures in a row
ABOUT = 8000        # cuts in an everyday run
DONE = b"data: [DONE]"
# How the other dialects of clients say that this was all, and how that it was not.
CHATS = "/v1/chat/completions"
OTHERS = {"/v1/responses": ((b"event: response.completed", b"event: response.incomplete"), b"event: response.failed"),
          "/v1/messages": ((b"message_stop",), b"event: error"), "/v1/completions": ((DONE,), b'"error"')}
COST = re.compile(rb": signalbox (?:cost-usd=\S+ )?escalations=\d+\n\n")


class Replayer:
    """Sends the recorded stream that a question names, as far as it says, and then closes."""

    def __init__(self, streams):
        self.streams = streams

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/v1"

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"content-length: *(\d+)", head, re.IGNORECASE).group(1))
                body = await reader.readexactly(length)
                name, upto = re.search(rb"stream=([\w.]+) upto=(-?\d+)", body).groups()
                stream = self.streams[name.decode()]
                upto = int(upto)
                if upto < 0:  # whole, and the connection goes on
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(stream) + stream)
                    await writer.drain()
                    continue
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                if upto:
                    writer.write(b"%x\r\n" % upto + stream[:upto] + b"\r\n")
                break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # whoever asked has gone, or the test has ended
        finally:
            writer.close()


class Client:
    """One connection to the router, made anew where it was closed."""

    def __init__(self, url, token, lane):
        self.host, self.port = url.removeprefix("http://").split(":")
        self.token, self.model = token, f"u{lane}/m"
        self.writer = None

    def close(self):
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    async def ask(self, name, upto, path=CHATS):
        """Status, body, and whether the body ended as its framing promised. A router that says it cannot keep up is asked again."""
        while True:
            status, text, whole = await self.ask_once(name, upto, path)
            if status != 429 or b"overloaded" not in text:
                return status, text, whole
            await asyncio.sleep(0.2)

    async def ask_once(self, name, upto, path):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        prompt = f"stream={name} upto={upto}"
        said = {"/v1/responses": {"input": prompt}, "/v1/completions": {"prompt": prompt}}.get(path, {"messages": [{"role": "user", "content": prompt}]})
        more = {"stream_options": {"include_usage": True}} if path == CHATS else {"max_tokens": 99} if path == "/v1/messages" else {}
        body = json.dumps({"model": self.model, "stream": True, **more, **said}).encode()
        self.writer.write(f"POST {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
                          f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if length:
            return status, await self.reader.readexactly(int(length.group(1))), True
        text = b""
        try:
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                text += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
            return status, text, True
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            return status, text, False


class RecordedStreamTest(FlowTest):
    def setUp(self):
        super().setUp()
        root = skip_without_data("openai_api")
        files = sorted([*root.glob("streams/*.sse"), *root.glob("cassettes/*.sse")])
        self.streams = {file.name: file.read_bytes() for file in files}
        self.assertGreaterEqual(len(self.streams), 12)

    async def serve(self, api="openai"):
        replayer = Replayer(self.streams)
        await replayer.start()
        upstreams = [{"name": f"u{n}", "api": api, "base_url": replayer.url, "models": [{"id": "m", "completions": "chat"}]} for n in range(LANES)]
        tiers = [{"name": "t0", "deployments": ["u0/m"]}]
        return await asyncio.to_thread(lambda: self.enter(Router(self.folder, upstreams, tiers, POLICY)))

    def test_every_byte_of_a_recorded_stream_reaches_the_client(self):
        async def flow():
            router = await self.serve()
            client = Client(router.url, router.token, 0)
            for name, stream in self.streams.items():
                status, text, whole = await client.ask(name, -1)
                self.assertEqual((status, whole), (200, True), name)
                self.assertEqual(len(COST.findall(text)), 1, name)
                self.assertEqual(COST.sub(b"", text), stream, name)
            client.close()
        asyncio.run(flow())

    def cuts(self, about=ABOUT):
        """(stream, offset), every offset around the terminal event among them."""
        every = os.environ.get("SIGNALBOX_ALL_CUTS") == "1"
        total = sum(len(stream) for stream in self.streams.values())
        step = 1 if every else max(1, total // about)
        for name, stream in self.streams.items():
            end = stream.index(DONE)
            offsets = {*range(0, len(stream), step), *range(max(0, end - 40), len(stream))}
            yield from ((name, offset) for offset in sorted(offsets))

    def check(self, name, offset, status, text, whole):
        complete = offset >= self.streams[name].index(DONE) + len(DONE)
        where = f"{name} cut at {offset}: {status} {text[-120:]!r}"
        self.assertEqual(DONE in text, complete, where)
        if status == 200:
            self.assertEqual(whole, complete, where)
            self.assertTrue(complete or b'"error"' in text.rstrip().rsplit(b"\n\n", 1)[-1], where)
        else:
            self.assertEqual((status, complete), (502, False), where)  # the client had nothing of it yet

    def test_a_stream_that_is_cut_anywhere_is_never_complete(self):
        async def flow():
            router = await self.serve()
            work = iter(list(self.cuts()))
            told = {"complete": 0, "truncated": 0, "refused": 0}

            async def lane(n):
                client = Client(router.url, router.token, n)
                for name, offset in work:
                    status, text, whole = await client.ask(name, offset)
                    self.check(name, offset, status, text, whole)
                    told["refused" if status != 200 else "complete" if whole else "truncated"] += 1
                    # A good one after each, so that nothing looks broken for good.
                    status, _, whole = await client.ask(name, -1)
                    self.assertEqual((status, whole), (200, True), name)
                client.close()

            begun = time.monotonic()
            await asyncio.gather(*[lane(n) for n in range(LANES)])
            print(f"{sum(told.values())} cuts: {told} in {time.monotonic() - begun:.1f} s", file=sys.stderr)
            self.assertGreater(told["truncated"], 0)
            self.assertGreater(told["refused"], 0)
            status = await asyncio.to_thread(router.stop)
            self.assertEqual(status, 0)
            with router.store() as store:
                rows = dict(store.execute("SELECT outcome, COUNT(*) FROM decisions GROUP BY outcome").fetchall())
            self.assertEqual(rows["ok"], sum(told.values()) + told["complete"])
            self.assertEqual(rows["truncated"] + rows.get("error", 0), told["truncated"] + told["refused"])
        asyncio.run(flow())

    def check_translated(self, path, name, complete, offset, status, text, whole):
        ends, failed = OTHERS.get(path, ((DONE,), b'"error"'))
        where = f"{path} {name} cut at {offset}: {status} {text[-200:]!r}"
        self.assertEqual(any(end in text for end in ends), complete, where)
        if status == 200:
            self.assertEqual(whole, complete, where)
            self.assertTrue(complete or failed in text.rstrip().rsplit(b"\n\n", 1)[-1], where)
        else:
            self.assertEqual((status, complete), (502, False), where)

    def test_nor_in_another_dialect(self):
        async def flow():
            router = await self.serve()
            told = {path: 0 for path in OTHERS}
            work = iter([(path, *cut) for path in OTHERS for cut in self.cuts(ABOUT // 4)])

            async def lane(n):
                client = Client(router.url, router.token, n)
                for path, name, offset in work:
                    for upto in (offset, -1):
                        complete = upto < 0 or upto >= self.streams[name].index(DONE) + len(DONE)
                        self.check_translated(path, name, complete, upto, *await client.ask(name, upto, path))
                    told[path] += 1
                client.close()

            begun = time.monotonic()
            await asyncio.gather(*[lane(n) for n in range(LANES)])
            print(f"cuts: {told} in {time.monotonic() - begun:.1f} s", file=sys.stderr)
            self.assertGreater(min(told.values()), len(self.streams))
        asyncio.run(flow())

    def test_nor_from_a_provider_of_messages(self):
        says = Says("Grüezi, said the model.", "Hm, hm.", "c2ln", (("call_1", "weather", {"city": "Zürich"}), ("call_2", "time", {})))
        stream = b"".join(f"data: {event}\n\n".encode() for event in message_stream(says, {"model": "m"}))
        self.streams = {"messages.sse": stream}
        last = stream.index(b'data: {"type": "message_stop"')
        self.assertLess(last, len(stream) - 20)

        async def flow():
            router = await self.serve("anthropic")
            work = iter([(path, offset) for path in (CHATS, *OTHERS) for offset in range(last + 1)])

            async def lane(n):
                client = Client(router.url, router.token, n)
                for path, offset in work:
                    self.check_translated(path, "messages.sse", False, offset, *await client.ask("messages.sse", offset, path))
                    status, text, whole = await client.ask("messages.sse", -1, path)
                    self.check_translated(path, "messages.sse", True, -1, status, text, whole)
                    if path == "/v1/messages":
                        self.assertEqual(COST.sub(b"", text), stream)
                client.close()

            await asyncio.gather(*[lane(n) for n in range(LANES)])
        asyncio.run(flow())


if __name__ == "__main__":
    unittest.main()
