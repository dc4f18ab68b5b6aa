"""Profiles, reading the chain, operations, the sandbox, help, man page and completion."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path

import pexpect
import pytest

from conftest import PROGRAM, Command, ended
from sandbox import ROOT

SERVER = ["PEERID_BASE_URL", "PEERID_CLIENT_ID", "PEERID_CLIENT_SECRET"]


@pytest.fixture
def bare(peerid: Command) -> Command:
    """The command without a server in the environment."""
    for name in SERVER:
        del peerid.environment[name]
    return peerid


def profile(peerid: Command, name: str, content: object) -> None:
    (peerid.config / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))


# Profiles


@pytest.mark.parametrize("source", ["env", "file", "command"])
def test_a_profile_names_the_server_and_where_the_secret_is(bare: Command, source: str) -> None:
    (bare.home / "secret").write_text("demo-secret-4\nanother line\n")
    places = {"env": "SHOP_SECRET", "file": "~/secret", "command": "cat ~/secret"}
    content = {"base_url": bare.sandbox.url + "/", "client_id": 4, "client_secret": {source: places[source]}}
    profile(bare, "shop", content)
    bare.environment["SHOP_SECRET"] = "demo-secret-4"
    answer = bare("login", "alice", "--password-stdin", "--profile", "shop", input="alice-password")
    assert answer.status == 0, answer
    assert bare("refresh", PEERID_PROFILE="shop").status == 0


def test_the_default_profile(bare: Command) -> None:
    content = {
        "base_url": bare.sandbox.url,
        "client_id": "4",
        "client_secret": {"env": "S"},
        "user": "alice",
        "options": {"request_timeout_ms": 20000, "validate": "off"},
    }
    profile(bare, "default", content)
    bare.environment["S"] = "demo-secret-4"
    assert bare("login", "--password-stdin", input="alice-password").status == 0
    assert bare("show", "--json").json["user"] == "alice"
    # A server named in another way does not get the default profile's application and secret.
    answer = bare("read", "database", "get_chain_id", "--base-url", "https://elsewhere.example")
    assert answer.status == 2
    assert "--client-id" in answer.errors


def test_the_command_line_comes_before_the_environment_and_the_profile(bare: Command) -> None:
    profile(bare, "shop", {"base_url": "http://127.0.0.1:1", "client_id": 7, "client_secret": {"env": "NONE"}})
    more = {"PEERID_BASE_URL": "http://127.0.0.1:2", "PEERID_CLIENT_SECRET": "demo-secret-4"}
    answer = bare(
        "login",
        "alice",
        "--password-stdin",
        "--profile",
        "shop",
        "--base-url",
        bare.sandbox.url,
        "--client-id",
        "4",
        "--json",
        input="alice-password",
        **more,
    )
    assert answer.status == 0, answer
    assert (answer.json["server"], answer.json["client_id"]) == (bare.sandbox.url, "4")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a JSON object"),
        ("[]", "shop.json'"),
        ({"base_ulr": "x"}, "unknown key 'base_ulr'; did you mean 'base_url'? the keys are 'base_url', "),
        ({"colour": "x"}, "unknown key 'colour'; the keys are 'base_url', "),
        ({"base_url": 5}, "'base_url' has the wrong type"),
        ({"client_secret": "in clear"}, "must name the source of the secret"),
        ({"client_secret": {"vault": "x"}}, "unknown key 'vault'; the keys are 'env', 'file', 'command'"),
        ({"client_secret": {"fiel": "x"}}, "did you mean 'file'?"),
        ({"client_secret": {"file": "x", "env": "y"}}, "must have one key"),
        ({"base_url": "https://h.example", "client_id": 4, "client_secret": {"env": "NOT_SET"}}, "NOT_SET"),
        ({"base_url": "https://h.example", "client_id": 4, "client_secret": {"file": "gone"}}, "'gone'"),
        ({"base_url": "https://h.example", "client_id": 4, "client_secret": {"command": "false"}}, "'false'"),
        ({"base_url": "https://h.example", "client_id": "four"}, "client_id is not the number of an application"),
        ({"base_url": "https://h.example", "client_id": 4, "options": {"retries": "3"}}, "'retries'"),
        ({"client_id": 4}, "no server is set"),
        ({"base_url": "https://h.example"}, "no application is set"),
    ],
)
def test_a_profile_that_cannot_be_used(bare: Command, content: object, message: str) -> None:
    profile(bare, "shop", content)
    answer = bare("refresh", "--profile", "shop")
    assert answer.status == 2
    assert message in answer.errors
    assert "in clear" not in answer.errors


def test_a_profile_that_does_not_exist(bare: Command) -> None:
    profile(bare, "shop", {})
    answer = bare("show", "--profile", "shp")
    assert answer.status == 2
    assert "no profile 'shp'; did you mean 'shop'?" in answer.errors
    assert "sandbox, shop" in answer.errors
    assert bare("show", "--profile", "../shop").status == 2


def test_options_of_the_library(alice: Command) -> None:
    assert alice("show", "--option", "request_timeout_ms=0").status == 2
    assert alice("show", "--option", "request_timeout_ms").status == 2
    answer = alice("read", "database", "get_chain_id", "--option", "max_response_bytes=1024")
    assert answer.status == 0


# Reading the chain


def test_read(peerid: Command) -> None:
    assert peerid("read", "database", "get_objects", '["1.3.0"]').json[0]["symbol"] == "PPY"
    assert peerid("read", "database", "get_account_by_name", "pi-alice").json["id"] == "1.2.31"
    assert peerid("read", "database", "no_such_method", "--json").status == 1


def test_read_is_formatted_on_a_terminal(peerid: Command) -> None:
    terminal = peerid.type("read", "database", "get_objects", '["1.3.0"]')
    assert ended(terminal) == 0
    assert '\r\n    "symbol": "PPY",\r\n' in terminal.before
    assert json.loads(terminal.before)[0]["symbol"] == "PPY"


# Operations and the sandbox


def test_ops(bare: Command) -> None:
    assert "transfer" in bare("ops").output.split()
    assert {"name": "transfer", "id": 0} in [
        {key: line[key] for key in ("name", "id")} for line in bare("ops", "--json").lines
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_ops_describes_an_operation(bare: Command, width: int) -> None:
    terminal = bare.type("ops", "bet_place", columns=width, NO_COLOR="1")
    assert ended(terminal) == 0
    lines = terminal.before.splitlines()
    assert " ".join(lines).startswith("bet_place: operation 62, paid by bettor_id ")
    assert any(line.startswith("  back_or_lay") and line.endswith("one of back, lay") for line in lines)
    assert "odds in 1/10000" in " ".join(terminal.before.split())
    assert max(map(len, lines)) <= width


def test_the_example_of_each_operation_passes_the_check(bare: Command) -> None:
    examples = []
    for name in bare("ops").output.split():
        answer = bare("ops", name)
        assert answer.status == 0, answer
        example = bare("ops", name, "--example")
        if example.status == 0:
            # Some can only be proposed.
            assert example.json["op_name"] in (name, "proposal_create")
            examples.append(example.output)
    assert len(examples) > 90
    answer = bare("check", "-", input="".join(examples))
    assert answer.status == 0, answer


def test_ops_as_json(bare: Command) -> None:
    described = bare("ops", "transfer", "--json").json
    assert [field["name"] for field in described["fields"]][:3] == ["fee_asset", "from", "to"]


def test_an_operation_that_does_not_exist(bare: Command) -> None:
    answer = bare("ops", "bet")
    assert answer.status == 2
    assert "bet_place" in answer.errors
    assert bare("ops", "zzz").status == 2
    assert "did you mean 'transfer'?" in bare("ops", "tranfser").errors
    assert bare("ops", "--example").status == 2


def test_check_warns(bare: Command) -> None:
    bet = json.loads(bare("ops", "bet_place", "--example").output)
    bet["backer_multiplier"] = 10010
    answer = bare("check", "-", input=json.dumps(bet))
    assert answer.status == 0
    assert "warning: " in answer.output
    assert bare("check", "-", "--json", input=json.dumps(bet)).json["warnings"] != []


def test_the_sandbox_starts_and_its_profile_works(bare: Command) -> None:
    process = subprocess.Popen(
        [PROGRAM, "sandbox", "--port", "0", "--json", "--exit-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=bare.environment,
    )
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    try:
        answer = bare(
            "login", "alice", "--password-stdin", "--profile", "sandbox", "--base-url", url, input="alice-password"
        )
        assert answer.status == 0, answer
        assert bare("refresh", "--profile", "sandbox", "--base-url", url).status == 0
    finally:
        process.communicate()
    assert process.returncode == 0


def test_the_sandbox_ends_with_ctrl_c(bare: Command) -> None:
    terminal = bare.type("sandbox", "--port", "0")
    terminal.expect(r"listening on (http://127.0.0.1:\d+)")
    urllib.request.urlopen(terminal.match.group(1) + "/sandbox/counts").close()
    terminal.sendintr()
    assert ended(terminal) == 0


def test_the_sandbox_reports_unknown_options(bare: Command) -> None:
    answer = bare("sandbox", "--prot", "0")
    assert answer.status == 2
    assert "--port" in answer.errors
    assert "--fixture" in bare("sandbox", "--help-sandbox").output


# Help


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["show", "extra"],
        ["show", "--nonsense"],
        ["submit"],
        ["read", "database"],
        ["token", "--valid-for", "-1"],
    ],
)
def test_a_wrong_command_line_is_status_2(peerid: Command, arguments: list[str]) -> None:
    answer = peerid(*arguments)
    assert answer.status == 2
    assert answer.output == ""
    assert peerid(*arguments, "--json").error["code"] == "usage"


def test_a_mistyped_word_gets_a_suggestion(alice: Command) -> None:
    for arguments, meant in [
        (["sumbit", "x.json"], "unknown command 'sumbit'; did you mean 'submit'?"),
        (["--user", "alice", "shwo"], "unknown command 'shwo'; did you mean 'show'?"),
        (["help", "setle"], "did you mean 'settle'?"),
        (["show", "--profil", "sandbox"], "Did you mean '--profile'?"),
        (["show", "--option", "reqest_timeout_ms=1"], "did you mean 'request_timeout_ms'?"),
    ]:
        answer = alice(*arguments)
        assert (answer.status, answer.output) == (2, "")
        assert meant in answer.errors
        assert meant in alice(*arguments, "--json").error["message"]
    answer = alice("show", "--user", "alcie")
    assert answer.status == 5
    assert "'alcie' is not logged in; did you mean 'alice'?" in answer.errors


def test_a_mistyped_variable_is_reported(alice: Command) -> None:
    answer = alice("show", PEERID_PROFIL="shop", PEERID_LIBRARY="/none")
    assert answer.status == 0
    assert answer.errors == "warning: the environment variable PEERID_PROFIL is unknown; did you mean PEERID_PROFILE?\n"
    assert alice("show", "--json", PEERID_PROFIL="shop").errors == ""


def test_help_and_version(peerid: Command) -> None:
    assert peerid("--version").output.strip() == "1.0.0"
    for arguments in [[], ["--help"], ["help", "submit"], ["submit", "--help"]]:
        answer = peerid(*arguments)
        assert (answer.status, answer.errors) == (0, "")
        assert "USAGE: peerid" in answer.output


def test_the_man_page_is_current_and_clean() -> None:
    generate = ROOT / "Tools/command/man/generate.py"
    subprocess.run([generate, PROGRAM, "--check"], check=True)
    page = ROOT / "docs/man/peerid.1"
    shown = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-P-cbou", page], capture_output=True, text=True, check=True
    )
    assert shown.stderr == ""
    for status in ["0", "1", "2", "3", "4", "5"]:
        assert f"\n       {status} " in shown.stdout
    for other in page.parent.iterdir():
        found = subprocess.run(["mandoc", "-Tlint", "-Wwarning", other], capture_output=True, text=True)
        assert found.stdout == ""


def completions(shell: str) -> Path:
    return ROOT / f"build/completions/peerid.{shell}"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_is_a_script_of_the_shell(shell: str) -> None:
    subprocess.run([shell, "-n", completions(shell)], check=True)


def complete(peerid: Command, line: str) -> list[str]:
    """Complete a line as bash does when the user presses Tab."""
    words = line.split(" ")
    script = f"""
        source {completions("bash")}
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
        COMP_CWORD={len(words) - 1}
        COMP_LINE='{line}'
        COMP_POINT={len(line)}
        "$(complete -p peerid | sed -n 's/.*-F \\([^ ]*\\).*/\\1/p')" peerid '{words[-1]}' '{words[-2]}'
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    environment = {**peerid.environment, "PATH": f"{PROGRAM.parent}:{peerid.environment['PATH']}"}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment)
    return [word.strip() for word in done.stdout.split("\n") if word.strip()]


def test_bash_completes_commands_options_users_profiles_and_operations(alice: Command) -> None:
    profile(alice, "shop", {})
    assert complete(alice, "peerid su") == ["submit"]
    assert "--resume" in complete(alice, "peerid submit --r")
    assert complete(alice, "peerid show --user a") == ["alice"]
    assert complete(alice, "peerid show --profile s") == ["sandbox", "shop"]
    assert "transfer" in complete(alice, "peerid ops transfe")


def test_fish_completes_commands_options_and_operations(peerid: Command) -> None:
    for line, word in [
        ("peerid su", "submit"),
        ("peerid submit --res", "--resume"),
        ("peerid ops transfe", "transfer"),
    ]:
        script = f"source {completions('fish')}; complete -C '{line}'"
        environment = {**peerid.environment, "PATH": f"{PROGRAM.parent}:{peerid.environment['PATH']}"}
        done = subprocess.run(["fish", "-c", script], capture_output=True, text=True, env=environment)
        assert word in done.stdout.split(), done


def test_zsh_completes_commands_options_and_profiles(peerid: Command) -> None:
    functions = peerid.home / "functions"
    functions.mkdir()
    (functions / "_peerid").write_text(completions("zsh").read_text())
    environment = {**peerid.environment, "PATH": f"{PROGRAM.parent}:{peerid.environment['PATH']}"}
    terminal = pexpect.spawn("zsh", ["-f"], encoding="utf-8", timeout=600, env=environment, dimensions=(24, 120))
    terminal.sendline(f"fpath=({functions} $fpath); autoload -U compinit; compinit -u -D; echo rea''dy")
    terminal.expect("ready")
    for line, completed in [
        ("peerid su", "peerid submit"),
        ("peerid submit --res", "--resume"),
        ("peerid show --profile sa", "--profile sandbox"),
    ]:
        terminal.send(line + "\t")
        terminal.expect_exact(completed)
        terminal.sendcontrol("u")
    terminal.close(force=True)
