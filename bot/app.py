"""The composition root: builds every part of the bot and connects them."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack

import discord
from discord import app_commands
from discord.http import HTTPClient
from typing_extensions import override

from bot.compare.actions import CompareActions
from bot.compare.commands import Compare
from bot.compare.comparing import Comparing
from bot.daily.controls import LookCloserButton
from bot.daily.daily import DailyDigits
from bot.daily.publisher import DailyPublisher
from bot.explain.actions import ExplainActions
from bot.explain.commands import Explain
from bot.explain.corrections import Corrections
from bot.explain.explaining import Explaining
from bot.explain.uploads import Uploads
from bot.help.commands import Help
from bot.i18n import CommandTranslator
from bot.lessons.actions import LessonActions
from bot.lessons.commands import LessonCommands
from bot.lessons.illustrations import Illustrator
from bot.lessons.parsing import load_lessons
from bot.lessons.progress import LESSON, ProgressStore
from bot.model.about import About
from bot.model.commands import Model
from bot.privacy.commands import PrivacyCommands
from bot.privacy.privacy import Privacy
from bot.quiz.commands import QuizCommands
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds import KINDS
from bot.quiz.rounds import Rounds
from bot.reviews.commands import ReviewCommands
from bot.reviews.schedule import Reviews
from bot.runtime.clock import Clock, utc_now
from bot.runtime.cluster import Cluster
from bot.runtime.downloads import Downloads
from bot.runtime.engine import Engine
from bot.runtime.fairness import Admission
from bot.runtime.monitor import Monitor, timing_requests
from bot.runtime.networks import Network, load_and_warm_up
from bot.runtime.outbox import Outbox
from bot.runtime.registration import sync_if_changed
from bot.runtime.scheduler import Scheduler
from bot.runtime.shards import ALL_SHARDS, Shards
from bot.scores.commands import ScoreCommands
from bot.scores.scores import Scores
from bot.servers.commands import ServerCommands
from bot.servers.permissions import PermissionChanges
from bot.servers.servers import Servers
from bot.sessions.commands import SessionCommands
from bot.sessions.publisher import SessionPublisher
from bot.sessions.sessions import Sessions
from bot.sessions.summary import Summaries
from bot.settings import Settings
from bot.store import Store
from bot.ui import mentions
from bot.ui.access import INTENTS, invite
from bot.ui.client import Client, Interaction
from bot.ui.control import register
from bot.ui.responses import retry_lost_responses
from bot.ui.tree import Tree, turn_away
from core.explain.explainer import Explainer
from core.faithfulness.measurement import load_records
from core.network import UPLOADS_WEIGHTS, epoch_file

_log = logging.getLogger(__name__)

_TURNING_AWAY = 0.5  # seconds


def create_bot(settings: Settings, now: Clock = utc_now) -> "GradcamBot":
    """Create the bot. It is not connected yet, and has loaded nothing.

    Args:
        settings: the operator's settings.
        now: the clock.
    """
    return GradcamBot(settings, now)


class GradcamBot(Client):
    """The bot. Builds every service and every feature, and hands each what it needs.

    Features do not reach each other through the bot. Its attributes are for tests and the preview.
    """

    def __init__(self, settings: Settings, now: Clock) -> None:
        super().__init__(
            Admission(
                settings.max_waiting,
                settings.max_waiting_per_server,
                settings.max_waiting_per_person,
            ),
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            max_messages=None,
            tree_cls=Tree,
            http_trace=timing_requests(),
            shard_ids=None if settings.shard_ids is None else list(settings.shard_ids),
            shard_count=settings.shard_count,
        )
        self.settings = settings
        self.now = now
        self.scheduler = Scheduler(now)
        self.monitor = Monitor(self, now)
        self._connects_early = False
        self._opening: asyncio.Task[None] | None = None
        self._on_close = AsyncExitStack()

    @override
    async def start(self, token: str, *, reconnect: bool = True) -> None:
        """Connect to Discord while everything loads: who comes too early is asked to wait."""
        self._connects_early = True
        retry_lost_responses()
        if self.settings.metrics_port is not None:
            self._on_close.push_async_callback(self.monitor.close)
            await self.monitor.start(str(self.settings.metrics_host), self.settings.metrics_port)
        await super().start(token, reconnect=reconnect)

    @override
    async def connect(self, *, reconnect: bool = True) -> None:
        assert self._opening is not None  # noqa: S101 - setup_hook was there before
        await asyncio.gather(self._opening, super().connect(reconnect=reconnect))

    @override
    async def setup_hook(self) -> None:
        self._opening = asyncio.create_task(self._open(), name="opening")
        if not self._connects_early:
            await self._opening

    async def _open(self) -> None:
        """Load everything, register the commands, and serve."""
        await self.load()
        await self._register_commands()
        self.scheduler.start()
        self.away = None
        _log.info("Ready")
        if self.is_ready():  # the event came before the features were there to handle it
            self.dispatch("ready")
        if self._connects_early:
            # The first quiz would have to wait for them: long, if many others wait too.
            await self.engine.test_logits()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Ask people who come too early or too late to try again."""
        self.locales[interaction.user.id] = interaction.locale
        await turn_away(interaction)

    @override
    async def on_message(self, message: discord.Message) -> None:
        """Ask people who write too early or too late to write again."""
        await mentions.turn_away(self, message)

    async def load(self) -> None:
        """Open the database, load the networks, and add the features; Discord is not needed."""
        store = self.store = self.monitor.store = await Store.open(self.settings.database_url)
        self._on_close.push_async_callback(store.close)
        shards = _shards(self.settings)
        self.outbox = Outbox(store, self.scheduler, self.now, shards)
        self._on_close.push_async_callback(self.outbox.close)
        record = await asyncio.to_thread(self.settings.load_tutorial_record)
        folders = {Network.TUTORIAL: record.folder, Network.UPLOADS: UPLOADS_WEIGHTS}
        explainers = {
            network: await asyncio.to_thread(load_and_warm_up, folder)
            for network, folder in folders.items()
        }
        self.about = {
            network: About.of(explainers[network].model, folder)
            for network, folder in folders.items()
        }
        metrics = self.about[Network.UPLOADS].record.uploads_metrics
        self.engine = Engine(
            explainers,
            metrics.threshold,
            untrained=epoch_file(0, record.folder),
            cluster=await self._find_cluster(explainers),
        )
        self._on_close.callback(self.engine.close)
        self.monitor.engine = self.engine
        self.downloads = self._create_downloads()
        self._on_close.push_async_callback(self.downloads.close)
        self.uploads = Uploads(self.engine, self.downloads, self.now)
        records = {
            network: {
                (each.method, each.layer): each
                for each in await asyncio.to_thread(load_records, folder)
            }
            for network, folder in folders.items()
        }
        self.explaining = Explaining(self.engine, records)
        self.corrections = Corrections(store)
        self.servers = Servers(store, self.now, shards)
        self.scores = Scores(store, self.now)
        self.daily = DailyDigits(store, self.engine, self.scheduler, self.now, shards)
        self.privacy = Privacy(store, self.now)
        self.sessions = Sessions(store, self.scheduler, self.now, shards)
        self.scheduler.add(self.sessions)
        self.rounds = Rounds(store, self.now, shards)
        self.digit_pool = DigitPool(self.engine)
        self.reviews = Reviews(store, KINDS, (LESSON,), self.now)
        self.lessons = await asyncio.to_thread(load_lessons)
        self.progress = ProgressStore(store, self.now)
        self.illustrator = Illustrator(self.engine, record)
        await self.tree.set_translator(CommandTranslator())
        actions = ExplainActions(self.explaining, self.uploads, self.corrections, metrics)
        await self.add_cog(Explain(self, self.explaining, self.uploads, actions))
        comparing = Comparing(self.engine, self.explaining)
        compare = CompareActions(comparing, self.explaining, self.uploads, actions)
        await self.add_cog(Compare(self, comparing, self.explaining, self.uploads, compare))
        await self.add_cog(Model(self, self.about, self.corrections, actions))
        await self.add_cog(Help())
        self.quiz = QuizCommands(
            self,
            self.rounds,
            self.digit_pool,
            self.reviews,
            self.sessions.in_thread,
            self.servers.language,
            self.outbox,
            self.scheduler,
            self.now,
        )
        await self.add_cog(self.quiz)
        await self.add_cog(
            ScoreCommands(self, self.scores, self.engine, self.servers.language, self.scheduler)
        )
        await self._add_lessons_and_reviews()
        await self._add_sessions()
        self.scheduler.add(self.daily)
        DailyPublisher(self, self.daily, self.outbox, self.explaining, self.engine)
        register(self, actions, LookCloserButton)
        await self._add_servers()
        await self.add_cog(PrivacyCommands(self, self.privacy, self.uploads.forget, self.scheduler))

    async def _register_commands(self) -> None:
        self.command_ids = await sync_if_changed(self.tree)
        if self.application_id is not None:
            _log.info("Invite the bot to a server: %s", invite(self.application_id))

    async def _add_lessons_and_reviews(self) -> None:
        lessons = LessonActions(
            self.lessons,
            self.progress,
            self.reviews,
            self.illustrator,
            self.downloads,
            self.uploads,
            self.sessions,
        )
        await self.add_cog(LessonCommands(self, self.lessons, lessons, self.uploads))
        askers = {LESSON: lessons} | dict.fromkeys(KINDS, self.quiz)
        await self.add_cog(ReviewCommands(self, self.reviews, askers))

    async def finish(self, seconds: float) -> None:
        """Finish what was accepted, for some seconds at most, and take nothing new; then close.

        People who are not answered by then are asked to try again.
        """
        self.away = "notice.late"
        await self.scheduler.close()
        left = await self.drain(seconds)
        if left:
            _log.warning("%d answers were given up: they took too long", left)
        for shard in self.shards.values():
            await shard.disconnect()
        await self.drain(_TURNING_AWAY)  # those who came last
        await self.close()

    @override
    async def close(self) -> None:
        """Disconnect, and stop everything that the bot has started."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        await self.scheduler.close()
        await super().close()
        await self._on_close.aclose()

    async def _add_sessions(self) -> None:
        publisher = SessionPublisher(
            self,
            self.outbox,
            self.sessions,
            Summaries(self.store, self.sessions, self.scores),
            self.lessons,
            self.illustrator,
        )
        await self.add_cog(
            SessionCommands(self, self.sessions, publisher, self.lessons, self.quiz, self.servers)
        )

    async def _add_servers(self) -> None:
        await self.add_cog(ServerCommands(self, self.servers, self.daily, self.scheduler, self.now))
        await self.add_cog(PermissionChanges(self, self.outbox))

    async def _find_cluster(self, explainers: Mapping[Network, Explainer]) -> Cluster | None:
        if self.settings.inference is None:
            return None
        weights = {network: each.weights_hash for network, each in explainers.items()}
        cluster = Cluster(str(self.settings.inference), weights)
        await asyncio.to_thread(cluster.check)
        return cluster

    def _create_downloads(self) -> Downloads:
        if type(self.http) is HTTPClient:
            return Downloads()
        # A simulation of Discord has another client in its place, and keeps attachments there.
        from bot.preview.files import simulated_downloads  # noqa: PLC0415  brings the simulator

        return simulated_downloads(self)


def _shards(settings: Settings) -> Shards:
    """Return the shards that a process runs."""
    if settings.shard_ids is None or settings.shard_count is None:
        return ALL_SHARDS
    return Shards(frozenset(settings.shard_ids), settings.shard_count)
