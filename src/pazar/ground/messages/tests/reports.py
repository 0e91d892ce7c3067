"""Reports as mail servers write them."""

from pazar.ground.messages.models import Mail


def undelivered(mail: Mail, *, action="failed", status="5.1.1", to: str = "bounces@example.org", words="no such user"):
    message_id = mail.headers["Message-ID"]
    return (
        f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=utf-8

This is the mail system at mx.example.net.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0200

Final-Recipient: rfc822; {mail.to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} {words}

--=_b
Content-Type: text/rfc822-headers

From: pazar@example.org
To: {mail.to}
Message-ID: {message_id}

--=_b--
"""
    ).encode()


def complaint(mail: Mail, *, kind="abuse"):
    """By RFC 5965; the reader's address is hidden, as large services do."""
    return f"""From: complaints@isp.example.net
To: bounces+{mail.pk.hex}@example.org
Subject: FW: Earn money
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_c"

--=_c
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--=_c
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1

--=_c
Content-Type: message/rfc822

From: pazar@example.org
To: <redacted>
Subject: A thing

Text
--=_c--
""".encode()
