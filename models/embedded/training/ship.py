"""Write what travels in the package: the three trained networks as one diffusers pipeline, in float16.

    python -m models.embedded.training.ship --art art.npz --autoencoder DIR --enlarger DIR --flow DIR

Prints the digests for the model card, in the form that `sha256sum` reads.
"""

import argparse
import hashlib
from pathlib import Path
from typing import cast

import torch
from diffusers import FlowMatchEulerDiscreteScheduler

from models.embedded.drafts import WEIGHTS, weights_digest
from models.embedded.drafts.autoencoder import DraftAutoencoder
from models.embedded.drafts.pipeline import DraftPipeline
from models.embedded.training import run
from models.embedded.training.flow import Class


def assembled(art: Path, autoencoder: Path, enlarger: Path, flow: Path) -> DraftPipeline:
    """Return the pipeline of three runs, in float16."""
    vae = DraftAutoencoder()
    parts = run.averaged(autoencoder) | {f"enlarger.{name}": part for name, part in run.averaged(enlarger).items()}
    vae.load_state_dict(parts)
    taught = Class.of(art, autoencoder, 1, torch.device("cpu"))
    taught.learner.load_state_dict(run.averaged(flow))
    network = taught.graduate(taught.learner)
    pipeline = DraftPipeline(network, vae, FlowMatchEulerDiscreteScheduler(shift=1.0))
    return cast(DraftPipeline, pipeline.to(torch.float16))


def main() -> None:
    """Write the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--art", type=Path, required=True)
    for part in ("autoencoder", "enlarger", "flow"):
        parser.add_argument(f"--{part}", type=Path, required=True, help=f"folder of the {part}'s run")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    assembled(given.art, given.autoencoder, given.enlarger, given.flow).save_pretrained(
        given.out, safe_serialization=True
    )
    for file in sorted(given.out.glob("*/*.safetensors")):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        print(f"{digest}  {file.relative_to(given.out)}  {file.stat().st_size:,} bytes")
    print(f"{weights_digest(given.out)}  all of them")


if __name__ == "__main__":
    main()
