"""Class activation maps: weighted sums of the feature maps of a layer."""
