"""A probability as people read it."""


def format_percent(probability: float) -> str:
    """Write a probability in per cent, with one decimal.

    A softmax never gives certainty, only numbers too close to it for the decimals shown, so neither
    100.0% nor 0.0% is ever printed.

    Args:
        probability: 0 to 1.

    Returns:
        For example `98.1%` for 0.98123, `> 99.9%` for 0.99996 and `< 0.1%` for 0.0002, each in
        one piece: the space does not break.
    """
    percent = round(100 * float(probability), 1)
    if percent >= 100:
        return ">\u00a099.9%"
    if percent <= 0:
        return "<\u00a00.1%"
    return f"{percent:.1f}%"
