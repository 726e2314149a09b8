"""The front-end assets: pinned npm packages, of which pages get only what they need, in DATA/assets.

KRDS brings Pretendard GOV as WOFF2 files of its own, so that the font's package (200 MB) is not needed.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from ops.places import ROOT, VENV, fingerprint, venv_python, write_whole
from ops.say import Stop, step


def install(data: Path, *, dev: bool = False) -> None:
    """Fill DATA/assets from package-lock.json, when it is not current; `dev` adds what the tests need.

    krds/css and krds/img, pretendard/ (fonts), htmx/htmx.min.js. For tests axe/axe.min.js, and DATA/node_modules
    with the programs that visit the site.
    Raises Stop when the packages cannot be had.
    """
    target = data / "assets"
    stamp = data / "assets.stamp"
    wanted = fingerprint(ROOT / "package-lock.json", Path(__file__), also="dev" if dev else "")
    if stamp.exists() and stamp.read_text() == wanted and target.is_dir():
        return
    stamp.unlink(missing_ok=True)
    with step("Fetching the front-end assets"):
        packages = _fetch(data / "npm", dev=dev)
        fresh = data / "assets.new"
        shutil.rmtree(fresh, ignore_errors=True)
        copy(packages, fresh, dev=dev)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        if dev:
            shutil.rmtree(data / "node_modules", ignore_errors=True)
            packages.rename(data / "node_modules")
        shutil.rmtree(packages.parent)
    write_whole(stamp, wanted)


def copy(packages: Path, target: Path, *, dev: bool) -> None:
    """Copy from node_modules what pages use, in the folders that KRDS's style sheets refer to."""
    krds = packages / "krds-uiux" / "resources"
    for folder in ("css/token", "css/component", "img/component/icon"):
        (target / "krds" / folder).mkdir(parents=True)
    for sheet in ("css/token/krds_tokens.css", "css/component/output.css"):
        (target / "krds" / sheet).write_text(_without_map((krds / sheet).read_text()))
    for picture in (krds / "img/component/icon").glob("*.svg"):
        shutil.copy(picture, target / "krds/img/component/icon")
    (target / "pretendard").mkdir()
    for font in (krds / "fonts").glob("*.woff2"):
        shutil.copy(font, target / "pretendard")
    (target / "htmx").mkdir()
    script = (packages / "htmx.org/dist/htmx.min.js").read_text()
    (target / "htmx/htmx.min.js").write_text(_without_map(script))
    if dev:
        (target / "axe").mkdir()
        shutil.copy(packages / "axe-core/axe.min.js", target / "axe")


def _without_map(text: str) -> str:
    return re.sub(r"(/\*|//)# sourceMappingURL=.*", "", text)


def _fetch(folder: Path, *, dev: bool) -> Path:
    """Install the packages of package-lock.json, checked by integrity, with the pinned Node of .venv."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    npm = [str(venv_python()), str(VENV / "bin" / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        npm + ["--no-update-notifier", "--loglevel=error"] + ([] if dev else ["--omit=dev"]),
        cwd=folder,
        text=True,
        capture_output=True,
        env=os.environ | {"PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', os.defpath)}"},
    )
    if done.returncode:
        raise Stop(
            f"The npm packages could not be fetched:\n{(done.stderr or done.stdout)[-3000:].strip()}\n"
            "Is the network there? Start again and it goes on."
        )
    return folder / "node_modules"
