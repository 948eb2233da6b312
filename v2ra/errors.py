"""The one error that bad input raises.

Conventions
-----------
The message is a single line in three parts: what was found, what was expected, what to do.
The command line prints it and leaves with status 2; no traceback reaches the user.
"""


class InputError(ValueError):
    """Input that cannot be used.

    Examples
    --------
    >>> raise InputError("clip.mp4 is empty; expected a video file; give another file")
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: clip.mp4 is empty; expected a video file; give another file
    """
