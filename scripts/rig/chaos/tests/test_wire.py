"""The wire does to a connection what it says."""
import socket

import pytest
import wire


@pytest.fixture
def far():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def line(far):
    made = wire.Wire()
    made.target_port = far.getsockname()[1]
    yield made
    made.close()


def connect(line, far):
    near = socket.create_connection(("127.0.0.1", line.port), timeout=30)
    other, address = far.accept()
    assert address[0] == wire.SEEN_AS
    return near, other


def test_what_is_sent_arrives(line, far):
    near, other = connect(line, far)
    near.sendall(b"there")
    assert other.recv(9) == b"there"
    other.sendall(b"back")
    assert near.recv(9) == b"back"


def test_what_a_stalled_wire_holds_arrives_when_it_heals(line, far):
    near, other = connect(line, far)
    line.stall()
    near.sendall(b"late")
    other.settimeout(0.2)
    with pytest.raises(TimeoutError):
        other.recv(9)
    line.heal()
    other.settimeout(30)
    assert other.recv(9) == b"late"


def test_a_cut_wire_ends_connections_and_takes_none_until_it_heals(line, far):
    near, other = connect(line, far)
    line.cut()
    assert near.recv(9) == b""
    assert other.recv(9) == b""
    assert socket.create_connection(("127.0.0.1", line.port), timeout=30).recv(9) == b""
    line.heal()
    connect(line, far)
