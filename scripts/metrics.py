"""Write the table of metrics in docs/watching.md from the code: `python -m scripts.metrics`."""

from pathlib import Path

from bot.runtime.metrics import REGISTRY

PAGE = Path(__file__).parents[1] / "docs" / "watching.md"
_HEAD = "| Metric | Kind | Measures |\n| --- | --- | --- |\n"


def page() -> str:
    """Return the page with the table as the code has it."""
    text, head, _ = PAGE.read_text(encoding="utf-8").partition(_HEAD)
    rows = (
        f"| `{metric.name}{'_total' if metric.type == 'counter' else ''}` | {metric.type} "
        f"| {metric.documentation.removesuffix('.')} |\n"
        for metric in REGISTRY.collect()
    )
    return "".join((text, head, *rows))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
