"""Compares what the library's readers and Python's json find in JSON texts: they accept and refuse the same texts, and
find the same values and the same digits."""

import json
import os
import struct
import subprocess

MAXIMUM_DEPTH = 64


class Survey:
    """What Python finds in a text."""

    def __init__(self, text):
        self.has_duplicates = self.has_half_pair = self.has_nul_key = self.is_beyond_range = False
        self.value, self.is_json = None, True
        try:
            # Numbers are kept as the text of their digits.
            self.value = json.loads(
                text.decode("utf-8"),
                parse_int=Number,
                parse_float=Real,
                parse_constant=self.refuse,
                object_pairs_hook=self.members,
            )
        except ValueError:
            self.is_json = False
        except RecursionError:
            # Only the nesting is known, which is enough: no reader accepts it.
            self.is_json, self.depth = False, MAXIMUM_DEPTH + 1
            return
        self.depth = self.look(self.value, 0) if self.is_json else 0

    @staticmethod
    def refuse(name):
        raise ValueError(name)

    def members(self, pairs):
        self.has_duplicates |= len({key for key, _ in pairs}) < len(pairs)
        self.has_nul_key |= any("\0" in key for key, _ in pairs)
        return Members(pairs)

    def look(self, value, outside):
        """The greatest depth in a value that is inside `outside` others; records its contents. Stops below the
        maximum."""
        if isinstance(value, Number):
            digits = value.digits
            self.is_beyond_range |= (
                abs(float(digits)) == float("inf")
                if isinstance(value, Real)
                else not -(1 << 63) <= as_integer(digits) < 1 << 63
            )
        elif isinstance(value, str):
            self.has_half_pair |= any("\ud800" <= character <= "\udfff" for character in value)
        elif isinstance(value, (Members, list)) and outside <= MAXIMUM_DEPTH:
            parts = value if isinstance(value, list) else [part for pair in value.pairs for part in pair]
            return max((self.look(part, outside + 1) for part in parts), default=outside + 1)
        return outside

    @property
    def is_tree(self):
        return (
            self.is_json
            and not self.has_duplicates
            and not self.has_half_pair
            and not self.has_nul_key
            and self.depth <= MAXIMUM_DEPTH
        )


class Number:
    def __init__(self, digits):
        self.digits = digits


class Real(Number):
    pass


class Members:
    def __init__(self, pairs):
        self.pairs = pairs


def as_integer(digits):
    # Python refuses to convert thousands of digits; 30 are beyond any range.
    return int(digits[:30])


def written(value, is_exact):
    """A value in the notation of Readings.swift: with the digits of numbers, or with their values."""
    match value:
        case None:
            return "z"
        case True:
            return "t"
        case False:
            return "f"
        case str():
            return "s" + value.encode().hex()
        case Real() if not is_exact:
            return "r" + f"{struct.unpack('>Q', struct.pack('>d', float(value.digits)))[0]:x}"
        case Number():
            return "n" + value.digits if is_exact else f"i{int(value.digits)}"
        case list():
            return f"[{','.join(written(element, is_exact) for element in value)}]"
        case Members():
            return f"{{{','.join(f'{key.encode().hex()}:{written(member, is_exact)}' for key, member in value.pairs)}}}"
    raise AssertionError(value)


def faults_of(line):
    """The differences between the library's readers and Python's."""
    text = bytes.fromhex(line["text"])
    mine = Survey(text)
    if mine.is_json != line["is_json"] and mine.depth <= MAXIMUM_DEPTH:
        yield f"Python {'accepts' if mine.is_json else 'refuses'} what the scanner does not"
    if mine.is_tree != (line["index"] is not None):
        yield f"Python {'accepts' if mine.is_tree else 'refuses'} what the index does not"
    elif mine.is_tree and line["index"] != written(mine.value, True):
        yield "Python and the index find other values"
    if (mine.is_tree and not mine.is_beyond_range) != (line["tree"] is not None):
        yield f"Python {'accepts' if mine.is_tree else 'refuses'} what jansson does not"
    elif line["tree"] is not None and line["tree"] != written(mine.value, False):
        yield "Python and jansson find other values"
    if line["result"] is not None and mine.is_json:
        results = [member for key, member in mine.value.pairs if key == "result"]
        handed_on = Survey(bytes.fromhex(line["result"])).value
        if mine.is_tree and written(results[-1], True) != written(handed_on, True):
            yield "a result is returned with other values"


def compare(program, folders):
    """Compares the readings of all files in the folders; returns how many there are, and the faults."""
    files = [str(file) for folder in folders for file in sorted(folder.iterdir())]
    count, faults = 0, []
    for start in range(0, len(files), 500):
        some = files[start : start + 500]
        environment = {**os.environ, "PEERID_FUZZ_TARGET": "readings"}
        done = subprocess.run([program, *some], env=environment, capture_output=True, text=True)
        lines = done.stdout.splitlines()
        if done.returncode != 0 or len(lines) < len(some):
            faults.append(f"{len(some)} texts gave {len(lines)} readings, exit {done.returncode}: {done.stderr[:300]}")
        for line in map(json.loads, lines):
            count += 1
            faults += [f"{fault}: {bytes.fromhex(line['text'])!r}" for fault in faults_of(line)]
    return count, faults
