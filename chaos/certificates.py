"""Certificates of an authority that only the test knows."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Files: the authority's own, and those of a server called "localhost"."""

    authority: Path
    server: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    made = Certificates(folder / "authority.pem", folder / "server.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(made.authority)
    made.server.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(made.key)
    return made
