"""Where networks are: on their device, or in the machine's memory until their turn comes.

Only the networks that take steps move; encoders and autoencoders, which other threads use, stay where they were
loaded. Weights never change while they are served, so a network is put away by forgetting its copy on the device: the
one in the machine's memory, page-locked where there is a GPU so that it comes back at the full speed of the bus, is
still there.
"""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor

from models.drafts.loaded import LoadedModel
from models.drafts.steps.flow import Setup
from models.drafts.steps.network import Network


class Shelf:
    """The loaded models, as the loop sees them; all methods belong to the loop's thread.

    `room_bytes` is what the networks on the device may take together; None means that all of them are there for good.
    """

    def __init__(
        self, models: Sequence[LoadedModel], *, device: torch.device | None = None, room_bytes: int | None = None
    ) -> None:
        self._by_name = {model.name: model for model in models}
        self._device = device or torch.device("cpu")
        self._room_bytes = room_bytes
        self._at_home: dict[Network, list[Tensor]] = {}
        self._here: OrderedDict[Network, int] = OrderedDict()
        self.swaps = 0

    def resident(self, network: Network) -> bool:
        """Tell whether a network is on its device."""
        return self._room_bytes is None or network in self._here

    def enter(self, network: Network, setup: Setup) -> None:
        """Bring a network to its device, putting others away for it, and switch on what its calls need."""
        if not self.resident(network):
            self._bring(network)
        if network in self._here:
            self._here.move_to_end(network)
        self._by_name[network.owner].enter(network, setup)

    def _bring(self, network: Network) -> None:
        weights = _weights(network)
        if network not in self._at_home:
            self._at_home[network] = [_locked(weight.data) for weight in weights]
        size = sum(weight.nbytes for weight in weights)
        assert self._room_bytes is not None
        while self._here and sum(self._here.values()) + size > self._room_bytes:
            self._put_away()
        for weight, home in zip(weights, self._at_home[network], strict=True):
            weight.data = home.to(self._device, non_blocking=True)
        self._here[network] = size
        self.swaps += 1

    def _put_away(self) -> None:
        """Put away the network that was used longest ago."""
        network, _ = self._here.popitem(last=False)
        for weight, home in zip(_weights(network), self._at_home[network], strict=True):
            weight.data = home


def _weights(network: Network) -> list[Tensor]:
    return [*network.module.parameters(), *network.module.buffers()]


def _locked(weight: Tensor) -> Tensor:
    return weight.cpu().pin_memory() if torch.cuda.is_available() else weight.cpu()
