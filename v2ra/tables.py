"""Tables 1 to 3 from the code's own rows and configurations, the printed values beside them.

Conventions
-----------
One row of a table is one row of the network, in the paper's order. Shapes are ``(n, length, width)``
with n the batch size, as the paper writes them.

Source
------
Tables 1, 2 and 3.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch

from v2ra.config import Config
from v2ra.discriminator import PatchDiscriminator1d
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.layers import Row, convolution, width
from v2ra.published import load_published

PRINTED = {"table1": 1, "table2": 1}  # rows of input above the first operation


def architecture(rows: Sequence[Row], table: str, *, base_width: int, n_channels: int = 1) -> pd.DataFrame:
    """Return a network as its table prints it, with the values in use.

    Parameters
    ----------
    rows : sequence of Row
        The network's rows.
    table : str
        "table1" or "table2".
    base_width, n_channels : int
        d and c.

    Returns
    -------
    DataFrame
        The printed row; stride, kernel and padding in use; the printed output shape and the one that comes
        out when a second goes through; whether shape and row are as printed; weights.

    Raises
    ------
    InputError
        Where the code has another number of rows than the paper.

    Examples
    --------
    >>> from v2ra.discriminator import ROWS
    >>> architecture(ROWS, "table2", base_width=64)["weights"].sum().item()
    2230272
    """
    printed = load_published(table, as_printed=True).iloc[PRINTED[table] :]
    if len(printed) != len(rows):
        raise InputError(
            f"found {len(rows)} rows; expected the {len(printed)} operations of {table}; mend the rows"
        )
    shapes = measured_shapes(rows, base_width=base_width, n_channels=n_channels)
    return pd.DataFrame(
        {
            "printed": f"{operation} {kernel}".strip(),
            "stride": row.stride,
            "kernel": row.kernel_size,
            "padding": row.padding,
            "output_printed": shape,
            "output_used": measured,
            "same_shape": measured == shape,
            "same_row": row.printed_stride is None,
            "weights": _n_weights(row, base_width=base_width, n_channels=n_channels),
        }
        for row, (operation, kernel, shape), measured in zip(
            rows, printed.iloc[:, :3].itertuples(index=False), shapes, strict=True
        )
    )


def hyperparameters(configs: Mapping[str, Config]) -> pd.DataFrame:
    """Return Table 3: the printed value of each row beside that of each recipe.

    Examples
    --------
    >>> hyperparameters({"paper": Config()})["paper"].tolist()
    ['1', '64', '64', 'least_squares + 10 L1', '2', 'Adam']
    """
    printed = load_published("table3", as_printed=True)
    used = {name: _six_values(config) for name, config in configs.items()}
    return pd.DataFrame({"name": printed["name"], "published": printed["value"], **used})


def measured_shapes(
    rows: Sequence[Row], *, base_width: int, n_channels: int = 1, n_samples: int = 44_100
) -> list[str]:
    """Return the output shapes of a network's rows as they come out when a second goes through.

    Parameters
    ----------
    rows : sequence of Row
        The network's rows.
    base_width, n_channels : int
        d and c; shapes are written in them.
    n_samples : int
        Length of the input.

    Returns
    -------
    list of str
        "(n,14700,d)" and so on, one a row.

    Examples
    --------
    >>> from v2ra.discriminator import ROWS
    >>> measured_shapes(ROWS, base_width=2)[-1]
    '(n,687,8d)'
    """
    sizes = {"base_width": base_width, "n_channels": n_channels}
    hidden = torch.zeros(1, width(rows[0].n_in, **sizes), n_samples)
    shapes = []
    with torch.inference_mode():
        for row in rows:
            if row.operation != "Tanh":
                n_in, n_out = (width(symbol, **sizes) for symbol in (row.n_in, row.n_out))
                hidden = convolution(row, n_in, n_out)(hidden)  # (1, width, time)
            shapes.append(f"(n,{hidden.shape[2]},{row.n_out})")
    return shapes


def parameter_counts(configs: Mapping[str, Config]) -> pd.DataFrame:
    """Return how many weights the two networks of some configurations have.

    Examples
    --------
    >>> parameter_counts({"Table 3": Config()})["discriminator"].item()
    2233536
    """
    rows = []
    for name, config in configs.items():
        networks = {
            "generator": Generator(config.generator),
            "discriminator": PatchDiscriminator1d(
                config.discriminator, n_channels=config.generator.n_channels
            ),
        }
        counts = {
            kind: sum(values.numel() for values in network.parameters()) for kind, network in networks.items()
        }
        rows.append({"configuration": name, "d": config.generator.base_width, **counts})
    return pd.DataFrame(rows)


def _six_values(config: Config) -> list[str]:
    """Return what stands for the rows of Table 3, in its order."""
    loss = f"{config.loss.adversarial} + {config.loss.l1_weight:g} L1"
    training = config.training
    numbers = (config.generator.n_channels, training.batch_size, config.generator.base_width)
    return [*map(str, numbers), loss, str(training.d_steps_per_g_step), "Adam"]


def _n_weights(row: Row, *, base_width: int, n_channels: int) -> int:
    if row.operation == "Tanh":
        return 0
    n_in, n_out = (
        width(symbol, base_width=base_width, n_channels=n_channels) for symbol in (row.n_in, row.n_out)
    )
    return row.kernel_size * n_in * n_out
