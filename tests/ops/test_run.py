"""./run's command line, its lock, and what it tells people."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from ops import run, secrets
from ops.places import ROOT
from ops.say import Stop
from ops.supervise import sole_use


def test_options_have_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MADANG_DATA", raising=False)
    options = run.parse([])
    assert options == run.Options("127.0.0.1", 8000, ROOT / "var", "small", False, 2)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["--port", "9000"], "port", 9000),
        (["--host", "0.0.0.0"], "host", "0.0.0.0"),
        (["--data", "/srv/madang"], "data", Path("/srv/madang")),
        (["--workers", "4"], "workers", 4),
        (["--empty"], "demo", None),
        (["--demo", "full"], "demo", "full"),
        (["--demo", "small"], "asked", True),
    ],
)
def test_options_are_read(words: list[str], field: str, value: object) -> None:
    assert getattr(run.parse(words), field) == value


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "0"],
        ["--port", "65536"],
        ["--port", "x"],
        ["--workers", "0"],
        ["--demo", "huge"],
        ["--empty", "--demo", "small"],
        ["surprise"],
    ],
)
def test_wrong_options_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run.parse(words)
    assert left.value.code == 2
    assert "./run: error:" in capsys.readouterr().err


def test_help_names_every_option() -> None:
    said = subprocess.run([ROOT / "run", "--help"], text=True, capture_output=True, check=True).stdout
    for option in ("--port", "--host", "--data", "--empty", "--demo", "--workers", "--reload", "DATABASE_URL"):
        assert option in said


def test_without_python_it_says_how_to_get_it(tmp_path: Path) -> None:
    for tool in ("dirname", "uname"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    done = subprocess.run(["/bin/sh", ROOT / "run"], text=True, capture_output=True, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "nstall it" in done.stderr


def test_a_second_start_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with (
        sole_use(tmp_path, "http://localhost:8000/"),
        pytest.raises(Stop, match=rf"already runs on the data in .*http://localhost:8000/, process {os.getpid()}"),
        sole_use(tmp_path, "another"),
    ):
        pytest.fail("two at once")


def test_a_stale_lock_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("http://localhost:8000/, process 1")
    with sole_use(tmp_path, "mine"):
        assert (tmp_path / "lock").read_text() == f"mine, process {os.getpid()}"


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Stop, match=rf"(?s)port {port} of 127.0.0.1.*--port N"):
            run._port_is_free(run.parse(["--port", str(port)]))


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ([], "http://localhost:8000/"),
        (["--host", "0.0.0.0", "--port", "80"], "http://localhost:80/"),
        (["--host", "::1"], "http://[::1]:8000/"),
        (["--host", "10.1.2.3"], "http://10.1.2.3:8000/"),
    ],
)
def test_the_address_can_be_opened(words: list[str], address: str) -> None:
    assert run.address(run.parse(words)) == address


def test_the_site_answers_to_the_names_people_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    data = ["--data", str(tmp_path)]
    assert run.site_environment(run.parse(data))["ALLOWED_HOSTS"] == "localhost,127.0.0.1,[::1]"
    assert run.site_environment(run.parse([*data, "--host", "10.1.2.3"]))["ALLOWED_HOSTS"].endswith(",10.1.2.3")
    assert socket.gethostname() in run.site_environment(run.parse([*data, "--host", "0.0.0.0"]))["ALLOWED_HOSTS"]
    monkeypatch.setenv("ALLOWED_HOSTS", "madang.example")
    assert run.site_environment(run.parse(data))["ALLOWED_HOSTS"] == "madang.example"


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    key = secrets.secret_key(tmp_path)
    assert len(key) >= 50
    assert secrets.secret_key(tmp_path) == key
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_commands_adopt_the_settings_of_the_last_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets.remember(tmp_path, {"DATABASE_URL": "postgres://kept", "MADANG_TEST_ONLY": "adopted"})
    monkeypatch.setenv("MADANG_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://mine")
    monkeypatch.setenv("MADANG_TEST_ONLY", "")
    monkeypatch.delenv("MADANG_TEST_ONLY")
    secrets.adopt()
    assert os.environ["DATABASE_URL"] == "postgres://mine"
    assert os.environ["MADANG_TEST_ONLY"] == "adopted"
    assert (tmp_path / "environment.json").stat().st_mode & 0o777 == 0o600


def test_only_what_runs_takes_up_new_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--reload", "--data", str(tmp_path)]) == 1
    assert "Start it with ./run" in capsys.readouterr().err
