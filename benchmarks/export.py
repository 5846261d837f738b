"""Tickets to CSV and XLSX: rows a second, and how much memory the process needs on top of what it had."""

import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from flask_babel import force_locale

from benchmarks.processes import resident_mb
from benchmarks.stage import Stage, stage
from benchmarks.world import fill
from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.config import read_settings, settings
from helpdesk.reports.export import csv_lines, ticket_rows
from helpdesk.reports.figures import EVERYTHING
from helpdesk.reports.period import read_period
from helpdesk.reports.sheets import write_workbook
from helpdesk.routes import dashboard_words
from helpdesk.routes.dashboard import export_style

CSV_ROWS, XLSX_ROWS = 1_000_000, 50_000
AIM_ROWS, AIM_MB = 20_000, 150


class Gauge:
    """The most memory that was seen while rows went by, from the start of the gauge."""

    def __init__(self) -> None:
        self.start, self.most, self.began, self.rows = _held(), 0.0, time.monotonic(), 0

    def look(self, rows: int) -> None:
        self.rows, self.most = rows, max(self.most, _held() - self.start)

    def told(self) -> str:
        rate = self.rows / (time.monotonic() - self.began)
        return f"{self.rows:9,} rows  {rate:9,.0f} rows/s  {self.most:+6.1f} MiB at most"


def _held() -> float:
    return resident_mb(os.getpid())


def run(rows: int = CSV_ROWS) -> None:
    print(f"PostgreSQL; aims: over {AIM_ROWS:,} rows/s (CSV), under {AIM_MB} MiB more")
    with stage("postgresql") as world:
        filled = 0
        for name, count in (("XLSX", min(rows, XLSX_ROWS)), ("CSV", rows)):
            with world.app.app_context():
                fill(count - filled)
            filled = count
            print(f"  {name:4} {_in_a_fresh_process(world, name)}", flush=True)


def _in_a_fresh_process(world: Stage, name: str) -> str:
    """One that has filled no tables: what those left behind would hide what the export needs."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_export, dict(world.environ), name).result()


def _export(environ: dict[str, str], name: str) -> str:
    with create_app(read_settings(environ)).app_context(), force_locale("pl"):
        return {"XLSX": _xlsx, "CSV": _csv}[name]()


def _period():
    return read_period({"period": "custom", "since": "2000-01-01"}, now=clock.now(), zone=settings().zone)


def _csv() -> str:
    gauge, lines = Gauge(), 0
    for part in csv_lines(dashboard_words.headings(), _period(), EVERYTHING, export_style()):
        lines += part.count("\r\n")
        gauge.look(lines - 1)
    return gauge.told()


def _xlsx() -> str:
    gauge = Gauge()

    def seen():
        for number, row in enumerate(ticket_rows(_period(), EVERYTHING, export_style()), 1):
            if number % 1000 == 0:
                gauge.look(number)
            yield row

    with tempfile.TemporaryFile() as file:
        write_workbook(file, dashboard_words.tickets_sheet(seen()))
    return gauge.told()


if __name__ == "__main__":
    run()
