"""What is printed."""

from collections import Counter
from statistics import median, quantiles

from chaos.judge import Verdict
from chaos.moments import MOMENTS

SHOWN = 5


def print_kills(where: str, kills: Counter[str]) -> None:
    print(f"  {where}: {sum(kills.values())} kills")
    for moment in MOMENTS:
        print(f"    {kills[moment]:5}  {moment}")


def print_verdict(name: str, verdict: Verdict) -> None:
    others = {what: count for what, count in verdict.outcomes.items() if what != "stored"}
    faults = "   ".join(f"{len(getattr(verdict, word)):3} {word}" for word in ("lost", "duplicated", "late"))
    notices = sum(verdict.notices.values())
    print(f"  {name:34} {verdict.alerts:5} alerts, {notices:5} notices {faults}   ({_listed(others)})")
    print(f"    {_windows(verdict)}")
    for word in ("lost", "duplicated", "excused", "late", "complaints"):
        for line in getattr(verdict, word)[:SHOWN]:
            print(f"      {word}: {line}")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "all stored"


def _windows(verdict: Verdict) -> str:
    if len(verdict.windows) < 2:
        return ""
    p99 = quantiles(verdict.windows, n=100)[98]
    nearest = f"{verdict.nearest * 1000:.1f} ms" if verdict.nearest is not None else "none"
    return (
        f"claim committed → first byte: median {median(verdict.windows) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms,"
        f" longest {verdict.windows[-1] * 1000:.1f} ms;"
        f" first byte → stored: longest {verdict.longest_flight:.2f} s;"
        f" closest acknowledgement after a POST: {nearest}"
    )
