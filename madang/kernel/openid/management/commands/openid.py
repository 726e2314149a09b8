"""`manage.py openid register | new-key | keys`: agencies and keys, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.common.errors import Invalid
from madang.kernel.institutions.models import Institution
from madang.kernel.openid.actions import register
from madang.kernel.openid.engine import keys
from madang.kernel.openid.models import SCOPES, Client


class Command(BaseCommand):
    help = "Registers an agency to which people sign in from here, and makes the keys that sign for agencies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="register|new-key|keys")
        one = what.add_parser("register", help="register a client; prints its name and secret, this once")
        one.add_argument("institution", help="code of the institution whose client it is")
        one.add_argument("name", help="as people read it, in the country's language")
        one.add_argument("name_en", help="as people read it, in English")
        one.add_argument("--redirect", action="append", required=True, metavar="URI", help="where people come back")
        one.add_argument(
            "--post-logout", action="append", default=[], metavar="URI", help="where they go after signing out"
        )
        one.add_argument("--back-channel", default="", metavar="URI", help="told when somebody signs out here")
        one.add_argument("--scope", action="append", default=[], choices=[name for name, _label in SCOPES])
        one.add_argument(
            "--public", action="store_true", help="an app on people's own devices, which cannot keep a secret"
        )
        what.add_parser(
            "new-key", help="make the key that signs in ten minutes; older ones stay published while needed"
        )
        what.add_parser("keys", help="the keys that are published")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "register":
                self.register(**options)
            case "new-key":
                self.stdout.write(f"Made {keys.new_key()}. It is published now and signs in ten minutes.")
            case "keys":
                for key in keys.published():
                    self.stdout.write(key["kid"])

    def register(self, **options: Any) -> None:
        """Registers a client and prints what its agency needs."""
        institution = Institution.objects.filter(code=options["institution"]).first()
        if institution is None:
            raise CommandError(f"There is no institution “{options['institution']}”.")
        client = Client(
            institution=institution,
            name=options["name"],
            name_en=options["name_en"],
            client_type=Client.CLIENT_PUBLIC if options["public"] else Client.CLIENT_CONFIDENTIAL,
            redirect_uris="\n".join(options["redirect"]),
            post_logout_redirect_uris="\n".join(options["post_logout"]),
            backchannel_uri=options["back_channel"],
            scopes=options["scope"],
        )
        try:
            secret = register(client, by=None)
        except Invalid as error:
            raise CommandError(f"{error} {error.fields}") from error
        self.stdout.write(f"client_id {client.client_id}")
        if secret:
            self.stdout.write(f"client_secret {secret}  (shown this once)")
