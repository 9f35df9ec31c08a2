"""A mail server with a certificate, as it should be and as it should not: nothing is told before it is trusted.

127.0.0.2 stands for a server elsewhere: only localhost, 127.0.0.1 and ::1 count as this machine.
"""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mentorkorps.backend import settings
from mentorkorps.backend.mail.mime import WrittenMail
from mentorkorps.backend.mail.smtp_status import explain
from mentorkorps.backend.mail.transport import SmtpTransport
from tests.backend.conftest import any_free_port, awaited, errors_in, eventually, opened
from tests.backend.sullen import sullen

ELSEWHERE = "127.0.0.2"


class Guarded:
    """A mail server that notes what it was told, and whether that was encrypted."""

    def __init__(self) -> None:
        self.passwords: list[tuple[bytes, bool]] = []
        self.mails: list[tuple[str, bool]] = []

    def authenticate(self, _server, session, _envelope, _mechanism, login) -> AuthResult:
        self.passwords.append((login.password, session.ssl is not None))
        return AuthResult(success=True)

    async def handle_DATA(self, _server, session, envelope):
        self.mails.append((envelope.rcpt_tos[0], session.ssl is not None))
        return "250 OK"


def certificate(folder: Path, address: str) -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself, for an IP address; kept in <address>.pem."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{address}.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain)
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    return folder, certificate(folder, ELSEWHERE), certificate(folder, "127.0.0.9")


def stop(controller: Controller) -> None:
    """Stops a server when its connections have ended: a handshake that failed is closed a moment later."""

    async def connections_ended() -> None:
        async with asyncio.timeout(5):
            while asyncio.all_tasks() != {asyncio.current_task()}:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    asyncio.run_coroutine_threadsafe(connections_ended(), controller.loop).result()
    controller.stop()


def carried(
    server: dict[str, object], url: str, ca_file: object = ""
) -> tuple[Guarded, Exception | None]:
    """Brings one mail to a server of that kind; what the server noted, and why the mail stayed."""
    guarded, port = Guarded(), any_free_port()
    controller = Controller(
        guarded, hostname=ELSEWHERE, port=port, authenticator=guarded.authenticate, **server
    )
    controller.start()
    variables = {"SMTP_URL": f"{url}:{port}", "SECRET_KEYS": "k" * 16, "SMTP_CA_FILE": str(ca_file)}
    carrier = SmtpTransport(
        settings.read_settings(
            {f"MENTORKORPS_{name}": value for name, value in variables.items()}
        ).smtp
    )
    letter = WrittenMail("mentor@example.dk", "karen@example.org", b"Subject: Hej\r\n\r\nHej\r\n")

    async def deliver() -> None:
        try:
            await carrier.deliver("1", letter)
        finally:
            await carrier.close()

    try:
        awaited(deliver())
    except (aiosmtplib.SMTPException, ssl.SSLError, OSError) as error:
        return guarded, error
    finally:
        stop(controller)
    return guarded, None


PASSWORD = f"smtp://portal:hemmeligt@{ELSEWHERE}"
ENCRYPTED = f"smtps://portal:hemmeligt@{ELSEWHERE}"


@pytest.mark.parametrize(("kind", "url"), [("tls_context", PASSWORD), ("ssl_context", ENCRYPTED)])
def test_a_trusted_server_gets_password_and_mail_encrypted(certificates, monkeypatch, kind, url):
    folder, own, _ = certificates
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / f"{ELSEWHERE}.pem"))

    guarded, error = carried({kind: own, "auth_require_tls": kind == "tls_context"}, url)

    assert error is None
    assert [b"hemmeligt"] == [password for password, _ in guarded.passwords]
    # Of a connection that is encrypted from its first byte aiosmtpd itself knows nothing.
    assert [("karen@example.org", kind == "tls_context")] == guarded.mails


@pytest.mark.parametrize(("kind", "url"), [("tls_context", PASSWORD), ("ssl_context", ENCRYPTED)])
@pytest.mark.parametrize("wrong", ["not trusted", "of another server"])
def test_a_server_that_cannot_show_who_it_is_gets_nothing(
    certificates, monkeypatch, kind, url, wrong
):
    folder, own, other = certificates
    if wrong == "of another server":
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "127.0.0.9.pem"))

    guarded, error = carried({kind: own if wrong == "not trusted" else other}, url)

    assert error is not None
    assert ([], []) == (guarded.passwords, guarded.mails)


def test_a_server_that_does_not_offer_encryption_any_more_gets_no_password():
    guarded, error = carried({"auth_require_tls": False}, PASSWORD)

    assert "STARTTLS" in str(error)
    assert ([], []) == (guarded.passwords, guarded.mails)


def test_without_a_password_a_server_that_offers_encryption_must_be_trusted_too(certificates):
    _, own, _ = certificates

    guarded, error = carried({"tls_context": own}, f"smtp://{ELSEWHERE}")

    assert error is not None
    assert [] == guarded.mails


def test_without_a_password_a_server_without_encryption_gets_the_mail():
    guarded, error = carried({}, f"smtp://{ELSEWHERE}")

    assert error is None
    assert [("karen@example.org", False)] == guarded.mails


@pytest.mark.parametrize(("kind", "url"), [("tls_context", PASSWORD), ("ssl_context", ENCRYPTED)])
def test_a_certificate_of_the_house_is_trusted_where_its_file_is_named(certificates, kind, url):
    folder, own, other = certificates
    server = {kind: own, "auth_require_tls": kind == "tls_context"}

    guarded, error = carried(server, url, folder / f"{ELSEWHERE}.pem")
    assert error is None
    assert 1 == len(guarded.mails)

    guarded, error = carried(server, url, folder / "127.0.0.9.pem")
    assert error is not None
    assert ([], []) == (guarded.passwords, guarded.mails)
    guarded, error = carried({kind: other}, url, folder / "127.0.0.9.pem")
    assert error is not None
    assert ([], []) == (guarded.passwords, guarded.mails)


WRONG = {
    "nobody vouches for it": (
        ELSEWHERE,
        "",
        "MENTORKORPS_SMTP_CA_FILE",
        "Ingen, som denne maskine stoler på",
    ),
    "another one is vouched for": (
        ELSEWHERE,
        "127.0.0.9",
        "MENTORKORPS_SMTP_CA_FILE",
        "Ingen, som denne maskine",
    ),
    "another name": ("127.0.0.9", "127.0.0.9", "another name", "gælder for et andet navn"),
}


@pytest.mark.parametrize(("kind", "scheme"), [("tls_context", "smtp"), ("ssl_context", "smtps")])
@pytest.mark.parametrize("wrong", WRONG)
def test_the_start_says_what_is_wrong_with_a_certificate(
    certificates, tmp_path, real, caplog, kind, scheme, wrong
):
    folder, own, other = certificates
    presented, trusted, english, danish = WRONG[wrong]
    port = any_free_port()
    server = {kind: own if presented == ELSEWHERE else other}
    controller = Controller(Guarded(), hostname=ELSEWHERE, port=port, **server)
    controller.start()
    variables = {
        "SMTP_URL": f"{scheme}://portal:hemmeligt@{ELSEWHERE}:{port}",
        "SMTP_CA_FILE": str(folder / f"{trusted}.pem") if trusted else "",
    }
    try:
        with opened(tmp_path, real, **variables) as portal:
            eventually(lambda: "mail server: " in caplog.text)
            ready = portal.client.get("/readyz").json()["mail_server"]
            assert "mentorkorps_mail_server_ok 0" in portal.client.get("/metrics").text
    finally:
        stop(controller)

    assert english in errors_in(caplog)[0]
    assert ready.startswith("SSLCertVerificationError ")
    assert danish in explain(ready, "da")


def test_the_start_says_that_a_password_is_wrong_and_goes_on_all_the_same(
    tmp_path, real, free_port, caplog
):
    with sullen(free_port) as server:
        server.mood = ("auth", "535 5.7.8 no")
        with opened(
            tmp_path, real, SMTP_URL=f"smtp://portal:hemmeligt@127.0.0.1:{free_port}"
        ) as portal:
            eventually(
                lambda: "refuses the user or the password in MENTORKORPS_SMTP_URL" in caplog.text
            )
            assert 303 == portal.post().status_code
            assert "hemmeligt" not in caplog.text
