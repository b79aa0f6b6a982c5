"""The controls under `/model`: the other network, and examples of what is confused."""

from typing import Any, Protocol, Self

from discord.ui import Button
from typing_extensions import override

from bot.explain.phrases import NETWORK_NAMES
from bot.explain.query import NETWORK_CODES, value_of
from bot.i18n import Say
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control
from core.record import ConfusedPair


class _Presses(Protocol):
    async def show(self, interaction: Interaction, network: Network, owner: int) -> None: ...
    async def show_example(
        self, interaction: Interaction, network: Network, label: int, predicted: int
    ) -> None: ...


class OtherNetworkButton(
    Control[Button[Any], _Presses], template=rf"model:(?P<network>[01]):{OWNER}"
):
    """Shows the other network."""

    @classmethod
    def of(cls, network: Network, owner: int, say: Say) -> Self:
        """Name the other network than the one that is shown."""
        custom_id = f"model:{NETWORK_CODES[network.other]}:{owner}"
        label = say(NETWORK_NAMES[network.other])
        return cls(Button(label=label, emoji="🔀", custom_id=custom_id))

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        owner = self.owner_of_answer(interaction)
        await feature.show(interaction, value_of(self.state["network"], NETWORK_CODES), owner)


class ExampleButton(
    Control[Button[Any], _Presses],
    template=r"confused:(?P<network>[01]):(?P<label>\d):(?P<predicted>\d)",
):
    """Explains a test digit that the network misread, to the presser alone."""

    private = True

    @classmethod
    def of(cls, network: Network, pair: ConfusedPair, say: Say) -> Self:
        """Name the pair."""
        code = NETWORK_CODES[network]
        custom_id = f"confused:{code}:{pair.label}:{pair.predicted}"
        label = say("model.example", label=pair.label, prediction=pair.predicted)
        return cls(Button(label=label, emoji="👀", custom_id=custom_id))

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        network = value_of(self.state["network"], NETWORK_CODES)
        label, predicted = int(self.state["label"]), int(self.state["predicted"])
        await feature.show_example(interaction, network, label, predicted)


CONTROLS = (OtherNetworkButton, ExampleButton)
