"""Every figure of the project, under one name; each function returns a matplotlib Figure.

================================  ===========================================================
`plot_scales`                     Figure 1(a): frames and sound of the same time
`plot_frame_features`             Figure 1(b): a frame, five feature maps, its sound as an image
`plot_framework`                  Figure 2: encoder, generator, discriminator
`plot_encoding`                   Figure 3: frames to vectors to V
`plot_conditional_gan`            Figure 4: with z, and without
`plot_comparison`                 waveforms and spectra of several sounds, as in Figure 10
`plot_spectra`                    Figures 5(a), 5(b), 9: spectra beside each other
`plot_peaks`                      Figures 5(c), 5(d): peaks of a sound
`plot_blocks`                     which blocks block thresholding takes where
`plot_changes`                    what each scheme changes
`plot_gaps`                       gaps between events beside those of real contacts
`plot_visibility`                 how far the features move at the events
`plot_readout`                    the level that the tuned recipe reads out of the features
`plot_losses`                     losses and validation scores of a training run
`plot_scores`                     scores beside mismatched clips and chance
`plot_speed`                      computation for a second of sound
`plot_masking`                    what PEAQ finds masked, over time and Bark
`plot_grade_curve`                Eq. 11 with Table 4's words
`plot_feature_courses`            what moves the three features of Eq. 12
`plot_reading_ranks`              how readings of Eq. 12 order the systems
`plot_scene_columns`              Figure 6: frames, and below them the spectra of two systems
`plot_scene_rows`                 Figure 7: frames, and below them spectra side by side
`plot_system_bars`                scores of all systems with intervals
`plot_failure_case`               Figure 13: frames that sound and video share or not, above the sound
`plot_failure_curves`             synchrony against what is done to the video
`plot_scorecard`                  every claim that was measured, with its verdict
================================  ===========================================================

Conventions
-----------
Those of `v2ra.drawing`. Save through `v2ra.provenance.save_figure`, which writes the sidecar.

Source
------
Figures 1 to 7, 9, 10 and 13 of the paper; the others are ours.
"""

from v2ra.change_charts import plot_changes
from v2ra.charts import plot_losses, plot_scores, plot_speed
from v2ra.comparison import plot_comparison
from v2ra.data_charts import plot_gaps, plot_readout, plot_visibility
from v2ra.encoding_schematic import plot_encoding
from v2ra.failure_charts import plot_failure_case, plot_failure_curves
from v2ra.network_schematics import plot_conditional_gan, plot_framework
from v2ra.peaq_charts import plot_grade_curve, plot_masking
from v2ra.pictures import plot_frame_features, plot_scales, sound_image, top_feature_maps
from v2ra.scheme_charts import plot_blocks, plot_peaks, plot_spectra
from v2ra.scorecard_charts import plot_scorecard
from v2ra.similarity_charts import plot_feature_courses, plot_reading_ranks
from v2ra.system_bars import plot_system_bars
from v2ra.system_charts import plot_scene_columns, plot_scene_rows

__all__ = [
    "plot_blocks",
    "plot_changes",
    "plot_comparison",
    "plot_conditional_gan",
    "plot_encoding",
    "plot_failure_case",
    "plot_failure_curves",
    "plot_feature_courses",
    "plot_frame_features",
    "plot_framework",
    "plot_gaps",
    "plot_grade_curve",
    "plot_losses",
    "plot_masking",
    "plot_peaks",
    "plot_reading_ranks",
    "plot_readout",
    "plot_scales",
    "plot_scene_columns",
    "plot_scene_rows",
    "plot_scorecard",
    "plot_scores",
    "plot_spectra",
    "plot_speed",
    "plot_system_bars",
    "plot_visibility",
    "sound_image",
    "top_feature_maps",
]
