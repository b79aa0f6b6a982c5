"""`/model`: the networks, how they were trained and measured."""
