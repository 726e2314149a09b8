"""What every answer carries in production, seen from a process that has production's settings."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from ops.places import ROOT

ASK = """
import json
from django import setup
setup()
from django.test import Client
client = Client(HTTP_HOST="madang.example")
plain = client.get("/sign-in/")
told = {"plain": [plain.status_code, plain.headers.get("Location")]}
for path in ("/sign-in/", "/nowhere/", "/api/v1/petitions/nothing", "/health/"):
    answer = client.get(path, secure=True)
    told[path] = dict(answer.headers)
client.post("/text-size/", {"size": "large"}, secure=True, headers={"Referer": "https://madang.example/"})
client.post("/language/", {"language": "en"}, secure=True, headers={"Referer": "https://madang.example/"})
told["cookies"] = {name: cookie.OutputString() for name, cookie in client.cookies.items()}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(django_db_setup: None) -> dict[str, Any]:
    here = connection.settings_dict
    production = {
        "ALLOWED_HOSTS": "madang.example",
        "DATABASE_URL": f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{here['NAME']}",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "madang.settings",
        "MADANG_DEMO": "false",
        "MADANG_PLAIN_HTTP": "false",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=os.environ | production, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("path", ["/sign-in/", "/nowhere/", "/api/v1/petitions/nothing", "/health/"])
def test_every_answer_is_sealed(told: dict[str, Any], path: str):
    headers = told[path]
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert not [part for part in policy.values() if "unsafe" in part or "*" in part]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Server" not in headers


def test_without_tls_one_is_sent_to_it(told: dict[str, Any]):
    assert told["plain"] == [301, "https://madang.example/sign-in/"]


def test_cookies_belong_to_this_host_alone(told: dict[str, Any]):
    assert set(told["cookies"]) == {"__Host-csrftoken", "__Host-django_language", "__Host-text_size"}
    for cookie in told["cookies"].values():
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie
    assert "HttpOnly" in told["cookies"]["__Host-csrftoken"]


def test_what_one_person_sees_is_kept_by_no_cache(client: Any, citizen: Any, db: None):
    client.force_login(citizen.account)
    for path in ("/my/", "/", "/my/account/", "/nowhere/"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path
    answer = client.get("/api/v1/petitions", headers={"Authorization": "Bearer madang_x"})
    assert "no-store" in answer.headers["Cache-Control"]
