"""What people say that a network misread, counted."""

import asyncio
import random

from sqlalchemy import URL

from bot.explain.corrections import Confusion, Corrections, Tally
from bot.explain.results import Classification
from bot.store import Store

_OURS, _OTHER = "c0ffee00", "0ddba110"


async def test_the_most_frequent_confusions_come_first(store: Store) -> None:
    corrections = Corrections(store)
    said = [(1, 7)] * 3 + [(9, 4)] * 2 + [(0, -1)] * 2 + [(8, 3)]
    for message, (prediction, label) in enumerate(said):
        await corrections.record(message, Classification(0, _OURS, prediction), label)

    tally = await corrections.tally(_OURS, limit=3)

    assert tally == Tally(8, (Confusion(1, 7, 3), Confusion(0, -1, 2), Confusion(9, 4, 2)))


async def test_nothing_was_corrected_yet(store: Store) -> None:
    assert await Corrections(store).tally(_OURS) == Tally(0, ())


async def test_the_last_word_counts(store: Store) -> None:
    corrections = Corrections(store)
    for label in (7, 7, 4):
        await corrections.record(1, Classification(0, _OURS, 1), label)

    assert await corrections.tally(_OURS) == Tally(1, (Confusion(1, 4, 1),))


async def test_agreeing_with_the_network_takes_a_correction_back(store: Store) -> None:
    corrections = Corrections(store)
    await corrections.record(1, Classification(0, _OURS, 1), 7)
    await corrections.record(1, Classification(1, _OURS, 1), 7)
    await corrections.record(1, Classification(0, _OURS, 1), 1)
    await corrections.record(2, Classification(0, _OURS, 5), 5)

    assert await corrections.tally(_OURS) == Tally(1, (Confusion(1, 7, 1),))


async def test_each_digit_and_each_network_counts_for_itself(store: Store) -> None:
    corrections = Corrections(store)
    await corrections.record(1, Classification(0, _OURS, 1), 7)
    await corrections.record(1, Classification(1, _OURS, 1), 7)
    await corrections.record(1, Classification(0, _OTHER, 2), 7)

    assert await corrections.tally(_OURS) == Tally(2, (Confusion(1, 7, 2),))
    assert await corrections.tally(_OTHER) == Tally(1, (Confusion(2, 7, 1),))


async def test_ids_are_as_large_as_discords(store: Store) -> None:
    corrections = Corrections(store)
    for message in (2**63 - 1, 2**63 - 2):
        await corrections.record(message, Classification(0, _OURS, 1), 7)

    assert (await corrections.tally(_OURS)).total == 2


async def test_many_at_the_same_time_are_each_counted_once(store: Store) -> None:
    corrections = Corrections(store)
    presses = [(message, place) for message in range(20) for place in range(3)] * 5
    random.shuffle(presses)

    await asyncio.gather(
        *(
            corrections.record(message, Classification(place, _OURS, 1), 7)
            for message, place in presses
        ),
        *(corrections.tally(_OURS) for _ in range(20)),
    )

    assert await corrections.tally(_OURS) == Tally(60, (Confusion(1, 7, 60),))


async def test_one_reply_corrected_by_two_processes_is_counted_once(store: Store, url: URL) -> None:
    other = await Store.open(url)
    saying = [Corrections(store), Corrections(other)]

    try:
        await asyncio.gather(
            *(saying[i % 2].record(1, Classification(0, _OURS, 1), 2 + i % 8) for i in range(50)),
        )
    finally:
        await other.close()

    assert (await saying[0].tally(_OURS)).total == 1


async def test_what_was_refused_is_counted_as_such_until_that_is_agreed_to(store: Store) -> None:
    corrections, refused = Corrections(store), Classification(0, _OURS, -1)
    await corrections.record(1, refused, 7)
    await corrections.record(2, refused, 7)
    await corrections.record(2, refused, -1)

    assert await corrections.tally(_OURS) == Tally(1, (Confusion(-1, 7, 1),))
