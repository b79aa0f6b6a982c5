"""Speed and memory, side by side with the tutorial's own functions: `python -m benchmarks`."""
