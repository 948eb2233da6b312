"""Results that are computed once: side by side, kept on disk, and taken up again after a stop.

Conventions
-----------
A result is a dict of plain values under a key, the digest of everything that it depends on: the sounds, the
settings, the code. It is one JSON file in the cache's folder. Changed code gives other keys, and the old files
are left: delete the folder to make room.

Source
------
Ours.
"""

import hashlib
import json
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from v2ra.errors import InputError
from v2ra.writing import make_folder, written_whole

PACKAGE = Path(__file__).parent
COMPUTED_WITH = ("numpy", "scipy", "torch", "librosa", "soxr")  # other versions round in other ways

Task = TypeVar("Task")
Result = dict[str, Any]


def digest(*parts: Any) -> str:
    """Return a digest of arrays, texts, numbers and lists of them.

    Examples
    --------
    >>> digest(np.ones(3), "a", 1) == digest(np.ones(3), "a", 1) != digest(np.ones(3), "a", 2)
    True
    """
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            found.update(f"{part.dtype.str}{part.shape}".encode())
            found.update(np.ascontiguousarray(part).tobytes())
        else:
            found.update(json.dumps(part, sort_keys=True).encode())
        found.update(b"\0")
    return found.hexdigest()


def kept_array(folder: Path | None, key: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Return an array that is made once and kept under its key, the digest of all that it depends on.

    Parameters
    ----------
    folder : path, optional
        Made if missing; without one the array is made each time.
    key : str
        Of `digest`.
    make : callable
        Gives the array.

    Examples
    --------
    >>> kept_array(None, digest("ones"), lambda: np.ones(2))
    array([1., 1.])
    """
    if folder is None:
        return make()
    file = folder / f"{key}.npy"
    if not file.is_file():
        array = make()
        make_folder(folder)
        with written_whole(file) as part:
            np.save(part, array)
    return np.asarray(np.load(file))


@cache
def code_version(*places: str) -> str:
    """Return a digest of modules, packages and data of this package, and of the libraries below them.

    Parameters
    ----------
    *places : str
        Names of modules or folders inside the package.

    Raises
    ------
    InputError
        Where there is none of that name.

    Examples
    --------
    >>> code_version("onsets") == code_version("onsets") != code_version("envelopes")
    True
    """
    found = hashlib.sha256()
    for place in places:
        folder = PACKAGE / place
        files = sorted(f for f in folder.rglob("*") if f.suffix in (".py", ".csv"))
        for file in files or [folder.with_suffix(".py")]:
            if not file.is_file():
                raise InputError(f"found no module {place}; expected one of this package; correct the name")
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    found.update(json.dumps({name: metadata.version(name) for name in COMPUTED_WITH}).encode())
    return found.hexdigest()


@dataclass(frozen=True)
class Runner:
    """How work is done: where results are kept (nowhere by default), and in how many processes."""

    folder: Path | None = None
    n_jobs: int = 1

    def run(
        self,
        function: Callable[[list[Task]], list[Result]],
        tasks: Sequence[Task],
        keys: Sequence[str],
        *,
        batch_size: int = 1,
        label: str = "",
    ) -> list[Result]:
        """Return the result of each task, in their order; equal keys are computed once.

        Parameters
        ----------
        function : callable
            Takes a list of tasks and returns as many results; a function of a module, so that other processes
            find it.
        tasks, keys : sequences
            As many of one as of the other.
        batch_size : int
            Tasks that are handed to the function together.
        label : str
            Beside the bar of progress, which only a terminal shows.

        Raises
        ------
        InputError
            What the function raises, or if a process ended early.

        Examples
        --------
        >>> Runner().run(lambda tasks: [{"n": len(t)} for t in tasks], ["one", "three"], ["1", "3"])
        [{'n': 3}, {'n': 5}]
        """
        wanted = dict(zip(keys, tasks, strict=True))
        known = {key: result for key in wanted if (result := self._read(key)) is not None}
        missing = [key for key in wanted if key not in known]
        batches = [missing[k : k + batch_size] for k in range(0, len(missing), batch_size)]
        work = [[wanted[key] for key in batch] for batch in batches]
        hidden = not _on_terminal()
        with tqdm(total=len(wanted), initial=len(known), desc=label, disable=hidden, leave=False) as bar:
            for index, results in self._results(function, work):
                for key, result in zip(batches[index], results, strict=True):
                    self._write(key, result)
                    known[key] = result
                bar.update(len(results))
        return [known[key] for key in keys]

    def _results(
        self, function: Callable[[list[Task]], list[Result]], work: list[list[Task]]
    ) -> Iterator[tuple[int, list[Result]]]:
        """Yield the number of each batch with its results as it is finished."""
        if self.n_jobs == 1 or len(work) < 2:
            for index, batch in enumerate(work):
                yield index, function(batch)
            return
        context = multiprocessing.get_context("spawn")  # a forked child would inherit the threads of PyTorch
        pool = ProcessPoolExecutor(min(self.n_jobs, len(work)), mp_context=context)
        try:
            indices = {pool.submit(function, batch): index for index, batch in enumerate(work)}
            for done in as_completed(indices):
                yield indices[done], done.result()
        except BrokenProcessPool as error:
            raise InputError(
                "found a scoring process that ended early; expected it to finish; free some memory, or take "
                "n_jobs=1 where the main module cannot be imported"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)

    def _read(self, key: str) -> Result | None:
        if self.folder is None:
            return None
        try:
            result = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):  # damaged is as good as missing: it is computed again
            return None
        return result if isinstance(result, dict) else None

    def _write(self, key: str, result: Result) -> None:
        if self.folder is not None:
            make_folder(self.folder)
            with written_whole(self.folder / f"{key}.json") as part:
                part.write_text(json.dumps(result), encoding="utf-8")


def _on_terminal() -> bool:
    """Whether messages go to a terminal; the stream that a notebook puts in their place says so too."""
    stream = sys.__stderr__
    return stream is not None and sys.stderr is stream and stream.isatty()
