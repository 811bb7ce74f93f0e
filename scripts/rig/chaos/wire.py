"""A TCP relay between the daemon and its broker, which can be stalled or cut: a network that fails."""
import contextlib
import socket
import threading

from relay import hang_up

HOST = "127.0.0.1"
SEEN_AS = "127.0.0.2"  # by the broker, so that a rule can be for this client alone


class Wire:
    """Listens from the start; `target_port` may be set later."""

    def __init__(self):
        self.target_port = None
        self.flowing = threading.Event()
        self.flowing.set()
        self.is_cut = False
        self.open = set()
        self.listener = socket.create_server((HOST, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self):
        """Connections stay, and nothing arrives."""
        self.flowing.clear()

    def cut(self):
        """Connections end, and new ones are closed at once."""
        self.is_cut = True
        for connection in list(self.open):
            hang_up(connection)

    def heal(self):
        self.is_cut = False
        self.flowing.set()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            if self.is_cut:
                raise OSError("cut")
            server = socket.create_connection((HOST, self.target_port), timeout=5, source_address=(SEEN_AS, 0))
            server.settimeout(None)
        except OSError:
            client.close()
            return
        self.open |= {client, server}
        if self.is_cut:  # meanwhile: cut() did not see them
            hang_up(client)
            hang_up(server)
        threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
        self._pump(server, client)

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.flowing.wait()
                sink.sendall(data)
        for connection in (source, sink):
            self.open.discard(connection)
            hang_up(connection)

    def close(self):
        self.listener.close()
        self.cut()
        self.flowing.set()
