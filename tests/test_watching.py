"""What is said of the metrics is so."""

import json
import re
from pathlib import Path

from bot.runtime.metrics import REGISTRY
from scripts.metrics import PAGE, page

_DASHBOARD = Path(__file__).parents[1] / "deploy" / "grafana.json"
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def test_the_page_lists_the_metrics() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m scripts.metrics"


def test_the_dashboard_asks_for_metrics_that_exist_and_shows_all_of_the_bots_own() -> None:
    dashboard = json.loads(_DASHBOARD.read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    asked = set(re.findall(r"\b(?:gradcam|process)_\w+", " ".join(queries)))
    there = {
        metric.name + suffix for metric in REGISTRY.collect() for suffix in _SUFFIXES[metric.type]
    }

    assert asked <= there
    for metric in REGISTRY.collect():
        if metric.name.startswith("gradcam_"):
            assert any(name.startswith(metric.name) for name in asked), metric.name
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert {variable["name"] for variable in dashboard["templating"]["list"]} == set(
        re.findall(r"\$\{?((?!__)\w+)", json.dumps(panels))
    )
