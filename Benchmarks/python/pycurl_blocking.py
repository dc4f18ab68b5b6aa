"""Blocking calls by hand: pycurl and json, one handle that keeps its connection. Constant options are set once."""

import pycurl
from contender import HEADERS, Settings, measure, transaction_id


def main() -> None:
    settings = Settings()
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, settings.endpoint)
    curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in HEADERS.items()])
    curl.setopt(pycurl.USERAGENT, "by-hand/1.0")
    curl.setopt(pycurl.POST, 1)
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.CONNECTTIMEOUT_MS, 10000)
    curl.setopt(pycurl.TIMEOUT_MS, 30000)
    if settings.ca:
        curl.setopt(pycurl.CAINFO, settings.ca)
    body = settings.body

    def call() -> str:
        curl.setopt(pycurl.POSTFIELDS, body)
        answer = curl.perform_rb()
        return transaction_id(curl.getinfo(pycurl.RESPONSE_CODE), answer)

    measure(settings, call)


main()
