"""Blocking calls with peerid."""

from contender import CLIENT_ID, SERVER_TOKEN, Settings, measure
from peerid import Client


def main() -> None:
    settings = Settings()
    options = {"ca_file": settings.ca} if settings.ca else {}
    with Client(settings.url, client_id=CLIENT_ID, client_secret="secret", http_version="1.1", **options) as client:
        session = client.restore(SERVER_TOKEN)
        operations = settings.operations
        measure(settings, lambda: session.submit(operations).transaction_id)


main()
