"""Replays the captured cases of the PeerID backend against the sandbox program, and counts the equal ones."""

import http.client
import json
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse

from equality import difference

HERE = pathlib.Path(__file__).parent
CONTROLS = "/sandbox"


def expanded(text):
    """`{zeros}` stands for the zeros that fill a token to 124 and a secret to 44 characters."""
    text = re.sub(r"(secret-of-app-\d-)\{zeros\}", lambda match: match[1].ljust(44, "0"), text)
    return re.sub(r"([A-Za-z0-9]+)\{zeros\}", lambda match: match[1].ljust(124, "0"), text)


FIXTURE = json.loads(expanded((HERE / "fixture.json").read_text()))


class Program:
    """A running peerid-sandbox, which stops when its standard input is closed."""

    def __init__(self, command, *arguments):
        self._process = subprocess.Popen(
            [command, "--json", "--exit-with-stdin", "--idle-seconds=0", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = json.loads(self._process.stdout.readline())["url"]
        self.address = urllib.parse.urlsplit(self.url).netloc

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def control(self, name, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=600)
        connection.request("POST", f"{CONTROLS}/{name}", json.dumps(body or {}) if body else None)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        if response.status != 200:
            raise RuntimeError(f"the control {name} was refused: {answer}")
        return answer


class Replay:
    """Replays cases, each from the seed data."""

    def __init__(self, program):
        self._program = program
        # The tokens of the seed data; all others are random.
        self._seed_tokens = {token[key] for token in FIXTURE["tokens"] for key in ("token", "refresh_token")}

    def play(self, case):
        """What differs in this case, or None."""
        self._program.control("reset")
        self._cookie = None
        self._transaction_token = None
        for step in case.get("before", []):
            self._prepare(step)
        for number, call in enumerate(case["calls"]):
            if call.get("times", 1) > 1:
                # Concurrent requests conflict only because the server saves a refreshed pair after its answer.
                self._program.control("settings", {"save_delay_ms": 600_000})
            for found in self._send_all(call["request"], call.get("times", 1)):
                problem = difference(json.loads(expanded(json.dumps(call["answer"]))), found, self._seed_tokens)
                if problem:
                    return f"answer {number + 1}: {problem}"
        return None

    def _prepare(self, step):
        kind, app = step["op"], step.get("app_id")
        if kind == "expire_tokens":
            self._program.control("expire", {"app": app})
        elif kind == "expire_authorities":
            self._program.control("consents", {"user": "alice", "app": app, "expired": True})
        elif kind == "delete_authorities":
            self._program.control("consents", {"user": step.get("user", "alice"), "app": app or 4, "joined": False})
        elif kind == "chain_fail":
            fault = {"kind": "refuse_on_chain"}
            if step.get("message"):
                fault["message"] = step["message"]
            self._program.control("faults", fault)
        elif kind == "rule":
            self._program.control("faults", {"kind": "drop_after", "path": step["path"]})
        elif kind == "transaction_token":
            self._transaction_token = self._request_transaction_token()
        else:
            raise ValueError(f"unknown preparation {step}")

    def _request_transaction_token(self):
        headers = {"Content-Type": "application/json"}
        sign_in = {"login": "alice", "password": "Passw0rd!"}
        self._send(
            {
                "method": "POST",
                "path": "/api/v1/auth/sign-in",
                "headers": headers,
                "body": json.dumps(sign_in),
                "cookies": True,
            }
        )
        transfer = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.40", "to": "1.2.41"}
        transfer["amount"] = {"amount": 1, "asset_id": "1.3.0"}
        answer = self._send(
            {
                "method": "POST",
                "path": "/api/v1/app/operations",
                "headers": headers | {"Authorization": "Bearer accessAlice7{zeros}", "ClientID": "7"},
                "body": json.dumps({"operations": [transfer]}),
                "cookies": True,
            }
        )
        self._cookie = None
        return answer["json"]["result"]["token"]

    def _send_all(self, request, times):
        if times == 1:
            return [self._send(request)]
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self._send(request))) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def _send(self, request):
        connection = http.client.HTTPConnection(self._program.address, timeout=600)
        if request.get("http") == "1.0":
            connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
        path = expanded(request["path"])
        if self._transaction_token:
            path = path.replace("{TX}", self._transaction_token)
        body = self._body(request)
        connection.putrequest(request["method"], path, skip_accept_encoding=True)
        for name, value in request.get("headers", {}).items():
            if name != "Content-Length":
                connection.putheader(name, expanded(value))
        if self._cookie and request.get("cookies"):
            connection.putheader("Cookie", self._cookie)
        if body is not None or "Content-Length" in request.get("headers", {}):
            connection.putheader("Content-Length", str(len(body or b"")))
        try:
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            return {"lost": True}
        finally:
            connection.close()
        if request.get("cookies") and response.headers.get("Set-Cookie"):
            self._cookie = response.headers["Set-Cookie"].split(";")[0]
        type_ = (response.headers.get("Content-Type") or "").split(";")[0]
        answer = {"status": response.status, "type": type_, "headers": response.headers}
        if type_ == "application/json" and content:
            answer["json"] = json.loads(content)
        else:
            answer["text"] = content.decode()
        return answer

    def _body(self, request):
        if "body_of" in request:
            return _generated(**request["body_of"])
        if "body" not in request:
            return None
        body = expanded(request["body"])
        if self._transaction_token:
            body = body.replace("{TX}", self._transaction_token)
        return body.encode()


def _generated(json_object_of_bytes=0, sign_in_of_bytes=0, form_parameters=0):
    """A body that is too long for the table of cases."""
    sign_in = {"login": "alice", "password": "Passw0rd!", "client_id": 4, "filler": ""}
    if form_parameters:
        return "&".join(f"p{number}=1" for number in range(form_parameters)).encode()
    start = json.dumps(sign_in)[:-2]
    return (start + "x" * ((json_object_of_bytes or sign_in_of_bytes) - len(start) - 2) + '"}').encode()


def cases(name="cases"):
    with open(HERE / f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def fixture(directory):
    """The seed data with its tokens written out, as a file."""
    path = pathlib.Path(directory) / "fixture.json"
    path.write_text(json.dumps(FIXTURE))
    return path


def main(command):
    import tempfile

    with tempfile.TemporaryDirectory() as directory:
        program = Program(command, "--fixture", str(fixture(directory)))
        try:
            replay = Replay(program)
            captured = play_all(replay, cases())
            derived = play_all(replay, cases("derived"))
        finally:
            program.close()
    print("{} of {} captured cases of the backend are equal".format(*captured))
    print("{} of {} answers of the backend's own modules are equal".format(*derived))
    return captured[0] != captured[1] or derived[0] != derived[1]


def play_all(replay, all_cases):
    """How many cases are equal, and how many there are."""
    equal = 0
    for case in all_cases:
        problem = replay.play(case)
        if problem:
            print(f"{case['id']} {case['title']}\n    {problem}")
        else:
            equal += 1
    return equal, len(all_cases)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
