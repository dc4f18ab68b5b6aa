from __future__ import annotations

import json
import time
import urllib.request

import peerid
from peerid import Client, ops

url, secret, password = "http://127.0.0.1:8400", "demo-secret-4", "alice-password"
fault = json.dumps({"kind": "drop_after", "path": "/api/v1/app/operations"}).encode()
urllib.request.urlopen(f"{url}/sandbox/faults", fault).close()
client = Client(url, client_id=4, client_secret=secret)
session = client.login("alice", password=password)
transfer = ops.transfer(
    fee_asset="1.3.0", from_="1.2.31", to="1.2.33", amount=ops.Asset(amount=100000, asset_id="1.3.0")
)
# PROGRAM
client.close()
