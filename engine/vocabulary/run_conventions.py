"""What is no hyperparameter of a run and stays when it is resumed: how images and weights are divided, and its origin.

A checkpoint, a record or a study that says nothing of it is of the time before: OLD. Light: no torch.
"""

import msgspec


class Conventions(msgspec.Struct, frozen=True, kw_only=True):
    """`stratified`: each class has its share among the images held out for validation. `joined`: a last batch of one
    image is added to the batch before it. `hidden`: muon leaves the first and the last matrix to AdamW. `exact`: fp32
    is float32 in convolutions on CUDA too, where it was TF32."""

    stratified: bool = False
    joined: bool = False
    hidden: bool = False
    exact: bool = False


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run comes from: the run that it is a fork of ("" for none), how far that was, and the number under which
    it has waited (0: it has not)."""

    parent: str = ""
    parent_epoch: int = 0
    parent_step: int = 0
    queued: int = 0
    resumed: bool = False


ANEW = Origin()
OLD = Conventions()
PRESENT = Conventions(stratified=True, joined=True, hidden=True, exact=True)
