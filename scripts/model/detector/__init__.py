"""A small NMS-free detector: network, training, evaluation and export."""
