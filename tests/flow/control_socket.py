# SPDX-License-Identifier: Apache-2.0
"""A small client of the control plane: JSON-RPC over one WebSocket, with the standard library alone."""
import base64
import json
import os
import socket
import ssl
import struct
from urllib.parse import urlsplit


class ControlError(Exception):
    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code, self.data = error.get("code"), error.get("data")


class ControlClosed(ConnectionError):
    """The router has closed the connection, and said why."""

    def __init__(self, payload):
        self.code = struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else 1005
        super().__init__(f"the control plane closed: {self.code} {payload[2:].decode('utf-8', 'replace')}")


class ControlSocket:
    """Calls are answered one at a time; notifications are kept in `notes`."""

    def __init__(self, url, token, timeout=30, ca=None):
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout)
        if parts.scheme == "wss":
            self.socket = ssl.create_default_context(cafile=ca).wrap_socket(self.socket, server_hostname=parts.hostname)
        self.buffer = b""
        self.next_id = 0
        self.notes = []
        key = base64.b64encode(os.urandom(16)).decode()
        head = (f"GET /control HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: signalbox.control.v1\r\n"
                f"Authorization: Bearer {token}\r\n\r\n")
        self.socket.sendall(head.encode())
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        answer, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(answer.split(b" ", 2)[1])
        if self.status != 101:
            self.socket.close()
            raise ControlError({"code": self.status, "message": answer.decode("latin-1").splitlines()[0]})
        self.call("hello", {"protocol": 1, "client": "flow test"})

    def call(self, method, params=None):
        """The result of one call; ControlError for an error."""
        self.ask(method, params)
        while True:
            message = self.next()
            if message.get("id") != self.next_id:
                self.notes.append(message)
                continue
            if "error" in message:
                raise ControlError(message["error"])
            return message["result"]

    def ask(self, method, params=None):
        """A call whose answer is not waited for; its id."""
        self.next_id += 1
        self._send(json.dumps({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params or {}}).encode())
        return self.next_id

    def next(self):
        """The next message, whatever it is."""
        return json.loads(self._receive())

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the control plane closed the connection")
        self.buffer += piece

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        piece, self.buffer = self.buffer[:count], self.buffer[count:]
        return piece

    def _send(self, payload, opcode=1):
        length = len(payload)
        head = bytes([0x80 | opcode])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", length)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", length)
        mask = os.urandom(4)
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def _receive(self):
        text = b""
        while True:
            first, second = self._take(2)
            length = second & 0x7F
            if length == 126:
                length = struct.unpack(">H", self._take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._take(8))[0]
            payload = self._take(length)
            opcode = first & 0x0F
            if opcode == 8:
                raise ControlClosed(payload)
            if opcode == 9:
                self._send(payload, 10)
            elif opcode in (0, 1):
                text += payload
                if first & 0x80:
                    return text
