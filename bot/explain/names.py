"""What things are called: keys of the catalogue."""

from bot.runtime.networks import Network
from core.explain.regions import Region
from core.explain.scores import Score

SCORE_NAMES = {
    Score.LOG_ODDS: "score.log_odds",
    Score.LOGIT: "score.logit",
    Score.PROBABILITY: "score.probability",
}
NETWORK_NAMES = {
    Network.TUTORIAL: "network.tutorial",
    Network.UPLOADS: "network.uploads",
}
REGION_NAMES = {
    Region.UPPER_LEFT: "region.upper_left",
    Region.UPPER_CENTRE: "region.upper_centre",
    Region.UPPER_RIGHT: "region.upper_right",
    Region.LEFT: "region.left",
    Region.CENTRE: "region.centre",
    Region.RIGHT: "region.right",
    Region.LOWER_LEFT: "region.lower_left",
    Region.LOWER_CENTRE: "region.lower_centre",
    Region.LOWER_RIGHT: "region.lower_right",
}
