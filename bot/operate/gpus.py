"""The NVIDIA GPUs of this machine, as its driver tells."""

import subprocess
from typing import Final

from models.plan import Gpu, parse_nvidia_smi

_SMI: Final = ("nvidia-smi", "--query-gpu=name,memory.total,compute_cap", "--format=csv,noheader,nounits")
_SMI_S: Final = 15


def cards_here() -> tuple[Gpu, ...]:
    """Return the GPUs of this machine; none where there is no driver that answers. Blocking."""
    try:
        found = subprocess.run(  # noqa: S603  # nosec B603 # a fixed command
            _SMI, capture_output=True, text=True, timeout=_SMI_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return parse_nvidia_smi(found.stdout)
