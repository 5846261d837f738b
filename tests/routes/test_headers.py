"""Headers: what browsers may keep, what they may run."""

import gzip
import re

ASSET = re.compile(r'(?:href|src)="([^"]*\?v=[^"]*)"')


def assets(client) -> list[str]:
    return ASSET.findall(client.get("/no-such-page").text)


def test_every_page_carries_the_security_headers(client):
    for path in ("/", "/healthz", "/no-such-page"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_a_page_is_not_kept(client):
    assert "no-store" in client.get("/no-such-page").headers["Cache-Control"]


def test_assets_are_kept_for_a_year_by_the_digest_of_their_content(client):
    found = assets(client)
    assert len(found) >= 4
    for address in found:
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Cookie" not in headers.get("Vary", "")


def test_assets_are_sent_compressed_and_weigh_little(client):
    sizes = [len(client.get(a, headers={"Accept-Encoding": "gzip"}).data) for a in assets(client)]
    assert sum(sizes) < 60_000
    css = client.get("/static/helpdesk.css", headers={"Accept-Encoding": "gzip"})
    assert b"--hd-primary" in gzip.decompress(css.data)


def test_no_page_has_inline_style_or_script(client):
    page = client.get("/no-such-page").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
