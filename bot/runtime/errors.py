"""What goes wrong, and what the person in front of it is told."""

import logging
import secrets

from bot.i18n import Say

_log = logging.getLogger(__name__)


class UserError(Exception):
    """Something cannot be done as asked; says why and what to do, in a text of the catalogue.

    Attributes:
        key: the text's key.
        fields: what it is filled with.
    """

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


def sentence(error: BaseException, say: Say) -> str:
    """Tell a person of a problem, and the log of what they need not see.

    A refusal says what it says. Anything else is a fault of ours: it is logged whole under an id,
    and the person is given that id and nothing more.
    """
    if isinstance(error, UserError):
        return say(error.key, **error.fields)
    error_id = secrets.token_hex(4)
    _log.error("Error %s", error_id, exc_info=error)
    return say("problem.fault", id=error_id)
