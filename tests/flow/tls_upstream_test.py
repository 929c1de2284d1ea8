# SPDX-License-Identifier: Apache-2.0
"""Upstreams behind TLS: whom the router trusts, and that answers of any size come through whole."""
import http.server
import json
import ssl
import threading
import time
import unittest

from harness import FlowTest, Router, certificate, until

CHUNK = {"object": "chat.completion.chunk", "model": "m"}


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with a text whose length the prompt names, whole or in 100 pieces."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # what is written apart leaves apart

    def log_message(self, *_):
        pass

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        size = int(asked["messages"][-1]["content"])
        if asked.get("stream"):
            piece = "x" * (size // 100)
            events = [{"choices": [{"index": 0, "delta": {"content": piece}}]}] * 100 + [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
            body = "".join(f"data: {json.dumps(CHUNK | event)}\n\n" for event in events) + "data: [DONE]\n\n"
            kind = "text/event-stream"
        else:
            kind = "application/json"
            body = json.dumps({"object": "chat.completion", "model": "m", "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "x" * size}, "finish_reason": "stop"}]})
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if self.server.apart:
            self.send_in_chunks(body)
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def send_in_chunks(self, body):
        """As most servers do it: the last chunk is a packet of its own."""
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body.encode()))
        self.wfile.flush()
        time.sleep(0.01)  # the pause that this server plays, so that the router has read the chunk before the end is sent
        self.wfile.write(b"0\r\n\r\n")


class TlsUpstreamTest(FlowTest):
    def upstream(self, name):
        key, cert = certificate(self.folder, name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        server.connections, server.apart = 0, False
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, cert

    def serve(self, server, **fields):
        upstreams = [{"name": "tls", "api": "openai", "base_url": f"https://localhost:{server.server_port}", "models": [{"id": "m"}]} | fields]
        tiers = [{"name": "only", "deployments": ["tls/m"], "timeout": "10s"}]
        return self.enter(Router(self.folder, upstreams, tiers, {"workloads": [{"name": "all", "route": {"strategy": "fixed", "tier": "only"}}]},
                                 {"workers": 1}))

    def test_answers_of_any_size_come_through_whole_over_one_connection(self):
        server, cert = self.upstream("localhost")
        router = self.serve(server, ca=cert.name)  # counts from the configuration's folder
        for size in (100, 20_000, 300_000, 3_000_000):
            status, _, text = router.chat(str(size))
            self.assertEqual(status, 200, text[:300])
            self.assertEqual(len(json.loads(text)["choices"][0]["message"]["content"]), size)
            status, _, text = router.chat(str(size), stream=True)
            self.assertEqual(status, 200, text[:300])
            events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
            self.assertEqual(sum(len(event["choices"][0]["delta"].get("content", "")) for event in events), size)
            self.assertTrue(text.endswith("data: [DONE]\n\n"))
        self.assertEqual(server.connections, 1)

    def test_streams_keep_their_connection_though_their_last_chunk_comes_later(self):
        server, cert = self.upstream("localhost")
        server.apart = True
        router = self.serve(server, ca=cert.name)

        def served_without_another():
            before = server.connections
            status, _, text = router.chat("1000", stream=True)
            self.assertEqual((status, text[-14:]), (200, "data: [DONE]\n\n"))
            return server.connections == before
        until(served_without_another, "a stream is served over a connection that is there")

    def test_reads_a_changed_file_of_authorities_again(self):
        server, cert = self.upstream("localhost")
        authorities = self.folder / "authorities.pem"
        authorities.write_text(certificate(self.folder, "elsewhere.test")[1].read_text())
        router = self.serve(server, ca=authorities.name)
        self.refused(router, server)
        authorities.write_text(authorities.read_text() + cert.read_text())
        self.assertEqual(router.chat("100")[0], 200)

    def refused(self, router, server):
        status, headers, text = router.chat("100")
        self.assertEqual((status, json.loads(text)["error"]["code"]), (502, "upstream_tls"))
        self.assertEqual(router.attempts(headers["x-signalbox-decision-id"])[0]["error"], "upstream_tls")

    def test_refuses_a_certificate_that_nobody_vouches_for(self):
        server, _ = self.upstream("localhost")
        self.refused(self.serve(server), server)

    def test_refuses_a_certificate_of_another_name(self):
        server, cert = self.upstream("elsewhere.test")
        self.refused(self.serve(server, ca=cert.name), server)


if __name__ == "__main__":
    unittest.main()
