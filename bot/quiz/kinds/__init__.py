"""The kinds of rounds, by name."""

from types import MappingProxyType

from bot.quiz.kinds.base import DIGITS, Kind
from bot.quiz.kinds.bet import FIELDS, BetKind, bet
from bot.quiz.kinds.heat import HeatKind
from bot.quiz.kinds.layer import LayerKind
from bot.quiz.kinds.real import RealKind
from bot.quiz.kinds.said import SaidKind

KINDS = MappingProxyType(
    {kind.name: kind for kind in (HeatKind(), SaidKind(), LayerKind(), RealKind(), BetKind())}
)

__all__ = ["DIGITS", "FIELDS", "KINDS", "BetKind", "Kind", "bet"]
