"""The kinds of rounds, by name."""

from types import MappingProxyType

from bot.services.quiz.kinds.base import DIGITS, Kind
from bot.services.quiz.kinds.bet import FIELDS, BetKind, bet
from bot.services.quiz.kinds.heat import HeatKind
from bot.services.quiz.kinds.layer import LayerKind
from bot.services.quiz.kinds.real import RealKind
from bot.services.quiz.kinds.said import SaidKind

KINDS = MappingProxyType(
    {kind.name: kind for kind in (HeatKind(), SaidKind(), LayerKind(), RealKind(), BetKind())}
)

__all__ = ["DIGITS", "FIELDS", "KINDS", "BetKind", "Kind", "bet"]
