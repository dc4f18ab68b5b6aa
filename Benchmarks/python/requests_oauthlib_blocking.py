"""Blocking calls with requests-oauthlib, as its documentation shows them."""

import os

from contender import CLIENT_ID, HEADERS, OAUTH_TOKEN, Settings, measure, transaction_id
from requests_oauthlib import OAuth2Session


def main() -> None:
    settings = Settings()
    # Without this it refuses plain HTTP.
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    session = OAuth2Session(
        CLIENT_ID,
        token=OAUTH_TOKEN,
        auto_refresh_url=f"{settings.url}/api/v1/auth/refreshtoken",
        token_updater=lambda token: None,
    )
    # The session adds the token itself.
    session.headers.update({name: value for name, value in HEADERS.items() if name != "Authorization"})
    # Passed with each call: settings of the environment would take precedence over the session's.
    verify = settings.ca or True

    def call() -> str:
        response = session.post(settings.endpoint, data=settings.body, timeout=30, verify=verify)
        return transaction_id(response.status_code, response.content)

    measure(settings, call)


main()
