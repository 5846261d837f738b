"""Tables as files for spreadsheets."""

import io
import zipfile
from datetime import datetime
from xml.etree import ElementTree

import pytest

from helpdesk.reports import sheets
from helpdesk.reports.sheets import Column, Kind, Sheet, csv_text, workbook

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
AT = datetime.fromisoformat("2026-03-11T08:00")


def sheet(name="Zażółć"):
    columns = [Column("Osoba"), Column("Od", Kind.TIME), Column("Godziny", Kind.HOURS), Column("Ile", Kind.COUNT)]
    return Sheet("Dyżury", columns, [(name, AT, 12.5, 3)])


def opened(content):
    return zipfile.ZipFile(io.BytesIO(content))


def cells(content):
    """Type and value of each cell of the second row, and whether there is any formula."""
    tree = ElementTree.fromstring(opened(content).read("xl/worksheets/sheet1.xml"))
    row = tree.findall(".//m:row", NAMES)[1]
    return [(c.get("t"), c.find("m:v", NAMES).text) for c in row], tree.findall(".//m:f", NAMES)


def test_times_and_numbers_are_such_and_no_text():
    found, _formulas = cells(workbook([sheet()]))
    assert found[1:] == [(None, "46092.33333333334"), (None, "12.5"), (None, "3")]


@pytest.mark.parametrize("name", ["=1+1", "+48", "-5", "@SUM", "\t=1", "\r=1", "http://a.test", "{=1}", "12"])
def test_a_name_in_the_workbook_is_text_whatever_it_begins_with(name):
    found, formulas = cells(workbook([sheet(name)]))
    assert found[0][0] == "s" and formulas == []
    assert not [each for each in opened(workbook([sheet(name)])).namelist() if "rels/sheet1" in each]


@pytest.mark.parametrize("name", ["=1+1", "+48", "-5", "@SUM", "\t=1", "\r=1"])
def test_a_name_in_the_other_file_is_never_computed(name):
    first_cell = csv_text(sheet(name)).split("\r\n", 1)[1]
    assert first_cell.lstrip('"').startswith(f"'{name[0]}")


def test_polish_excel_reads_the_other_file():
    assert csv_text(sheet()) == "\ufeffOsoba;Od;Godziny;Ile\r\nZażółć;2026-03-11 08:00;12,50;3\r\n"


def test_sheets_keep_their_order_and_names():
    book = opened(workbook([sheet(), Sheet("Razem", [Column("Osoba")], [])])).read("xl/workbook.xml").decode()
    assert book.index("Dyżury") < book.index("Razem")


def test_a_long_table_goes_on_in_the_next_sheet(monkeypatch):
    monkeypatch.setattr(sheets, "ROWS_OF_A_SHEET", 2)
    file = io.BytesIO()
    sheets.write_workbook(file, Sheet("Zgłoszenia", [Column("Numer", Kind.COUNT)], ([n] for n in range(5))))
    archive = zipfile.ZipFile(file)
    found = [archive.read(f"xl/worksheets/sheet{n}.xml").decode().count("<row ") - 1 for n in (1, 2, 3)]
    assert found == [2, 2, 1]
    assert "Zgłoszenia 3" in archive.read("xl/workbook.xml").decode()


def test_a_table_without_rows_has_one_sheet_with_its_headings():
    file = io.BytesIO()
    sheets.write_workbook(file, Sheet("Zgłoszenia", [Column("Numer")], []))
    assert [name for name in zipfile.ZipFile(file).namelist() if "worksheets/" in name] == [
        "xl/worksheets/sheet1.xml"
    ]
