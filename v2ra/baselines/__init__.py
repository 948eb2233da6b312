"""Other people's systems, each written from its paper and trained on the same clips, features and split.

Every system answers one call, `synthesise(clip) → waveform`; none sees the sound of the clip it is given.
"""
