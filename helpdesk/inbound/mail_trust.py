"""What our own mail server found out about the sender of a mail (RFC 8601). Any From can be forged, and so can this
header field: it counts only with the name of the server that the house trusts."""

import re

from helpdesk.inbound.mail_mime import Headers

FIELD = "authentication-results"
COMMENT = re.compile(r"\([^()]*\)")
METHOD = re.compile(r"(dmarc|spf|dkim)(?:/\d+)?\s*=\s*([a-z]+)\b(.*)", re.IGNORECASE | re.DOTALL)
SIGNER = re.compile(r"header\.(?:d\s*=\s*|i\s*=\s*[^@\s;]*@)([^\s;]+)", re.IGNORECASE)
FAILED = frozenset(("fail", "softfail", "permerror"))
LONGEST = 20_000  # characters


def doubt(headers: Headers, sender: str, authserv_id: str) -> str:
    """Which check speaks against the sender: "dmarc", "spf", or "" for none, none made, or no server trusted.

    Without a verdict of DMARC a failed SPF is doubt too, unless the sender's own domain has signed: mails that are
    passed on fail SPF and keep their signature.
    """
    found = _findings(headers, authserv_id) if authserv_id else []
    verdicts = {method: {result for each, result, _rest in found if each == method} for method in ("dmarc", "spf")}
    if verdicts["dmarc"] & FAILED:
        return "dmarc"
    if "pass" in verdicts["dmarc"] or not verdicts["spf"] & FAILED:
        return ""
    return "" if any(_has_signed(each, sender) for each in found) else "spf"


def _findings(headers: Headers, authserv_id: str) -> list[tuple[str, str, str]]:
    """(method, result, the rest of its words), in lower case, of the trusted server."""
    found = []
    for value in headers.all(FIELD):
        server, *results = COMMENT.sub(" ", value[:LONGEST].decode("utf-8", "replace")).lower().split(";")
        if server.split()[:1] == [authserv_id.lower()]:
            found += [(match[1], match[2], match[3]) for each in results if (match := METHOD.match(each.strip()))]
    return found


def _has_signed(finding: tuple[str, str, str], sender: str) -> bool:
    method, result, rest = finding
    signer, domain = SIGNER.search(rest), sender.rpartition("@")[2].lower()
    if method != "dkim" or result != "pass" or signer is None or "." not in signer[1]:
        return False
    return domain == signer[1] or domain.endswith(f".{signer[1]}")
