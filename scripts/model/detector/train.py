"""Trains the detector: `python -m detector.train DATA_DIR OUT_DIR` (scripts/model/train does all of it).

The schedule counts iterations, never seconds, and each iteration's random numbers come from the seed and its own
number: a busy machine or a resumed run gives the same weights. One single-threaded process works on each core and the
gradients are averaged once an iteration, which suits small convolutions better than threads that meet in every layer.
"""

import argparse
import csv
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import torch
import torch.distributed as dist
from torch import nn

from .dataset import Sample, batch, load, stems
from .evaluate import measure
from .loss import total_loss
from .network import Network, Shape
from .optimise import Average, optimisers
from .start import start_from


@dataclass(frozen=True)
class Plan:
    """How long and how hard; stored in checkpoints."""

    iterations: int = 15000
    batch: int = 16  # crops an iteration, over all processes
    crop: int = 320
    lr: float = 1e-3
    muon_lr: float = 2e-3
    weight_decay: float = 0.05
    warmup: int = 150
    fall: float = 0.6  # share of the iterations over which the rate falls; before, it stays
    average: float = 0.999
    freeze: bool = True  # keep the first two convolutions as started with; they cost a fifth and change little
    seed: int = 7

    @property
    def fall_at(self) -> int:
        return round(self.iterations * (1 - self.fall))

    def rate(self, iteration: int) -> float:
        """Share of the learning rate: a warm-up, a plateau, and a straight fall to nearly nothing."""
        falling = (self.iterations - iteration) / (self.iterations - self.fall_at)
        return min(1.0, (iteration + 1) / self.warmup) * max(0.01, min(1.0, falling))

    def continues(self, other: "Plan", iteration: int) -> bool:
        """Whether this plan and the `other` are the same up to `iteration`: only their ends may differ, later."""
        same = replace(self, iterations=other.iterations, fall=other.fall) == other
        return same and (self == other or iteration <= min(self.fall_at, other.fall_at))


class Trainer:
    """One process of a training. Process 0 also writes the curve and the checkpoints."""

    def __init__(self, shape: Shape, plan: Plan, out: Path, device: str, rank: int = 0, world: int = 1):
        self.plan, self.out, self.device, self.rank, self.world = plan, out, device, rank, world
        torch.manual_seed(plan.seed)
        self.net = Network(shape).to(device, memory_format=torch.channels_last).train()
        self.hold_frozen()
        self.optimisers = optimisers(self.net, plan.lr, plan.muon_lr, plan.weight_decay)
        for o in self.optimisers:
            for g in o.param_groups:
                g["full"] = g["lr"]
        self.average = Average(self.net, plan.average)
        self.iteration, self.seconds = 0, 0.0

    @property
    def checkpoint(self) -> Path:
        return self.out / "checkpoint.pt"

    def resume(self) -> bool:
        """Continues where a checkpoint of the same plan ended; false if there is none."""
        if not self.checkpoint.exists():
            return False
        state = torch.load(self.checkpoint, map_location=self.device)
        if (
            not self.plan.continues(Plan(**state["plan"]), state["iteration"])
            or Shape.of(state["shape"]) != self.net.shape
        ):
            raise SystemExit(f"{self.checkpoint}: made by another plan or network; remove it or choose another folder")
        self.net.load_state_dict(state["net"])
        for o, s in zip(self.optimisers, state["optimisers"]):
            o.load_state_dict(s)
        self.average.values = state["average"]
        self.iteration, self.seconds = state["iteration"], state["seconds"]
        return True

    def start(self, model: Path, samples: list[Sample]):
        """Begins with the weights of an exported model."""
        pictures = batch(samples, 64, self.plan.crop, [self.plan.seed]).pictures.to(self.device)
        start_from(self.net, model, pictures)
        self.hold_frozen()
        self.average = Average(self.net, self.plan.average)

    def hold_frozen(self):
        if self.plan.freeze:
            for module in (self.net.backbone.stem, self.net.backbone.down4):
                module.eval().requires_grad_(False)

    def save(self):
        state = {
            "plan": vars(self.plan),
            "shape": self.net.shape.as_dict(),
            "net": self.net.state_dict(),
            "average": self.average.values,
            "optimisers": [o.state_dict() for o in self.optimisers],
            "iteration": self.iteration,
            "seconds": self.seconds,
        }
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.checkpoint)

    def step(self, samples: list[Sample]) -> float:
        """One iteration; returns this process's loss."""
        plan = self.plan
        for o in self.optimisers:
            for g in o.param_groups:
                g["lr"] = g["full"] * plan.rate(self.iteration)
                g["momentum"] = 0.95 if self.iteration > 2 * plan.warmup else 0.85
        data = batch(samples, plan.batch // self.world, plan.crop, [plan.seed, self.iteration, self.rank])
        data = data.to(self.device)
        with torch.autocast(self.device, torch.bfloat16):
            heads, anchors = self.net.train_outputs(data.pictures)
        loss = total_loss(heads, anchors, data.objects, data.real, data.ignored)
        self.net.zero_grad(set_to_none=True)
        loss.backward()
        self.share_gradients()
        nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        for o in self.optimisers:
            o.step()
        self.iteration += 1
        self.average.update(self.net, self.iteration)
        return loss.item()

    def share_gradients(self):
        if self.world == 1:
            return
        gradients = [p.grad for p in self.net.parameters() if p.grad is not None]
        flat = torch.cat([g.reshape(-1) for g in gradients])
        dist.all_reduce(flat)
        flat /= self.world
        for g, part in zip(gradients, flat.split([g.numel() for g in gradients])):
            g.copy_(part.view_as(g))

    def averaged(self) -> Network:
        net = Network(self.net.shape).to(self.device)
        net.load_state_dict(self.average.values)
        return net.deploy()

    def run(self, samples: list[Sample], held_out: list[Sample], report_every: int, measure_every: int):
        curve = self.out / "curve.csv"
        if self.rank == 0 and self.iteration == 0:
            curve.write_text("iteration,seconds,loss,map33,fscore\n")
        losses, started = [], time.monotonic() - self.seconds
        while self.iteration < self.plan.iterations:
            losses.append(self.step(samples))
            if self.rank != 0 or self.iteration % report_every:
                continue
            self.seconds = time.monotonic() - started
            scores = ["", ""]
            if held_out and (self.iteration % measure_every == 0 or self.iteration == self.plan.iterations):
                result = measure(self.averaged(), held_out)
                scores = [f"{result.map:.4f}", f"{result.fscore:.4f}"]
            row = [self.iteration, round(self.seconds), f"{sum(losses) / len(losses):.4f}", *scores]
            losses.clear()
            with curve.open("a") as f:
                csv.writer(f, lineterminator="\n").writerow(row)
            print(*row, flush=True)
            self.save()


def work(rank: int, world: int, options, shape: Shape, plan: Plan):
    """One process; on its own it is the whole training."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(1 if world > 1 else options.threads)
    cv2.setNumThreads(0)  # its threads would wait on cores that the other process computes on
    if world > 1:
        rendezvous = (options.out / "rendezvous").absolute().as_uri()
        dist.init_process_group("gloo", init_method=rendezvous, rank=rank, world_size=world)
    trainer = Trainer(shape, plan, options.out, device, rank, world)
    names = stems(options.data / "trainval.txt")
    held_names = stems(options.data / "dev.txt")
    if options.hold_out:  # for tuning: `dev` stays unseen
        held_names, names = names[:: len(names) // options.hold_out], names
        names = [n for n in names if n not in set(held_names)]
    held_out = load(options.data, held_names) if rank == 0 else []
    samples = load(options.data, names)
    if not trainer.resume() and options.start:
        trainer.start(options.start, samples)
    trainer.run(samples, held_out, options.report_every, options.measure_every)
    if world > 1:
        dist.barrier()
        dist.destroy_process_group()


def arguments(argv=None):
    p = argparse.ArgumentParser(prog="detector.train", description=__doc__.splitlines()[0])
    p.add_argument("data", type=Path, help="folder of images/ labels/ trainval.txt dev.txt")
    p.add_argument("out", type=Path, help="folder for the checkpoint and the curve; a checkpoint there is resumed")
    p.add_argument("--processes", type=int, default=2, help="on a CPU; part of the recipe (default: %(default)s)")
    p.add_argument("--start", type=Path, help="an exported model of the same shape to continue from (default: nothing)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="of a single process")
    p.add_argument("--hold-out", type=int, default=0, help="measure on so many of trainval.txt instead of dev.txt")
    p.add_argument("--report-every", type=int, default=50)
    p.add_argument("--measure-every", type=int, default=1000)
    for name, default in vars(Plan()).items():
        action = {"action": argparse.BooleanOptionalAction} if isinstance(default, bool) else {"type": type(default)}
        p.add_argument("--" + name.replace("_", "-"), default=default, **action)
    for name in ("rep", "compact", "large_kernel", "attention", "simam", "auxiliary"):
        p.add_argument(
            "--" + name.replace("_", "-"), action=argparse.BooleanOptionalAction, default=getattr(Shape(), name)
        )
    for name in ("widths", "depths"):
        p.add_argument("--" + name, type=int, nargs=4, default=getattr(Shape(), name))
    return p.parse_args(argv)


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    plan = Plan(**{k: getattr(options, k) for k in vars(Plan())})
    if not options.start:
        plan = replace(plan, freeze=False)
    flags = ("rep", "compact", "large_kernel", "attention", "simam", "auxiliary")
    shape = Shape(widths=tuple(options.widths), depths=tuple(options.depths), **{k: getattr(options, k) for k in flags})
    world = 1 if torch.cuda.is_available() else options.processes
    if world == 1:
        work(0, 1, options, shape, plan)
    else:
        (options.out / "rendezvous").unlink(missing_ok=True)
        torch.multiprocessing.spawn(work, (world, options, shape, plan), world)


if __name__ == "__main__":
    main()
