"""Weights of a user's own network that torch does not see are told, with the remedy."""

from limits import LIMIT

from engine.machine.process_settings import kept_generators, kept_settings
from engine.networks.own.check import Question, described
from engine.networks.own.check_child import check
from engine.networks.own.code import named_code
from tests.engine.networks.own.written import HEAD, Write, config_of, network


def remarks(own: str) -> str:
    """Return what is remarked on a network, looked at in this very process."""
    code = named_code(own)
    assert code is not None
    question = Question(config_of(own), code, memory=1 << 30, limit=LIMIT)
    with kept_generators(), kept_settings():
        return "\n".join(described(check(question, lambda stage: None)).notes)


LISTS = """
        self.blocks = [nn.Linear(20, 20), [nn.Linear(20, 20)]]
        self.heads = {"a": nn.Linear(2, 3)}
        self.scales = (nn.Parameter(torch.ones(3)),)
        self.bias = torch.zeros(5, requires_grad=True)
"""


def test_weights_that_torch_does_not_see_are_told_with_the_remedy(write: Write) -> None:
    told = remarks(write(network(init=LISTS)))
    for words in (
        "self.blocks is a list and holds 840 parameters that are not trained, nor saved; make it an nn.ModuleList",
        "self.heads is a dict and holds 9 parameters that are not trained, nor saved; make it an nn.ModuleDict",
        "self.scales is a tuple and holds 3 parameters that are not trained, nor saved; make it an nn.ParameterList",
        "self.bias is a plain tensor of 5 values that is not trained; make it an nn.Parameter",
    ):
        assert words in told


def test_networks_that_hide_nothing_are_told_nothing(write: Write) -> None:
    body = """
        self.sizes = [1, 2, "three"]
        self.named = {"hidden": self.hidden, "all": [self.out]}
        self.blocks = nn.ModuleList([nn.Linear(20, 20)])
        self.constant = [torch.zeros(3)]
        self.register_buffer("mean", torch.tensor(0.13))
    """
    assert remarks(write(network(init=body))) == ""
    assert HEAD in network()
