"""Generates the initial inputs of fuzzing from the project's tables of cases: the cases that C, Python and Go run, the
captured requests of the backend, and the catalogue of operations."""

import hashlib
import itertools
import json
import re
import shutil

# libFuzzer drops longer inputs.
LONGEST = 4096

# JSON at the limits of what is allowed.
EDGES = [
    "",
    " ",
    "{}",
    "[]",
    "7",
    "-0",
    "01",
    "1.",
    ".5",
    "1e3",
    "1E+3",
    "12e-3",
    "1e400",
    "-1e400",
    "1e-400",
    "0.1",
    "0.10000000000000001",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "true",
    "tru",
    "truex",
    "null",
    "NaN",
    "Infinity",
    '""',
    '"\\u0000"',
    '{"\\u0000":1}',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\ud800\\u0041"',
    '"\\x"',
    '"\\u12g4"',
    '"\n"',
    '"\x7f"',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    "[1,]",
    '{"a":1,}',
    "[1 2]",
    '{"a" 1}',
    "[1] 2",
    "\ufeff{}",
    "[5\0]",
    ' [ 1 , 2.5 , { "a" : [ ] } ] ',
    '{"ü":"😀 \\u00e9"}',
    "[" * 64 + "]" * 64,
    "[" * 65 + "]" * 65,
    '{"a":' * 64 + "1" + "}" * 64,
    '["12345678","ü2345678","1234567890123456"]',
    "{" + ",".join(f'"k{n}":{n}' for n in range(40)) + "}",
    "{" + ",".join(f'"k{n % 39}":{n}' for n in range(40)) + "}",
]
BYTES = [b"\xff", b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf5\x80\x80\x80"', b'"\xe2\x82"', b'"\xf0\x9f\x98\x80"']

RESULT = (
    '{"result":{"id":"ab","block_num":5,"trx_num":"1","trx":{"operations":[],"operation_results":'
    '[[1,"1.22.7"],[0,{}],[2,{"amount":1,"asset_id":"1.3.0"}]]}},"status":200}'
)
TOKEN = (
    '{"result":{"id":1,"token":"anAccessToken","refresh_token":"aRefreshToken","scope":[0,5],"app_id":4,"user_id":1,'
    '"expires":"2027-02-12T06:05:01.104Z"},"status":200}'
)
STORED = (
    '{"format":"libpeerid session","version":2,"key":"alice","token":{"access_token":"a","refresh_token":"b",'
    '"scope":[0],"expires_at":1900000000000,"app_id":4,"user_id":1,"generation":7}}'
)
TRANSACTION = (
    '{"ref_block_num":1,"ref_block_prefix":2,"expiration":"2030-01-01T00:00:00","operations":[[0,{"fee":'
    '{"amount":0,"asset_id":"1.3.0"}}]],"extensions":[],"signatures":["1f"]}'
)
URLS = [
    "https://peerid.peerplays.download",
    "http://127.0.0.1:8080/base/",
    "http://localhost",
    "http://[::1]:1",
    "http://127.1",
    "https://user:password@host",
    "https://host?a#b",
    "https://host/api/v1",
    "ftp://host",
    "host",
    "//host",
    "http://127.a.example",
    "http://0x7f.1",
    "https://host:0",
    "https://h%6fst",
    "socks5h://proxy:1080",
    "http://user:password@proxy.example:3128",
    "none",
]
DATES = [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "120",
    " 7",
    "-1",
    "1.5",
    "99999999999999999999",
    "soon",
    "2026-03-01T12:30:00.000Z",
    "2026-03-01T12:30:60Z",
    "2026-02-31T00:00:00.0000Z",
]
REDIRECTS = [
    "https://shop.example/cb?code=theCode&state=theState",
    "https://shop.example/cb?a=1&state=theState&code=x%20y#z",
    "?code=a&code=b&state=theState",
    "code=%4&state=theState",
    "error=access_denied&error_description=no&state=theState",
]


def walk(value):
    """A value and all values inside it."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(inner)


class Tables:
    """The texts of the tables of cases, by the target that reads them."""

    def __init__(self, root):
        self.operations, self.transactions, self.chain, self.options, self.urls = [], [], [], [], list(URLS)
        self.answers, self.controls, self.requests = [], [], []
        for file in sorted((root / "Tests/Conformance/cases").glob("*.json")):
            for value in walk(json.loads(file.read_text())):
                if isinstance(value, dict):
                    self.take(value)
        for line in (root / "Tests/Backend/cases.jsonl").read_text().splitlines():
            for call in json.loads(line)["calls"]:
                self.take_call(call)
        for line in (root / "Tools/operations/catalogue.json").read_text().splitlines():
            self.operations += re.findall(r'"example": (\{.*\}),?$', line)

    def take(self, value):
        given = value.get("with")
        if isinstance(given, dict):
            self.operations += [text(given["operations"])] if "operations" in given else []
            self.transactions += [text(given["transaction"])] if "transaction" in given else []
            if "api" in given:
                self.chain.append(
                    f"{text(given['api'])}\0{text(given.get('method', ''))}\0{text(given.get('params', []))}"
                )
            self.urls += [given["base_url"]] if isinstance(given.get("base_url"), str) else []
            self.options += [(name, text(setting)) for name, setting in dict(given.get("options") or {}).items()]
        if isinstance(value.get("sandbox"), str):
            method, _, target = value["sandbox"].partition(" ")
            self.controls.append(f"{method} {target}\n\n{text(value['send']) if 'send' in value else ''}")
        if "kind" in value and "status" in value:
            self.answers.append((value["status"], text(value.get("body", ""))))

    def take_call(self, call):
        request, answer = call["request"], call["answer"]
        headers = "".join(f"{name}:{header}\n" for name, header in (request.get("headers") or {}).items())
        target = request["path"].removeprefix("/")
        self.requests.append(f"{request['method']} {target}\n{headers}\n{request.get('body') or ''}")
        self.answers.append((answer.get("status"), text(answer.get("json", answer.get("text", "")))))

    @property
    def json(self):
        return [
            *EDGES,
            *self.operations,
            *self.transactions,
            *(body for _, body in self.answers),
            RESULT,
            TOKEN,
            STORED,
            TRANSACTION,
            *(part.partition("\n\n")[2] for part in self.controls),
        ]


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def inputs(root, target):
    """The inputs for a target; the target's source describes their parts."""
    tables = Tables(root)
    match target:
        case "json":
            return [*tables.json, *BYTES]
        case "answers":
            source = (root / "Tests/Fuzz/Sources/AnswerTarget.swift").read_text()
            statuses = [int(number) for number in re.search(r"statuses = \[([\d, ]+)\]", source)[1].split(",")]
            all_answers = [
                *tables.answers,
                (200, RESULT),
                (200, TOKEN),
                *((200, f'{{"result":{edge}}}') for edge in EDGES),
            ]
            return [
                bytes([statuses.index(status) if status in statuses else 0, kind]) + body.encode()
                for kind, (status, body) in enumerate(all_answers)
                for kind in {0, kind % 8}
            ]
        case "masks":
            bodies = ["\0", '{"error":"bad \0 here"}', '{"error":{"password":"\0 is wrong","\0":1}}', "<p>\0</p>"]
            return [
                f"{chr(kind)}{chr(style)}{secret}\0{body}"
                for secret in ("alice", 'p"\\/a s&<>ü😀')
                for body in bodies
                for kind in range(2)
                for style in range(14)
            ]
        case "tokens":
            return [TOKEN, STORED, *(body for status, body in tables.answers if '"token"' in body)]
        case "sessions" | "files":
            return [f"{chr(kind)}{STORED}" for kind in range(3)] + [b"\2\0\x10x", b"\2\0\x10x\5"]
        case "operations":
            return [f"{chr(kind)}{operation}" for kind in range(2) for operation in tables.operations]
        case "transactions":
            return [TRANSACTION, f'{{"transaction":{TRANSACTION}}}', *tables.transactions]
        case "chain_queries":
            return tables.chain
        case "redirects":
            return [f"theState\0{url}\0a code/ü" for url in REDIRECTS]
        case "base_urls":
            return [f"{chr(kind)}{url}" for kind in range(2) for url in tables.urls]
        case "options":
            return [f"{name}\0{value}\0004\0secret" for name, value in tables.options]
        case "dates":
            return DATES
        case "fixtures":
            return [*EDGES, *FIXTURES]
        case "controls":
            return [*tables.controls, *(f"POST reset\n\n{fixture}" for fixture in FIXTURES)]
        case "requests":
            pairs = itertools.pairwise(tables.requests)
            return [*tables.requests, *(f"{one}\0{other}" for one, other in pairs)]
    raise AssertionError(target)


FIXTURES = [
    '{"users":[{"username":"a","email":"A@b","password":"p","mobile":"6045550101","account":"1.2.31","join":"limited"}],'
    '"apps":[{"client_id":4,"client_secret":"s","name":"n","operations":["*"],"domains":["x.example"]}],'
    '"joined":[{"user":"a","app":4,"operations":["transfer"]}],'
    '"tokens":[{"user":"a","app":4,"token":"t","refresh_token":"r","expires_in_ms":-1}],'
    '"codes":[{"code":"c","user":"a","app":4,"used":true}]}',
    '{"chain":{"balances":[{"account":"1.2.31","amount":5}],"objects":[{"id":"1.3.0","symbol":"PPY","precision":5}]}}',
    '{"settings":{"save_delay_ms":13}}',
]


def write(root, folder, target):
    """Writes the inputs of a target, and the words that they contain."""
    place = folder / target
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    words = set()
    for item in inputs(root, target):
        data = item if isinstance(item, bytes) else item.encode("utf-8", "surrogatepass")
        words.update(re.findall(rb'"([\w-]{2,40})"', data))
        if len(data) <= LONGEST:
            (place / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)
    (folder / f"{target}.dict").write_text("".join(f'"{word.decode()}"\n' for word in sorted(words)[:400]))
