"""Rules that any agent's tools obey, beside what is learned.

A weight learned from few customers is held small on purpose; a pattern that is plain to see needs none.
Its first guess is corrected like any other rule's by what its lookups were worth (`Predictor`).
"""

from collections.abc import Iterator

from bench.learned.moment import Scene
from headstart.speculation.prediction import Candidate


def next_in_list(scene: Scene) -> Iterator[Candidate]:
    """Whoever reads what the customer has not named is going through a list: the next in it comes next.

    One such read is as often the only one; after two it hardly ever is.
    """
    newest = next((call for call in reversed(scene.known.asked) if scene.candidates.get(call)), None)
    if newest is None:
        return
    for place in scene.candidates[newest]:
        series = list(dict.fromkeys(scene.series[place.series]))
        read = [call for call in series if call in scene.asked]
        named = [call for call in read if not scene.names[call] or scene.mention(call)]
        following = series.index(newest) + 1 if newest in series else len(series)
        if len(named) < len(read) and following < len(series) and series[following] not in scene.asked:
            chance = 0.5 if len(read) == 1 else 0.9
            yield Candidate(series[following], chance, "next_in_list", "a list is being gone through")
