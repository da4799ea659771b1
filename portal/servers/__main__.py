"""`python -m portal.servers demo|stop|journeys|chaos|test-servers`."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys

from portal.servers import sharing
from portal.servers.places import DATA, World
from portal.servers.process import wait_for
from portal.servers.product import Product, free_port


def demo() -> None:
    """The demo, until Ctrl-C. `PORT=` and `HOST=` choose where it listens."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port = int(os.environ.get("PORT") or 8000)
    if _is_running():
        raise SystemExit("This checkout's demo is running already; `make stop` ends it.")
    Product(World("demo"), "portal.settings.demo", port, host=host).run(_announce)


def journeys() -> None:
    """A fresh product for the browser tests, on servers of its own and a free port."""
    product = Product(World("journeys"), "portal.settings.test", free_port(), fresh=True)
    product.run(lambda _product, _seconds: None)


def chaos() -> None:
    """A fresh product for the fault campaign, with the provinces on a cluster of their own."""
    product = Product(World("chaos"), "portal.settings.test", free_port(), fresh=True, apart=True)
    product.run(lambda _product, _seconds: None)


def stop() -> None:
    """End the demo of this checkout, wherever it runs."""
    state_file = DATA / "demo.json"
    if not _is_running() or not state_file.exists():
        print("The demo is not running.")
        return
    os.kill(json.loads(state_file.read_text(encoding="ascii"))["supervisor"], signal.SIGTERM)
    wait_for(lambda: not _is_running(), what="the end of the demo", limit_s=60)
    print("The demo has ended.")


COMMANDS = {"demo": demo, "stop": stop, "journeys": journeys, "chaos": chaos, "test-servers": sharing.serve}


def main() -> None:
    """Run the named command."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        raise SystemExit(f"usage: python -m portal.servers {'|'.join(COMMANDS)}")
    COMMANDS[name]()


def _is_running() -> bool:
    DATA.mkdir(exist_ok=True)
    with (DATA / "demo.lock").open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _announce(product: Product, seconds: float) -> None:
    print(
        f"\n  号码通办 · Tongban  演示系统已就绪 / demo ready in {seconds:.1f} s\n\n"
        f"  {product.url}/\n"
        f"  {product.url}/demo/   三扇门 / three doors:\n"
        "      用户 subscriber · 营业员 clerk · 监管 regulator\n\n"
        f"  日志 logs: {DATA / 'logs' / 'demo'}\n"
        "  Ctrl-C 停止 / stops everything\n",
        flush=True,
    )


if __name__ == "__main__":
    main()
