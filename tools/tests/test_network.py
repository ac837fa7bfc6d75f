"""Did the request leave? Real sockets refuse, real TLS fails, no one answers."""

import http.client
import socket
import ssl
import threading
import time

import pytest
import requests
import urllib3
from quickbooks_online.tools import network


def call(url, **options):
    """The fault of a real call that fails below HTTP."""
    with requests.Session() as session:
        session.trust_env = False
        network.harden(session)
        with pytest.raises(network.ERRORS) as caught:
            session.post(url, data=b"x", timeout=(2, 0.3), **options)
    return network.describe(caught.value)


@pytest.fixture
def listener():
    """A server on a free port that does to one connection as it is told."""
    server = socket.create_server(("127.0.0.1", 0))
    threads = []

    def serve(act):
        connection, _address = server.accept()
        with connection:
            act(connection)

    def start(act):
        threads.append(threading.Thread(target=serve, args=(act,), daemon=True))
        threads[0].start()
        return server.getsockname()[1]

    yield start
    threads[0].join(5)
    server.close()


def read_then(reply):
    """Read the request, then send this and close."""

    def act(connection):
        connection.recv(65536)
        connection.sendall(reply)

    return act


def read(port, allow_redirects=True, **options):
    """What `read_body` makes of the answer of a real server."""
    with requests.Session() as session:
        session.trust_env = False
        network.harden(session)
        response = session.get(
            f"http://127.0.0.1:{port}/",
            timeout=(2, 2),
            stream=True,
            allow_redirects=allow_redirects,
        )
        network.read_body(response, **options)
    return response


def drip(head, piece):
    """Send this, then a piece every 50 ms for as long as somebody listens."""

    def act(connection):
        connection.recv(65536)
        connection.sendall(head)
        try:
            for _count in range(100):
                connection.sendall(piece)
                time.sleep(0.05)
        except OSError:
            pass

    return act


def serve_twice(reply):
    """Answer two requests on one connection; give a list of what they were."""
    heads = []

    def act(connection):
        for _count in range(2):
            heads.append(connection.recv(65536))
            connection.sendall(reply)

    return heads, act


class TestHarden:
    def get_twice(self, listener, reply, is_hard):
        heads, act = serve_twice(reply)
        url = f"http://127.0.0.1:{listener(act)}/"
        with requests.Session() as session:
            session.trust_env = False
            if is_hard:
                network.harden(session)
            for _count in range(2):
                session.get(url, timeout=(2, 2), allow_redirects=False)
        return heads

    @pytest.mark.parametrize("is_hard", [True, False])
    def test_no_cookie_is_kept(self, listener, is_hard):
        reply = (
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
            b"Set-Cookie: mark=1; Path=/\r\n\r\n"
        )
        heads = self.get_twice(listener, reply, is_hard)
        assert (b"Cookie: mark=1" in heads[1]) is not is_hard

    def test_body_of_a_redirect_waits_to_be_read(self, listener):
        head = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 999\r\n\r\n"
        port = listener(drip(head, b"x"))
        start = time.monotonic()
        with pytest.raises(requests.exceptions.ReadTimeout):
            read(port, allow_redirects=False, seconds=0.3)
        assert time.monotonic() - start < 2


class TestReadBody:
    @pytest.mark.parametrize(
        "reply, body",
        [
            (b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}', b'{"a":1}'),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", b"{}"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
            (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n",
                b"[1]",
            ),
        ],
    )
    def test_whole_answer(self, listener, reply, body):
        response = read(listener(read_then(reply)))
        assert response.content == body
        assert not body or response.json() is not None

    def test_large_answer(self, listener):
        body = b"x" * 1_000_000
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
        assert read(listener(read_then(head + body))).content == body

    @pytest.mark.parametrize(
        "head, piece",
        [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"1\r\nx\r\n",
            ),
        ],
    )
    def test_dripping_answer_ends_at_the_deadline(self, listener, head, piece):
        port = listener(drip(head, piece))
        start = time.monotonic()
        with pytest.raises(requests.exceptions.ReadTimeout) as caught:
            read(port, seconds=0.4)
        assert time.monotonic() - start < 2
        assert network.describe(caught.value).uncertain

    def test_endless_answer_ends_at_the_limit(self, listener):
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        port = listener(drip(head, b"x" * 100_000))
        with pytest.raises(requests.exceptions.ReadTimeout):
            read(port, limit=50_000)

    def test_answer_broken_off(self, listener):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"
        port = listener(read_then(head))
        with pytest.raises(network.ERRORS) as caught:
            read(port)
        assert not isinstance(caught.value, requests.exceptions.Timeout)
        assert network.describe(caught.value).uncertain


class TestSurelyNotSent:
    def test_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        found = call(f"http://127.0.0.1:{port}/")
        assert (found.kind, found.uncertain) == ("transient", False)

    def test_name_that_does_not_resolve(self, monkeypatch):
        def fail(*_arguments, **_options):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        found = call("http://no-such-host.invalid/")
        assert (found.kind, found.uncertain) == ("transient", False)

    def test_proxy_that_is_down(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        proxies = {"https": f"http://127.0.0.1:{port}"}
        found = call("https://quickbooks.api.intuit.com/", proxies=proxies)
        assert (found.kind, found.uncertain) == ("transient", False)

    def test_proxy_that_refuses_to_connect(self, listener):
        port = listener(read_then(b"HTTP/1.1 403 Forbidden\r\n\r\n"))
        proxies = {"https": f"http://127.0.0.1:{port}"}
        found = call("https://quickbooks.api.intuit.com/", proxies=proxies)
        assert (found.kind, found.uncertain) == ("transient", False)

    def test_server_without_tls(self, listener):
        port = listener(read_then(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        found = call(f"https://127.0.0.1:{port}/")
        assert (found.kind, found.uncertain) == ("transient", False)

    def test_untrusted_certificate(self):
        error = requests.exceptions.SSLError(
            urllib3.exceptions.MaxRetryError(
                None,
                "/",
                urllib3.exceptions.SSLError(
                    ssl.SSLCertVerificationError(1, "certificate verify failed")
                ),
            )
        )
        assert not network.describe(error).uncertain

    def test_no_connection_in_time(self):
        assert not network.describe(requests.exceptions.ConnectTimeout()).uncertain

    @pytest.mark.parametrize("url", ["http://", "https:///x", "ftp://x/", "nonsense"])
    def test_what_cannot_be_built(self, url):
        found = call(url)
        assert (found.kind, found.uncertain) == ("bug", False)

    def test_header_that_cannot_be_sent(self):
        found = call("http://127.0.0.1:1/", headers={"Authorization": "a\r\nb"})
        assert found.kind == "bug"


class TestPerhapsExecuted:
    @pytest.mark.parametrize(
        "reply",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nabc",
            b"\x00\x01garbage\r\n\r\n",
        ],
    )
    def test_answer_broken_off(self, listener, reply):
        port = listener(read_then(reply))
        found = call(f"http://127.0.0.1:{port}/")
        assert (found.kind, found.uncertain) == ("transient", True)

    def test_proxy_that_closes_after_reading(self, listener):
        port = listener(read_then(b""))
        proxies = {"http": f"http://127.0.0.1:{port}"}
        found = call("http://127.0.0.1:9/", proxies=proxies)
        assert (found.kind, found.uncertain) == ("transient", True)

    def test_tunnel_that_closes_after_reading(self):
        """As urllib3 wraps it when a tunnel ends before the first answer."""
        lost = urllib3.exceptions.ProxyError(
            "Unable to connect to proxy",
            http.client.RemoteDisconnected("Remote end closed connection"),
        )
        error = requests.exceptions.ProxyError(
            urllib3.exceptions.MaxRetryError(None, "/", lost)
        )
        assert network.describe(error).uncertain

    def test_reset(self, listener):
        def act(connection):
            connection.recv(65536)
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        port = listener(act)
        assert call(f"http://127.0.0.1:{port}/").uncertain

    def test_no_answer_in_time(self, listener):
        done = threading.Event()
        port = listener(lambda connection: done.wait(3))
        found = call(f"http://127.0.0.1:{port}/")
        done.set()
        assert found.uncertain
        assert "in time" in found.message

    def test_tls_that_ends_while_reading(self):
        error = requests.exceptions.SSLError(
            ssl.SSLEOFError(8, "EOF occurred in violation of protocol")
        )
        assert network.describe(error).uncertain

    def test_the_unknown(self):
        assert network.describe(requests.RequestException("?")).uncertain
        assert network.describe(urllib3.exceptions.HTTPError("?")).uncertain


def test_texts_come_from_here_alone():
    """URLs, headers and tokens stand in the texts of network errors."""
    error = requests.exceptions.InvalidHeader("Header Bearer abc")
    for each in (error, requests.ConnectionError("Bearer abc"), OSError("Bearer abc")):
        assert "abc" not in network.describe(each).describe()
