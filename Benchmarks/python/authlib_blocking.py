"""Blocking calls with authlib over httpx, as its documentation shows them."""

from authlib.integrations.httpx_client import OAuth2Client
from contender import CLIENT_ID, HEADERS, OAUTH_TOKEN, Settings, measure, transaction_id


def main() -> None:
    settings = Settings()
    with OAuth2Client(
        client_id=CLIENT_ID,
        client_secret="secret",
        token=OAUTH_TOKEN,
        token_endpoint=f"{settings.url}/api/v1/auth/refreshtoken",
        # The client adds the token itself.
        headers={name: value for name, value in HEADERS.items() if name != "Authorization"},
        verify=settings.ca or True,
        timeout=30,
    ) as client:

        def call() -> str:
            response = client.post(settings.endpoint, content=settings.body)
            return transaction_id(response.status_code, response.content)

        measure(settings, call)


main()
