"""What the chance of a candidate rests on: features that any tool world has, as words that a person can read.

Its place in its list, what was asked before and how far a list has been gone through, the fields of its
record and of the records around it, and whether the customer named it.
"""

from bench.learned.moment import Place, Scene, names_in, spoken
from headstart.speculation.calls import Call


def _place_features(scene: Scene, call: Call, missing: str) -> list[str]:
    """Where the argument stands, and what of the places around it was asked for."""
    places = scene.candidates[call]
    if not places:
        return ["nowhere"]
    newest = scene.newest
    after = newest.name if newest else "-"
    asked = min(5, scene.counts[call.name])
    features = [f"places {min(2, len(places))}"]
    if places[0].positions:
        position, length = places[0].positions[-1]
        position, length = min(4, position), min(5, length)
        held = any(all(other in scene.asked for other in _before(scene, call, place)) for place in places)
        left = min(4, sum(other not in scene.asked for other in scene.siblings[call.name]))
        features += [
            f"position {position}",
            f"position {position} of {length}",
            f"position {position} asked {asked}",
            f"left {left}",
            f"left {left} asked {asked}",
            f"all before asked {held}",
            f"after {after} position {min(3, position)}",
            f"after {after} all before asked {held}",
        ]
        fit = max((scene.holds(other) for other in scene.asked if other.name == call.name), default=-2)
        features += [f"fit {fit}", f"fit {fit} {missing}", f"fit {fit} all before asked {held} asked {asked}"]
        features += _run_features(scene, call)
    if call in scene.known.results:
        own = scene.holds(call)
        features += [f"own {own}", f"own {own} {missing}"]
    parent = any(p.result in scene.asked for p in places)
    features.append(f"parent asked {parent}")
    if newest is not None:
        features.append(f"after parent {any(p.result == newest for p in places)}")
        beside = {p.result for p in scene.candidates.get(newest, ())} & {p.result for p in places}
        features.append(f"after {newest.name} beside {bool(beside)}")
    return features


def _before(scene: Scene, call: Call, place: Place) -> list[Call]:
    series = scene.series[place.series]
    return series[: series.index(call)]


def _run_features(scene: Scene, call: Call) -> list[str]:
    """Whether a list is being gone through, and how far this candidate is from where that has got to."""
    newest = scene.newest
    ahead = 9
    done = 0
    for place in scene.candidates[call]:
        series = scene.series[place.series]
        done = max(done, sum(other in scene.asked for other in dict.fromkeys(series)))
        if newest in series:
            distance = series.index(call) - (len(series) - 1 - series[::-1].index(newest))
            ahead = distance if 0 < distance < ahead or ahead == 9 else ahead
    step = "none" if ahead == 9 else "back" if ahead < 0 else str(min(3, ahead))
    unnamed = min(
        3, sum(scene.names[o] != [] and scene.mention(o) == 0 for o in scene.siblings[call.name] if o in scene.asked)
    )
    named = min(1, scene.mention(call))
    return [
        f"step {step}",
        f"step {step} unnamed {unnamed}",
        f"step {step} mention {named} unnamed {unnamed}",
        f"done {min(3, done)}",
        f"done {min(3, done)} unnamed {unnamed} mention {named}",
        f"unnamed {unnamed}",
        f"step {step} together {min(2, scene.known.together)}",
    ]


def _record_features(scene: Scene, call: Call) -> list[str]:
    """What the records around the argument say, and whether the customer named it."""
    places = scene.candidates[call]
    said = scene.number_said(call)
    others = [other for other in scene.siblings[call.name] if other != call]
    features = [f"number said {said}"]
    if not said and any(scene.number_said(other) for other in others):
        features.append("another number said")
    if not scene.names[call]:
        return features
    mention, mention_last = scene.mention(call), scene.mention(call, scene.last)
    better = min(3, sum(scene.mention(other) > mention for other in others))
    same = min(5, sum(scene.mention(other) == mention for other in others))
    newest = scene.newest.name if scene.newest else "-"
    parent = any(p.result in scene.asked for p in places)
    after_parent = any(p.result == scene.newest for p in places)
    features += [
        f"mention {mention}",
        f"mention last {mention_last}",
        f"better {better}",
        f"mention {mention} better {better}",
        f"mention {mention} same {same}",
        f"mention {mention} after {newest}",
        f"mention {mention} after parent {after_parent}",
        f"mention {mention} parent asked {parent}",
        f"mention {mention} asked {min(3, scene.counts[call.name])}",
        f"mention {mention} messages {min(4, len(scene.known.said))}",
    ]
    if any(spoken(str(v), scene.text) for p in places for v in p.result.mapping().values()):
        features += ["parent number said", f"mention {mention} parent number said"]
    written = any(
        v in other.mapping().values()
        for p in places
        for v in p.result.mapping().values()
        for other in scene.asked
        if other != p.result
    )
    features.append(f"parent changed {written}")
    asked = min(3, scene.counts[call.name])
    for theme in scene.raised:
        features += [
            f"theme {theme} mention {mention}",
            f"theme {theme} parent asked {parent} mention {min(1, mention)}",
            f"theme {theme} asked {asked} mention {min(1, mention)}",
        ]
    profile = " ".join(sorted(scene.raised))
    features.append(f"themes {profile} mention {min(1, mention)}")
    if mention >= 2:
        beside = scene.themes_beside(call)
        features += [f"beside {theme}" for theme in beside]
        features.append(f"all beside {' '.join(sorted(beside))}")
    for around in {name for p in places for record in p.records[1:] for name in names_in(record)}:
        features += [f"in {around}", f"in {around} mention {mention}"]
    return features


def features_of(scene: Scene, call: Call) -> list[str]:
    """Everything the chances of one candidate rest on."""
    missing = next(f for f in scene.common if f.startswith("missing"))
    return [*scene.common, *_place_features(scene, call, missing), *_record_features(scene, call)]
