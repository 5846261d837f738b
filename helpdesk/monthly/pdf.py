"""The monthly report as a PDF for the mail and for the archive: A4, tagged for screen readers.

Typst lays it out. It gets the texts as data beside a source that never changes: whatever a name contains is shown
as it stands. It reads no other file and asks no network; its fonts come with it.
"""

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typst

from helpdesk.monthly.document import Document
from helpdesk.reports.monthly import MonthlyReport

SOURCE = Path(__file__).with_name("report.typ")


def pdf(document: Document, at: datetime) -> bytes:
    """The same document and moment give the same bytes."""
    return typst.compile(
        SOURCE.read_bytes(),
        sys_inputs={"report": json.dumps(asdict(document))},
        format="pdf",
        pdf_standards="ua-1",
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )


def file_name(report: MonthlyReport, stem: str) -> str:
    """ "raport-leoncin-2026-11.pdf": ASCII, for every mail program."""
    plain = unicodedata.normalize("NFKD", report.place.replace("ł", "l").replace("Ł", "L"))
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    return f"{stem}-{slug or report.municipality_id}-{report.period.first:%Y-%m}.pdf"
