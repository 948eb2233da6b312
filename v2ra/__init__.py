"""V2RA: visual-to-raw-audio generation with a conditional GAN.

A companion to Liu, Li and Cheng, "Towards an End-to-End Visual-to-Raw-Audio Generation with GAN". Modules
import along the data flow: clips, features, encoding, datasets, networks, training, generation, scores.
"""
