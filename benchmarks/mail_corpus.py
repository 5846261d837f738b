"""`python -m benchmarks.mail_corpus FOLDER`: how much of a corpus of mails is read as its sources say.

FOLDER has an index.json: {"messages": [{"file": …, "expected": {…}, "soft": {…}, "contested": …}]}, paths below
FOLDER or FOLDER/mail. Contested messages are not counted; what is soft is told apart. --all prints misses in full.
"""

import argparse
import json
import re
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from helpdesk.inbound.mail import InboundMail, read_message

# A signature that the source keeps and we drop: at most so much.
SIGNATURE_WORDS = 40
BARS = {"sender": 98, "subject": 98, "attachments": 98, "kind": 98, "reply": 95}


class Verdict(NamedTuple):
    group: str
    right: bool
    reason: str


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mail_corpus", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="print misses uncut")
    given = parser.parse_args()
    messages = json.loads((given.folder / "index.json").read_text())["messages"]
    width = None if given.all else 300
    stated, soft = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    times: list[tuple[float, str]] = []
    for message in messages:
        mail, seconds = _read(given.folder, message["file"])
        if mail is None:
            continue
        times.append((seconds, message["file"]))
        if not message.get("contested"):
            _count(stated, judge(mail, message["expected"]), f"MISS {message['file']}", width)
            _count(soft, judge(mail, message.get("soft") or {}), f"soft {message['file']}", width)
    slowest = max(times, default=(0.0, "none"))
    crashes = len(messages) - len(times)
    print(f"\n{len(messages)} messages, {crashes} crashes, slowest {slowest[0]:.3f} s ({slowest[1]})")
    _print_shares("stated", stated)
    _print_shares("soft", soft)


def _read(folder: Path, name: str) -> tuple[InboundMail | None, float]:
    """The mail and the seconds it took; None when reading it raised, which is printed."""
    path = next(path for path in (folder / name, folder / "mail" / name) if path.exists())
    raw = path.read_bytes()
    start = perf_counter()
    try:
        return read_message(raw), perf_counter() - start
    except Exception:
        print(f"CRASH {name}\n{traceback.format_exc()}")
        return None, 0.0


def _count(counter: Counter[tuple[str, bool]], verdicts: Iterator[Verdict], label: str, width: int | None) -> None:
    for verdict in verdicts:
        counter[verdict.group, verdict.right] += 1
        if not verdict.right:
            print(f"{label} {verdict.group}: {verdict.reason[:width]}")


def _print_shares(title: str, counter: Counter[tuple[str, bool]]) -> None:
    for group in sorted({group for group, _ in counter}):
        right, wrong = counter[group, True], counter[group, False]
        bar = f"  (aim {BARS[group]} %)" if group in BARS and title == "stated" else ""
        print(f"{title:7} {group:12} {right:4} of {right + wrong:4}  {100 * right / (right + wrong):5.1f} %{bar}")


def judge(mail: InboundMail, expected: dict[str, Any]) -> Iterator[Verdict]:
    """One verdict for each thing that the source states and this program has."""
    yield from _headers(mail, expected)
    yield from _kinds(mail, expected)
    yield from _files(mail, expected)
    if body := expected.get("body"):
        yield _compared("body", body, mail.text, mail)
    if reply := expected.get("reply"):
        yield _compared("reply", reply, mail.reply_text, mail)
    if signature := expected.get("signature"):
        text = signature if isinstance(signature, str) else str(signature)
        yield Verdict("signature", flat(text) not in flat(mail.reply_text), f"kept {text!r}")


def _headers(mail: InboundMail, expected: dict[str, Any]) -> Iterator[Verdict]:
    addresses = [person.address.lower() for person in mail.recipients]
    if "from" in expected:
        yield _same("sender", expected["from"].lower(), mail.sender.address.lower())
    if "from_name" in expected:
        yield _same("sender", expected["from_name"], mail.sender.name)
    if "subject" in expected:
        yield _same("subject", flat(expected["subject"]), flat(mail.subject))
    if "subject_starts" in expected:
        yield Verdict("subject", mail.subject.startswith(expected["subject_starts"]), mail.subject)
    if "message_id" in expected:
        yield _same("ids", expected["message_id"], mail.message_id)
    if "message_id_generated" in expected:
        yield Verdict("ids", bool(mail.message_id), "no identifier")
    for name in ("to", "cc", "cc_unique"):
        if name in expected:
            missing = [address for address in expected[name] if address.lower() not in addresses]
            yield Verdict("recipients", not missing, f"missing {missing}, have {addresses}")
    if "recipients_count" in expected:
        yield _same("recipients", expected["recipients_count"], len(addresses))


def _kinds(mail: InboundMail, expected: dict[str, Any]) -> Iterator[Verdict]:
    if "is_auto_reply" in expected:
        yield _same("kind", expected["is_auto_reply"], mail.is_auto_reply)
    if "is_bounce" in expected:
        yield _same("kind", expected["is_bounce"], mail.is_bounce)
    if expected.get("may_auto_respond") is not None and not expected.get("condition"):
        yield _same("may answer", expected["may_auto_respond"], not (mail.is_auto_reply or mail.is_bounce))
    if original := expected.get("bounce", {}).get("original_message_id"):
        yield _same("ids", original, mail.bounced_message_id)


def _files(mail: InboundMail, expected: dict[str, Any]) -> Iterator[Verdict]:
    names = sorted(file.name for file in mail.attachments)
    if "attachments" in expected:
        yield _same("attachments", sorted(expected["attachments"]), names)
    if "attachments_count" in expected:
        yield _same("attachments", expected["attachments_count"], len(names))
    for name, text in expected.get("attachment_text", {}).items():
        content = next((file.bytes for file in mail.attachments if file.name == name), b"").decode(
            "utf-8", "replace"
        )
        yield _same("attachments", flat(text), flat(content))


def _same(group: str, wanted: object, found: object) -> Verdict:
    return Verdict(group, wanted == found, f"wanted {wanted!r}, found {found!r}")


def _compared(group: str, wanted: dict[str, Any], text: str, mail: InboundMail) -> Verdict:
    wrong = list(_differences(wanted, text, mail))
    return Verdict(group, not wrong, "; ".join(wrong))


def _differences(wanted: dict[str, Any], text: str, mail: InboundMail) -> Iterator[str]:
    found = flat(text)
    if "exact" in wanted and not _is_exact(flat(wanted["exact"]), found, wanted):
        yield f"wanted {flat(wanted['exact'])!r}, found {found!r}"
    if "exact_no_whitespace" in wanted and (bare := re.sub(r"\s", "", text)) != wanted["exact_no_whitespace"]:
        yield f"wanted {wanted['exact_no_whitespace']!r}, found {bare!r}"
    if wanted.get("whole_body") and found != flat(mail.text):
        yield f"something was taken out: {found!r} of {flat(mail.text)!r}"
    if wanted.get("empty") and found:
        yield f"not empty: {found!r}"
    if "starts_with" in wanted and not found.startswith(flat(wanted["starts_with"])):
        yield f"wanted {flat(wanted['starts_with'])!r} first, found {found!r}"
    yield from (f"lacks {part!r}: {found!r}" for part in wanted.get("contains", []) if flat(part) not in found)
    yield from (f"has {part!r}" for part in wanted.get("not_contains", []) if flat(part) in found)


def _is_exact(wanted: str, found: str, rules: dict[str, Any]) -> bool:
    """A source that drops the signature is met by what begins so, one that keeps it by its beginning."""
    if rules.get("drops_signature"):
        return found.startswith(wanted)
    if rules.get("keeps_signature") and found and wanted.startswith(found):
        return len(wanted[len(found) :].split()) <= SIGNATURE_WORDS
    return found == wanted


def flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
