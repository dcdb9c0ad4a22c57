"""Columns of equal length, each an array of numpy: what a notebook plots, and what is exported."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas

Column = npt.NDArray[Any]
Kind = type[int] | type[float] | type[bool] | type[str]
DTYPES: dict[Kind, Any] = {int: np.int64, float: np.float64, bool: np.bool_, str: np.str_}
SHOWN = 5  # rows in its repr, from the beginning and from the end


class Table(Mapping[str, Column]):
    """Columns by name, in order. What is not known is NaN in a column of floats, and "" in one of text."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"the columns have {', '.join(map(str, sorted(lengths)))} rows; give as many for each")
        self._columns = dict(columns)
        self.rows = lengths.pop() if lengths else 0
        """How many there are."""

    @classmethod
    def of(cls, kinds: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> "Table":
        """Make a table of rows, which have a value for each of `kinds`; None where it is not known."""
        columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * len(kinds)
        unknown: dict[Kind, Any] = {float: math.nan, str: ""}
        return cls(
            {
                name: np.array([unknown[kind] if each is None else each for each in column], DTYPES[kind])
                for (name, kind), column in zip(kinds.items(), columns, strict=True)
            }
        )

    @classmethod
    def joined(cls, tables: Mapping[str, "Table"], name: str = "run") -> "Table":
        """Put tables below each other, with the key of each in a first column `name`.

        Columns that one of them lacks are NaN there, or empty.
        """
        names = {each: table[each].dtype for table in tables.values() for each in table}
        columns = {
            name: np.concatenate(
                [np.full(table.rows, key, object) for key, table in tables.items()] or [np.zeros(0, object)]
            )
        }
        for each, dtype in names.items():
            parts = [table[each] if each in table else missing(dtype, table.rows) for table in tables.values()]
            columns[each] = np.concatenate(parts)
        return cls({**columns, name: columns[name].astype(np.str_)})

    def __getitem__(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"there is no column {name!r}; there are {', '.join(self._columns)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        """Return how many columns there are, as of any mapping; `rows` is their length."""
        return len(self._columns)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows as plain Python values, None where one is not known."""
        lists = [
            [None if isinstance(each, float) and not math.isfinite(each) else each for each in column.tolist()]
            for column in self._columns.values()
        ]
        for row in zip(*lists, strict=True):
            yield dict(zip(self._columns, row, strict=True))

    def to_pandas(self) -> "pandas.DataFrame":
        """Return it as a DataFrame. Raises ImportError where pandas is not installed."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError(
                "pandas is not installed: pip install pandas, or use the columns, which are numpy's"
            ) from error
        return pandas.DataFrame(self._columns)

    def __repr__(self) -> str:
        head = f"Table of {self.rows} rows: {', '.join(self._columns)}"
        whole = self.rows <= 2 * SHOWN
        places = [*range(self.rows)] if whole else [*range(SHOWN), -1, *range(self.rows - SHOWN, self.rows)]
        lines = ["  ".join("…" if place < 0 else f"{in_short(column[place])}" for column in self.values())
                 for place in places]  # fmt: skip
        return "\n".join([head, *lines])


def missing(dtype: "np.dtype[Any]", rows: int) -> Column:
    return np.full(rows, "" if dtype.kind == "U" else math.nan)


def in_short(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float | np.floating) else str(value)
