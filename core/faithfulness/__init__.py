"""Is an explanation faithful to the network? One file for each kind of test.

deletion       does the class's probability fall with the pixels that a heatmap points at?
randomisation  does a heatmap change with the network's weights?
completeness   do the values of a map add up to the score that they explain?
stability      does a heatmap stay the same under a small change of the image?
agreement      do two methods point at the same places?
"""
