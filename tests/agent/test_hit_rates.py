import json

from stubs.fake_llama import FakeLlama

from agent.engine import Engine
from agent.hit_rates import HIT_RATES
from agent.settings import Settings


async def test_what_the_rules_learned_is_kept_and_holds_nothing_of_a_customer(settings: Settings) -> None:
    first = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await first.open()
    await first.sign_in("user123", "demo")
    await first.close()
    kept = (settings.state_folder / HIT_RATES).read_text(encoding="utf-8")
    assert set(json.loads(kept)) == {"rates", "off"}
    assert not any(word in kept for word in ("user123", "A123", "Mug"))
    second = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await second.open()
    assert second.predictor.rates["the_order_history"].wasted == 1
    await second.close()


async def test_broken_hit_rates_are_learned_afresh(settings: Settings) -> None:
    settings.state_folder.mkdir(parents=True)
    (settings.state_folder / HIT_RATES).write_text('{"rates": [1]}', encoding="utf-8")
    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await engine.open()
    assert engine.predictor.rates == {}
    (aside,) = settings.state_folder.glob(f"{HIT_RATES}.damaged-*")
    assert aside.read_text(encoding="utf-8") == '{"rates": [1]}'
    await engine.close()
