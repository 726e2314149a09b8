"""How easily a password is guessed."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from ..models import Account

# What a thousand machines cannot try through a slow hash: Dropbox's scale has 0 to 4.
ENOUGH = 3
# Longer ones are not judged to the end: what is good after so many letters stays good.
LETTERS = 72


class Guessable:
    """Refuses what is soon guessed: common words, keyboard rows, years, and what the person tells of themselves."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raises ValidationError for a password that is guessed too soon (zxcvbn, USENIX Security 2016)."""
        known = [user.login, *user.login.split("@"), user.called] if user else []
        if zxcvbn(password[:LETTERS], user_inputs=[one for one in known if one])["score"] < ENOUGH:
            raise ValidationError(
                _("This password is soon guessed. Take three or four words that have nothing to do with one another."),
                code="guessable",
            )

    def get_help_text(self) -> str:
        return _("Three or four words that have nothing to do with one another are good.")
