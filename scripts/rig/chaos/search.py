"""Seeds one after the other, some at once, each told in a line."""
import os
import queue
import threading
import time
import traceback

from life import Life
from parts import Failed
from plan import plan
from stage import Props, Stage

AT_ONCE = max(2, min(4, (os.cpu_count() or 2) // 2))
MAX_KEPT = 20  # folders of seeds with a violation


class Search:
    """As many seeds as begin within `seconds`, from `first` on; only that one if seconds is 0."""

    def __init__(self, folder, first, seconds):
        self.folder, self.first = folder, first
        self.ends = time.monotonic() + seconds
        self.props = Props(folder)
        self.turn, self.next, self.wrong, self.done, self.frames = threading.Lock(), first, [], 0, 0
        self.failure = None

    def run(self):
        """Whether nothing was found, in lives that had frames."""
        for text in self.props.missing():
            print(text, flush=True)
        workers = [threading.Thread(target=self.work) for _ in range(AT_ONCE)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if self.failure:
            raise self.failure
        print("%d seeds from %d, %d with violations%s" % (self.done, self.first, len(self.wrong), "".join(
            "\n  again: scripts/soak --chaos --seed %d" % seed for seed in sorted(self.wrong)[:MAX_KEPT])))
        if not self.frames:
            print("no frame in any of them: nothing was shown")
        return self.frames > 0 and not self.wrong

    def work(self):
        try:
            seed = self.take()
            if seed is None:
                return
            with Stage() as stage:
                while seed is not None:
                    self.live(seed, stage)
                    seed = self.take()
        except Exception as e:  # of a part that seeds share: all of them end
            self.failure = e if isinstance(e, Failed) else Failed(traceback.format_exc(limit=-3))

    def take(self):
        with self.turn:
            seed = self.next
            if self.failure or seed > self.first and time.monotonic() >= self.ends:
                return None
            self.next += 1
            return seed

    def live(self, seed, stage):
        started = time.monotonic()
        with Life(plan(seed, self.props.film), self.props, stage, self.folder / ("seed-%d" % seed)) as life:
            life.go()
            with self.turn:
                keeps = self.tell(seed, life, time.monotonic() - started)
            life.keep() if keeps else life.tidy()

    def tell(self, seed, life, seconds):
        """Prints what became of it; whether its folder is worth keeping."""
        self.done += 1
        self.frames += life.ledger.frames
        print(line(life, seconds), flush=True)
        for text in life.violations[:5]:
            print("      " + text[:1000], flush=True)
        if life.violations:
            self.wrong.append(seed)
        return life.violations and len(self.wrong) <= MAX_KEPT


def line(life, seconds):
    account = life.ledger
    return "%-4s seed %d  %d frames: %d delivered, %d lost, %d unknown; %d twice; %d runs; %.0f s; %s" % (
        "FAIL" if life.violations else "ok", life.plan.seed, account.frames, account.delivered, account.lost, account.unknown,
        account.duplicates, len(life.starts), seconds, life.plan)
