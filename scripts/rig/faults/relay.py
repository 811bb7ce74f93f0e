"""A relay between a camera and its client: counts connections as a third party, and bends what the camera sends."""
import contextlib
import re
import socket
import threading
import time

LIMIT = 1 << 20


class Relay:
    """RTSP with pictures inside the connection (transport tcp). Set a hook to bend, None to heal:

    on_packet(channel, payload) returns the payload to send, or None to drop it; even channels are RTP, odd ones RTCP.
    on_answer(head, body) returns bytes to send instead of an RTSP answer.
    """

    def __init__(self, target_port):
        self.target_port = target_port
        self.on_packet = self.on_answer = None
        self.connects = []  # when clients came
        self.flowing = threading.Event()
        self.flowing.set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def uri(self, mount="/cam", scheme="rtsp"):
        return "%s://127.0.0.1:%d%s" % (scheme, self.port, mount)

    def hold(self):
        """What the camera sends waits here."""
        self.flowing.clear()

    def release(self):
        self.flowing.set()
        return time.time()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connects.append(time.time())
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), timeout=5)
            server.settimeout(None)
        except OSError:
            client.close()
            return
        self.open += [client, server]
        threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
        try:
            with contextlib.suppress(OSError, ValueError):  # one side has gone
                self._answers(server.makefile("rb"), client)
        finally:
            hang_up(client)
            hang_up(server)

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def _answers(self, server, client):
        while True:
            first = server.read(1)
            if not first:
                return
            if first == b"$":
                channel, high, low = server.read(3)
                payload = server.read(high * 256 + low)
                if self.on_packet:
                    payload = self.on_packet(channel, payload)
                    if payload is None:
                        continue
                out = b"$" + bytes([channel]) + len(payload).to_bytes(2, "big") + payload
            else:
                out = self._answer(first, server)
            self.flowing.wait()
            client.sendall(out)

    def _answer(self, first, server):
        head = first
        while not head.endswith(b"\r\n\r\n") and len(head) < LIMIT:
            line = server.readline()
            if not line:
                break
            head += line
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        body = server.read(int(length.group(1))) if length else b""
        return self.on_answer(head, body) if self.on_answer else head + body

    def hang_up(self):
        """Ends all connections: clients come again."""
        while self.open:
            hang_up(self.open.pop())

    def close(self):
        self.listener.close()
        self.release()
        self.hang_up()


def hang_up(connection):
    with contextlib.suppress(OSError):  # it may be over already
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


class Packets:
    """Hooks for Relay.on_packet that count what they did."""

    def __init__(self):
        self.count = 0

    def no_reports(self, channel, payload):
        """Without the camera's RTCP sender reports nobody knows its clock."""
        if channel % 2:
            self.count += 1
            return None
        return payload

    def shifted(self, ticks):
        """A camera whose stream time moved by so many 1/90000 s: in its packets and in its sender reports."""
        def hook(channel, payload):
            at = 16 if channel % 2 else 4
            if len(payload) < at + 4 or channel % 2 and payload[1] != 200:
                return payload
            self.count += 1
            time_stamp = (int.from_bytes(payload[at:at + 4], "big") + ticks) % (1 << 32)
            return payload[:at] + time_stamp.to_bytes(4, "big") + payload[at + 4:]
        return hook

    def standing(self):
        """RTP times that stand still at the first one seen."""
        seen = []

        def hook(channel, payload):
            if channel % 2 or len(payload) < 12:
                return payload
            self.count += 1
            seen.append(payload[4:8]) if not seen else None
            return payload[:4] + seen[0] + payload[8:]
        return hook

    def flipped(self, random, one_in):
        """A bit turned over in one of so many packets, behind the RTP header."""
        def hook(channel, payload):
            if channel % 2 or len(payload) < 20 or random.randrange(one_in):
                return payload
            self.count += 1
            damaged = bytearray(payload)
            damaged[random.randrange(12, len(damaged))] ^= 1 << random.randrange(8)
            return bytes(damaged)
        return hook

    def cut(self, random, one_in):
        """One of so many packets ends early."""
        def hook(channel, payload):
            if channel % 2 or len(payload) < 20 or random.randrange(one_in):
                return payload
            self.count += 1
            return payload[:random.randrange(12, len(payload))]
        return hook
