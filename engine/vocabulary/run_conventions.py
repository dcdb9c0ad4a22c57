"""Conventions of a run that are not hyperparameters and stay when it is resumed: how images and weights are divided.

A checkpoint, a record or a study that says nothing of it is of the time before: OLD. Light: no torch.
"""

import msgspec


class Conventions(msgspec.Struct, frozen=True, kw_only=True):
    """`stratified`: each class has its share among the images held out for validation. `joined`: a last batch of one
    image is added to the batch before it. `hidden`: muon leaves the first and the last matrix to AdamW."""

    stratified: bool = False
    joined: bool = False
    hidden: bool = False


OLD = Conventions()
PRESENT = Conventions(stratified=True, joined=True, hidden=True)
