"""The Python caller against the sandbox at PEERID_SANDBOX_URL."""

from __future__ import annotations

import os
import subprocess
import threading
import unittest

import peerid

TRANSFER = {
    "op_name": "transfer",
    "fee_asset": "1.3.0",
    "from": "1.2.31",
    "to": "1.2.33",
    "amount": {"amount": 100000, "asset_id": "1.3.0"},
}


class ClientTests(unittest.TestCase):
    """What an application in Python would notice."""

    def setUp(self) -> None:
        self.client = peerid.Client(os.environ["PEERID_SANDBOX_URL"], client_id=4, client_secret="demo-secret-4")
        self.addCleanup(self.client.close)

    def log_in(self) -> peerid.Session:
        return self.client.login("alice", password="alice-password")

    def test_submits_and_survives_the_expiry_of_the_token(self) -> None:
        session = self.log_in()
        first = session.submit(TRANSFER)
        subprocess.run([os.environ["PEERID_EXAMPLE_EXPIRE"]], check=True)
        second = session.submit([TRANSFER, TRANSFER])
        self.assertEqual(len(first.transaction_id or ""), 40)
        self.assertNotEqual(first.transaction_id, second.transaction_id)
        self.assertEqual(session.token.generation, 2)

    def test_threads_share_a_session(self) -> None:
        session = self.log_in()
        identifiers: list[str | None] = []
        threads = [
            threading.Thread(target=lambda: identifiers.append(session.submit(TRANSFER).transaction_id))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(identifiers)), 16)

    def test_a_wrong_password_is_refused_with_the_field_named(self) -> None:
        with self.assertRaises(peerid.Refused) as caught:
            self.client.login("alice", password="wrong")
        self.assertEqual(caught.exception.http_status, 400)
        self.assertEqual(caught.exception.outcome, peerid.Outcome.REFUSED)
        self.assertIn("login", caught.exception.fields or {})

    def test_a_faulty_operation_is_not_sent(self) -> None:
        with self.assertRaises(peerid.PeerIDError) as caught:
            self.log_in().submit({**TRANSFER, "from": "31"})
        self.assertEqual(caught.exception.outcome, peerid.Outcome.NOT_SENT)
        self.assertIn("operations[0].from", str(caught.exception))

    def test_an_unreachable_server_means_not_sent(self) -> None:
        with peerid.Client("http://127.0.0.1:1", client_id=4, client_secret="x") as client:
            with self.assertRaises(peerid.NotSent) as caught:
                client.login("alice", password="x")
        self.assertEqual(caught.exception.outcome, peerid.Outcome.NOT_SENT)

    def test_use_after_close_is_a_clear_error(self) -> None:
        session = self.log_in()
        session.close()
        session.close()
        with self.assertRaises(peerid.ClosedError):
            session.refresh()

    def test_nothing_printed_holds_a_token(self) -> None:
        session = self.log_in()
        token = session.token
        for text in (repr(token), str(token), repr(session), repr(self.client)):
            self.assertNotIn(token.access_token, text)
            self.assertNotIn("demo-secret", text)


if __name__ == "__main__":
    unittest.main()
