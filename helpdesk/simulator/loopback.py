"""Whether a host is this machine itself."""

import ipaddress


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Raises ValueError: whoever reaches the simulator reads every message and speaks for everybody."""
    if not is_loopback(host):
        raise ValueError(f"The simulator listens on loopback only, not on {host!r}.")
