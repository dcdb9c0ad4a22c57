"""Every command and option in README.md and the guide is one that the program takes."""

import importlib.util
import re

import click
import pytest

from tests.documents.shipped import (
    DOCUMENTS,
    all_code,
    commands_in,
    every_option,
    meant,
    parse,
    words_of,
)

OTHERS = {"--nnodes", "--nproc-per-node", "--max-restarts", "--rdzv-backend", "--rdzv-endpoint", "--update", "--png",
          "--record", "--advice", "--gpus", "--shm-size"}  # fmt: skip  # of torchrun, docker, and tests


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_is_parsed(document: str) -> None:
    refused = []
    for command in dict.fromkeys(commands_in(document)):
        for each in meant(command.text):
            if each.startswith("python -m "):
                if importlib.util.find_spec(each.split()[2]) is None:
                    refused.append(f"{each}: there is no such module")
                continue
            try:
                parse(words_of(each))
            except click.exceptions.Exit:
                pass  # it only prints, as --version does
            except click.MissingParameter as error:
                if not command.inline:  # a sentence may name a command without what it takes
                    refused.append(f"{each}: {error.format_message()}")
            except click.ClickException as error:
                refused.append(f"{each}: {error.format_message()}")
    assert refused == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_option_that_is_named_alone_exists(document: str) -> None:
    named = {
        option
        for code in all_code(document)
        if code.inline and code.text.startswith("--")
        for option in re.findall(r"(?:^|\s)(--[\w-]+)", code.text)
    }
    assert named - every_option() - OTHERS == set()


def test_commands_are_found_and_wrong_ones_refused() -> None:
    assert sum(len(list(commands_in(document))) for document in DOCUMENTS) > 150
    assert list(meant("mnist-tui queue jobs 2|auto [--json]")) == [
        "mnist-tui queue jobs 2", "mnist-tui queue jobs auto",
        "mnist-tui queue jobs 2 --json", "mnist-tui queue jobs auto --json",
    ]  # fmt: skip
    for words in (["train", "--epochs", "x"], ["train", "--warp"], ["fly"], ["runs", "fly", "1"], ["why", "--digit"]):
        with pytest.raises(click.ClickException):
            parse(words)
