"""`manage.py petitions train | evaluate`: the router that says where petitions belong."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.analytics.queries.learned import Example
from madang.services.petitions.actions import train
from madang.services.petitions.queries import evaluation, evaluation_of, lessons


class Command(BaseCommand):
    help = "Trains the router on settled petitions, or says honestly how good it is on texts it has not seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="train|evaluate")
        what.add_parser("train", help="learn anew from settled petitions and competences; in use within 30 seconds")
        judge = what.add_parser(
            "evaluate",
            help="learn from the older petitions, judge on the newest fifth; or on files of labelled texts",
        )
        judge.add_argument("--learn", nargs="+", type=Path, metavar="FILE", help="JSON lines to learn from")
        judge.add_argument("--judge", nargs="+", type=Path, metavar="FILE", help="JSON lines to be judged on")
        judge.add_argument("--label", default="category", help="the key that holds the label (default: category)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "train":
            for learned in train(by=None):
                self.stdout.write(f"{learned.name}: {learned.examples} examples, {len(learned.body) / 1e6:.1f} MB")
            return
        if bool(options["learn"]) != bool(options["judge"]):
            raise CommandError("--learn and --judge go together: texts to learn from, and others to be judged on.")
        if options["learn"]:
            label = options["label"]
            report = evaluation_of(_read(options["learn"], label), _read(options["judge"], label))
        else:
            examples, _departments = lessons()
            if len(examples) < 10:
                raise CommandError(f"Only {len(examples)} petitions are settled; at least 10 are needed to judge.")
            report = evaluation(examples)
        self.stdout.write(report.as_text())


def _read(files: list[Path], label: str) -> list[Example]:
    examples = []
    for path in files:
        try:
            lines = path.read_text("utf-8").splitlines()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                examples.append(Example(row.get("title", ""), row.get("body", row.get("content", "")), row[label]))
            except (ValueError, KeyError, AttributeError) as error:
                raise CommandError(
                    f"{path}:{number}: not a JSON object with “{label}”. Name the label with --label."
                ) from error
    return examples
