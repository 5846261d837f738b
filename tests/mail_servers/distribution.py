"""Dovecot and Postfix of the distribution, with configuration, folders and ports of their own: nothing of the
machine's own installation is touched."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chaos.certificates import Certificates
from chaos.imap_server import Server
from chaos.ports import free_port, wait_until_open
from helpdesk.mailboxes import TLS, Mailbox

PASSWORD = "haslo do skrzynki"
OWNER = "mail"  # of the mails; Debian has that user
PEOPLE = {"pomoc": "pomoc@helpdesk.test", "jan": "jan@modrzewie.test"}

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificates.server}
ssl_key = <{certificates.key}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n
auth_mechanisms = plain login xoauth2
auth_username_format = %n
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {folder}/people
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={folder}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""
OAUTH2 = """
introspection_url = {token_url}/introspect
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = localhost
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificates.server}
smtpd_tls_key_file = {certificates.key}
smtpd_recipient_restrictions = permit_mynetworks, reject
recipient_delimiter = +
virtual_mailbox_domains = helpdesk.test, modrzewie.test
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {maps} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
MASTER = """
127.0.0.1:{smtp_port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Servers:
    """`boxes` by the name of who reads them."""

    boxes: dict[str, Server]
    smtp_port: int


def missing() -> str:
    """Why they cannot be started; "" when they can."""
    absent = [name for name in ("dovecot", "postfix") if not shutil.which(name, path="/usr/sbin:/usr/bin")]
    if absent:
        return f"{' and '.join(absent)} not installed: apt-get install dovecot-imapd postfix"
    return "" if os.geteuid() == 0 else "Dovecot and Postfix are started by root alone"


@contextmanager
def distribution(certificates: Certificates, token_url: str) -> Iterator[Servers]:
    folder = Path(tempfile.mkdtemp(prefix="mail-"))
    folder.chmod(0o755)
    places = {"folder": folder, "certificates": certificates, "token_url": token_url, "owner": OWNER}
    places |= {"imap_port": free_port(), "smtp_port": free_port()}
    try:
        with _dovecot(folder, places), _postfix(folder, places):
            boxes = {name: Server(_mailbox(name, certificates, places["imap_port"])) for name in PEOPLE}
            yield Servers(boxes, places["smtp_port"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _dovecot(folder: Path, places: dict) -> Iterator[None]:
    for name in PEOPLE:
        (folder / "mail" / name).mkdir(parents=True)
        shutil.chown(folder / "mail" / name, OWNER, OWNER)
    shutil.chown(folder / "mail", OWNER, OWNER)
    (folder / "people").write_text("".join(f"{name}:{{PLAIN}}{PASSWORD}::::::\n" for name in PEOPLE))
    (folder / "oauth2.conf").write_text(OAUTH2.format(**places))
    (folder / "dovecot.conf").write_text(DOVECOT.format(**places))
    command = ["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")]
    with (folder / "out").open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            wait_until_open(places["imap_port"])
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def _postfix(folder: Path, places: dict) -> Iterator[None]:
    owner = folder.joinpath("mail").stat()
    maps = ", ".join(f"{{ {address} = {name}/ }}" for name, address in PEOPLE.items())
    settings = folder / "postfix"
    for name in ("postfix", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (settings / "main.cf").write_text(MAIN.format(**places, maps=maps, uid=owner.st_uid, gid=owner.st_gid))
    (settings / "master.cf").write_text(MASTER.format(**places))
    _run("start", settings)
    try:
        wait_until_open(places["smtp_port"])
        yield
    finally:
        _run("stop", settings)
        _wait_until_gone(folder / "queue/pid/master.pid")


def _run(what: str, settings: Path) -> None:
    done = subprocess.run(["/usr/sbin/postfix", "-c", str(settings), what], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"postfix {what}: {done.stderr.decode()}")


def _wait_until_gone(pid_file: Path) -> None:
    pid = pid_file.read_text().strip() if pid_file.exists() else "none"
    end = time.monotonic() + 20
    while Path("/proc", pid).exists() and time.monotonic() < end:
        time.sleep(0.1)


def _mailbox(name: str, certificates: Certificates, port: int) -> Mailbox:
    return Mailbox(
        address=PEOPLE[name],
        host="localhost",
        port=port,
        security=TLS,
        ca_file=str(certificates.authority),
        user=name,
        password=PASSWORD,
    )
